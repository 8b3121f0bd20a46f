namespace Loam.Core.Approving;

/// <summary>Leave to apply one plan, once.</summary>
/// <param name="Who">User name, as decision 17 finds it.</param>
/// <param name="How">typed, <c>--yes</c>, or the policy that made asking unnecessary.</param>
/// <param name="PlanDigest">The plan that was shown.</param>
/// <param name="Confirmed">Files whose names were typed.</param>
public sealed record Approval(
    string Who, string How, DateTimeOffset At, DateTimeOffset Until, string PlanDigest,
    IReadOnlyList<string> Confirmed);
