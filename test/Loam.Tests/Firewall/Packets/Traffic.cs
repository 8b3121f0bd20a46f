using System.Net;
using System.Net.Sockets;
using Loam.Core.Firewall;

namespace Loam.Tests.Firewall.Packets;

/// <param name="From">Address of the sender, which its namespace has.</param>
/// <param name="To">Where the sender means it to go.</param>
public sealed record Shot(
    PacketDirection Direction, PacketProtocol Protocol, string From, string To, int Port,
    string Interface)
{
    /// <summary>The packet as the evaluator is asked about it.</summary>
    public FirewallPacket Packet => new(Direction, Protocol)
    {
        Source = IPAddress.Parse(From), Destination = IPAddress.Parse(To), Port = Port,
        Interface = Interface,
    };
}

/// <summary>Sends first packets of connections and sees which of them pass: a table behind Loam's
/// notes each by its protocol and source port, which is a number of the packet's own.</summary>
public sealed class Traffic(Namespaces net)
{
    private const int FirstPort = 20_000;

    /// <summary>After Loam's chains. Packets to 7000-7099 of the host are redirected to port 80 of
    /// the container, as an engine publishes a port, and those to 7201 to 7202 of the host.
    /// </summary>
    private const string Behind = """
        table inet behind
        delete table inet behind
        table inet behind {
            set seen { type inet_proto . inet_service; flags dynamic; size 65535; }
            chain input { type filter hook input priority filter;
                meta l4proto { tcp, udp } add @seen { meta l4proto . th sport }; }
            chain output { type filter hook output priority filter;
                meta l4proto { tcp, udp } add @seen { meta l4proto . th sport }; }
            chain forward { type filter hook forward priority filter;
                meta l4proto { tcp, udp } add @seen { meta l4proto . th sport }; }
            chain publish { type nat hook prerouting priority dstnat;
                ip daddr { 10.9.0.1, 10.7.0.1 } tcp dport 7000-7099 dnat ip to 172.31.9.2:80
                ip daddr { 10.9.0.1, 10.7.0.1 } udp dport 7000-7099 dnat ip to 172.31.9.2:80
                ip6 daddr { fd09::1, fd07::1 } tcp dport 7000-7099 dnat ip6 to [fd31::2]:80
                ip6 daddr { fd09::1, fd07::1 } udp dport 7000-7099 dnat ip6 to [fd31::2]:80
                tcp dport 7201 redirect to :7202; }
        }
        """;

    private int _next = FirstPort;

    /// <summary>Which of the packets passed, in their order.</summary>
    public async Task<bool[]> SendAsync(IReadOnlyList<Shot> shots)
    {
        if (_next + shots.Count > 60_000)
        {
            _next = FirstPort;
        }
        await PrepareAsync();
        var first = _next;
        _next += shots.Count;
        foreach (var side in shots.Select((s, i) => (Shot: s, Port: first + i)).GroupBy(
            s => s.Shot.Direction == PacketDirection.Output ? net.Host : net.Client))
        {
            Namespaces.In(side.Key, () =>
            {
                foreach (var (shot, port) in side)
                {
                    Send(shot, port);
                }
            });
        }
        var seen = await SeenAsync();
        return [.. shots.Select((s, i) => seen.Contains(
            (s.Protocol == PacketProtocol.Udp ? "udp" : "tcp", first + i)))];
    }

    /// <summary>Forgets what passed before, and publishes the container's ports.</summary>
    public Task PrepareAsync() => NftAsync(Behind);

    private static void Send(Shot shot, int port)
    {
        var isUdp = shot.Protocol == PacketProtocol.Udp;
        var to = new IPEndPoint(IPAddress.Parse(shot.To), shot.Port);
        using var socket = new Socket(to.AddressFamily,
            isUdp ? SocketType.Dgram : SocketType.Stream,
            isUdp ? ProtocolType.Udp : ProtocolType.Tcp);
        socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
        socket.Bind(new IPEndPoint(IPAddress.Parse(shot.From), port));
        try
        {
            if (isUdp)
            {
                socket.SendTo([1], to);
                return;
            }
            socket.Blocking = false;
            socket.LingerState = new(true, 0);
            socket.Connect(to);
        }
        catch (SocketException e) when (e.SocketErrorCode is SocketError.WouldBlock
            or SocketError.InProgress or SocketError.AccessDenied or SocketError.ConnectionRefused
            or SocketError.HostUnreachable)
        {
            // It is on its way, or a rule of this side keeps it back.
        }
    }

    private async Task<HashSet<(string, int)>> SeenAsync()
    {
        var (exit, output) = await Processes.RunAsync("nsenter",
            $"--net=/run/netns/{net.Host}", "nft", "list", "set", "inet", "behind", "seen");
        exit.ShouldBe(0, output);
        return [.. output.Split([',', '{', '}', '\n', '='], StringSplitOptions.TrimEntries)
            .Select(e => e.Split(" . ")).Where(e => e.Length == 2 && int.TryParse(e[1], out _))
            .Select(e => (e[0], int.Parse(e[1])))];
    }

    private async Task NftAsync(string script)
    {
        var file = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(file, script);
            var (exit, output) = await Processes.RunAsync(
                "nsenter", $"--net=/run/netns/{net.Host}", "nft", "-f", file);
            exit.ShouldBe(0, output);
        }
        finally
        {
            File.Delete(file);
        }
    }
}
