using System.Collections.Immutable;
using Loam.Core.Reconciling;

namespace Loam.Drivers.Users;

/// <summary>One line of the machine's accounts.</summary>
/// <param name="Groups">Besides the first, in the order of their names.</param>
/// <param name="HasPassword">It has one, locked or not.</param>
/// <param name="ExpiresOn">Days from 1970; null: never.</param>
public sealed record HostUser(
    string Name, int Uid, int Gid, string Home, string Shell, ImmutableArray<string> Groups,
    bool HasPassword, bool PasswordIsLocked, int? ExpiresOn);

/// <param name="Groups">Their numbers by name.</param>
public sealed record HostAccounts(
    ImmutableArray<HostUser> Users, ImmutableSortedDictionary<string, int> Groups,
    ImmutableArray<string> Shells, bool HasSudo);

/// <summary>The accounts of a machine. The simulation has its own beneath the same driver.
/// </summary>
public interface IAccountHost
{
    /// <summary>Null: there are none that could be read.</summary>
    /// <exception cref="HostException">Unavailable: try again.</exception>
    Task<HostAccounts?> LookAsync(CancellationToken cancel);

    /// <summary>Makes the account with a home and a group of its own, and without a password;
    /// in no other group.</summary>
    /// <exception cref="HostException">Conflict: name, number or home are taken.</exception>
    Task AddAsync(HostUser user, CancellationToken cancel);

    /// <summary>Makes what is missing of an account whose making was cut off.</summary>
    Task FinishAsync(HostUser user, CancellationToken cancel);

    /// <summary>Sets shell, groups, lock and expiry of an account.</summary>
    Task SetAsync(HostUser user, CancellationToken cancel);

    /// <summary>Takes an account away that was just made, and its home if nothing but what comes
    /// with a new one is in it.</summary>
    Task RemoveAsync(HostUser user, CancellationToken cancel);

    Task AddGroupAsync(string name, CancellationToken cancel);

    /// <summary>Takes a group away that has no members.</summary>
    Task RemoveGroupAsync(string name, CancellationToken cancel);

    /// <summary>The text of a user's authorized_keys; null: there is none.</summary>
    /// <exception cref="HostException">Unsupported: it is a link, or belongs to somebody else.
    /// </exception>
    Task<string?> ReadKeysAsync(HostUser user, CancellationToken cancel);

    /// <param name="text">Null: the file goes away.</param>
    Task WriteKeysAsync(HostUser user, string? text, CancellationToken cancel);

    /// <summary>The text of the user's file below /etc/sudoers.d; null: there is none.</summary>
    Task<string?> ReadSudoAsync(string name, CancellationToken cancel);

    Task WriteSudoAsync(string name, string? text, CancellationToken cancel);

    /// <summary>When each number last logged in, as far as the machine keeps it.</summary>
    Task<DateTimeOffset?> LastLoginAsync(int uid, CancellationToken cancel);
}
