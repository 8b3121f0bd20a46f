using System.Text;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Loam.Mind.Gateway;
using Loam.Mind.Gateway.Wire;
using Loam.Simulation.Running;

namespace Loam.Tests.Mind.Gateway;

/// <summary>What every provider must do, by recorded traffic.</summary>
public sealed class WireConformance
{
    public static TheoryData<string> AllServers => [.. Servers.Names];

    public static TheoryData<string, string> Answers
    {
        get
        {
            var all = new TheoryData<string, string>();
            foreach (var server in Servers.Names)
            {
                foreach (var sort in new[] { "text", "tools", "length", "refused" })
                {
                    all.Add(server, sort);
                }
            }
            return all;
        }
    }

    [Theory]
    [MemberData(nameof(Answers))]
    public async Task Answers_are_read_however_they_are_cut(string server, string sort)
    {
        var traffic = Traffic.Of($"{server}.{sort}");
        var paces = Enumerable.Range(0, 30).Select(Pace.Random)
            .Concat(Enumerable.Range(1, traffic.Body.Length / 5).Select(n => Pace.At(n * 5)))
            .Prepend(Pace.Bytes).Prepend(Pace.Whole);
        foreach (var pace in paces)
        {
            await CheckAsync(server, sort, traffic, pace);
        }
    }

    [Theory]
    [MemberData(nameof(Answers))]
    public async Task Line_ends_comments_and_a_mark_of_order_make_no_difference(
        string server, string sort)
    {
        var traffic = Traffic.Of($"{server}.{sort}");
        foreach (var text in new[]
        {
            traffic.Text.ReplaceLineEndings("\r\n"), traffic.Text.ReplaceLineEndings("\r"),
            "\ufeff" + traffic.Text, ": hello\n\n:\n" + traffic.Text.Replace(
                "\n\n", "\n: ping\n\n: OPENROUTER PROCESSING\n\n", StringComparison.Ordinal),
            traffic.Text.Replace("\ndata: ", "\nid: 7\nretry: 10\nx\ndata:", StringComparison.Ordinal),
        })
        {
            await CheckAsync(server, sort, traffic.With(text), Pace.Whole);
            await CheckAsync(server, sort, traffic.With(text), Pace.Bytes);
            await CheckAsync(server, sort, traffic.With(text), Pace.Random(text.Length));
        }
    }

    private static async Task CheckAsync(string server, string sort, Traffic traffic, Pace pace)
    {
        var request = sort switch
        {
            "tools" => Servers.WithTools, _ => Servers.Question,
        };
        using var replay = Replay.Of(traffic, pace);
        var all = await Servers.AllAsync(
            Servers.Model(server, replay).AskAsync(request, CancellationToken.None));
        var calls = all.OfType<ToolCall>().ToList();
        calls.Select(c => c.Id).ShouldBeUnique();
        all = [.. all.Select(e => e is ToolCall call ? call with { Id = "" } : e)];
        ModelEvent[] expected = sort switch
        {
            "text" => [new TextDelta("Hello, wörld 🌍.\nBye."), new ModelUsage(25, 12),
                new ModelEnd(EndReason.Complete)],
            "tools" => [new TextDelta("I look."),
                new ToolCall("", "read_file", calls[0].Arguments.Contains(' ')
                    ? """{"path": "services.yaml"}""" : """{"path":"services.yaml"}"""),
                new ToolCall("", "list_files", "{}"),
                new ModelUsage(472, 89), new ModelEnd(EndReason.ToolCalls)],
            "length" => [new TextDelta("Once upon"), new ModelUsage(25, 16),
                new ModelEnd(EndReason.MaxTokens)],
            _ => [new ModelUsage(25, 1), new ModelEnd(EndReason.Refused)],
        };
        all.ShouldBe(expected, false, $"{server}.{sort}");
    }

