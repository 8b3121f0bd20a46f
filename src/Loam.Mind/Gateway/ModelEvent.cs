using System.Collections.Immutable;

namespace Loam.Mind.Gateway;

/// <summary>A piece of an answer, in the order it came.</summary>
public abstract record ModelEvent;

/// <summary>First of all from the gateway: who answers.</summary>
/// <param name="PassedOver">Who should have answered before and why not, a sentence each.
/// </param>
public sealed record ModelChosen(ModelInfo Info, ImmutableArray<string> PassedOver) : ModelEvent;

/// <summary>Never empty.</summary>
public sealed record TextDelta(string Text) : ModelEvent;

/// <summary>A whole call. Nothing about it is checked: the name may be of no tool, and
/// <paramref name="Arguments"/> may be no JSON.</summary>
public sealed record ToolCall(string Id, string Name, string Arguments) : ModelEvent;

/// <summary>Tokens as the provider counted them.</summary>
public sealed record ModelUsage(long Input, long Output) : ModelEvent;

/// <summary>From the gateway, before the end.</summary>
/// <param name="Cost">Micro-US-dollars; null: the price is unknown.</param>
public sealed record ModelCost(long? Cost, TimeSpan Took, bool FromCache) : ModelEvent;

public sealed record ModelEnd(EndReason Reason) : ModelEvent;

public enum EndReason
{
    /// <summary>All was said.</summary>
    Complete,

    /// <summary>It waits for the results of its tool calls.</summary>
    ToolCalls,

    /// <summary>The answer is cut off at <see cref="ModelRequest.MaxTokens"/> or at the end of
    /// the context.</summary>
    MaxTokens,

    /// <summary>The provider does not let it answer this.</summary>
    Refused,
}
