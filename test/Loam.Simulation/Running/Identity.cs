using Loam.Core.Resources;
using Loam.Drivers.Network;

namespace Loam.Simulation.Running;

/// <summary>Names and time zones a person might declare, and what must hold of the files: as
/// declared or as before, and nothing else of them touched.</summary>
internal sealed class Identity(World world)
{
    private const string Hosts = "127.0.0.1 localhost\n192.168.1.9 printer # by hand\n";

    private static readonly string[] s_names = ["harbour", "attic.example.com", "printer"];
    private static readonly string[] s_zones = ["Europe/Berlin", "America/New_York", "UTC"];

    private readonly string _before = Snapshot(world);

    public static void Settle(World world)
    {
        var tree = world.Tree;
        foreach (var zone in s_zones)
        {
            tree[$"/usr/share/zoneinfo/{zone}"] = HostFile.Of("TZif");
        }
        tree["/etc/hosts"] = HostFile.Of(Hosts);
        tree["/etc/hostname"] = HostFile.Of("debian\n");
        tree["/etc/localtime"] = world.Chance.OneIn(2)
            ? HostFile.LinkTo("../usr/share/zoneinfo/UTC") : HostFile.Of("TZif\0\u00ff");
    }

    /// <summary>A manifest.yaml.</summary>
    public static string Draw(Chance chance) =>
        "apiVersion: loam/v1\nkind: SystemManifest\nmetadata:\n  name: simulated\nspec:\n"
        + (chance.OneIn(3) ? "" : $"  hostname: {chance.Pick(s_names)}\n")
        + (chance.OneIn(3) ? "" : $"  timezone: {chance.Pick(s_zones)}\n")
        + "  safety: {}\n";

    /// <summary>Somebody changes by hand what is Loam's.</summary>
    public static void Tamper(World world)
    {
        if (world.Chance.OneIn(3))
        {
            world.Tree["/etc/hosts"] = HostFile.Of(Hosts + "10.0.0.7 nas\n");
            world.Tree["/etc/localtime"] = HostFile.LinkTo("/usr/share/zoneinfo/UTC");
        }
    }

    /// <param name="isOld">The former generation is in force.</param>
    public void Check(bool isOld, DesiredState state)
    {
        void Wrong(string what) => world.Watch.Violation($"identity: {what}");
        var hosts = world.Tree["/etc/hosts"].Text ?? "";
        if (isOld && Snapshot(world) != _before)
        {
            Wrong("a change was taken back, and name or zone are not as before");
        }
        if (!hosts.Contains("192.168.1.9 printer # by hand\n", StringComparison.Ordinal)
            || !hosts.StartsWith("127.0.0.1 localhost\n", StringComparison.Ordinal))
        {
            Wrong("a line of somebody else's is gone from /etc/hosts");
        }
        if (state.Hostname is { } name && (world.HostName.Get() != name
            || world.Tree["/etc/hostname"].Text?.Trim() != name
            || !HostsFile.OtherNames(hosts.Replace(" # loam", "", StringComparison.Ordinal))
                .Contains(name)))
        {
            Wrong($"the machine is not called {name} everywhere");
        }
        if (state.Timezone is { } zone
            && (world.Tree["/etc/localtime"].Link?.EndsWith("/" + zone, StringComparison.Ordinal)
                != true || world.Tree["/etc/timezone"].Text?.Trim() != zone))
        {
            Wrong($"the time zone is not {zone}");
        }
    }

    private static string Snapshot(World world) =>
        $"{world.HostName.Get()}\n{world.Tree.Snapshot()}";
}
