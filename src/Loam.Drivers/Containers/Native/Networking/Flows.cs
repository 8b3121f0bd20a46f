using System.Net;
using Loam.Drivers.Linux;

namespace Loam.Drivers.Containers.Native.Networking;

/// <summary>Connections that the kernel follows, of this thread's network namespace. A flow of UDP
/// never ends while somebody sends: without forgetting it, he would send for ever to a container
/// that is gone, or to the host where a container is by now.
/// https://docs.kernel.org/networking/netlink_spec/conntrack.html</summary>
internal static class Flows
{
    private const int Netfilter = 12, HeadBytes = 4;
    private const ushort Get = 1 << 8 | 1, Delete = 1 << 8 | 2, Nested = 0x8000;
    private const ushort Original = 1, Reply = 2, Addresses = 1, Protocol = 2;
    private const ushort Source = 1, Target = 2, Number = 1, TargetPort = 3;
    private const byte Udp = 17;

    /// <summary>nfgenmsg: family (IPv4), version, resource.</summary>
    private static readonly byte[] s_head = [2, 0, 0, 0];

    /// <summary>Forgets flows of UDP that end at one of these addresses, and those to one of these
    /// ports that are led nowhere.</summary>
    public static void Forget(IReadOnlySet<IPAddress> addresses, IReadOnlySet<int> ports)
    {
        foreach (var flow in Netlink.List(Netfilter, new(Get, Netlink.Dump, s_head)))
        {
            var rest = flow.AsSpan(HeadBytes);
            var original = Netlink.Attribute(rest, Original | Nested);
            var source = Inner(Netlink.Attribute(rest, Reply | Nested), Addresses, Source);
            if (Inner(original, Protocol, Number) is [Udp, ..] && source.Length == 4
                && (addresses.Contains(new IPAddress(source))
                    || (Inner(original, Protocol, TargetPort) is [var high, var low]
                        && ports.Contains((high << 8) | low)
                        && source.SequenceEqual(Inner(original, Addresses, Target)))))
            {
                // One that has ended meanwhile is forgotten already.
                Netlink.Do(Netfilter, new NetlinkMessage(Delete, Netlink.Acknowledge, s_head)
                    .With(Original | Nested, original));
            }
        }
    }

    private static ReadOnlySpan<byte> Inner(
        ReadOnlySpan<byte> tuple, ushort outer, ushort inner) =>
        Netlink.Attribute(Netlink.Attribute(tuple, (ushort)(outer | Nested)), inner);
}