    [Theory]
    [InlineData("400", ModelFault.Invalid)]
    [InlineData("401", ModelFault.Denied)]
    [InlineData("403", ModelFault.Denied)]
    [InlineData("404", ModelFault.NotFound)]
    [InlineData("413", ModelFault.TooLarge)]
    [InlineData("429", ModelFault.Busy)]
    [InlineData("500", ModelFault.Unavailable)]
    [InlineData("503", ModelFault.Busy)]
    [InlineData("529", ModelFault.Busy)]
    [InlineData("long", ModelFault.TooLarge)]
    [InlineData("broke", ModelFault.Denied)]
    public async Task Refusals_are_told_apart(string sort, ModelFault fault)
    {
        var names = Servers.Names.Select(s => $"{s}.{sort}").Where(Traffic.Names.Contains).ToList();
        names.ShouldNotBeEmpty();
        foreach (var name in names)
        {
            using var replay = Replay.Of(Traffic.Of(name), Pace.Random(3));
            var model = Servers.Model(name.Split('.')[0], replay);
            var failure = await FailsAsync(model);
            failure.Fault.ShouldBe(fault, name);
            failure.MayCost.ShouldBeFalse();
            failure.Message.ShouldStartWith(model.Info.ToString());
            failure.Message.ShouldNotContain(Servers.Key);
            failure.Advice.ShouldEndWith(".");
            failure.RetryAfter.ShouldBe(name switch
            {
                "anthropic.429" => TimeSpan.FromSeconds(17),
                "openai.429" => TimeSpan.FromSeconds(16.5),
                _ => null,
            });
        }
    }

    [Theory]
    [MemberData(nameof(AllServers))]
    public async Task An_error_in_the_stream_ends_it(string server)
    {
        using var replay = Replay.Of(Traffic.Of($"{server}.broken"), Pace.Random(5));
        var seen = new List<ModelEvent>();
        var failure = await FailsAsync(Servers.Model(server, replay), seen);
        seen.ShouldBe([new TextDelta("Hel")]);
        failure.MayPass.ShouldBeTrue();
        failure.MayCost.ShouldBeTrue();
    }

