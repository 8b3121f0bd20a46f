using System.Collections.Immutable;
using Loam.Core.Json;
using Loam.Core.Reconciling;
using Loam.Core.Resources;
using Loam.Drivers.Files;

namespace Loam.Drivers.Network;

/// <summary>What Loam wrote over in the machine's network.</summary>
/// <param name="path">Null: it is kept in memory only.</param>
public sealed class NetworkLedger(string? path) : JsonLedger<OwnedNetwork>(
    path, LoamJson.Default.OwnedNetwork, new(
        null, ImmutableSortedDictionary<string, OwnedInterface>.Empty), "network settings")
{
    /// <summary>What stood in /etc/resolv.conf before Loam wrote it; null: it did not.</summary>
    public HostFile? ResolvConf => Kept.ResolvConf;

    /// <exception cref="HostException">Exhausted: no room. Then nothing may be changed.
    /// </exception>
    public void KeepResolvConf(HostFile? former)
    {
        if (Kept.ResolvConf != former)
        {
            Keep(Kept with { ResolvConf = former });
        }
    }

    /// <summary>What Loam set on each interface.</summary>
    public ImmutableSortedDictionary<string, OwnedInterface> Interfaces => Kept.Interfaces;

    /// <param name="owned">Null: nothing any more.</param>
    /// <exception cref="HostException">Exhausted: no room. Then nothing may be changed.
    /// </exception>
    public void KeepInterface(string name, OwnedInterface? owned)
    {
        if (Kept.Interfaces.GetValueOrDefault(name) != owned)
        {
            Keep(Kept with
            {
                Interfaces = owned is null ? Kept.Interfaces.Remove(name)
                    : Kept.Interfaces.SetItem(name, owned),
            });
        }
    }
}
