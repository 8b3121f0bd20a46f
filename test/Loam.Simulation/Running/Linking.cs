using Loam.Core.Resources;
using Loam.Simulation.Host;

namespace Loam.Simulation.Running;

/// <summary>Interfaces a person might declare, under whoever is in charge, and what must hold: as
/// declared or as before, and nobody else's touched.</summary>
internal sealed class Linking(World world)
{
    private const string File = "/etc/systemd/network/05-loam-{0}.network";

    private static readonly string[] s_addresses = ["10.0.0.1/8", "10.0.0.2/8", "10.0.0.3/8"];
    private static readonly string[] s_gateways = ["10.0.0.253", SimulatedLinks.Silent];

    private readonly string _before = Snapshot(world);

    /// <summary>Every second machine has systemd-networkd.</summary>
    public static void Settle(World world)
    {
        world.Links.Put("eth0", ["10.0.0.1/8"], ["10.0.0.253"]);
        world.Links.Put("eth1", [], []);
        world.Links.Put("docker0", ["172.17.0.1/16"], []);
        if (world.Chance.OneIn(2))
        {
            world.Tree["/run/systemd/netif/state"] = HostFile.Of("");
        }
        if (!world.Chance.OneIn(4))
        {
            world.DhcpServer = _ => new("10.0.0.77/8", ["10.0.0.253"], [], [], "10.0.0.253",
                world.Time.GetUtcNow(), TimeSpan.FromHours(1));
        }
        world.Programs.Does = (name, arguments) =>
        {
            if (name == "networkctl" && arguments is ["reconfigure", var link])
            {
                Reconfigure(world, link);
            }
        };
    }

    /// <summary>The interfaces of a network.yaml; one time in three the list is absent.</summary>
    public static string Draw(Chance chance)
    {
        if (chance.OneIn(3))
        {
            return "";
        }
        var links = ((string[])["eth0", "eth1"]).Where(_ => chance.OneIn(2)).Select(
            n => chance.OneIn(3) ? $"    - {{name: {n}, type: dhcp}}\n"
                : $"    - {{name: {n}, type: static, address: {chance.Pick(s_addresses)}"
                + (chance.OneIn(2) ? $", gateway: {chance.Pick(s_gateways)}}}\n" : "}\n"))
            .ToList();
        return links.Count == 0 ? "  interfaces: []\n" : "  interfaces:\n" + string.Concat(links);
    }

    /// <summary>Somebody takes an address of Loam's away.</summary>
    public static void Tamper(World world)
    {
        foreach (var (name, owned) in world.NetworkLedger.Interfaces)
        {
            if (world.Chance.OneIn(3) && owned.Address is { } address)
            {
                world.Links.Unwatched.RemoveAddress(name, address);
            }
        }
    }

    public static string Snapshot(World world) => world.Links.Snapshot() + "\n"
        + string.Join(' ', world.NetworkLedger.Interfaces);

    /// <param name="isOld">The former generation is in force.</param>
    public void Check(bool isOld, DesiredState state)
    {
        void Wrong(string what) => world.Watch.Violation($"interfaces: {what}");
        if (isOld && Snapshot(world) != _before)
        {
            Wrong("a change was taken back, and addresses are not as before");
        }
        if (!world.Links.AddressesOf("docker0").SequenceEqual(["172.17.0.1/16"]))
        {
            Wrong("an interface was touched that nobody declared");
        }
        foreach (var wanted in state.Interfaces.Values)
        {
            var leased = world.Links.LeasedOf(wanted.Name).Count;
            if (wanted.Address is null ? leased != 1
                : !world.Links.AddressesOf(wanted.Name).Contains(wanted.Address) || leased > 0)
            {
                Wrong($"{wanted.Name} has not the address that is declared");
            }
            if (wanted.Gateway == SimulatedLinks.Silent)
            {
                Wrong("a gateway stayed that does not answer");
            }
        }
        if (state.ManagesInterfaces && world.NetworkLedger.Interfaces.Keys.Except(
            state.Interfaces.Keys).Any())
        {
            Wrong("an interface is Loam's, and is declared no more");
        }
    }

    /// <summary>What networkd does: addresses and gateways of its file, or none. Without a file it
    /// lets go of what it was lent, and leaves the rest.</summary>
    private static void Reconfigure(World world, string link)
    {
        var text = world.Tree.Unwatched[string.Format(
            System.Globalization.CultureInfo.InvariantCulture, File, link)].Text;
        if (text is null)
        {
            foreach (var lent in world.Links.LeasedOf(link).ToList())
            {
                world.Links.Unwatched.RemoveAddress(link, lent);
            }
        }
        else
        {
            string[] Of(string key) => [.. text.Split('\n').Where(
                l => l.StartsWith(key, StringComparison.Ordinal)).Select(l => l[key.Length..])];
            var lease = Of("DHCP=").Length > 0 ? world.DhcpServer(link) : null;
            world.Links.Put(link, Of("Address="), lease is null ? Of("Gateway=")
                : [.. lease.Gateways], lease is null ? [] : [lease.Address]);
        }
    }
}
