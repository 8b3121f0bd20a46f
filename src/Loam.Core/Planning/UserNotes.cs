using System.Collections.Immutable;
using System.Globalization;
using Loam.Core.Observing;
using Loam.Core.Resources;

namespace Loam.Core.Planning;

/// <summary>What changes for a user, in words.</summary>
internal static class UserNotes
{
    public static IEnumerable<string> Of(
        ObservedAccounts seen, ObservedUser? there, UserAccount target, Verb verb)
    {
        var old = there?.Account;
        if (old is null)
        {
            yield return string.Create(CultureInfo.InvariantCulture,
                $"number {target.Uid}, home {target.Home}, shell {target.Shell}, no password");
        }
        else
        {
            foreach (var line in Standing(there!, target, verb))
            {
                yield return line;
            }
        }
        foreach (var line in Groups(seen, old, target))
        {
            yield return line;
        }
        foreach (var line in Keys(there, target))
        {
            yield return line;
        }
        if (verb == Verb.Delete && target.Ownership == Ownership.Created)
        {
            yield return $"its files stay in {target.Home}; who is logged in stays so until "
                + $"`loginctl terminate-user {target.Name}`";
            yield return $"to delete it and its files for good: userdel -r {target.Name}";
        }
    }

    private static IEnumerable<string> Standing(
        ObservedUser there, UserAccount target, Verb verb)
    {
        var old = there.Account;
        if (old.Ownership == Ownership.Foreign)
        {
            yield return "is there already: what is declared of it changes, nothing else";
        }
        if (verb == Verb.Delete && target.Ownership == Ownership.Foreign)
        {
            yield return "was there before Loam: it stays and can log in as before";
        }
        if (old.ExpiresOn != target.ExpiresOn)
        {
            yield return target.ExpiresOn is null ? "is unlocked: it can log in again"
                : "is locked: nobody can log in as it any more, neither by key nor by password";
        }
        if (old.Shell != target.Shell)
        {
            yield return $"shell {old.Shell} → {target.Shell}";
        }
    }

    private static IEnumerable<string> Groups(
        ObservedAccounts seen, UserAccount? old, UserAccount target)
    {
        var (before, after) = (old?.Groups ?? [], target.Groups);
        foreach (var group in after.Except(before))
        {
            yield return $"joins group {group}"
                + (seen.Groups.Contains(group) ? "" : ", which is made")
                + (WaysIn.Rules(target with { SudoRule = null, Groups = [group], Uid = 1 })
                    ? ": it can become root" : "");
        }
        foreach (var group in before.Except(after))
        {
            yield return $"leaves group {group}";
        }
        if (old?.SudoRule != target.SudoRule)
        {
            yield return target.SudoRule is not null
                ? "may use sudo without a password: it has none to give"
                : "may use sudo without a password no more";
        }
    }

    private static IEnumerable<string> Keys(ObservedUser? there, UserAccount target)
    {
        var before = there?.Account.Keys ?? [];
        foreach (var key in target.Keys.Except(before))
        {
            yield return $"may log in with {SshKeys.Words(key)}";
        }
        foreach (var key in before.Except(target.Keys))
        {
            yield return $"no more with {SshKeys.Words(key)}";
        }
        if (there is { OtherKeys: { IsEmpty: false } others } && target.ExpiresOn is null)
        {
            yield return string.Create(CultureInfo.InvariantCulture,
                $"{(others.Length == 1 ? "one key" : $"{others.Length} keys")} that somebody wrote "
                + $"into {target.Home}/.ssh/authorized_keys stay");
        }
        else if (there is null && target.Keys.IsEmpty)
        {
            yield return "cannot log in: it has neither a key nor a password";
        }
    }
}
