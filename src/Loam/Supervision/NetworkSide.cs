using Loam.Api;
using Loam.Core.Observing;
using Loam.Core.Reconciling;
using Loam.Drivers.Containers.Native.Networking;
using Loam.Drivers.Files;

namespace Loam.Supervision;

/// <summary>What the daemon does for networks of containers where Loam makes them itself: they lead
/// to those that are well, and names are answered.</summary>
internal sealed class NetworkSide(ContainerNetworks networks, InstancePaths paths, string instance,
    HealthBoard health, EventLog events, TimeProvider time)
{
    private const string ResolvConf = "/etc/resolv.conf";

    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(500);

    public Watched[] Watches =>
    [
        new("ports of containers", FollowAsync),
        new("names of containers", new NamesWatch(networks, () => new NameSockets(null),
            ResolvConf, paths, Environment.ProcessPath!, ConfinedUser.Names.Of(instance), events,
            time).RunAsync),
    ];

    private async Task FollowAsync(CancellationToken stop)
    {
        while (true)
        {
            await networks.SetHealthyAsync(health.Well(), stop);
            await networks.FollowAsync(stop);
            await Task.Delay(s_pause, time, stop);
        }
    }
}
