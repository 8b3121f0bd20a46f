using Loam.Core.Planning;

namespace Loam.Mind.Evaluating.Facts;

/// <summary><c>says TEXT</c>: the message contains it, in any case.</summary>
public sealed record SaysFact(string Text, IReadOnlyList<string> Parts) : Fact(Text)
{
    public override bool IsAboutFiles => false;

    public override IEnumerable<Thing> Named(Result result) => [];

    public override string? Wrong(Result result) => Parts.Any(p =>
        result.Proposal.Message.Contains(p, StringComparison.OrdinalIgnoreCase)) ? null
            : "is not said";
}

/// <summary><c>risk high</c>, <c>risk &gt;= medium</c></summary>
/// <param name="Sign">Null: just that.</param>
public sealed record RiskFact(string Text, string? Sign, Risk Bound) : Fact(Text)
{
    public override bool IsAboutFiles => false;

    public override IEnumerable<Thing> Named(Result result) => [];

    public override string? Wrong(Result result)
    {
        var order = result.Proposal.Risk.CompareTo(Bound);
        return (Sign is null ? order == 0 : OrderFact.Holds(Sign, order)) ? null
            : $"is {result.Proposal.Risk.ToString().ToLowerInvariant()}";
    }
}
