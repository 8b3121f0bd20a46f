using System.Diagnostics;
using System.Net.Sockets;
using System.Text;
using Loam.Core.Resources;
using Loam.Mind.Files;
using Loam.Mind.Gateway;
using Loam.Mind.Gateway.Spending;

namespace Loam.Bench.Models;

/// <summary>What the gateway itself takes of a call, and whether a budget holds.</summary>
internal static class GatewayBench
{
    private const int Calls = 100_000;
    private const int Seeds = 20;
    private const int Warm = 200;

    public static async Task<int> RunAsync(int runs, CancellationToken cancel)
    {
        Console.WriteLine($"{Report.Machine()}\n");
        using var place = new Workplace();
        var (through, bare, own) = await CallsAsync(place, runs, cancel);
        Console.WriteLine($"{"milliseconds",-46}    median     least      most  (samples)");
        Console.WriteLine($"{"a call through the gateway, with a budget",-46} "
            + Report.Milliseconds(through));
        Console.WriteLine($"{"the same bytes over a bare socket",-46} "
            + Report.Milliseconds(bare));
        var spending = Enumerable.Range(1, Seeds)
            .Select(seed => SpendingRun.Of(seed, Calls / Seeds)).ToList();
        Console.WriteLine($"\n{spending.Sum(s => s.Asked)} calls asked, "
            + $"{spending.Sum(s => s.Refused)} refused, {spending.Sum(s => s.Ends)} crashes, "
            + $"{Budget.Dollars(spending.Sum(s => s.Billed))} billed\n");
        own.Sort();
        var p50 = own[own.Count / 2];
        var p99 = own[own.Count * 99 / 100];
        var overspend = spending.Sum(s => s.Overspend);
        Console.WriteLine($"{Report.Mark(p50, 1)} p50_ms    {p50:0.000} (bar 1)");
        Console.WriteLine($"{Report.Mark(overspend, 0)} overspend {overspend} (bar 0)");
        Console.WriteLine(Report.Line(
            "gateway", ("p50_ms", p50), ("p99_ms", p99), ("overspend", overspend)));
        return p50 <= 1 && overspend == 0 ? 0 : 1;
    }

    /// <summary>One through the gateway, one bare, in turns: what is between them is ours.
    /// </summary>
    private static async Task<(Samples, Samples, List<double>)> CallsAsync(
        Workplace place, int runs, CancellationToken cancel)
    {
        var path = Path.Combine(place.Run, "door");
        using var server = new AnswerServer(path);
        using var budget = Budget.In(
            new OwnFolder(place.Data), new LlmBudget(long.MaxValue, long.MaxValue),
            TimeProvider.System);
        var setup = ModelSetup.Of(new() { Models = [new("anthropic", null,
                "http://127.0.0.1:1", "KEY", null, new(3_000_000, 15_000_000))] },
            LlmEnvironment.None, _ => "key", _ => Door(path),
            PriceTable.Own(), TimeProvider.System);
        var gateway = new ModelGateway(setup.Models, new(true, budget, null, setup.Incomplete,
            (request, _, _) => ValueTask.FromResult(request), () => 0), TimeProvider.System);
        var request = new ModelRequest
        {
            System = new string('s', 6000),
            Messages = [ModelMessage.User("Which services are there?")],
            MaxTokens = 1000,
            LocalOnly = false,
        };
        var (through, bare, own) = (new Samples(), new Samples(), new List<double>());
        using var socket = Connect(path);
        for (var run = -Warm; run < runs; run++)
        {
            var begun = Stopwatch.GetTimestamp();
            await foreach (var _ in gateway.AskAsync(request, cancel))
            {
            }
            var ours = Stopwatch.GetElapsedTime(begun).TotalMilliseconds;
            begun = Stopwatch.GetTimestamp();
            await server.AskBareAsync(socket, cancel);
            var theirs = Stopwatch.GetElapsedTime(begun).TotalMilliseconds;
            if (run >= 0)
            {
                through.Add(ours);
                bare.Add(theirs);
                own.Add(ours - theirs);
            }
        }
        return (through, bare, own);
    }

