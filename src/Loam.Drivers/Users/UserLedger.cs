using System.Collections.Immutable;
using System.Text.Json;
using Loam.Core.Json;
using Loam.Core.Reconciling;
using Loam.Core.Resources;
using Loam.Drivers.Files;

namespace Loam.Drivers.Users;

/// <summary>Which accounts and groups Loam made or changes, kept in one file: they carry no label.
/// </summary>
/// <param name="path">Null: it is kept in memory only.</param>
public sealed class UserLedger(string? path)
{
    private const int MostBytes = 16 * 1024 * 1024;
    private const uint OwnerOnly = 0b110_000_000;

    private static readonly OwnedAccounts s_none = new(
        ImmutableSortedDictionary<string, OwnedUser>.Empty, []);

    private OwnedAccounts _kept = path is null ? s_none : Load(path);

    public ImmutableSortedDictionary<string, OwnedUser> Users => _kept.Users;
    public ImmutableSortedSet<string> Groups => _kept.Groups;

    /// <exception cref="HostException">Exhausted: no room. Then nothing may be changed.
    /// </exception>
    public void Put(string name, OwnedUser user) =>
        Keep(_kept with { Users = _kept.Users.SetItem(name, user) });

    public void Forget(string name)
    {
        if (_kept.Users.ContainsKey(name))
        {
            Keep(_kept with { Users = _kept.Users.Remove(name) });
        }
    }

    public void PutGroup(string name) => Keep(_kept with { Groups = _kept.Groups.Add(name) });

    public void ForgetGroup(string name)
    {
        if (_kept.Groups.Contains(name))
        {
            Keep(_kept with { Groups = _kept.Groups.Remove(name) });
        }
    }

    private void Keep(OwnedAccounts kept)
    {
        if (path is not null)
        {
            AtomicFile.Write(path, JsonSerializer.SerializeToUtf8Bytes(
                kept, LoamJson.Default.OwnedAccounts), OwnerOnly);
        }
        _kept = kept;
    }

    /// <summary>Unlike other memories, this one must not be lost in silence: what Loam made would
    /// become somebody else's.</summary>
    private static OwnedAccounts Load(string path)
    {
        try
        {
            return AtomicFile.Read(path, MostBytes) is not { } bytes ? s_none
                : JsonSerializer.Deserialize(bytes, LoamJson.Default.OwnedAccounts)
                    ?? s_none;
        }
        catch (JsonException)
        {
            throw new HostException(Fault.Conflict,
                $"{path} does not hold what Loam knows of its users.",
                "Restore it from a backup; or remove it, and users that Loam made count as "
                + "somebody else's from then on.");
        }
    }
}
