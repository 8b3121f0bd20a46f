using System.Collections.Immutable;
using Loam.Core.Resources;
using Loam.Core.StateFiles;
using Loam.Mind.Answers;

namespace Loam.Mind.Context;

/// <param name="IsOurs">Loam's own text, the same on every machine.</param>
public sealed record ContextSection(string Name, string Text, bool IsOurs);

/// <summary>What a model is sent, exactly.</summary>
/// <param name="Files">What it was shown of the state files, to read its answer by.</param>
/// <param name="State">What is approved.</param>
/// <param name="Privacy">What of it is kept back.</param>
public sealed record AssembledContext(
    ImmutableArray<ContextSection> Sections, ImmutableArray<ShownFile> Files,
    ContextReport Report, DesiredState State, LlmPrivacy Privacy)
{
    /// <summary>The part that says what the model is for; providers take it apart from the rest.
    /// </summary>
    public string System => Join(Sections.Where(s => s.IsOurs));

    /// <summary>The machine, the conversation and the request.</summary>
    public string Message => Join(Sections.Where(s => !s.IsOurs));

    public string Text => Join(Sections);

    private static string Join(IEnumerable<ContextSection> sections) =>
        string.Join("\n\n", sections.Where(s => s.Text.Length > 0).Select(s => s.Text));
}
