using Loam.Core.Observing;
using Loam.Core.Reconciling;

namespace Loam.Drivers.Network.Dhcp;

/// <summary>The last that was told of an interface's lease. Each is an object of its own, also when
/// it says the same again: then it was renewed.</summary>
/// <param name="Lease">Null: it ended, or the server took it back.</param>
public sealed class LeaseNews(Lease? lease)
{
    public Lease? Lease => lease;
}

/// <summary>Asks DHCP servers for addresses, and goes on asking; sets none. The simulation has its
/// own beneath the same driver.</summary>
public interface IDhcp
{
    /// <summary>Begins to ask, if it does not already.</summary>
    /// <param name="former">The address that is wished for; null: any.</param>
    /// <exception cref="HostException">Unsupported: the program is not installed.</exception>
    void Begin(string name, string? former);

    /// <summary>Asks no more. The lease is not given back: whoever goes back to it finds it.
    /// </summary>
    void End(string name);

    /// <returns>Null: nothing since it began.</returns>
    LeaseNews? Told(string name);
}
