using System.Net;
using System.Runtime.InteropServices;
using System.Text;
using Loam.Core.Reconciling;
using Loam.Drivers.Linux;
using Loam.Drivers.Network;
using Loam.Drivers.Sandboxes;

namespace Loam.Drivers.Containers.Native.Networking;

/// <summary>By rtnetlink(7), without a program.</summary>
/// <param name="host">Path of the host's network namespace; null: this process's own.</param>
public sealed class NetworkKernel(string? host) : INetworkKernel
{
    private const int Route = 0;
    private const ushort NewLink = 16, GetLink = 18, GetRoute = 26;
    private const int LinkBytes = 16, RouteBytes = 12;
    private const ushort LinkAddress = 1, LinkName = 3, LinkPeer = 5, LinkMaster = 10,
        LinkInfo = 18, LinkSpace = 28, InfoKind = 1, InfoData = 2, CablePeer = 1;
    private const ushort RouteTarget = 1;
    private const ushort SetLink = 19, LinkPort = 12, Nested = 0x8000, PortHairpin = 4;
    private const byte Bridging = 7, V4 = 2;
    private const uint Up = 1;
    private const string Forwarding = "ipv4/ip_forward";

    private static readonly KernelLinks s_links = new();

    public bool Forwards => NetworkSpace.In(host, () =>
        File.ReadAllText($"/proc/sys/net/{Forwarding}").Trim() != "0");

    public void Prepare(string folder) => NetworkSpace.Share(folder);

    public IReadOnlyList<string> Links() => NetworkSpace.In(host, () =>
        Netlink.List(Route, new(GetLink, Netlink.Dump, new byte[LinkBytes]))
            .Select(l => NameIn(l)).ToList());

    public IReadOnlyList<Subnet> Routes() => NetworkSpace.In(host, () =>
        Netlink.List(Route, new(GetRoute, Netlink.Dump, new byte[RouteBytes]))
            .Where(r => r[0] == V4 && r[1] > 0
                && Netlink.Attribute(r.AsSpan(RouteBytes), RouteTarget).Length == 4)
            .Select(r => Subnet.Of(
                new(Netlink.Attribute(r.AsSpan(RouteBytes), RouteTarget)), r[1])).ToList());

    public void MakeBridge(string name, string address) => NetworkSpace.In(host, () =>
    {
        KernelLinks.AddBridge(name);
        // No address of v6 that nobody asked for, and the host's own loop reaches its ports.
        ForbidV6(name);
        NetworkSpace.Setting($"ipv4/conf/{name}/route_localnet", "1");
        s_links.AddAddress(name, address);
        s_links.Raise(name);
        return true;
    });

    public void DropLink(string name) => NetworkSpace.In(host, () =>
    {
        KernelLinks.Remove(name);
        return true;
    });

    public void OpenSpace(string path)
    {
        if (!NetworkSpace.IsMade(path))
        {
            NetworkSpace.Make(path);
        }
    }

    public void CloseSpace(string path) => NetworkSpace.Delete(path);

    public IReadOnlySet<string> Spaces(string folder) => Directory.Exists(folder)
        ? Directory.EnumerateFiles(folder).Where(NetworkSpace.IsMade)
            .ToHashSet(StringComparer.Ordinal)
        : new HashSet<string>(StringComparer.Ordinal);

    public void Plug(Cable cable)
    {
        // Indexes of both ends say whether they are one cable.
        var (index, peer) = NetworkSpace.In(host, () => Ends(cable.Link));
        var (inner, outer) = NetworkSpace.In(cable.Space, () => Ends(cable.Inner));
        if (index == 0 || index != outer || peer != inner)
        {
            Unplug(cable, index, inner);
            Lay(cable);
        }
        NetworkSpace.In(host, () =>
        {
            var (link, bridge) = (Netlink.IndexOf(cable.Link), Netlink.IndexOf(cable.Bridge));
            Check(Netlink.Do(
                Route, Link(0, link, Up).With(LinkMaster, BitConverter.GetBytes(bridge))),
                $"{cable.Link} cannot be put into {cable.Bridge}");
            // Where the kernel filters bridges, who reaches himself through a port of the host
            // never leaves the bridge.
            var port = LinkHead(link, 0);
            port[0] = Bridging;
            Check(Netlink.Do(Route, new NetlinkMessage(SetLink, Netlink.Acknowledge, port)
                .With(LinkPort | Nested, NetlinkMessage.Nest(n => n.With(PortHairpin, 1)))),
                $"{cable.Link} cannot be made to answer itself");
            return true;
        });
        NetworkSpace.In(cable.Space, () =>
        {
            ForbidV6(cable.Inner);
            s_links.AddAddress(cable.Inner, cable.Address);
            s_links.Raise(cable.Inner);
            if (cable.Gateway is { } gateway)
            {
                s_links.AddGateway(cable.Inner, gateway);
            }
            return true;
        });
    }

