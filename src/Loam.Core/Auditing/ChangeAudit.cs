using System.Collections.Immutable;
using Loam.Core.Approving;
using Loam.Core.Planning;
using Loam.Core.Reconciling;
using Loam.Core.Resources;

namespace Loam.Core.Auditing;

/// <summary>A change as entries of the record.</summary>
internal static class ChangeAudit
{
    private const int MostNames = 40;

    /// <summary>Before anything is touched.</summary>
    public static AuditEntry Approved(Plan plan, Approval approval, int generation) => new(
        AuditEvents.ApprovalGiven, approval.Who, $"approved ({approval.How}) "
            + $"{plan.Steps.Length} steps{Typed(approval)}")
    {
        Generation = generation, Plan = plan.Digest, Names = Names(plan.Steps),
    };

    /// <summary>After everything was done or taken back.</summary>
    public static IEnumerable<AuditEntry> Ended(
        Plan plan, Approval approval, int generation, Outcome outcome)
    {
        var how = outcome switch
        {
            Outcome.Applied => "applied",
            Outcome.RolledBack => "failed and was taken back",
            _ => "failed and could not be taken back wholly",
        };
        AuditEntry Entry(string what, string sentence, IEnumerable<Step> steps) =>
            new(what, approval.Who, sentence)
            {
                Generation = generation, Plan = plan.Digest, Names = Names(steps),
            };
        yield return Entry(AuditEvents.StateChanged, $"the change {how}", plan.Steps);
        var security = plan.Steps.Where(s => IsSecurity(s.Id.Kind)).ToList();
        if (security.Count > 0)
        {
            yield return Entry(AuditEvents.SecurityModified, $"a change of security {how}",
                security);
        }
        foreach (var (service, secrets) in Given(plan))
        {
            yield return new(AuditEvents.SecretRead, approval.Who,
                $"secrets were given to service {service}")
            {
                Generation = generation, Names = [.. secrets],
            };
        }
    }

    /// <summary>An interrupted change, at the next start.</summary>
    public static AuditEntry Recovered(int generation, Outcome outcome) => new(
        AuditEvents.StateChanged, "loam", outcome == Outcome.Applied
            ? "after a crash: the change had been applied"
            : outcome == Outcome.RolledBack ? "after a crash: the change was taken back"
            : "after a crash: the change could not be taken back wholly")
    {
        Generation = generation,
    };

    private static bool IsSecurity(ResourceKind kind) => kind is ResourceKind.Secret
        or ResourceKind.Setting or ResourceKind.Firewall or ResourceKind.User
        or ResourceKind.Certificate or ResourceKind.Ban;

    private static IEnumerable<(string Service, IEnumerable<string> Secrets)> Given(Plan plan) =>
        from step in plan.Steps
        where step.Id.Kind == ResourceKind.Service
        let secrets = step.Actions.Where(a => a.Kind == ActionKind.Create)
            .SelectMany(a => a.Container!.Sealed.Keys).Distinct().Order(StringComparer.Ordinal)
            .ToList()
        where secrets.Count > 0
        select (step.Id.Name, (IEnumerable<string>)secrets);

    private static string Typed(Approval approval) => approval.Confirmed.Count == 0 ? ""
        : $", {string.Join(" and ", approval.Confirmed)} typed";

    private static ImmutableArray<string> Names(IEnumerable<Step> steps)
    {
        var all = steps.Select(s => $"{s.Verb.ToString().ToLowerInvariant()} {s.Id}").ToList();
        return all.Count <= MostNames ? [.. all]
            : [.. all.Take(MostNames), $"and {all.Count - MostNames} more"];
    }
}
