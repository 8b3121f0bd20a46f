using System.Collections.Immutable;
using Loam.Core.Resources;

namespace Loam.Core.Observing;

/// <summary>An account that a person may use.</summary>
/// <param name="HasPassword">It has one, locked or not.</param>
/// <param name="OtherKeys">Lines of authorized_keys that a person wrote.</param>
public sealed record ObservedUser(
    UserAccount Account, bool HasPassword, ImmutableArray<string> OtherKeys)
{
    /// <summary>Why its keys cannot be read, as a sentence; null: they can.</summary>
    public string? Trouble { get; init; }

    public DateTimeOffset? LastLogin { get; init; }
}

/// <summary>The accounts of the machine.</summary>
/// <param name="Users">Root, and those of people.</param>
/// <param name="System">Names of all other accounts.</param>
/// <param name="Numbers">Numbers of users and groups that are taken.</param>
/// <param name="Groups">Names of all groups.</param>
/// <param name="Shells">Login shells the machine has.</param>
/// <param name="HasSudo">sudo is installed.</param>
public sealed record ObservedAccounts(
    ImmutableArray<ObservedUser> Users, ImmutableHashSet<string> System,
    ImmutableHashSet<int> Numbers, ImmutableHashSet<string> Groups,
    ImmutableArray<string> Shells, bool HasSudo)
{
    public ObservedUser? Find(string name) => Users.FirstOrDefault(u => u.Account.Name == name);
}
