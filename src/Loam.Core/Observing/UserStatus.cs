using System.Collections.Immutable;
using Loam.Core.Planning;
using Loam.Core.Resources;

namespace Loam.Core.Observing;

/// <summary>A key of a user's.</summary>
/// <param name="Key">Algorithm, fingerprint and remark.</param>
/// <param name="IsDeclared">Loam wrote it; otherwise a person did.</param>
public sealed record UserKey(string Key, bool IsDeclared);

/// <summary>A user as people ask about one.</summary>
/// <param name="Rules">It can become root.</param>
/// <param name="IsLocked">Nobody can log in as it.</param>
/// <param name="Trouble">Why its keys cannot be read; null: they can.</param>
public sealed record UserStatus(
    string Name, int Uid, string Home, string Shell, ImmutableArray<string> Groups,
    Ownership Ownership, bool IsDeclared, bool Rules, bool IsLocked, bool HasPassword,
    ImmutableArray<UserKey> Keys, DateTimeOffset? LastLogin, string? Trouble)
{
    private const int FirstPerson = 1000;

    /// <summary>By its number, as Debian gives them: not of the system.</summary>
    public bool IsPerson() => Uid >= FirstPerson;

    /// <summary>Who can log in, or is declared, or was.</summary>
    internal static ImmutableArray<UserStatus> All(DesiredState desired, ObservedState seen) =>
        [.. (seen.Accounts?.Users ?? []).Select(u => Of(u, desired, seen.ObservedAt))];

    private static UserStatus Of(ObservedUser user, DesiredState desired, DateTimeOffset now)
    {
        var account = user.Account;
        return new(account.Name, account.Uid, account.Home, account.Shell, account.Groups,
            account.Ownership, desired.Users.ContainsKey(account.Name), WaysIn.Rules(account),
            WaysIn.IsExpired(account, now), user.HasPassword && !account.PasswordIsLocked,
            [
                .. account.Keys.Where(SshKeys.IsKey)
                    .Select(k => new UserKey(SshKeys.Words(k), true)),
                .. user.OtherKeys.Select(k => new UserKey(SshKeys.Words(k), false)),
            ],
            user.LastLogin, user.Trouble);
    }
}
