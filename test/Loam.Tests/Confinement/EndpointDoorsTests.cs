using System.Net;
using System.Net.Sockets;
using Loam.Drivers.Confinement;
using Loam.Tests.Files;

namespace Loam.Tests.Confinement;

public sealed class EndpointDoorsTests
{
    [Fact]
    public async Task A_door_leads_to_its_place_and_ends_with_it()
    {
        using var scratch = new Scratch();
        using var place = new TcpListener(IPAddress.Loopback, 0);
        place.Start();
        var port = ((IPEndPoint)place.LocalEndpoint).Port;
        using var doors = new EndpointDoors(scratch.Root, 0);
        var path = doors.Lead([new DnsEndPoint("127.0.0.1", port)]).ShouldHaveSingleItem().Value;

        using var near = await EnterAsync(path);
        using var far = await place.AcceptSocketAsync();
        await near.SendAsync("there"u8.ToArray());
        (await ReadAsync(far)).ShouldBe("there");
        await far.SendAsync("back"u8.ToArray());
        (await ReadAsync(near)).ShouldBe("back");

        // The same place keeps its door; another one closes it, with what goes through it.
        doors.Lead([new DnsEndPoint("127.0.0.1", port)]).Values.ShouldBe([path]);
        doors.Lead([new DnsEndPoint("127.0.0.1", port + 1)]).Values.ShouldNotContain(path);
        (await ReadAsync(near)).ShouldBe("");
        File.Exists(path).ShouldBeFalse();
    }

    [Fact]
    public async Task Where_nobody_answers_the_connection_ends()
    {
        using var scratch = new Scratch();
        using var free = new TcpListener(IPAddress.Loopback, 0);
        free.Start();
        var port = ((IPEndPoint)free.LocalEndpoint).Port;
        free.Stop();
        using var doors = new EndpointDoors(scratch.Root, 0);
        using var near = await EnterAsync(doors.Lead([new DnsEndPoint("127.0.0.1", port)]).Values.Single());
        (await ReadAsync(near)).ShouldBe("");
    }

    private static async Task<Socket> EnterAsync(string path)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(path));
        return socket;
    }

    private static async Task<string> ReadAsync(Socket socket)
    {
        var buffer = new byte[100];
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        try
        {
            var length = await socket.ReceiveAsync(buffer, limit.Token);
            return System.Text.Encoding.UTF8.GetString(buffer, 0, length);
        }
        catch (SocketException)
        {
            return "";
        }
    }
}
