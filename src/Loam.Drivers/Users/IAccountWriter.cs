using Loam.Core.Reconciling;

namespace Loam.Drivers.Users;

/// <summary>What changes the files of accounts below /etc.</summary>
internal interface IAccountWriter
{
    /// <summary>Makes the account and a group of its own with the number of
    /// <see cref="HostUser.Gid"/>; no password fits, and it is in no other group.</summary>
    /// <exception cref="HostException">Conflict: name or number are taken. Unavailable: another
    /// program changes accounts.</exception>
    Task AddUserAsync(HostUser user, CancellationToken cancel);

    /// <summary>Makes what is missing of an account whose making was cut off.</summary>
    Task FinishUserAsync(HostUser user, CancellationToken cancel);

    /// <summary>Sets shell, groups and expiry.</summary>
    /// <param name="locked">What becomes of its password; null: it stays.</param>
    Task SetUserAsync(HostUser user, bool? locked, CancellationToken cancel);

    /// <summary>Takes the account and its own group away; the home stays.</summary>
    Task RemoveUserAsync(HostUser user, CancellationToken cancel);

    /// <summary>Makes a group with a number of the system's: those of people go with the numbers
    /// of users.</summary>
    Task AddGroupAsync(string name, CancellationToken cancel);

    Task RemoveGroupAsync(string name, CancellationToken cancel);
}
