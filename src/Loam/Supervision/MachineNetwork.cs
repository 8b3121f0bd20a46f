using System.Collections.Immutable;
using Loam.Core.Reconciling;
using Loam.Drivers.Files;
using Loam.Drivers.Linux;
using Loam.Drivers.Network;
using Loam.Drivers.Network.Dhcp;

namespace Loam.Supervision;

/// <summary>The machine's own name, name servers and interfaces: what sets them, and what goes on
/// asking for their leases.</summary>
internal sealed class MachineNetwork : IDisposable
{
    private readonly Udhcpc _dhcp;
    private readonly LeaseWatch _leases;

    public MachineNetwork(
        InstancePaths paths, IDeadman deadman, EventLog events, TimeProvider time)
    {
        var (tree, links, programs) = (new HostTree("/"), new KernelLinks(), new HostPrograms());
        _dhcp = new(paths.DataDir, () => Environment.MachineName, time);
        _dhcp.EndLeft();
        var ledger = new NetworkLedger(paths.NetworkFile);
        var leases = new Leases(links, _dhcp, new(paths.LeasesFile), time);
        var setup = new InterfaceSetup(tree, links, programs, leases);
        Drivers =
        [
            new IdentityDriver(tree, new KernelHostName(), TimeZoneInfo.ClearCachedData),
            new ResolverDriver(tree, programs, new DnsProbe(), ledger),
            new InterfaceDriver(setup, ledger, deadman, time),
        ];
        Adoption = new(links);
        _leases = new(leases, new(tree, ledger), setup, ledger, events, time);
    }

    public ImmutableArray<IDriver> Drivers { get; }

    public LinkAdoption Adoption { get; }

    public ImmutableArray<string> Alerts() => _leases.Alerts();

    public Task FollowAsync(CancellationToken stop) => _leases.RunAsync(stop);

    public void Dispose() => _dhcp.Dispose();
}
