using System.Collections.Immutable;
using Loam.Core.Observing;
using Loam.Core.Resources;

namespace Loam.Core.Planning;

/// <summary>Accounts: made, changed, and locked when they are declared no more. None is ever
/// deleted, and one that was there before Loam only loses what Loam gave it.</summary>
internal static class UserSteps
{
    /// <summary>A day long ago, as usermod(8) recommends it for locking.</summary>
    private const int LongAgo = 1;

    private const int FirstNumber = 1000, LastNumber = 60_000;

    public static readonly string[] Sudo = ["sudo", "wheel"];

    /// <summary>What stands in the file of somebody who has no password to give sudo.</summary>
    public static string SudoRuleOf(string name) =>
        $"# Made by Loam: {name} is declared to be an administrator and has no password.\n"
        + $"{name} ALL=(ALL:ALL) NOPASSWD: ALL\n";

    public static void Add(PlanDraft draft)
    {
        if (!draft.After.ManagesUsers || draft.Observed.Accounts is not { } seen)
        {
            return;
        }
        var numbers = seen.Numbers.ToHashSet();
        foreach (var user in draft.After.Users.Values)
        {
            var there = seen.Find(user.Name);
            if (Id(user.Name) is var id && !draft.IsInScope(id))
            {
                continue;
            }
            if (there is null && seen.System.Contains(user.Name))
            {
                // UserChecks says why not.
                draft.Add(draft.ChangeOf(id), Verb.Update, Way.InPlace, TimeSpan.Zero, [], [],
                    Risk.Low);
                continue;
            }
            var target = there is null ? Fresh(user, seen, numbers)
                : Changed(user, there, seen, draft.Observed.ObservedAt);
            AddStep(draft, seen, there, target,
                there is null ? Verb.Create : Verb.Update);
        }
        foreach (var gone in seen.Users.Where(u => u.Account.Ownership != Ownership.Foreign
            && !draft.After.Users.ContainsKey(u.Account.Name)
            && (draft.IsInScope(Id(u.Account.Name)) || !draft.Before.ManagesUsers)))
        {
            AddStep(draft, seen, gone, gone.Account.Ownership == Ownership.Created
                ? Locked(gone) : Released(gone), Verb.Delete);
        }
        AddForgotten(draft, seen);
    }

    /// <summary>What the plan makes of each account.</summary>
    public static Dictionary<string, UserAccount> Targets(IEnumerable<Step> steps) =>
        steps.SelectMany(s => s.Actions).Select(a => a.User?.After).OfType<UserAccount>()
            .ToDictionary(a => a.Name, StringComparer.Ordinal);

    /// <summary>The approver's own account loses something that may have let them in.</summary>
    public static bool IsOnTrial(PlanDraft draft, Step step) =>
        step.Id.Kind == ResourceKind.User && draft.Context.Access?.User == step.Id.Name
        && step.Actions.Select(a => a.User).OfType<UserChange>()
            .Any(c => c is { Before: { } before, After: { } after }
                && (before.Keys.Except(after.Keys).Any() || before.Shell != after.Shell
                    || (after.ExpiresOn is not null && before.ExpiresOn != after.ExpiresOn)
                    || (WaysIn.Rules(before) && !WaysIn.Rules(after))));

    private static ResourceId Id(string name) => new(ResourceKind.User, name);

    private static void AddStep(PlanDraft draft, ObservedAccounts seen, ObservedUser? there,
        UserAccount target, Verb verb)
    {
        var id = Id(target.Name);
        var isTrue = there?.Account.Canonical() == target.Canonical();
        if (isTrue && !draft.Changes.ContainsKey(id))
        {
            return;
        }
        ImmutableArray<PlannedAction> actions = isTrue ? [] :
        [
            .. target.Groups.Where(g => !seen.Groups.Contains(g))
                .Select(g => new PlannedAction(ActionKind.CreateGroup, g)),
            new(ActionKind.SetUser, target.Name) { User = new(there?.Account, target) },
        ];
        draft.Add(draft.ChangeOf(id) with { Fields = [] }, verb, Way.InPlace, TimeSpan.Zero,
            actions, [], RiskOf(draft, seen, there, target),
            [.. isTrue ? [] : UserNotes.Of(seen, there, target, verb)]);
    }

    /// <summary>Declared once, and gone from the machine as well: only the record changes.
    /// </summary>
    private static void AddForgotten(PlanDraft draft, ObservedAccounts seen)
    {
        foreach (var gone in draft.Changes.Values.Where(c => c.Id.Kind == ResourceKind.User
            && c.Verb == Verb.Delete
            && seen.Find(c.Id.Name) is null or { Account.Ownership: Ownership.Foreign }))
        {
            draft.Add(gone, Verb.Delete, Way.InPlace, TimeSpan.Zero, [], [], Risk.Low);
        }
    }

