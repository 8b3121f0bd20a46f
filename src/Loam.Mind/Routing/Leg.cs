using System.Collections.Immutable;
using Loam.Mind.Gateway;

namespace Loam.Mind.Routing;

public enum LegKind
{
    /// <summary>What it comes to is the answer.</summary>
    Answers,
    /// <summary>What it comes to is a draft for the next leg, and the answer where that fails.
    /// </summary>
    Drafts,
    /// <summary>It is shown the draft of the leg before, and mends it.</summary>
    Polishes,
}

/// <summary>A stretch of the way: models that are asked with one and the same context, in this
/// order, until one answers.</summary>
/// <param name="Models">All of one privacy class. Empty: nobody may be asked, and asking says why.
/// </param>
public sealed record Leg(ImmutableArray<ModelInfo> Models, LegKind Kind)
{
    /// <summary>What is sent to it leaves the machine.</summary>
    public bool IsAway => Models.Any(m => m.Privacy == PrivacyClass.Cloud);

    /// <summary>Tokens that each of them can see at once.</summary>
    public int Window => Models.IsEmpty ? int.MaxValue : Models.Min(m => m.ContextTokens);
}
