using System.Collections.Immutable;
using Loam.Core.Bans;
using Loam.Core.Diagnostics;
using Loam.Core.Logins;
using Loam.Core.Resources;

namespace Loam.Core.Planning;

/// <summary>Who is shut out after how many failures. Approving it changes nothing on the host: the
/// daemon counts, and shuts out whoever fails too often.</summary>
internal static class BanSteps
{
    public static void Add(PlanDraft draft)
    {
        foreach (var change in draft.Changes.Values.Where(c => c.Id.Kind == ResourceKind.Ban))
        {
            draft.Add(change, change.Verb, Way.InPlace, TimeSpan.Zero, [], [], Risk.Medium,
                [.. Notes(draft, draft.After.Bans.GetValueOrDefault(change.Id.Name))]);
        }
    }

    public static string Sentence(Step step) => step.Verb switch
    {
        Verb.Create => $"shut out who fails at {step.Id.Name}",
        Verb.Delete => $"shut out nobody who fails at {step.Id.Name}",
        _ => $"change who is shut out at {step.Id.Name}",
    };

    /// <summary>Somebody must tell of failures, and the kernel must take the addresses.</summary>
    public static void Fits(PlanDraft draft, ImmutableArray<Step> steps, DiagnosticBag found)
    {
        foreach (var rule in draft.After.Bans.Values.Where(r =>
            steps.Any(s => s.Id == r.Id && s.Verb != Verb.Delete)))
        {
            var at = draft.After.Resources.GetValueOrDefault(rule.Id)?.At;
            if (!draft.Context.CanBan)
            {
                found.Error(Codes.NotHere, at,
                    "Nobody can be shut out: the program nft is not installed.",
                    "Install it: `apt-get install nftables`.");
            }
            else if (rule.IsOfHost && draft.Context.LoginLog() is null)
            {
                found.Error(Codes.NotHere, at, "Nothing on this machine tells of failed logins: "
                    + "there is no journal of systemd, no /var/log/auth.log and no "
                    + "/var/log/secure.", "Install rsyslog, or remove this entry of bans.");
            }
            else if (rule.Service == "loam")
            {
                found.Error(Codes.NotHere, at,
                    "Loam is not reached over the network by itself, so nobody can fail there.",
                    "Write sshd, over which people come to it.");
            }
            else if (!rule.IsOfHost && Wordings(draft, rule).IsEmpty)
            {
                found.Error(Codes.NotHere, at,
                    $"Nobody knows how {rule.Service} says that a login failed.",
                    "Write it as failure, in the words of its log: for instance failure: \"login "
                    + $"failed for * from {FailureWording.Address}\".");
            }
        }
    }

    private static ImmutableArray<string> Wordings(PlanDraft draft, BanRule rule) =>
        rule.Wordings(draft.After, draft.Context.LoginFailures);

    private static IEnumerable<string> Notes(PlanDraft draft, BanRule? rule)
    {
        if (rule is null)
        {
            yield return "who is shut out on its account is let in again";
            yield break;
        }
        yield return $"with {Times(rule.MaxFailures)} within {BanRule.Words(rule.Window)}, "
            + $"for {BanRule.Words(rule.Time)}";
        yield return "whoever is shut out cannot begin a connection to any port; those there are "
            + "stay. `loam bans` lists them, `loam unban` lets one in again";
        yield return rule.IsOfHost
            ? $"failures are read from {draft.Context.LoginLog() ?? "nowhere on this machine"}"
            : $"failures are read from what {rule.Service} writes to its log: "
                + string.Join(", or ", Wordings(draft, rule).Select(w => $"\"{w}\""));
    }

    private static string Times(int failures) =>
        failures == 1 ? "one failure" : $"{failures} failures";
}