    private static Risk RiskOf(
        PlanDraft draft, ObservedAccounts seen, ObservedUser? there, UserAccount target)
    {
        var now = draft.Observed.ObservedAt;
        if (there is not null && draft.Context.Access?.User == target.Name
            && WaysIn.IsOpen(there.Account, there.OtherKeys, now)
            && !WaysIn.IsOpen(target, there.OtherKeys, now))
        {
            return Risk.Critical;
        }
        var ruled = there is not null && WaysIn.Rules(there.Account);
        return WaysIn.Rules(target) && !ruled ? Risk.High : Risk.Medium;
    }

    private static UserAccount Fresh(
        User user, ObservedAccounts seen, HashSet<int> numbers)
    {
        var number = user.Uid ?? Enumerable.Range(FirstNumber, LastNumber - FirstNumber)
            .First(n => !numbers.Contains(n));
        numbers.Add(number);
        var groups = GroupsOf(user.Groups ?? [], seen);
        return new(user.Name, number)
        {
            Home = $"/home/{user.Name}",
            Shell = user.Shell ?? ShellOf(seen),
            Groups = groups,
            Given = groups,
            Keys = user.Keys ?? [],
            SudoRule = seen.HasSudo && groups.Any(Sudo.Contains) ? SudoRuleOf(user.Name) : null,
            Ownership = Ownership.Created,
        };
    }

    private static UserAccount Changed(
        User user, ObservedUser there, ObservedAccounts seen, DateTimeOffset now)
    {
        var old = there.Account;
        var groups = user.Groups is { } declared ? GroupsOf(declared, seen)
            : [.. old.Groups.Except(old.Given)];
        var isShut = WaysIn.IsExpired(old, now);
        var needsRule = seen.HasSudo && groups.Any(Sudo.Contains)
            && (old.SudoRule is not null || !there.HasPassword);
        return old with
        {
            Shell = user.Shell ?? old.Shell,
            Groups = groups,
            Given = user.Groups is null ? []
                : [.. groups.Where(g => !old.Groups.Contains(g) || old.Given.Contains(g))],
            // What cannot be read is left as it is; UserChecks says so.
            Keys = there.Trouble is null ? user.Keys ?? [] : old.Keys,
            SudoRule = needsRule && old.Uid != 0 ? SudoRuleOf(user.Name) : null,
            ExpiresOn = isShut ? null : old.ExpiresOn,
            PasswordIsLocked = !isShut && old.PasswordIsLocked,
            Ownership = old.Ownership == Ownership.Created ? old.Ownership : Ownership.Adopted,
        };
    }

    private static UserAccount Locked(ObservedUser there) => Released(there) with
    {
        PasswordIsLocked = there.HasPassword,
        ExpiresOn = LongAgo,
        Ownership = Ownership.Created,
    };

    private static UserAccount Released(ObservedUser there) => there.Account with
    {
        Groups = [.. there.Account.Groups.Except(there.Account.Given)],
        Given = [],
        Keys = [],
        SudoRule = null,
        Ownership = Ownership.Foreign,
    };

    /// <summary>Who may use sudo is called sudo here and wheel there.</summary>
    private static ImmutableArray<string> GroupsOf(
        ImmutableArray<string> declared, ObservedAccounts seen) =>
        [
            .. declared.Select(g => !Sudo.Contains(g) || seen.Groups.Contains(g) ? g
                    : Sudo.FirstOrDefault(seen.Groups.Contains) ?? g)
                .Distinct().Order(StringComparer.Ordinal),
        ];

    private static string ShellOf(ObservedAccounts seen) =>
        seen.Shells.Contains("/bin/bash") ? "/bin/bash" : "/bin/sh";

    public static string Sentence(Step step)
    {
        var name = step.Id.Name;
        var after = step.Actions.Select(a => a.User?.After).OfType<UserAccount>()
            .FirstOrDefault();
        return step switch
        {
            { Actions.IsEmpty: true, Verb: Verb.Delete } => $"forget user {name}",
            { Actions.IsEmpty: true } => $"record user {name}",
            { Verb: Verb.Create } => $"create user {name}",
            { Verb: Verb.Delete } => after!.Ownership == Ownership.Created
                ? $"lock user {name} and keep its files"
                : $"take from user {name} what Loam gave it",
            _ => $"change user {name}",
        };
    }
}