    [Theory]
    [MemberData(nameof(AllServers))]
    public async Task A_stream_that_is_cut_is_no_answer(string server)
    {
        var whole = Traffic.Of($"{server}.text");
        foreach (var tail in new[] { Tail.End, Tail.Broken })
        {
            using var cut = Replay.Of(Traffic.Of($"{server}.cut"), Pace.Whole, tail);
            (await FailsAsync(Servers.Model(server, cut))).Fault.ShouldBe(ModelFault.CutOff);
            for (var length = 0; length < whole.Body.Length; length += 7)
            {
                using var replay =
                    Replay.Of(whole with { Body = whole.Body[..length] }, Pace.Whole, tail);
                var seen = new List<ModelEvent>();
                try
                {
                    await foreach (var happened in Servers.Model(server, replay)
                        .AskAsync(Servers.Question, CancellationToken.None))
                    {
                        seen.Add(happened);
                    }
                    // Of a completion the reason is the end; what follows only counts.
                    seen[^1].ShouldBe(new ModelEnd(EndReason.Complete));
                    Encoding.UTF8.GetString(whole.Body, 0, length).ShouldContain(
                        server == "anthropic" ? "message_stop" : "\"stop\"");
                }
                catch (ModelException failure)
                {
                    failure.Fault.ShouldBe(ModelFault.CutOff);
                    failure.MayCost.ShouldBeTrue();
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(AllServers))]
    public void Slow_tokens_have_their_time_and_no_more(string server)
    {
        var times = new ModelTimes(
            TimeSpan.FromSeconds(60), TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(300));
        var slow = Run(server, times, 29, 400, Tail.End, out var took);
        slow.ShouldBeNull();
        took.ShouldBeLessThan(TimeSpan.FromSeconds(300));
        Run(server, times, 31, 400, Tail.End, out took)!.Message.ShouldContain("30 s");
        took.ShouldBeLessThan(TimeSpan.FromSeconds(62));
        var whole = Run(server, times, 29, 20, Tail.End, out took)!;
        whole.Message.ShouldContain("the whole took more than 300 s");
        took.ShouldBe(TimeSpan.FromSeconds(300));
        Run(server, times, 1, 400, Tail.Silence, out _, "cut")!.Fault
            .ShouldBe(ModelFault.Timeout);
    }

    [Theory]
    [MemberData(nameof(AllServers))]
    public void Who_says_nothing_is_not_waited_for(string server)
    {
        var time = new VirtualTime(DateTimeOffset.UnixEpoch);
        ModelException? failure = null;
        time.Run(async () =>
        {
            using var replay = new Replay(async cancel =>
            {
                await Task.Delay(Timeout.InfiniteTimeSpan, time, cancel);
                throw new InvalidOperationException();
            });
            failure = await FailsAsync(Servers.Model(server, replay, time));
        }, () => false, TimeSpan.FromHours(1)).ShouldBeTrue();
        failure!.Fault.ShouldBe(ModelFault.Timeout);
        failure.Message.ShouldContain("does not answer: nothing came for 60 s");
        time.Elapsed.ShouldBe(TimeSpan.FromSeconds(60));
    }

    private static ModelException? Run(string server, ModelTimes times, int seconds, int bytes,
        Tail tail, out TimeSpan took, string sort = "text")
    {
        var time = new VirtualTime(DateTimeOffset.UnixEpoch);
        ModelException? failure = null;
        time.Run(async () =>
        {
            var pace = new Pace(
                Enumerable.Repeat(bytes, int.MaxValue), TimeSpan.FromSeconds(seconds), time);
            using var replay = Replay.Of(Traffic.Of($"{server}.{sort}"), pace, tail);
            try
            {
                await Servers.AllAsync(Servers.Model(server, replay, time, times)
                    .AskAsync(Servers.Question, CancellationToken.None));
            }
            catch (ModelException e)
            {
                failure = e;
            }
        }, () => false, TimeSpan.FromHours(1)).ShouldBeTrue();
        took = time.Elapsed;
        return failure;
    }

    [Theory]
    [MemberData(nameof(AllServers))]
    public async Task Whoever_asked_can_stop(string server)
    {
        using var stop = new CancellationTokenSource();
        using var replay = Replay.Of(Traffic.Of($"{server}.cut"), Pace.Whole, Tail.Silence);
        await Should.ThrowAsync<OperationCanceledException>(async () =>
        {
            await foreach (var _ in Servers.Model(server, replay)
                .AskAsync(Servers.Question, stop.Token))
            {
                stop.CancelAfter(5);
            }
        });
    }

    [Theory]
    [MemberData(nameof(AllServers))]
    public async Task Huge_and_hostile_answers_end_in_bounded_memory(string server)
    {
        var head = Traffic.Of($"{server}.text");
        var endless = Enumerable.Range(0, 3).Select(sort => new Hostile(sort)).ToList();
        foreach (var body in endless)
        {
            using var replay = new Replay(_ => Task.FromResult(head.Response(body)));
            (await FailsAsync(Servers.Model(server, replay))).Fault.ShouldBe(ModelFault.Malformed);
            body.Given.ShouldBeLessThan(80L * 1024 * 1024);
        }
    }

    [Theory]
    [MemberData(nameof(AllServers))]
    public async Task Anything_else_is_an_error_and_no_crash(string server)
    {
        var head = Traffic.Of($"{server}.text");
        foreach (var body in new[]
        {
            "data: \n\n", "data: {\n\n", "data: []\n\n", "data: 7\n\n", "data: null\n\n", "data\n\n",
            "data: {\"type\":\"message_stop\"}\n\n", "data: \"\\ud800\"\n\n", "\0\n\n",
            "data: {\"type\":\"content_block_start\",\"content_block\":7}\n\n",
            "data: {\"type\":\"content_block_delta\",\"index\":1e400,\"delta\":{\"type\":"
                + "\"input_json_delta\"}}\n\n",
            "data: {\"type\":\"content_block_delta\",\"delta\":{\"type\":\"text_delta\",\"text\":"
                + "\"\\ud83d\"}}\n\n",
            "data: {\"choices\":[{\"delta\":{\"content\":\"\\udc00\"}}]}\n\n",
            "data: {\"choices\":[{\"delta\":{\"tool_calls\":[7]},\"finish_reason\":\"stop\"}]}\n\n",
            "data: {\"choices\":{\"delta\":[]},\"usage\":[]}\n\ndata: [DONE]\n\n",
            $"data: {new string('[', 5000)}\n\n",
            "data: {\"type\":\"message_stop\",\"choices\":[],\"\\ud800x\":1}\n\n",
        })
        {
            using var replay = Replay.Of(head.With(body), Pace.Whole);
            (await FailsAsync(Servers.Model(server, replay))).Fault
                .ShouldBeOneOf(ModelFault.Malformed, ModelFault.CutOff);
        }
        foreach (var (type, body) in new[]
        {
            ("text/html", "<html>"), ("application/json", "{}"), ("text/plain", ""),
        })
        {
            using var replay = new Replay(_ => Task.FromResult(new HttpResponseMessage
            {
                Content = new StringContent(body, Encoding.UTF8, type),
            }));
            (await FailsAsync(Servers.Model(server, replay))).Fault.ShouldBe(ModelFault.Malformed);
        }
        using var moved = new Replay(_ => Task.FromResult(new HttpResponseMessage(
            HttpStatusCode.Found) { Headers = { Location = new("https://elsewhere.example/") } }));
        (await FailsAsync(Servers.Model(server, moved))).Message.ShouldContain("elsewhere.example");
    }

    [Theory]
    [MemberData(nameof(AllServers))]
    public async Task Damaged_answers_are_errors_and_no_crash(string server)
    {
        var chance = new Random(server.Length);
        string[] sorts = ["text", "tools", "length", "broken", "400"];
        for (var round = 0; round < 500; round++)
        {
            var name = $"{server}.{sorts[round % sorts.Length]}";
            var traffic = Traffic.Of(name);
            var body = traffic.Body.ToArray();
            for (var damage = chance.Next(1, 4); damage > 0; damage--)
            {
                body[chance.Next(body.Length)] = (byte)chance.Next(256);
            }
            if (round % 2 == 0)
            {
                // Whole JSON with a name or a text that is none.
                var (quotes, broken) = (Quotes(body), round % 4 == 0 ? "\\ud800" : "\xff");
                var at = quotes[chance.Next(quotes.Count)] + 1;
                body = [.. body[..at], .. Encoding.Latin1.GetBytes(broken), .. body[at..]];
            }
            var from = chance.Next(body.Length);
            if (round % 3 == 0)
            {
                body = [.. body[..from], .. body[chance.Next(from)..]];
            }
            using var replay = Replay.Of(traffic with { Body = body }, Pace.Random(round));
            try
            {
                await Servers.AllAsync(Servers.Model(server, replay)
                    .AskAsync(Servers.WithTools, CancellationToken.None));
            }
            catch (ModelException)
            {
                // That is how it says so.
            }
        }
    }

    private static List<int> Quotes(byte[] body) =>
        [.. Enumerable.Range(0, body.Length).Where(i => body[i] == (byte)'"')];

    /// <summary>Some servers give arguments as an object, which is kept as it was written.
    /// </summary>
    [Fact]
    public async Task Arguments_that_are_no_text_are_an_error()
    {
        var head = Traffic.Of("vllm.text");
        byte[] body = [.. "data: {\"choices\":[{\"delta\":{\"tool_calls\":[{\"function\":"u8,
            .. "{\"name\":\"x\",\"arguments\":{\"a\":\""u8, 0xff, .. "\"}}}]}}]}\n\n"u8];
        using var replay = Replay.Of(head with { Body = body }, Pace.Whole);
        var failure = await FailsAsync(Servers.Model("vllm", replay));
        failure.Fault.ShouldBe(ModelFault.Malformed);
        failure.MayCost.ShouldBeTrue();
    }

    [Theory]
    [MemberData(nameof(AllServers))]
    public async Task Who_is_not_there_costs_nothing(string server)
    {
        using var replay = new Replay(_ => throw new HttpRequestException(
            HttpRequestError.ConnectionError, "Connection refused"));
        var failure = await FailsAsync(Servers.Model(server, replay));
        failure.Fault.ShouldBe(ModelFault.Unavailable);
        failure.MayCost.ShouldBeFalse();
        using var silent = new Replay(_ => throw new HttpRequestException(
            HttpRequestError.ResponseEnded, "ended"));
        (await FailsAsync(Servers.Model(server, silent))).MayCost.ShouldBeTrue();
    }

    [Theory]
    [MemberData(nameof(AllServers))]
    public async Task Requests_are_as_documented(string server)
    {
        using var replay = Replay.Of(Traffic.Of($"{server}.tools"), Pace.Whole);
        await Servers.AllAsync(Servers.Model(server, replay)
            .AskAsync(Servers.WithTools, CancellationToken.None));
        var (head, text) = replay.Asked[0];
        head.Content!.Headers.ContentType!.MediaType.ShouldBe("application/json");
        using var body = JsonDocument.Parse(text);
        var root = body.RootElement;
        root.GetProperty("model").GetString().ShouldBe($"{server}-model");
        root.GetProperty("stream").GetBoolean().ShouldBeTrue();
        root.GetProperty("tools").GetArrayLength().ShouldBe(2);
        root.GetProperty("temperature").GetDouble().ShouldBe(0.3);
        var said = root.GetProperty("messages").GetRawText();
        if (server == "anthropic")
        {
            head.Headers.GetValues("x-api-key").ShouldBe([Servers.Key]);
            root.GetProperty("system").GetString().ShouldBe("Be brief.");
            said.ShouldBe("""
                [{"role":"user","content":[{"type":"text","text":"What is there?"}]},{"role":"assistant","content":[{"type":"text","text":"I look."},{"type":"tool_use","id":"c1","name":"list_files","input":{"malformed":"{\"a\":"}},{"type":"tool_use","id":"c2","name":"read_file","input":{"path":"x"}}]},{"role":"user","content":[{"type":"tool_result","tool_use_id":"c1","content":"no such thing","is_error":true},{"type":"tool_result","tool_use_id":"c2","content":"text","is_error":false},{"type":"text","text":"Go on."}]}]
                """);
            return;
        }
        head.Headers.Authorization!.ToString().ShouldBe($"Bearer {Servers.Key}");
        root.GetProperty("stream_options").GetProperty("include_usage").GetBoolean().ShouldBeTrue();
        root.GetProperty(server == "openai" ? "max_completion_tokens" : "max_tokens").GetInt32()
            .ShouldBe(100);
        said.ShouldBe("""
            [{"role":"system","content":"Be brief."},{"role":"user","content":"What is there?"},{"role":"assistant","content":"I look.","tool_calls":[{"id":"c1","type":"function","function":{"name":"list_files","arguments":"{}"}},{"id":"c2","type":"function","function":{"name":"read_file","arguments":"{\"path\":\"x\"}"}}]},{"role":"tool","tool_call_id":"c1","content":"Error: no such thing"},{"role":"tool","tool_call_id":"c2","content":"text"},{"role":"user","content":"Go on."}]
            """);
    }

    /// <summary>Over a real connection, with the head and the body as they go over it.</summary>
    [Theory]
    [MemberData(nameof(AllServers))]
    public async Task Over_a_real_connection(string server)
    {
        foreach (var sort in new[] { "text", "cut", "400" })
        {
            using var listener = new TcpListener(IPAddress.Loopback, 0);
            listener.Start();
            var served = ServeAsync(listener, Traffic.Of(
                Traffic.Names.Contains($"{server}.{sort}") ? $"{server}.{sort}" : "openai.400"));
            using var handler = new SocketsHttpHandler
            {
                AllowAutoRedirect = false,
                ConnectCallback = async (_, cancel) =>
                {
                    var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
                    await socket.ConnectAsync(listener.LocalEndpoint, cancel);
                    return new NetworkStream(socket, ownsSocket: true);
                },
            };
            var plain = new ToPlain(handler);
            var model = Servers.Model(server, plain);
            if (sort == "text")
            {
                (await Servers.AllAsync(model.AskAsync(Servers.Question, CancellationToken.None)))[0]
                    .ShouldBe(new TextDelta("Hello, wörld 🌍.\nBye."));
            }
            else
            {
                (await FailsAsync(model)).Fault.ShouldBe(
                    sort == "cut" ? ModelFault.CutOff : ModelFault.Invalid);
            }
            await served;
        }
    }

    private static async Task ServeAsync(TcpListener listener, Traffic traffic)
    {
        using var client = await listener.AcceptTcpClientAsync();
        var stream = client.GetStream();
        var asked = new byte[64 * 1024];
        var filled = 0;
        while (!Encoding.UTF8.GetString(asked, 0, filled).EndsWith("]}", StringComparison.Ordinal)
            && !Encoding.UTF8.GetString(asked, 0, filled).EndsWith("}]}", StringComparison.Ordinal))
        {
            var count = await stream.ReadAsync(asked.AsMemory(filled));
            if (count == 0)
            {
                break;
            }
            filled += count;
        }
        var head = $"HTTP/1.1 {(int)traffic.Status} X\r\ntransfer-encoding: chunked\r\n"
            + string.Concat(traffic.Headers.Select(h => $"{h.Key}: {h.Value}\r\n")) + "\r\n";
        await stream.WriteAsync(Encoding.UTF8.GetBytes(head));
        foreach (var piece in traffic.Body.Chunk(61))
        {
            await stream.WriteAsync(Encoding.UTF8.GetBytes($"{piece.Length:x}\r\n"));
            await stream.WriteAsync(piece);
            await stream.WriteAsync("\r\n"u8.ToArray());
        }
        // Without the last chunk a cut is one for HTTP, too.
        if (!traffic.Text.EndsWith("chatcmpl-", StringComparison.Ordinal)
            && !traffic.Text.EndsWith("_de", StringComparison.Ordinal))
        {
            await stream.WriteAsync("0\r\n\r\n"u8.ToArray());
        }
    }

    /// <summary>The same without TLS.</summary>
    private sealed class ToPlain(HttpMessageHandler inner) : DelegatingHandler(inner)
    {
        protected override Task<HttpResponseMessage> SendAsync(
            HttpRequestMessage request, CancellationToken cancellationToken)
        {
            request.RequestUri = new UriBuilder(request.RequestUri!) { Scheme = "http", Port = 80 }.Uri;
            return base.SendAsync(request, cancellationToken);
        }
    }

    internal static async Task<ModelException> FailsAsync(
        IModel model, List<ModelEvent>? seen = null)
    {
        try
        {
            await foreach (var happened in model.AskAsync(
                Servers.Question, CancellationToken.None))
            {
                seen?.Add(happened);
            }
        }
        catch (ModelException failure)
        {
            return failure;
        }
        throw new ShouldAssertException("It did not fail.");
    }

    /// <summary>Never ends: one line, one event, or comments.</summary>
    private sealed class Hostile(int sort) : Stream
    {
        private bool _begun;

        public long Given { get; private set; }

        public override ValueTask<int> ReadAsync(
            Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var unit = sort switch { 0 => "data: x"u8, 1 => "data: xxxxxxxx\n"u8, _ => ": no\n"u8 };
            var count = 0;
            if (sort == 0 && _begun)
            {
                buffer.Span.Fill((byte)'x');
                count = buffer.Length;
            }
            else
            {
                _begun = true;
                while (count + unit.Length <= buffer.Length)
                {
                    unit.CopyTo(buffer.Span[count..]);
                    count += unit.Length;
                }
                if (count == 0)
                {
                    count = buffer.Length;
                    buffer.Span.Fill((byte)'x');
                }
            }
            Given += count;
            return ValueTask.FromResult(count);
        }

        public override int Read(byte[] buffer, int offset, int count) =>
            throw new NotSupportedException();

        public override bool CanRead => true;
        public override bool CanSeek => false;
        public override bool CanWrite => false;
        public override long Length => throw new NotSupportedException();
        public override long Position { get => 0; set => throw new NotSupportedException(); }
        public override void Flush() { }
        public override long Seek(long offset, SeekOrigin origin) =>
            throw new NotSupportedException();
        public override void SetLength(long value) => throw new NotSupportedException();
        public override void Write(byte[] buffer, int offset, int count) =>
            throw new NotSupportedException();
    }
}
