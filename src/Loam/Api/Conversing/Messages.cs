using System.Collections.Immutable;

namespace Loam.Api.Conversing;

/// <summary>What somebody says.</summary>
/// <param name="SessionId">A conversation to go on with, or a new one's name; null: a new one, and
/// the answer names it.</param>
internal sealed record ConversationOrder(string Message, string? SessionId)
{
    /// <summary>A model is asked even where the interpreter is sure.</summary>
    public bool Model { get; init; }

    /// <summary>What would leave the machine was seen and may.</summary>
    public bool MaySend { get; init; }
}

/// <summary>What came of it, where it is not streamed.</summary>
/// <param name="Type"><c>text</c>: an answer. <c>plan</c>: a proposal waits, under its name;
/// <c>POST /v1/plan</c> with <c>{"kind":"files","reason":"…","proposal":"…"}</c> says what it would
/// do. <c>question</c>: one thing is to be answered first. <c>sending</c>: it would leave the
/// machine, and is to be allowed first.</param>
/// <param name="By">Who answered.</param>
internal sealed record ConversationAnswer(
    string SessionId, string Type, string Content, string? Proposal, string? By)
{
    public ImmutableArray<string>? Suggestions { get; init; }

    /// <summary>The proposal of what was not asked for, which needs an approval of its own.
    /// </summary>
    public string? Rest { get; init; }

    /// <summary>What would change that was not asked for, one sentence each.</summary>
    public ImmutableArray<string>? Unasked { get; init; }

    /// <summary>Why somebody else did not answer.</summary>
    public ImmutableArray<string>? PassedOver { get; init; }

    /// <summary>That it is not kept, and why.</summary>
    public string? Note { get; init; }

    public double? TookMs { get; init; }

    /// <summary>Millionths of a US dollar.</summary>
    public long? Cost { get; init; }
}

internal sealed record SessionsAnswer(ImmutableArray<SessionLine> Sessions)
{
    /// <summary>That none are kept, and why.</summary>
    public string? Note { get; init; }
}
