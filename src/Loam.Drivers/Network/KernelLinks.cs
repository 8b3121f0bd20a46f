using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;
using Loam.Core.Reconciling;
using Loam.Drivers.Linux;

namespace Loam.Drivers.Network;

/// <summary>Interfaces, addresses, routes and neighbours of this thread's network namespace.
/// rtnetlink(7).</summary>
public sealed class KernelLinks : ILinks
{
    private const int Route = 0;
    private const ushort NewLink = 16, DropLink = 17, GetLink = 18, NewAddress = 20,
        DropAddress = 21, GetAddress = 22, NewRoute = 24, DropRoute = 25, GetRoute = 26,
        GetNeighbour = 30;
    private const int LinkBytes = 16, AddressBytes = 8, RouteBytes = 12, NeighbourBytes = 12;
    private const ushort LinkName = 3, LinkInfo = 18, InfoKind = 1,
        AddressAny = 1, AddressLocal = 2, AddressFlags = 8, AddressLife = 6,
        RouteTarget = 1, RouteLink = 4, RouteGateway = 5, RouteMetric = 6,
        NeighbourAddress = 1;
    private const byte V4 = 2, V6 = 10, MainTable = 254, Static = 4, Everywhere = 0, Unicast = 1;
    private const byte NoDuplicates = 2;
    private const uint OnLink = 4;
    private const int LentMetric = 1024;
    private const uint Up = 1, Loopback = 8, Permanent = 0x80;

    /// <summary>NUD_PERMANENT, NOARP, REACHABLE, STALE, DELAY.</summary>
    private const int HasAnswered = 0x80 | 0x40 | 0x02 | 0x04 | 0x08;

    private const int NoSuchProcess = 3, NoDevice = 19, AddressNotThere = 99, Unreachable = 101;
    private const int NotSupported = 95, Discard = 9;

    public IReadOnlyList<HostLink> List()
    {
        var addresses = Netlink.List(Route, new(GetAddress, Netlink.Dump, new byte[AddressBytes]))
            .Select(AddressOf).OfType<(int Index, string Text, bool Lasts)>().ToList();
        var gateways = Netlink.List(Route, new(GetRoute, Netlink.Dump, new byte[RouteBytes]))
            .Select(GatewayOf).OfType<(int Index, string Text)>().ToList();
        ImmutableArray<string> Of(int index, bool lasts) =>
            [.. addresses.Where(a => a.Index == index && a.Lasts == lasts).Select(a => a.Text)];
        return
        [
            .. Links().Select(l => new HostLink(l.Name, Of(l.Index, true), Of(l.Index, false),
                [.. gateways.Where(g => g.Index == l.Index).Select(g => g.Text).Distinct()])),
        ];
    }

    public void Raise(string name) => Raise(IndexOf(name), name);

    /// <summary>The machine's own loop, which is always the first.</summary>
    public static void RaiseLoop() => Raise(1, "lo");

    private static void Raise(int index, string name)
    {
        var payload = new byte[LinkBytes];
        MemoryMarshal.Write(payload.AsSpan(4), index);
        MemoryMarshal.Write(payload.AsSpan(8), Up);
        MemoryMarshal.Write(payload.AsSpan(12), Up);
        Check(Netlink.Do(Route, new(NewLink, Netlink.Acknowledge, payload)),
            $"{name} cannot be set up");
    }

    /// <summary>A bridge; one that is there already stays.</summary>
    /// <exception cref="HostException">Unsupported: the kernel has none.</exception>
    public static void AddBridge(string name)
    {
        var error = Netlink.Do(Route, new NetlinkMessage(NewLink,
            Netlink.Create | Netlink.Exclusive | Netlink.Acknowledge, new byte[LinkBytes])
            .With(LinkName, Text(name))
            .With(LinkInfo, NetlinkMessage.Nest(n => n.With(InfoKind, Text("bridge")))));
        if (error == NotSupported)
        {
            throw new HostException(Fault.Unsupported, $"The bridge {name} cannot be made.",
                "Check that the kernel has bridges: `modprobe bridge`.");
        }
        Check(error, $"The bridge {name} cannot be made", Files.Libc.ErrorExists);
    }

