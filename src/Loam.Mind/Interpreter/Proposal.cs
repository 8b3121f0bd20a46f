using System.Collections.Immutable;
using Loam.Core.Planning;
using Loam.Core.Resources;

namespace Loam.Mind.Interpreter;

public enum Outcome
{
    /// <summary>New texts for some files.</summary>
    Proposal,
    /// <summary>Something was asked, and nothing is to change.</summary>
    Answer,
    /// <summary>One thing is missing or means two things.</summary>
    Question,
    /// <summary>It is so already.</summary>
    NoChange,
    /// <summary>It cannot or will not be done; the message says what can.</summary>
    Refusal,
}

/// <summary>What a conversation has come to: text, never an act.</summary>
/// <param name="Message">One to three sentences for the person.</param>
/// <param name="Files">File name to full new text, changed files only, over all turns so far.
/// </param>
/// <param name="Confidence">0 to 1; what is below the threshold is never a proposal.</param>
public sealed record Proposal(
    Outcome Outcome, string Message, ImmutableSortedDictionary<string, string> Files, Risk Risk,
    double Confidence)
{
    /// <summary>The interpreter did not make enough of it, or it is none of its business: somebody
    /// who knows more may.</summary>
    public bool IsBeyond { get; init; }

    /// <summary>More of what was said last was asked for: whoever said it says it best.</summary>
    public bool AsksMore { get; init; }

    /// <summary>What the words asked for, by name; an edit outside it needs an approval of its
    /// own.</summary>
    public ImmutableArray<ResourceId> Scope { get; init; } = [];

    /// <summary>An answer of several things as rows; null: the message says all.</summary>
    public Listing? Listing { get; init; }

    /// <summary>Likely answers to a question, or what may be said next.</summary>
    public ImmutableArray<string> Suggestions { get; init; } = [];
}
