using System.Collections.Immutable;
using System.Text.Json.Nodes;

namespace Loam.Mcp;

/// <summary>What a client gets to see of a call.</summary>
/// <param name="Origin">What the text was read from, for whoever reads it.</param>
/// <param name="Text">For people and models.</param>
/// <param name="Value">The same for programs.</param>
internal sealed record ToolAnswer(string Origin, string Text, JsonNode Value)
{
    /// <summary>It is Loam's own text, or a file that comes back to the letter: nothing in it was
    /// observed, or its secrets are handles already.</summary>
    public bool IsPlain { get; init; }

    /// <summary>Loam says it itself, of what a client sent: it needs no marks.</summary>
    public bool IsOwn { get; init; }

    /// <summary>It did not work, and the text says what to do.</summary>
    public bool IsError { get; init; }
}

/// <summary>A call that was read.</summary>
/// <param name="Tell">Progress: how far, of how much, in words.</param>
internal sealed record ToolCall(
    Desk Desk, Arguments Given, Func<double, double?, string, Task> Tell);

/// <summary>One row of the table of tools.</summary>
/// <param name="Name">As clients call it.</param>
/// <param name="Sentence">For models: what it does and when to use it.</param>
/// <param name="Output">JSON Schema of the value.</param>
internal sealed record Tool(string Name, string Title, string Sentence,
    ImmutableArray<Field> Fields, JsonNode Output,
    Func<ToolCall, CancellationToken, Task<ToolAnswer>> Run)
{
    /// <summary>It leaves something behind: a proposal, never a change that nobody approved.
    /// </summary>
    public bool Proposes { get; init; }

    /// <summary>It waits, and is bounded apart from those that work.</summary>
    public bool Waits { get; init; }
}