    /// <summary>Takes a link away; none there is success.</summary>
    public static void Remove(string name)
    {
        if (Netlink.IndexOf(name) is not (var index and not 0))
        {
            return;
        }
        var payload = new byte[LinkBytes];
        MemoryMarshal.Write(payload.AsSpan(4), index);
        Check(Netlink.Do(Route, new(DropLink, Netlink.Acknowledge, payload)),
            $"{name} cannot be taken away", NoDevice);
    }

    public void AddAddress(string name, string address) => Check(
        Netlink.Do(Route, Address(NewAddress, Netlink.Create | Netlink.Exclusive, name, address)),
        $"{name} cannot get {address}", Files.Libc.ErrorExists);

    public void Lend(string name, string address, TimeSpan lasts)
    {
        var seconds = (uint)Math.Clamp(lasts.TotalSeconds, 1, uint.MaxValue - 1);
        // ifa_cacheinfo: preferred and valid for so many seconds, and two stamps.
        var life = new byte[16];
        MemoryMarshal.Write(life, seconds);
        MemoryMarshal.Write(life.AsSpan(4), seconds);
        Check(Netlink.Do(Route, Address(NewAddress, Netlink.Create | Netlink.Replace, name,
            address).With(AddressLife, life)), $"{name} cannot get {address}");
    }

    public void RemoveAddress(string name, string address) => Check(
        Netlink.Do(Route, Address(DropAddress, 0, name, address)),
        $"{address} cannot be taken from {name}", AddressNotThere);

    public void AddGateway(string name, string gateway, bool isLent = false)
    {
        var error = Netlink.Do(Route, Way(
            NewRoute, Netlink.Create | Netlink.Exclusive, name, gateway, isLent));
        if (error == Unreachable)
        {
            throw new HostException(Fault.Conflict,
                $"The gateway {gateway} cannot be reached from an address of {name}.",
                "Give the interface an address in the gateway's network.");
        }
        Check(error, $"{gateway} cannot be the way out over {name}", Files.Libc.ErrorExists);
    }

    public void RemoveGateway(string name, string gateway) => Check(
        Netlink.Do(Route, Way(DropRoute, 0, name, gateway, false)),
        $"the way out over {gateway} cannot be taken from {name}", NoSuchProcess);

