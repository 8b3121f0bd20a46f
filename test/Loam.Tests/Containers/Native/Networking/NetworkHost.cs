using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Loam.Core.Resources;
using Loam.Drivers.Containers;
using Loam.Drivers.Containers.Native.Networking;
using Loam.Drivers.Firewall;
using Loam.Tests.Firewall.Packets;

namespace Loam.Tests.Containers.Native.Networking;

/// <summary>A host in a namespace of its own, with somebody outside of it, and containers that are
/// nothing but namespaces with listeners in them.</summary>
/// <remarks><c>outside</c> 10.9.0.2 ── up0 10.9.0.1 <c>host</c> side0 10.8.0.1 ── 10.8.0.2
/// <c>beside</c></remarks>
public sealed class NetworkHost : IAsyncDisposable
{
    public const string Instance = "3f2b5a44-0000-4000-8000-000000000001";
    public const string OutsideAddress = "10.9.0.2", HostAddress = "10.9.0.1";
    public const string BesideAddress = "10.8.0.2", OtherHostAddress = "10.8.0.1";

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(2);
    private static int s_made;

    private readonly string _name = $"lnn{Environment.ProcessId}x{Interlocked.Increment(
        ref s_made)}";
    private readonly List<IDisposable> _listeners = [];

    private NetworkHost()
    {
    }

    public string Folder { get; } = Directory.CreateTempSubdirectory("loam-net-").FullName;
    public string Host => $"/run/netns/{_name}h";
    public string Outside => $"/run/netns/{_name}o";
    public string Beside => $"/run/netns/{_name}b";
    public string Spaces => Path.Combine(Folder, "netns");

    public static async Task<NetworkHost> MakeAsync()
    {
        var made = new NetworkHost();
        foreach (var path in (string[])[made.Host, made.Outside, made.Beside])
        {
            await IpAsync("netns", "add", Path.GetFileName(path));
            await made.InAsync(path, "link", "set", "lo", "up");
        }
        NetworkSpace.In(made.Host, () =>
        {
            File.WriteAllText("/proc/sys/net/ipv4/ip_forward", "0");
            return true;
        });
        await made.LinkAsync("up0", HostAddress, made.Outside, OutsideAddress);
        await made.LinkAsync("side0", OtherHostAddress, made.Beside, BesideAddress);
        return made;
    }

    /// <param name="kernel">Null: the real one, in the host's namespace.</param>
    public ContainerNetworks Networks(
        INetworkKernel? kernel = null, Func<INftables, INftables>? around = null) => new(
        Instance, new(Path.Combine(Folder, "networks.json"), Spaces),
        kernel ?? new NetworkKernel(Host),
        table => (around ?? (n => n))(new Nftables("nsenter", $"--net={Host}") { Table = table }),
        (_, _) => Task.CompletedTask);

    public async Task<ContainerNetworks> ReadyAsync()
    {
        var networks = Networks();
        networks.Prepare();
        await networks.RestoreAsync(default);
        return networks;
    }

    /// <summary>As before each start.</summary>
    public static async Task<string> OpenAsync(ContainerNetworks networks, string container)
    {
        var path = await networks.OpenAsync(container, default);
        await networks.AdmitAsync(container, default);
        return path;
    }

    public string Space(string container) => Path.Combine(Spaces, container);

    public static Task NetworkAsync(
        ContainerNetworks networks, string name, bool isInternal = false) =>
        networks.CreateAsync(new(name, name, "r1", isInternal), null,
            EngineLabels.Owned(Instance, 1), default);

    /// <summary>A container with the ports and networks, and listeners on ports 80 of TCP and of
    /// UDP that say its name.</summary>
    public async Task StartAsync(ContainerNetworks networks, string container, string service,
        ImmutableArray<Port> ports, params string[] of)
    {
        foreach (var network in of)
        {
            await networks.ConnectAsync(network, container, [service], default);
        }
        await networks.PublishAsync(container, service, ports, default);
        (await OpenAsync(networks, container)).ShouldBe(Space(container));
        Serve(Space(container), container);
    }

    /// <summary>Listens on port 80 in a namespace; each question gets the name as answer.</summary>
    public void Serve(string space, string name, int port = 80)
    {
        var answer = Encoding.ASCII.GetBytes(name);
        var (tcp, udp) = NetworkSpace.In(space, () =>
        {
            var stream = new Socket(AddressFamily.InterNetwork, SocketType.Stream,
                ProtocolType.Tcp);
            stream.SetSocketOption(
                SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
            stream.Bind(new IPEndPoint(IPAddress.Any, port));
            stream.Listen();
            var datagrams = new Socket(AddressFamily.InterNetwork, SocketType.Dgram,
                ProtocolType.Udp);
            datagrams.Bind(new IPEndPoint(IPAddress.Any, port));
            return (stream, datagrams);
        });
        _listeners.AddRange([tcp, udp]);
        _ = Task.Run(async () =>
        {
            while (true)
            {
                _ = AnswerAsync(await tcp.AcceptAsync(), answer);
            }
        });
        _ = Task.Run(async () =>
        {
            var buffer = new byte[100];
            while (true)
            {
                var came = await udp.ReceiveFromAsync(
                    buffer, new IPEndPoint(IPAddress.Any, 0));
                await udp.SendToAsync(answer, came.RemoteEndPoint);
            }
        });
    }

    private static async Task AnswerAsync(Socket client, byte[] answer)
    {
        using (client)
        {
            var sender = ((IPEndPoint)client.RemoteEndPoint!).Address;
            byte[] all = [.. answer, .. Encoding.ASCII.GetBytes($" to {sender}")];
            var buffer = new byte[100];
            while (await client.ReceiveAsync(buffer) > 0)
            {
                await client.SendAsync(all);
            }
        }
    }

    /// <returns>Who answered; null: nobody.</returns>
    public static string? Ask(string from, string address, int port, bool isUdp = false) =>
        AskWhole(from, address, port, isUdp)?.Split(' ')[0];

    /// <returns>Who answered, and whom it saw asking; null: nobody.</returns>
    public static string? AskWhole(string from, string address, int port, bool isUdp = false)
    {
        using var socket = NetworkSpace.In(from, () => new Socket(AddressFamily.InterNetwork,
            isUdp ? SocketType.Dgram : SocketType.Stream,
            isUdp ? ProtocolType.Udp : ProtocolType.Tcp));
        try
        {
            return socket.ConnectAsync(IPAddress.Parse(address), port).Wait(s_patience)
                ? Say(socket) : null;
        }
        catch (AggregateException e) when (e.InnerException is SocketException)
        {
            return null;
        }
    }

    public static Socket Call(string from, string address, int port)
    {
        var socket = NetworkSpace.In(from, () => new Socket(
            AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp));
        socket.Connect(IPAddress.Parse(address), port);
        return socket;
    }

    public static string? Say(Socket socket)
    {
        socket.ReceiveTimeout = (int)s_patience.TotalMilliseconds;
        var buffer = new byte[100];
        try
        {
            socket.Send("?"u8);
            return Encoding.ASCII.GetString(buffer, 0, socket.Receive(buffer));
        }
        catch (SocketException)
        {
            return null;
        }
    }

    /// <summary>Everything of the host that could be forgotten: links and rules.</summary>
    public async Task WipeAsync()
    {
        await Processes.RunAsync("nsenter", $"--net={Host}", "nft", "flush", "ruleset");
        foreach (var link in new NetworkKernel(Host).Links().Where(
            l => l.StartsWith("lm") || l.StartsWith("lv")))
        {
            new NetworkKernel(Host).DropLink(link);
        }
    }

    public Task<(int Exit, string Output)> InHostAsync(params string[] command) =>
        Processes.RunAsync("nsenter", [$"--net={Host}", .. command]);

    private async Task LinkAsync(string link, string address, string other, string otherAddress)
    {
        await IpAsync("link", "add", link, "netns", Path.GetFileName(Host), "type", "veth",
            "peer", "name", "eth0", "netns", Path.GetFileName(other));
        await InAsync(Host, "link", "set", link, "up");
        await InAsync(Host, "addr", "add", address + "/24", "dev", link);
        await InAsync(other, "link", "set", "eth0", "up");
        await InAsync(other, "addr", "add", otherAddress + "/24", "dev", "eth0");
        await InAsync(other, "route", "add", "default", "via", address);
    }

    private Task InAsync(string space, params string[] arguments) =>
        IpAsync(["-n", Path.GetFileName(space), .. arguments]);

    private static async Task IpAsync(params string[] arguments)
    {
        var (exit, output) = await Processes.RunAsync("ip", arguments);
        exit.ShouldBe(0, $"ip {string.Join(' ', arguments)}: {output}");
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var listener in _listeners)
        {
            listener.Dispose();
        }
        if (Directory.Exists(Spaces))
        {
            foreach (var space in Directory.EnumerateFiles(Spaces))
            {
                new NetworkKernel(Host).CloseSpace(space);
            }
            await Processes.RunAsync("umount", "-l", Spaces);
        }
        foreach (var path in (string[])[Host, Outside, Beside])
        {
            await Processes.RunAsync("ip", "netns", "delete", Path.GetFileName(path));
        }
        Directory.Delete(Folder, recursive: true);
    }
}
