using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Loam.Core;
using Loam.Api;
using Loam.MindHost;
using Loam.Tests.Files;

namespace Loam.Tests.MindHost;

public sealed class MindServerTests
{
    [Fact]
    public async Task A_turn_is_answered_and_what_is_none_is_said()
    {
        await using var mind = new Mind();
        using var person = mind.Connect();
        (await AskAsync(person, """{"type":"chat","session_id":"a-1","input":"hello"}"""))
            .ShouldBe(["text hello", "done"]);
        foreach (var wrong in (string[])["", "rubbish", "[]", "null", "{}",
            """{"type":"chat"}""", """{"type":"chat","input":" "}""",
            """{"type":"apply","input":"x"}""",
            """{"type":"chat","input":"x","session_id":"../a"}"""])
        {
            (await AskAsync(person, wrong)).ShouldHaveSingleItem().ShouldStartWith("error");
        }
        (await AskAsync(person, """{"type":"chat","input":"still there"}"""))
            .ShouldBe(["text still there", "done"]);
    }

    [Fact]
    public async Task A_line_without_end_ends_the_connection_and_nothing_else()
    {
        await using var mind = new Mind();
        using var flood = mind.Connect();
        using var person = mind.Connect();
        await flood.SendAsync(Encoding.UTF8.GetBytes(new string('x', Limits.MindLineBytes + 1)));
        var lines = new LineReader(new NetworkStream(flood), Limits.MindLineBytes);
        Encoding.UTF8.GetString((await lines.NextAsync(default)).ShouldNotBeNull().Span)
            .ShouldContain("A line has more than");
        (await AskAsync(person, """{"type":"chat","input":"hi"}""")).ShouldBe(["text hi", "done"]);
    }

    [Fact]
    public async Task Lines_come_whole_however_they_are_cut()
    {
        var text = string.Join('\n', Enumerable.Range(0, 50).Select(i => new string('a', i)));
        for (var piece = 1; piece < 70; piece += 3)
        {
            var reader = new LineReader(new Pieces(Encoding.UTF8.GetBytes(text), piece), 60);
            var read = new List<string>();
            while (await reader.NextAsync(default) is { } line)
            {
                read.Add(Encoding.UTF8.GetString(line.Span));
            }
            string.Join('\n', read).ShouldBe(text);
        }
    }

    private static async Task<List<string>> AskAsync(Socket person, string line)
    {
        await person.SendAsync(Encoding.UTF8.GetBytes(line + "\n"));
        var lines = new LineReader(new NetworkStream(person), Limits.MindLineBytes);
        var said = new List<string>();
        while (true)
        {
            var answer = JsonSerializer.Deserialize(
                (await lines.NextAsync(default)).ShouldNotBeNull().Span,
                MindJson.Default.FromMind)!;
            said.Add($"{answer.Type} {answer.Content ?? answer.Message}".TrimEnd());
            if (answer.Type is "done" or "error")
            {
                return said;
            }
        }
    }

    private sealed class Mind : IAsyncDisposable
    {
        private readonly Scratch _scratch = new();
        private readonly Socket _listener = new(
            AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        private readonly CancellationTokenSource _stop = new();
        private readonly Task _serving;

        public Mind()
        {
            _listener.Bind(new UnixDomainSocketEndPoint(_scratch["s"]));
            _listener.Listen();
            _serving = new MindServer(_listener, TimeProvider.System, async (_, asked, say, _) =>
            {
                await say(new("text") { Content = asked.Input });
                await say(new("done"));
            }).RunAsync(_stop.Token);
        }

        public Socket Connect()
        {
            var socket = new Socket(
                AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            socket.Connect(new UnixDomainSocketEndPoint(_scratch["s"]));
            return socket;
        }

        public async ValueTask DisposeAsync()
        {
            await _stop.CancelAsync();
            await _serving;
            _listener.Dispose();
            _stop.Dispose();
            _scratch.Dispose();
        }
    }

    private sealed class Pieces(byte[] content, int most) : MemoryStream(content)
    {
        public override ValueTask<int> ReadAsync(
            Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            base.ReadAsync(buffer[..Math.Min(most, buffer.Length)], cancellationToken);
    }
}
