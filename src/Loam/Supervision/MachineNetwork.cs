using System.Collections.Immutable;
using Loam.Core.Reconciling;
using Loam.Drivers.Files;
using Loam.Drivers.Linux;
using Loam.Drivers.Network;
using Loam.Drivers.Network.Dhcp;

namespace Loam.Supervision;

/// <summary>The machine's own name, name servers and interfaces: what sets them, and what goes on
/// asking for their leases.</summary>
internal sealed class MachineNetwork
{
    public MachineNetwork(InstancePaths paths, IDhcp dhcp, IDeadman deadman, EventLog events,
        TimeProvider time)
    {
        var (tree, links, programs) = (new HostTree("/"), new KernelLinks(), new HostPrograms());
        var ledger = new NetworkLedger(paths.NetworkFile);
        var leases = new Leases(links, dhcp, new(paths.LeasesFile), time);
        var setup = new InterfaceSetup(tree, links, programs, leases);
        Drivers =
        [
            new IdentityDriver(tree, new KernelHostName(), TimeZoneInfo.ClearCachedData),
            new ResolverDriver(tree, programs, new DnsProbe(), ledger),
            new InterfaceDriver(setup, ledger, deadman, time),
        ];
        Adoption = new(links);
        Leases = new(leases, new(tree, ledger), setup, ledger, events, time);
    }

    public ImmutableArray<IDriver> Drivers { get; }

    public LinkAdoption Adoption { get; }

    public LeaseWatch Leases { get; }
}
