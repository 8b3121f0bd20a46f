using System.Collections.Immutable;
using Loam.Mind.Evaluating.Facts;

namespace Loam.Mind.Evaluating.Cases;

/// <summary>One case: a start state, what was said, and what must come of it.</summary>
/// <param name="Class">The class of requests: the name of its file.</param>
/// <param name="IsBlind">It is scored and never tuned to.</param>
/// <param name="Outcomes">Words of the outcomes that are right.</param>
public sealed record Case(
    string Class, bool IsBlind, string State, ImmutableArray<string> Turns,
    ImmutableArray<string> Outcomes, ImmutableArray<Fact> Facts, string File, int Line)
{
    public string Place => $"{File}:{Line}";

    public string Said => string.Join(" // ", Turns);

    public override string ToString() => $"{Place}: {State}: {Said}";
}

/// <summary>A case that says nothing that could be checked: where, what is wrong, what to do.
/// </summary>
public sealed record CaseFault(string File, int Line, string Message, string Remedy)
{
    public override string ToString() => $"{File}:{Line}: error: {Message} {Remedy}";
}