    private static Socket Connect(string path)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Connect(new UnixDomainSocketEndPoint(path));
        return socket;
    }

    private static SocketsHttpHandler Door(string path) => new()
    {
        AllowAutoRedirect = false,
        UseProxy = false,
        ConnectCallback = (_, _) => ValueTask.FromResult<Stream>(
            new NetworkStream(Connect(path), ownsSocket: true)),
    };
}

/// <summary>A server that answers each request at once with the same fifty words.</summary>
internal sealed class AnswerServer : IDisposable
{
    private const int Words = 50;

    private readonly Socket _listener =
        new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly byte[] _answer = Answer();
    private readonly byte[] _question = Encoding.ASCII.GetBytes(
        "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 6200\r\n\r\n" + new string('x', 6200));
    private readonly byte[] _buffer = new byte[64 * 1024];

    public AnswerServer(string path)
    {
        _listener.Bind(new UnixDomainSocketEndPoint(path));
        _listener.Listen();
        _ = AcceptAsync();
    }

    public void Dispose() => _listener.Dispose();

    /// <summary>The same exchange without anything of ours.</summary>
    public async Task AskBareAsync(Socket socket, CancellationToken cancel)
    {
        await socket.SendAsync(_question, cancel);
        var left = _answer.Length;
        while (left > 0)
        {
            left -= await socket.ReceiveAsync(_buffer, cancel);
        }
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                _ = ServeAsync(await _listener.AcceptAsync());
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The measurement is over.
        }
    }

    private async Task ServeAsync(Socket socket)
    {
        using (socket)
        {
            var buffer = new byte[64 * 1024];
            var filled = 0;
            while (true)
            {
                var count = await socket.ReceiveAsync(buffer.AsMemory(filled));
                if (count == 0)
                {
                    return;
                }
                filled += count;
                if (IsWhole(buffer.AsSpan(0, filled)))
                {
                    filled = 0;
                    await socket.SendAsync(_answer);
                }
            }
        }
    }

    private static bool IsWhole(ReadOnlySpan<byte> request)
    {
        var end = request.IndexOf("\r\n\r\n"u8);
        if (end < 0)
        {
            return false;
        }
        var head = Encoding.ASCII.GetString(request[..end]);
        var at = head.IndexOf("Content-Length: ", StringComparison.OrdinalIgnoreCase) + 16;
        var stop = head.IndexOf('\r', at);
        return request.Length - end - 4 >= int.Parse(
            stop < 0 ? head[at..] : head[at..stop], System.Globalization.CultureInfo.InvariantCulture);
    }

    private static byte[] Answer()
    {
        var events = new StringBuilder();
        void Add(string name, string data) =>
            events.Append(System.Globalization.CultureInfo.InvariantCulture,
                $"event: {name}\ndata: {{\"type\":\"{name}\",{data}}}\n\n");
        Add("message_start", "\"message\":{\"usage\":{\"input_tokens\":1500,\"output_tokens\":1}}");
        Add("content_block_start",
            "\"index\":0,\"content_block\":{\"type\":\"text\",\"text\":\"\"}");
        for (var word = 0; word < Words; word++)
        {
            Add("content_block_delta",
                "\"index\":0,\"delta\":{\"type\":\"text_delta\",\"text\":\"service \"}");
        }
        Add("content_block_stop", "\"index\":0");
        Add("message_delta", "\"delta\":{\"stop_reason\":\"end_turn\"},"
            + "\"usage\":{\"output_tokens\":50}");
        events.Append("event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n");
        return Encoding.ASCII.GetBytes("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
            + $"Content-Length: {events.Length}\r\n\r\n{events}");
    }
}