    public bool Answers(string name, string address)
    {
        var (wanted, index) = (IPAddress.Parse(address), IndexOf(name));
        var ask = new byte[NeighbourBytes];
        ask[0] = FamilyOf(wanted);
        if (Netlink.List(Route, new(GetNeighbour, Netlink.Dump, ask)).Any(n =>
            MemoryMarshal.Read<int>(n.AsSpan(4)) == index
            && (MemoryMarshal.Read<ushort>(n.AsSpan(8)) & HasAnswered) != 0
            && Netlink.Attribute(n.AsSpan(NeighbourBytes), NeighbourAddress)
                .SequenceEqual(wanted.GetAddressBytes())))
        {
            return true;
        }
        try
        {
            using var socket = new Socket(
                wanted.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
            socket.SendTo([], new IPEndPoint(wanted, Discard));
        }
        catch (SocketException)
        {
            // No way there yet.
        }
        return false;
    }

    private static IEnumerable<(int Index, string Name)> Links() =>
        Netlink.List(Route, new(GetLink, Netlink.Dump, new byte[LinkBytes]))
            .Where(l => (MemoryMarshal.Read<uint>(l.AsSpan(8)) & Loopback) == 0)
            .Select(l => (MemoryMarshal.Read<int>(l.AsSpan(4)), Encoding.UTF8.GetString(
                Netlink.Attribute(l.AsSpan(LinkBytes), LinkName)).TrimEnd('\0')));

    private static int IndexOf(string name) =>
        Netlink.IndexOf(name) is > 0 and var index ? index
            : throw new HostException(Fault.NotFound, $"There is no interface {name} any more.",
                "Plan anew.");

    /// <summary>Null: an address of the link's own.</summary>
    private static (int Index, string Text, bool Lasts)? AddressOf(byte[] message)
    {
        var rest = message.AsSpan(AddressBytes);
        var local = Netlink.Attribute(rest, AddressLocal);
        var bytes = local.IsEmpty ? Netlink.Attribute(rest, AddressAny) : local;
        if (message[0] is not (V4 or V6) || message[3] != Everywhere || bytes.IsEmpty)
        {
            return null;
        }
        var flags = Netlink.Attribute(rest, AddressFlags) is [_, _, _, _] all
            ? MemoryMarshal.Read<uint>(all) : message[2];
        return (MemoryMarshal.Read<int>(message.AsSpan(4)), string.Create(
            CultureInfo.InvariantCulture, $"{new IPAddress(bytes)}/{message[1]}"),
            (flags & Permanent) != 0);
    }

    /// <summary>Null: no default route of the main table over a gateway.</summary>
    private static (int Index, string Text)? GatewayOf(byte[] message)
    {
        var rest = message.AsSpan(RouteBytes);
        return message[0] is V4 or V6 && message[1] == 0 && message[4] == MainTable
            && message[7] == Unicast && Netlink.Attribute(rest, RouteTarget).IsEmpty
            && Netlink.Attribute(rest, RouteGateway) is { IsEmpty: false } gateway
            && Netlink.Attribute(rest, RouteLink) is [_, _, _, _] link
                ? (MemoryMarshal.Read<int>(link), new IPAddress(gateway).ToString()) : null;
    }

    private static NetlinkMessage Address(ushort type, int flags, string name, string address)
    {
        var cut = address.IndexOf('/', StringComparison.Ordinal);
        var ip = IPAddress.Parse(address[..cut]);
        var prefix = byte.Parse(address.AsSpan(cut + 1), CultureInfo.InvariantCulture);
        var payload = new byte[AddressBytes];
        (payload[0], payload[1], payload[3]) = (FamilyOf(ip), prefix, Everywhere);
        // Nobody else can have an address of the loop: it can be used at once.
        payload[2] = name == "lo" ? NoDuplicates : (byte)0;
        MemoryMarshal.Write(payload.AsSpan(4), IndexOf(name));
        var bytes = ip.GetAddressBytes();
        var message = new NetlinkMessage(type, flags | Netlink.Acknowledge, payload)
            .With(AddressLocal, bytes).With(AddressAny, bytes);
        const ushort broadcast = 4;
        if (bytes.Length == 4 && prefix < 31)
        {
            BinaryPrimitives.WriteUInt32BigEndian(bytes,
                BinaryPrimitives.ReadUInt32BigEndian(bytes) | (uint.MaxValue >> prefix));
            message.With(broadcast, bytes);
        }
        return message;
    }

    private static NetlinkMessage Way(
        ushort type, int flags, string name, string gateway, bool isLent)
    {
        var (ip, link) = (IPAddress.Parse(gateway), IndexOf(name));
        var payload = new byte[RouteBytes];
        payload[0] = FamilyOf(ip);
        (payload[4], payload[5], payload[7]) = (MainTable, Static, Unicast);
        MemoryMarshal.Write(payload.AsSpan(8), isLent ? OnLink : 0);
        var (index, metric) = (new byte[4], new byte[4]);
        MemoryMarshal.Write(index, link);
        MemoryMarshal.Write(metric, LentMetric + link);
        var message = new NetlinkMessage(type, flags | Netlink.Acknowledge, payload)
            .With(RouteGateway, ip.GetAddressBytes()).With(RouteLink, index);
        // The kernel takes no two ways out of one metric. One that is dropped has any.
        return isLent ? message.With(RouteMetric, metric) : message;
    }

    private static byte[] Text(string name) => [.. Encoding.ASCII.GetBytes(name), 0];

    private static byte FamilyOf(IPAddress address) =>
        address.AddressFamily == AddressFamily.InterNetwork ? V4 : V6;

    private static void Check(int error, string what, params ReadOnlySpan<int> alsoGood)
    {
        if (error != 0 && !alsoGood.Contains(error))
        {
            throw error is Files.Libc.ErrorAgain or Files.Libc.ErrorAccess or 1
                ? Files.Libc.Failure(what, error)
                : new HostException(Fault.Conflict,
                    $"{what}: {Marshal.GetPInvokeErrorMessage(error)}.",
                    "See what `ip address` and `ip route` show, and apply it again.");
        }
    }
}
