using System.Collections.Immutable;
using System.Globalization;
using Loam.Core.Diagnostics;
using Loam.Core.Observing;
using Loam.Core.Resources;
using Loam.Core.StateFiles;

namespace Loam.Core.Planning;

/// <summary>What would go wrong with accounts on this machine.</summary>
internal static class UserChecks
{
    public static void Fit(PlanDraft draft, ImmutableArray<Step> steps, DiagnosticBag found)
    {
        var touched = steps.Where(s => s.Id.Kind == ResourceKind.User && s.Verb != Verb.Delete)
            .Select(s => draft.After.Users.GetValueOrDefault(s.Id.Name)).OfType<User>().ToList();
        if (draft.Observed.Accounts is not { } seen)
        {
            foreach (var id in draft.Changes.Keys.Where(id => id.Kind == ResourceKind.User))
            {
                found.Error(Codes.UserUnfit, At(draft, id.Name),
                    $"The accounts of this machine cannot be read, so {id.Name} cannot be "
                    + "changed.", "Run the daemon as root, on a machine with /etc/passwd.");
            }
            return;
        }
        foreach (var user in touched)
        {
            if (seen.Find(user.Name)?.Trouble is { } trouble
                && !draft.Changes.ContainsKey(new(ResourceKind.User, user.Name)))
            {
                // Nobody can keep the rest from being healed by what they put into their home.
                found.Warn(Codes.UserUnfit, At(draft, user.Name), trouble,
                    $"The keys of {user.Name} are left as they are.");
            }
            else if (Fault(user, seen, touched) is var (what, remedy))
            {
                found.Error(Codes.UserUnfit, At(draft, user.Name), what, remedy);
            }
            if (!seen.HasSudo && user.Groups?.Any(UserSteps.Sudo.Contains) == true)
            {
                found.Warn(Codes.UserUnfit, At(draft, user.Name),
                    $"sudo is not installed, so {user.Name} cannot become root with it.",
                    "Install the package sudo, then `loam heal`.");
            }
        }
    }

    /// <summary>Somebody must be able to come in and mend things.</summary>
    public static void LastWayIn(
        PlanDraft draft, ImmutableArray<Step> steps, DiagnosticBag found)
    {
        var targets = UserSteps.Targets(steps);
        if (targets.Count == 0 || draft.Observed.Accounts is not { } seen)
        {
            return;
        }
        var now = draft.Observed.ObservedAt;
        var before = WaysIn.After(seen, new Dictionary<string, UserAccount>(), now);
        var after = WaysIn.After(seen, targets, now);
        if (!before.IsEmpty && after.IsEmpty)
        {
            found.Error(Codes.LastWayIn, null,
                $"Nobody could log in with a key and administer this machine any more: "
                + $"{string.Join(" and ", before)} would be the last.",
                "Declare another user with ssh_keys and the group sudo first, or leave this one "
                + "its keys and groups.");
        }
        else if (draft.Context.Access?.User is { } self && before.Contains(self)
            && !after.Contains(self))
        {
            found.Warn(Codes.LastWayIn, At(draft, self),
                $"You are connected as {self}, who could not log in and administer this machine "
                + $"any more; {string.Join(", ", after)} could.",
                "Go on only if you can log in as one of them.");
        }
    }

    private static (string What, string Remedy)? Fault(
        User user, ObservedAccounts seen, List<User> all)
    {
        var name = user.Name;
        if (seen.System.Contains(name))
        {
            return ($"{name} is an account of the system itself.", "Take another name.");
        }
        if (user.Shell is { } shell && !seen.Shells.Contains(shell)
            && shell.Split('/')[^1] is not ("nologin" or "false"))
        {
            return ($"The shell {shell} of {name} is none of this machine's login shells.",
                seen.Shells.IsEmpty ? "Write /bin/sh."
                    : $"Write one of {string.Join(", ", seen.Shells)}, or install it.");
        }
        if (seen.Find(name) is { } there)
        {
            return there.Trouble is { } trouble ? (trouble, "Mend that, and apply it again.")
                : user.Uid is { } uid && uid != there.Account.Uid
                ? (string.Create(CultureInfo.InvariantCulture, $"{name} has the number "
                    + $"{there.Account.Uid} and not {uid}; with another one its files would "
                    + $"belong to nobody."), string.Create(CultureInfo.InvariantCulture,
                    $"Write uid: {there.Account.Uid}, or leave it out."))
                : null;
        }
        if (user.Uid is { } number
            && (seen.Users.FirstOrDefault(u => u.Account.Uid == number)?.Account.Name
                ?? all.Find(u => u != user && u.Uid == number)?.Name) is { } other)
        {
            return (string.Create(CultureInfo.InvariantCulture,
                $"The number {number} of {name} belongs to {other}."),
                "Write another uid, or leave it out.");
        }
        return seen.Groups.Contains(name)
            ? ($"There is a group {name} already, which would become {name}'s own.",
                $"Take another name, or remove the group: groupdel {name}")
            : null;
    }

    private static Span? At(PlanDraft draft, string name) =>
        draft.After.Resources.GetValueOrDefault(new(ResourceKind.User, name))?.At;
}
