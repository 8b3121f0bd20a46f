using System.Collections.Immutable;
using Loam.Mind.Privacy;

namespace Loam.Mind.Thinking;

public enum ThoughtKind
{
    /// <summary>Texts wait in the daemon for somebody to ask for their plan.</summary>
    Proposed,
    /// <summary>One thing is to be answered first.</summary>
    Question,
    /// <summary>Words alone.</summary>
    Answer,
    /// <summary>A person has to say that it may leave the machine.</summary>
    NeedsApproval,
    /// <summary>Nothing that can be used; the words say why.</summary>
    Failed,
}

/// <summary>What a model came to.</summary>
/// <param name="Words">A model's own, or why there are none.</param>
public sealed record Thought(ThoughtKind Kind, string Words)
{
    /// <summary>The proposal's name in the daemon.</summary>
    public string? Proposal { get; init; }

    /// <summary>Which model; null: none was asked.</summary>
    public string? By { get; init; }

    /// <summary>Why others did not answer, a sentence each.</summary>
    public ImmutableArray<string> PassedOver { get; init; } = [];

    /// <summary>Micro-US-dollars of all rounds; null: unknown.</summary>
    public long? Cost { get; init; } = 0;

    /// <summary>What to do, where it failed.</summary>
    public string Advice { get; init; } = "";

    /// <summary>What would be replaced before it is sent.</summary>
    public ImmutableArray<RedactionCount> Replaced { get; init; } = [];

    /// <summary>It was answered before, and is said again.</summary>
    public bool IsRecalled { get; init; }
}