    public void ForgetFlows(
        IReadOnlyCollection<string> addresses, IReadOnlyCollection<int> ports) =>
        NetworkSpace.In(host, () =>
        {
            Flows.Forget(addresses.Select(IPAddress.Parse).ToHashSet(), ports.ToHashSet());
            return true;
        });

    public void Forward() => NetworkSpace.In(host, () =>
    {
        NetworkSpace.Setting(Forwarding, "1");
        return true;
    });

    private void Unplug(Cable cable, int index, int inner)
    {
        if (index != 0)
        {
            DropLink(cable.Link);
        }
        if (inner != 0)
        {
            new NetworkKernel(cable.Space).DropLink(cable.Inner);
        }
    }

    /// <summary>Both ends at once. The address of the link follows from that of the network, so
    /// that neighbours find a container again that was started anew.</summary>
    private void Lay(Cable cable)
    {
        using var space = Kernel.OpenNamespace(cable.Space);
        var number = BitConverter.GetBytes((int)space.DangerousGetHandle());
        var address = IPAddress.Parse(cable.Address[..cable.Address.IndexOf(
            '/', StringComparison.Ordinal)]).GetAddressBytes();
        byte[] hardware = [0x02, 0x6c, .. address];
        var peer = NetlinkMessage.Nest(n => n.With(LinkName, Text(cable.Inner))
            .With(LinkSpace, number).With(LinkAddress, hardware));
        var ends = NetlinkMessage.Nest(
            n => n.With(CablePeer, [.. new byte[LinkBytes], .. peer]));
        NetworkSpace.In(host, () =>
        {
            Check(Netlink.Do(Route, Link(Netlink.Create | Netlink.Exclusive, 0)
                .With(LinkName, Text(cable.Link))
                .With(LinkInfo, NetlinkMessage.Nest(
                    n => n.With(InfoKind, Text("veth")).With(InfoData, ends)))),
                $"No link {cable.Link} can be made into {cable.Space}");
            return true;
        });
    }

    /// <summary>Index of a link, and of its other end; zeros: it is not there.</summary>
    private static (int Index, int Peer) Ends(string name)
    {
        if (Netlink.IndexOf(name) is not (var index and not 0))
        {
            return (0, 0);
        }
        var reply = new byte[16 * 1024];
        var length = Netlink.Ask(
            Route, new NetlinkMessage(GetLink, 0, LinkHead(index, 0)).Bytes(), reply);
        return length > Netlink.HeadBytes + LinkBytes && Netlink.TypeOf(reply) == NewLink
            && Netlink.Attribute(reply.AsSpan(Netlink.HeadBytes + LinkBytes)[..(length
                - Netlink.HeadBytes - LinkBytes)], LinkPeer) is [_, _, _, _] peer
            ? (index, MemoryMarshal.Read<int>(peer)) : (index, 0);
    }

    /// <summary>Not every kernel has it at all.</summary>
    private static void ForbidV6(string name)
    {
        if (Directory.Exists($"/proc/sys/net/ipv6/conf/{name}"))
        {
            NetworkSpace.Setting($"ipv6/conf/{name}/disable_ipv6", "1");
        }
    }

    private static NetlinkMessage Link(int flags, int index, uint state = 0) =>
        new(NewLink, flags | Netlink.Acknowledge, LinkHead(index, state));

    private static byte[] LinkHead(int index, uint state)
    {
        // ifinfomsg: family, type, index, flags, which of them.
        var head = new byte[LinkBytes];
        MemoryMarshal.Write(head.AsSpan(4), index);
        MemoryMarshal.Write(head.AsSpan(8), state);
        MemoryMarshal.Write(head.AsSpan(12), state);
        return head;
    }

    private static byte[] Text(string name) => [.. Encoding.ASCII.GetBytes(name), 0];

    private static string NameIn(byte[] link) => Encoding.UTF8.GetString(
        Netlink.Attribute(link.AsSpan(LinkBytes), LinkName)).TrimEnd('\0');

    private static void Check(int error, string what, params ReadOnlySpan<int> alsoGood)
    {
        if (error != 0 && !alsoGood.Contains(error))
        {
            throw new HostException(error is 1 or Files.Libc.ErrorAccess ? Fault.Denied
                : Fault.Unsupported, $"{what}: {Marshal.GetPInvokeErrorMessage(error)}.",
                "Check that the kernel has bridges and veth, and that Loam runs as root.");
        }
    }
}
