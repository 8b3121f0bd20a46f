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
    private readonly Lock _gate = new();

    /// <summary>What stood in /etc/resolv.conf before Loam wrote it; null: it did not.</summary>
    public HostFile? ResolvConf => Kept.ResolvConf;

    /// <exception cref="HostException">Exhausted: no room. Then nothing may be changed.
    /// </exception>
    public void KeepResolvConf(HostFile? former)
    {
        lock (_gate)
        {
            if (Kept.ResolvConf != former)
            {
                Keep(Kept with { ResolvConf = former });
            }
        }
    }

    /// <summary>What stood there before the name servers of a lease; null: there are none.
    /// </summary>
    public HostFile? BeforeLease => Kept.BeforeLease;

    /// <exception cref="HostException">Exhausted: no room. Then nothing may be changed.
    /// </exception>
    public void KeepBeforeLease(HostFile? former)
    {
        lock (_gate)
        {
            if (Kept.BeforeLease != former)
            {
                Keep(Kept with { BeforeLease = former });
            }
        }
    }

    /// <summary>What Loam set on each interface.</summary>
    public ImmutableSortedDictionary<string, OwnedInterface> Interfaces => Kept.Interfaces;

    /// <param name="owned">Null: nothing any more.</param>
    /// <exception cref="HostException">Exhausted: no room. Then nothing may be changed.
    /// </exception>
    public void KeepInterface(string name, OwnedInterface? owned)
    {
        lock (_gate)
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
}
