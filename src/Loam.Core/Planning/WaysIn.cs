using System.Collections.Immutable;
using Loam.Core.Observing;
using Loam.Core.Resources;

namespace Loam.Core.Planning;

/// <summary>Who can come in with an SSH key and administer the machine. Passwords do not count: a
/// machine that is reached over the network should not depend on one.</summary>
internal static class WaysIn
{
    /// <summary>Their members can become root, or are it in all but name.</summary>
    private static readonly string[] s_ruling =
        ["sudo", "wheel", "admin", "docker", "podman", "lxd", "incus-admin", "loam", "root"];

    private static readonly string[] s_closed = ["nologin", "false"];

    /// <summary>Names of those who can, once the changes are made.</summary>
    public static ImmutableArray<string> After(
        ObservedAccounts seen, IReadOnlyDictionary<string, UserAccount> changes,
        DateTimeOffset now) =>
        [
            .. seen.Users.Select(u => (Account: changes.GetValueOrDefault(u.Account.Name)
                    ?? u.Account, u.OtherKeys))
                .Concat(changes.Values.Where(c => seen.Find(c.Name) is null)
                    .Select(c => (Account: c, OtherKeys: ImmutableArray<string>.Empty)))
                .Where(u => IsOpen(u.Account, u.OtherKeys, now) && Rules(u.Account))
                .Select(u => u.Account.Name),
        ];

    public static bool IsExpired(UserAccount account, DateTimeOffset now) =>
        account.ExpiresOn is { } day && day <= (now - DateTimeOffset.UnixEpoch).Days;

    public static bool Rules(UserAccount account) =>
        account.Uid == 0 || account.SudoRule is not null || account.Groups.Any(s_ruling.Contains);

    /// <summary>Somebody gets in with a key.</summary>
    public static bool IsOpen(
        UserAccount account, ImmutableArray<string> otherKeys, DateTimeOffset now) =>
        (account.Keys.Any(SshKeys.IsKey) || !otherKeys.IsEmpty) && !IsExpired(account, now)
        && !s_closed.Any(s => account.Shell.EndsWith("/" + s, StringComparison.Ordinal));
}
