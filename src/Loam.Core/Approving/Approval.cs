namespace Loam.Core.Approving;

/// <summary>Leave to apply one plan, once.</summary>
/// <param name="Who">User name, as decision 17 finds it.</param>
/// <param name="How"><see cref="Typed"/>, <see cref="Beforehand"/>, or the policy that made asking
/// unnecessary.</param>
/// <param name="PlanDigest">The plan that was shown.</param>
/// <param name="Confirmed">Files whose names were typed.</param>
public sealed record Approval(
    string Who, string How, DateTimeOffset At, DateTimeOffset Until, string PlanDigest,
    IReadOnlyList<string> Confirmed)
{
    /// <summary>A person saw the plan and answered.</summary>
    public const string Typed = "typed";

    /// <summary>Whoever asked approved whatever comes.</summary>
    public const string Beforehand = "--yes";

    /// <summary>Before the setting that made asking unnecessary.</summary>
    public const string Policy = "policy: ";

    public bool IsTyped => How == Typed;

    /// <summary>Nobody was asked: the approved state says that nobody need be.</summary>
    public bool IsPolicy => How.StartsWith(Policy, StringComparison.Ordinal);

    /// <param name="setting">As <see cref="SelfApproval.Of"/> gives it.</param>
    public static string ByPolicy(string setting) => Policy + setting;
}
