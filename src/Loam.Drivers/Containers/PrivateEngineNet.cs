using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using Loam.Core.Observing;
using Loam.Core.Reconciling;
using Loam.Drivers.Linux;
using Loam.Drivers.Network;

namespace Loam.Drivers.Containers;

/// <summary>The network of a private engine beside another Docker. Two dockerds that both write
/// iptables flush each other's chains, and one without a bridge of its own deletes the other's
/// <c>docker0</c> when it starts. So the private one gets a bridge, leaves iptables alone, and
/// what it would have written there stands in a table of this instance: the way out, the walls
/// between networks, and none for internal ones.</summary>
internal sealed class PrivateEngineNet(string instance)
{
    private const string HostBridge = "docker0";

    private static readonly KernelLinks s_links = new();

    private readonly string _prefix = NetworkBridge.Prefix(instance);
    private readonly EnginePass _pass = new(NetworkBridge.Prefix(instance));

    /// <summary>The engine's own bridge, which no container uses.</summary>
    public string Bridge => NetworkBridge.Name(instance, "");

    private string Table => "loam_" + _prefix.TrimEnd('-');

    /// <summary>Whether this host has or had another Docker. Asked before ours is started.
    /// </summary>
    public static bool AnotherEngineIsHere() =>
        HostInterfaces.Exists(HostBridge)
        || Directory.EnumerateDirectories("/proc").Any(IsEngine);

    /// <summary>Makes the bridge, if it is not there.</summary>
    /// <returns>Range of addresses for networks, in CIDR: one that no route of this host
    /// touches.</returns>
    /// <exception cref="HostException">Exhausted: there is none. Unsupported: no bridges.
    /// </exception>
    public string Prepare()
    {
        var routes = Routes();
        // 10.88 and 10.89 are Podman's, the beginning and the end are everybody's favourites.
        var free = Enumerable.Range(200, 50).Select(n => $"10.{n}")
            .Concat(Enumerable.Range(20, 12).Select(n => $"172.{n}"))
            .FirstOrDefault(n => routes.All(r => !Overlap(r, $"{n}.0.0")))
            ?? throw new HostException(
                Fault.Exhausted, "No range of addresses is free for the private engine.",
                "Free one of 10.200.0.0/16 to 10.249.0.0/16, or of 172.20.0.0/16 to "
                + "172.31.0.0/16.");
        if (!HostInterfaces.Exists(Bridge))
        {
            KernelLinks.AddBridge(Bridge);
            s_links.AddAddress(Bridge, $"{free}.255.1/24");
            s_links.Raise(Bridge);
        }
        return $"{free}.0.0/16";
    }

    /// <summary>Makes the rules as these networks need them, all at once. What is not named in
    /// them is closed.</summary>
    /// <exception cref="HostException">Unsupported: the rules cannot be made.</exception>
    public async Task GuardAsync(
        ImmutableArray<ObservedNetwork> networks, CancellationToken cancel)
    {
        var result = await Command.RunAsync("nft", ["-f", "-"], Rules(networks), cancel)
            .ConfigureAwait(false);
        if (result.ExitCode != 0)
        {
            throw new HostException(
                Fault.Unsupported,
                $"The private engine's networks cannot be guarded: {result.Output.Trim()}",
                "Install nftables and check that the kernel has it.");
        }
        await _pass.OpenAsync(cancel).ConfigureAwait(false);
    }

    /// <summary>Takes rules and bridge away; none there is success.</summary>
    public async Task CloseAsync(CancellationToken cancel)
    {
        if (Command.Find("nft") is not null)
        {
            await Command.RunAsync(
                "nft", ["-f", "-"], $"table inet {Table} {{}}\ndelete table inet {Table}\n",
                cancel).ConfigureAwait(false);
        }
        await _pass.CloseAsync(cancel).ConfigureAwait(false);
        KernelLinks.Remove(Bridge);
    }

    internal string Rules(ImmutableArray<ObservedNetwork> networks)
    {
        var all = networks.Select(n => NetworkBridge.Name(instance, n.Name)).ToList();
        var open = networks.Where(n => !n.Internal)
            .Select(n => NetworkBridge.Name(instance, n.Name)).ToList();
        // Declared first so that deleting it never fails; all of it is one transaction.
        return $$"""
            table inet {{Table}} {}
            delete table inet {{Table}}
            table inet {{Table}} {
                set same {
                    type ifname . ifname
                    {{Elements(all.Select(b => $"\"{b}\" . \"{b}\""))}}
                }
                set open {
                    type ifname
                    {{Elements(open.Select(b => $"\"{b}\""))}}
                }
                chain between {
                    type filter hook forward priority filter - 10; policy accept;
                    iifname . oifname @same accept
                    iifname "{{_prefix}}*" oifname "{{_prefix}}*" drop
                    iifname "{{_prefix}}*" iifname != @open drop
                    oifname "{{_prefix}}*" oifname != @open drop
                    oifname "{{_prefix}}*" ct state new drop
                }
                chain out {
                    type nat hook postrouting priority srcnat; policy accept;
                    iifname @open oifname != "{{_prefix}}*" masquerade
                }
            }

            """;
    }

    private static string Elements(IEnumerable<string> elements)
    {
        var list = string.Join(", ", elements);
        return list.Length == 0 ? "" : $"elements = {{ {list} }}";
    }

    private static bool IsEngine(string folder)
    {
        try
        {
            return char.IsAsciiDigit(Path.GetFileName(folder)[0])
                && File.ReadAllText($"{folder}/comm").Trim() == "dockerd";
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // The process ended while we looked.
            return false;
        }
    }

    /// <summary>Destinations and masks of the IPv4 routes, in the machine's byte order, less the
    /// default route and those of our own bridges.</summary>
    private List<(uint Network, uint Mask)> Routes()
    {
        var routes = new List<(uint, uint)>();
        foreach (var line in File.ReadLines("/proc/net/route").Skip(1))
        {
            var words = line.Split('\t');
            if (words.Length > 7 && !words[0].StartsWith(_prefix, StringComparison.Ordinal)
                && Hex(words[1]) is var network && Hex(words[7]) is var mask && mask != 0)
            {
                routes.Add((network, mask));
            }
        }
        return routes;
    }

    private static uint Hex(string text) =>
        uint.Parse(text, NumberStyles.HexNumber, CultureInfo.InvariantCulture);

    private static bool Overlap((uint Network, uint Mask) route, string range)
    {
        var network = BitConverter.ToUInt32(IPAddress.Parse(range).GetAddressBytes());
        var mask = route.Mask & BitConverter.ToUInt32([255, 255, 0, 0]);
        return (route.Network & mask) == (network & mask);
    }
}
