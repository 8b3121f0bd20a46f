using System.Collections.Immutable;
using Loam.Core.Diagnostics;

namespace Loam.Mind.Answers;

public enum AnswerKind
{
    /// <summary>New texts for some files.</summary>
    Proposal,
    /// <summary>One question to the person; nothing changes.</summary>
    Question,
    /// <summary>Words alone; nothing changes.</summary>
    Words,
    /// <summary>None of these: the findings say what is wrong.</summary>
    Malformed,
}

/// <summary>What a model answered, taken apart. Everything in it is untrusted text.</summary>
/// <param name="Words">For the person: what was said beside the files, the question, or the answer;
/// without control characters, and bounded by <c>Limits.AnswerWords</c>.</param>
public sealed record ModelAnswer(AnswerKind Kind, string Words)
{
    /// <summary>File name to full new text, lines ending with LF. Names are state files' only.
    /// </summary>
    public ImmutableSortedDictionary<string, string> Files { get; init; } =
        ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal);

    public ImmutableArray<Diagnostic> Findings { get; init; } = [];

    public bool HasErrors => Findings.Any(f => f.IsError);
}
