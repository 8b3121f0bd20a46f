using System.Collections.Immutable;
using Loam.Core.Json;
using Loam.Core.Reconciling;
using Loam.Core.Resources;
using Loam.Drivers.Files;

namespace Loam.Drivers.Users;

/// <summary>Which accounts and groups Loam made or changes.</summary>
/// <param name="path">Null: it is kept in memory only.</param>
public sealed class UserLedger(string? path) : JsonLedger<OwnedAccounts>(
    path, LoamJson.Default.OwnedAccounts,
    new(ImmutableSortedDictionary<string, OwnedUser>.Empty, []), "users")
{
    public ImmutableSortedDictionary<string, OwnedUser> Users => Kept.Users;
    public ImmutableSortedSet<string> Groups => Kept.Groups;

    /// <exception cref="HostException">Exhausted: no room. Then nothing may be changed.
    /// </exception>
    public void Put(string name, OwnedUser user) =>
        Keep(Kept with { Users = Kept.Users.SetItem(name, user) });

    public void Forget(string name)
    {
        if (Kept.Users.ContainsKey(name))
        {
            Keep(Kept with { Users = Kept.Users.Remove(name) });
        }
    }

    public void PutGroup(string name) => Keep(Kept with { Groups = Kept.Groups.Add(name) });

    public void ForgetGroup(string name)
    {
        if (Kept.Groups.Contains(name))
        {
            Keep(Kept with { Groups = Kept.Groups.Remove(name) });
        }
    }
}
