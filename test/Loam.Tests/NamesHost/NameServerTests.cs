using System.Net;
using System.Net.Sockets;
using Loam.Drivers.Containers.Native.Networking;
using Loam.NamesHost;
using Loam.Tests.Containers.Native.Networking;
using Loam.Tests.Firewall.Packets;

namespace Loam.Tests.NamesHost;

/// <summary>Names as containers get them, from the sockets that the daemon makes.</summary>
[NeedsNet]
public sealed class NameServerTests : IAsyncLifetime
{
    private const int Names = 53;

    private NetworkHost _host = null!;
    private ContainerNetworks _networks = null!;
    private ServedNames? _served;
    private Upstream _upstream = null!;
    private string _door = "";

    public async Task InitializeAsync()
    {
        if (new NeedsNetAttribute().Missing() is not null)
        {
            return;
        }
        _host = await NetworkHost.MakeAsync();
        _networks = await _host.ReadyAsync();
        _door = Path.Combine(_host.Folder, "door");
        await NetworkHost.NetworkAsync(_networks, "front");
        await NetworkHost.NetworkAsync(_networks, "back", isInternal: true);
        foreach (var name in (string[])["web-1", "web-2", "other"])
        {
            await _host.StartAsync(_networks, name, name[..3], [], "front");
        }
        await _host.StartAsync(_networks, "db", "db", [], "back");
        await _networks.SetUpstreamsAsync([NetworkHost.OutsideAddress], default);
        _upstream = new(NetworkHost.OutsideAddress, _door);
        _served = new(_networks, _host.Host, () => [_upstream]);
    }

    public async Task DisposeAsync()
    {
        _served?.Dispose();
        await (_host?.DisposeAsync() ?? default);
    }

    [NeedingFact]
    public async Task Containers_find_one_another_by_name_over_both_protocols()
    {
        var question = Dns.Question("web");
        foreach (var isStream in (bool[])[false, true])
        {
            Dns.Addresses(question, (await AskAsync("other", "front", question, isStream))!)
                .Order().ShouldBe([Address("web-1"), Address("web-2")]);
        }
        await _networks.SetHealthyAsync(new HashSet<string> { "web-2" }, default);
        Dns.Addresses(question, (await AskAsync("other", "front", question))!)
            .ShouldBe([Address("web-2")]);
    }

    [NeedingFact]
    public async Task Nobody_else_is_answered()
    {
        var question = Dns.Question("web");
        (await AskAsync("other", "front", question)).ShouldNotBeNull();
        (await AskAsync("db", "front", question)).ShouldBeNull("of another network");
        (await AskFromAsync(_host.Outside, "front", question)).ShouldBeNull("from outside");
        (await AskFromAsync(_host.Outside, "front", question, true)).ShouldBeNull("from outside");
    }

    [NeedingFact]
    public async Task Other_names_are_asked_of_the_host_s_servers_and_nobody_else_can_be()
    {
        using var upstream = Upstream(_host.Outside, [203, 0, 113, 7]);
        using var stranger = Upstream(_host.Beside, [203, 0, 113, 9]);
        using var door = Door();
        var question = Dns.Question("example.org", id: 77);

        Dns.Addresses(question, (await AskAsync("other", "front", question))!)
            .ShouldBe(["203.0.113.7"]);
        Dns.Addresses(question, (await AskAsync("other", "front", question, true))!)
            .ShouldBe(["203.0.113.8"], "over the door");
        Dns.Code((await AskAsync("db", "back", question))!).ShouldBe(5, "internal");

        _upstream = new(NetworkHost.BesideAddress, _door);
        Dns.Code((await AskAsync("other", "front", question, patience: 4))!)
            .ShouldBe(2, "one that the host does not use");
    }

    [NeedingFact]
    public async Task Nonsense_is_answered_with_no_and_the_next_question_well()
    {
        var random = new Random(7);
        for (var i = 0; i < 300; i++)
        {
            var bytes = new byte[random.Next(1400)];
            random.NextBytes(bytes);
            await AskAsync("other", "front", bytes, patience: 0);
        }
        (await AskAsync("other", "front", [0xff, 0xff], isStream: true)).ShouldBeNull();
        (await AskAsync("other", "front", Dns.Question("web"))).ShouldNotBeNull();
        (await AskAsync("other", "front", Dns.Question("web"), true)).ShouldNotBeNull();
    }

    private string Address(string container) => _networks.FirstAddress(container)!;

    private Task<byte[]?> AskAsync(string container, string network, byte[] question,
        bool isStream = false, double patience = 2) => AskFromAsync(
            _host.Space(container), network, question, isStream, patience);

    private async Task<byte[]?> AskFromAsync(string space, string network, byte[] question,
        bool isStream = false, double patience = 2)
    {
        var gateway = IPAddress.Parse(_networks.Names.Current.Networks.Single(
            n => n.Bridge == Loam.Drivers.Containers.NetworkBridge.Name(
                NetworkHost.Instance, network)).Gateway);
        using var socket = NetworkSpace.In(space, () => new Socket(AddressFamily.InterNetwork,
            isStream ? SocketType.Stream : SocketType.Dgram,
            isStream ? ProtocolType.Tcp : ProtocolType.Udp));
        using var bounded = new CancellationTokenSource(TimeSpan.FromSeconds(patience));
        var buffer = new byte[4096];
        try
        {
            await socket.ConnectAsync(gateway, Names, bounded.Token);
            if (isStream)
            {
                await using var stream = new NetworkStream(socket);
                await DnsStream.WriteAsync(stream, question, bounded.Token);
                return await DnsStream.ReadAsync(stream, bounded.Token);
            }
            await socket.SendAsync(question, bounded.Token);
            return buffer[..await socket.ReceiveAsync(buffer, bounded.Token)];
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException
            or IOException)
        {
            return null;
        }
    }

    /// <summary>A name server that knows one address.</summary>
    private static Socket Upstream(string space, byte[] address)
    {
        var socket = NetworkSpace.In(space, () =>
        {
            var made = new Socket(
                AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
            made.Bind(new IPEndPoint(IPAddress.Any, Names));
            return made;
        });
        _ = Task.Run(async () =>
        {
            var buffer = new byte[4096];
            while (true)
            {
                var came = await socket.ReceiveFromAsync(
                    buffer, new IPEndPoint(IPAddress.Any, 0));
                // First somebody who only claims to be the server: another number.
                var answer = Answered(buffer.AsSpan(0, came.ReceivedBytes), [6, 6, 6, 6]);
                answer[1] ^= 1;
                await socket.SendToAsync(answer, came.RemoteEndPoint);
                await socket.SendToAsync(Answered(
                    buffer.AsSpan(0, came.ReceivedBytes), address), came.RemoteEndPoint);
            }
        });
        return socket;
    }

    private Socket Door()
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(_door));
        socket.Listen();
        _ = Task.Run(async () =>
        {
            using var came = await socket.AcceptAsync();
            await using var stream = new NetworkStream(came);
            var question = (await DnsStream.ReadAsync(stream, default))!;
            await DnsStream.WriteAsync(stream, Answered(question, [203, 0, 113, 8]), default);
        });
        return socket;
    }

    private static byte[] Answered(ReadOnlySpan<byte> question, byte[] address)
    {
        byte[] answer = [.. question, 0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 9, 0, 4, .. address];
        (answer[2], answer[3], answer[7]) = (0x81, 0x80, 1);
        return answer;
    }
}
