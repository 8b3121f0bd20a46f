using System.Net.Sockets;
using System.Text;
using Loam.Api;
using Loam.Cli;
using Loam.Core.Reconciling;

namespace Loam.Tests.Cli;

public sealed class WaitingRoomTests
{
    [Fact]
    public async Task A_daemon_that_starts_says_what_it_waits_for()
    {
        await using var running = Running.Awaited();
        await using var room = WaitingRoom.Open(running.Socket, "its engine", Ada);
        var said = await running.LoamAsync("status");
        said.Exit.ShouldBe(ExitCode.Unreachable);
        said.Output.ShouldContain("is starting: it waits for its engine");
        room.Tell("what was left over");
        said = await running.LoamAsync("status", "-o", "json");
        said.Exit.ShouldBe(ExitCode.Unreachable);
        said.Output.ShouldContain("it waits for what was left over");
    }

    [Fact]
    public async Task Whoever_asks_for_more_is_answered_when_the_daemon_has_started()
    {
        await using var running = Running.Awaited();
        await using var room = WaitingRoom.Open(running.Socket, "its engine", Ada);
        var asked = Task.Run(() => running.LoamAsync("history"));
        var refused = await SayAsync(running.Socket, "POST /v1/plan HTTP/1.1\r\n\r\n");
        refused.ShouldStartWith("HTTP/1.1 503 ");
        refused.ShouldContain("Retry-After: ");
        asked.IsCompleted.ShouldBeFalse();
        // Nobody is turned away in the moment in which one follows the other.
        var asking = Enumerable.Range(0, 20).Select(_ => Task.Run(async () =>
        {
            for (var i = 0; i < 20; i++)
            {
                (await SayAsync(running.Socket, "GET /status HTTP/1.1\r\nHost: a\r\n"
                    + "Connection: close\r\n\r\n")).ShouldStartWith("HTTP/1.1 200 ");
            }
        })).ToList();
        await running.ArriveAsync(room);
        await Task.WhenAll(asking);
        (await asked).Exit.ShouldBe(ExitCode.Done);
        (await running.LoamAsync("status")).Exit.ShouldBe(ExitCode.Done);
    }

    [Fact]
    public async Task Only_who_may_look_hears_anything()
    {
        await using var running = Running.Awaited();
        await using var room = WaitingRoom.Open(
            running.Socket, "its engine", _ => new Peer(4711, [4711], "eve"));
        (await SayAsync(running.Socket, "GET /status HTTP/1.1\r\n\r\n"))
            .ShouldStartWith("HTTP/1.1 403 ");
    }

    [Fact]
    public async Task One_that_says_nothing_keeps_nobody_waiting_for_long()
    {
        await using var running = Running.Awaited();
        await using var room = WaitingRoom.Open(running.Socket, "its engine", Ada);
        using var silent = Connect(running.Socket);
        using var endless = Connect(running.Socket);
        endless.Send(Encoding.ASCII.GetBytes(new string('x', 64 * 1024)));
        (await running.LoamAsync("status")).Output.ShouldContain("is starting");
    }

    [Fact]
    public async Task A_live_socket_is_not_taken()
    {
        await using var running = await Running.StartAsync();
        Should.Throw<HostException>(() => WaitingRoom.Open(running.Socket, "its engine"))
            .Fault.ShouldBe(Fault.Conflict);
    }

    private static Peer Ada(Socket socket) => new(0, [], "ada");

    private static Socket Connect(string path)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Connect(new UnixDomainSocketEndPoint(path));
        return socket;
    }

    private static async Task<string> SayAsync(string path, string request)
    {
        using var socket = Connect(path);
        await socket.SendAsync(Encoding.ASCII.GetBytes(request));
        using var reader = new StreamReader(new NetworkStream(socket));
        return await reader.ReadToEndAsync();
    }
}
