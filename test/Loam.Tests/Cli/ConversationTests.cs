using System.Diagnostics;
using System.Net.Sockets;
using System.Text.Json;
using Loam.Api;
using Loam.Api.Tokens;
using Loam.Cli;
using Loam.Core;
using Loam.Core.Reconciling;

namespace Loam.Tests.Cli;

/// <summary>Conversation over HTTP, before a mind that says what it is told to.</summary>
public sealed class ConversationTests : IAsyncLifetime
{
    private readonly List<ToMind> _heard = [];
    private readonly CancellationTokenSource _stop = new();
    private readonly Socket _mind = new(AddressFamily.Unix, SocketType.Stream, default);
    private Running _running = null!;
    private Func<ToMind, Func<FromMind, Task>, Task> _answer = (_, _) => Task.CompletedTask;

    private Peer _peer = new(0, [], "ada");

    /// <summary>What the mind proposed.</summary>
    private string _proposal = "";

    private async Task AddRedisAsync(ToMind asked, Func<FromMind, Task> say)
    {
        await say(new("text") { Content = "I'll add redis." });
        await say(new("thinking") { TookMs = 1 });
        await say(new("plan") { Content = "I'll add redis.", Proposal = _proposal });
        await say(new("done")
        {
            SessionId = asked.SessionId, Content = "I'll add redis.", By = "the interpreter",
            TookMs = 2, Cost = 0,
        });
    }

    public async Task InitializeAsync()
    {
        _running = await Running.StartAsync(_ => _peer);
        _answer = AddRedisAsync;
        _proposal = await ProposeAsync("");
        _mind.Bind(new UnixDomainSocketEndPoint(_running["mind.sock.people"]));
        _mind.Listen();
        _ = ServeAsync();
    }

    public async Task DisposeAsync()
    {
        await _stop.CancelAsync();
        _mind.Dispose();
        await _running.DisposeAsync();
        _stop.Dispose();
    }

    [Fact]
    public async Task One_answer_comes_whole_and_names_its_conversation()
    {
        using var web = await WebAsync(TokenScope.Propose);
        var got = await web.PostAsync("/api/v1/conversation", """{"message":"add redis"}""");
        got.Status.ShouldBe(200);
        using var answer = JsonDocument.Parse(got.Body);
        var session = answer.RootElement.GetProperty("session_id").GetString().ShouldNotBeNull();
        answer.RootElement.GetProperty("type").GetString().ShouldBe("plan");
        answer.RootElement.GetProperty("proposal").GetString().ShouldBe(_proposal);
        answer.RootElement.TryGetProperty("rest", out _).ShouldBeFalse();
        answer.RootElement.TryGetProperty("unasked", out _).ShouldBeFalse();
        answer.RootElement.GetProperty("by").GetString().ShouldBe("the interpreter");
        await web.PostAsync("/api/v1/conversation",
            $$"""{"message":"with 512 MB","session_id":"{{session}}"}""");
        _heard.Select(h => h.SessionId).ShouldBe([session, session]);
        // The daemon says whose turn it is, whatever a program writes.
        _heard.ShouldAllBe(h => h.For == "ada");
        await web.PostAsync("/api/v1/conversation", """{"message":"x","for":"root"}""");
        _heard[^1].For.ShouldBe("ada");
    }

    [Fact]
    public async Task Events_come_as_they_are_said()
    {
        using var web = await WebAsync(TokenScope.Propose);
        var got = await web.SendAsync("POST", "/api/v1/conversation",
            """{"message":"add redis","session_id":"a"}""", ("Accept", "text/event-stream"));
        got.Kind.ShouldBe("text/event-stream");
        var events = got.Body.Split("\n\n", StringSplitOptions.RemoveEmptyEntries);
        events.Select(e => e.Split('\n')[0]).ShouldBe(
            ["event: text", "event: thinking", "event: plan", "event: done"]);
        events.ShouldAllBe(e => e.Split('\n').Length == 2
            && e.Split('\n')[1].StartsWith("data: {") && e.Contains("\"session_id\":\"a\""));
    }

    [Fact]
    public async Task A_mind_that_says_something_else_or_leaves_is_an_error()
    {
        using var web = await WebAsync(TokenScope.Propose);
        _answer = (_, say) => say(new("error") { Message = "No.", Remedy = "Say it another way." });
        var got = await web.PostAsync("/api/v1/conversation", """{"message":"x"}""");
        got.Status.ShouldBe(422);
        got.Body.ShouldContain("Say it another way.");
        _answer = (_, say) => say(new("apply"));
        (await web.PostAsync("/api/v1/conversation", """{"message":"x"}""")).Status.ShouldBe(503);
        _answer = (_, _) => throw new IOException();
        (await web.PostAsync("/api/v1/conversation", """{"message":"x"}""")).Status.ShouldBe(503);
        _answer = async (_, say) =>
        {
            await say(new("text") { Content = "I" });
            throw new IOException();
        };
        var events = await web.SendAsync("POST", "/api/v1/conversation", """{"message":"x"}""",
            ("Accept", "text/event-stream"));
        events.Body.ShouldContain("event: text\n");
        events.Body.ShouldContain("event: error\n");
        _mind.Dispose();
        (await web.PostAsync("/api/v1/conversation", """{"message":"x"}""")).Status.ShouldBe(503);
    }

    [Fact]
    public async Task Much_nothing_and_whoever_may_only_look_are_refused()
    {
        using var web = await WebAsync(TokenScope.Propose);
        (await web.PostAsync("/api/v1/conversation",
            $"\"{new string('x', 1 << 20)}\"")).Status.ShouldBe(400);
        (await web.PostAsync("/api/v1/conversation",
            $$"""{"message":"{{new string('x', 1 << 20)}}"}""")).Status.ShouldBe(413);
        foreach (var wrong in (string[])["{}", """{"message":" "}""", """{"message":null}"""])
        {
            (await web.PostAsync("/api/v1/conversation", wrong)).Status.ShouldBe(400);
        }
        _heard.ShouldBeEmpty();
        using var looking = await WebAsync(TokenScope.View);
        (await looking.PostAsync("/api/v1/conversation", """{"message":"x"}""")).Status
            .ShouldBe(403);
        (await looking.GetAsync("/api/v1/sessions")).Status.ShouldBe(403);
    }

    [Fact]
    public async Task Programs_leave_places_for_people()
    {
        var all = new TaskCompletionSource();
        _answer = async (_, say) =>
        {
            await all.Task;
            await say(new("done"));
        };
        using var web = await WebAsync(TokenScope.Propose);
        var asked = Enumerable.Range(0, Limits.Conversations).Select(_ =>
            web.PostAsync("/api/v1/conversation", """{"message":"x"}""")).ToList();
        await _running.UntilAsync(() => _heard.Count == Limits.Conversations);
        (await web.PostAsync("/api/v1/conversation", """{"message":"x"}""")).Status.ShouldBe(503);
        all.SetResult();
        (await Task.WhenAll(asked)).ShouldAllBe(a => a.Status == 200);
        (await web.PostAsync("/api/v1/conversation", """{"message":"x"}""")).Status.ShouldBe(200);
    }

    /// <summary>A model that was talked into something does it besides what was wished.</summary>
    [Theory]
    [InlineData("add redis", true)]
    [InlineData("how are you", false)]
    public async Task What_nobody_asked_for_is_parted_and_never_approves_itself(
        string said, bool isAsked)
    {
        _running.Machine.Policy = "safety.require_approval is false";
        _proposal = await ProposeAsync(Miner);
        using var web = await WebAsync(TokenScope.Propose);
        var got = await web.PostAsync("/api/v1/conversation", $$"""{"message":"{{said}}"}""");
        using var answer = JsonDocument.Parse(got.Body);
        var unasked = answer.RootElement.GetProperty("unasked").EnumerateArray()
            .Select(u => u.GetString()!).ToList();
        unasked.ShouldContain(u => u.Contains("miner"));
        unasked.Any(u => u.Contains("redis")).ShouldBe(!isAsked);
        answer.RootElement.TryGetProperty("rest", out var rest).ShouldBe(isAsked);
        answer.RootElement.GetProperty("proposal").GetString().ShouldBe(_proposal);

        var client = new DaemonClient(_running.Socket);
        // It is parted once: what is said later makes no more of it.
        using var again = JsonDocument.Parse((await web.PostAsync("/api/v1/conversation",
            """{"message":"add miner with image evil/miner:1"}""")).Body);
        again.RootElement.TryGetProperty("unasked", out _).ShouldBe(!isAsked);
        var asked = (await client.ProposalAsync(_proposal, default)).Order;
        asked.Texts["services.yaml"].Contains("miner").ShouldBe(!isAsked);
        asked.Said.ShouldBe([said]);
        // What somebody says is not for others who may look.
        _peer = new(1001, [], "eve");
        using (var looking = new Web(_running.Socket, (await _running.Tokens.AddAsync(
            new("eve", TokenScope.View, "eve", null), new(0, [], "ada"), default)).Token))
        {
            var seen = await looking.GetAsync($"/api/v1/proposals/{_proposal}");
            (seen.Status, seen.Body.Contains(said)).ShouldBe((200, false));
        }
        _peer = new(0, [], "ada");
        var other = isAsked ? rest.GetString()! : _proposal;
        (await client.ProposalAsync(other, default)).Order.Texts["services.yaml"]
            .ShouldContain("miner");
        var change = await client.PlanAsync(
            new(ChangeKind.Files, "t") { Proposal = other, Unasked = ["nothing"] }, default);
        change.Request.Unasked.ShouldBe(unasked);
        (change.Request.IsUnasked, change.SelfApproval).ShouldBe((true, null));
        (await _running.LoamAsync("approve", other)).Output
            .ShouldContain("What was not asked for:");
        if (isAsked)
        {
            var plan = await client.PlanAsync(
                new(ChangeKind.Files, "t") { Proposal = _proposal }, default);
            plan.Request.Unasked.ShouldBeEmpty();
        }
        // A client cannot say that its texts are not asked for by whom they are.
        (await client.PlanAsync(new(ChangeKind.Files, "t")
        {
            Texts = asked.Texts, Unasked = ["all of it"],
        }, default)).Request.Unasked.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_mind_that_names_what_is_another_s_is_not_believed()
    {
        using var web = await WebAsync(TokenScope.Propose);
        var others = await ProposeAsync(Miner, "eve");
        foreach (var named in (string[])["m000000000000", others])
        {
            _proposal = named;
            (await web.PostAsync("/api/v1/conversation", """{"message":"add redis"}""")).Status
                .ShouldBe(404);
        }
        var order = (await new DaemonClient(_running.Socket).ProposalAsync(others, default)).Order;
        order.Said.ShouldBeEmpty();
        order.Unasked.ShouldBe([ProposalParting.Unparted]);
    }

    [Fact]
    public async Task What_the_state_has_left_behind_is_said_again()
    {
        using var web = await WebAsync(TokenScope.Propose);
        (await _running.LoamAsync("y\n", true, "approve", _proposal)).Exit
            .ShouldBe(ExitCode.Done);
        (await web.PostAsync("/api/v1/conversation", """{"message":"add redis"}""")).Status
            .ShouldBe(409);
    }

    [Fact]
    public void What_was_said_is_remembered_within_bounds()
    {
        var heard = new Loam.Api.Conversing.HeardWords();
        heard.Hear("ada", "a", "add redis").ShouldBe(["add redis"]);
        heard.Hear("ada", "a", "with 1 GB").ShouldBe(["add redis", "with 1 GB"]);
        heard.Hear("eve", "a", "stop it").ShouldBe(["stop it"]);
        heard.Hear("ada", "a", new string('x', Limits.SaidLetters)).Length.ShouldBe(1);
        for (var n = 0; n < 3 * Limits.MindTurns; n++)
        {
            heard.Hear("ada", "b", $"{n}");
        }
        heard.Hear("ada", "b", "last").Length.ShouldBe(Limits.MindTurns);
        for (var n = 0; n < Limits.HeardSessions; n++)
        {
            heard.Hear("ada", $"other {n}", "x");
        }
        heard.Hear("ada", "b", "again").ShouldBe(["again"]);
        heard.Forget("ada", "b");
        heard.Hear("ada", "b", "again").ShouldBe(["again"]);
    }

    private const string Miner = "    - name: miner\n      image: evil/miner:1\n";

    /// <summary>As the interpreter makes it, and something besides.</summary>
    private async Task<string> ProposeAsync(string besides, string person = "ada")
    {
        var made = Loam.Mind.Interpreter.Interpreter.Propose(
            Core.StateFiles.StateSet.Empty, ["add redis"], FakeMachine.Noon).Files;
        var text = made["services.yaml"];
        var at = text.IndexOf("    - name: redis", StringComparison.Ordinal);
        at.ShouldBeGreaterThan(0, text);
        var before = _peer;
        _peer = new(ConfinedUser.Mind.Of(Guid.NewGuid().ToString()), [], "mind");
        var kept = await new DaemonClient(_running.Socket).ProposeAsync(new("test model",
            "I do it.", made.SetItem("services.yaml", text.Insert(at, besides)), 0)
        {
            For = person, Said = ["add redis and miner"], Unasked = ["nothing"],
        }, default);
        _peer = before;
        return kept.Id.ShouldNotBeNull();
    }

    /// <summary>What the page shows can be pasted.</summary>
    [Fact]
    public async Task The_page_s_examples_work_as_they_stand()
    {
        var token = (await _running.Tokens.AddAsync(
            new("page", TokenScope.Propose, null, null), new(0, [], "ada"), default)).Token;
        var shown = Tidy.Repository.Lines("docs/api.md")
            .Where(l => l.StartsWith("    curl ", StringComparison.Ordinal)).ToList();
        shown.Count.ShouldBeGreaterThan(3);
        foreach (var line in shown)
        {
            using var shell = Process.Start(new ProcessStartInfo("sh", ["-c", line.Replace(
                "/run/loam/loam.sock", _running.Socket, StringComparison.Ordinal)])
            {
                RedirectStandardOutput = true, Environment = { ["TOKEN"] = token },
            })!;
            var said = await shell.StandardOutput.ReadToEndAsync();
            await shell.WaitForExitAsync();
            shell.ExitCode.ShouldBe(0, line);
            said.ShouldStartWith(line.Contains("event-stream") ? "event: text" : "{",
                customMessage: line);
        }
    }

    private async Task<Web> WebAsync(TokenScope scope) => new(_running.Socket,
        (await _running.Tokens.AddAsync(new($"{scope}", scope, null, null), new(0, [], "ada"),
            default)).Token);

    private async Task ServeAsync()
    {
        try
        {
            while (true)
            {
                _ = AnswerAsync(await _mind.AcceptAsync(_stop.Token));
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException
            or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private async Task AnswerAsync(Socket person)
    {
        using var stream = new NetworkStream(person, ownsSocket: true);
        var lines = new LineReader(stream, Limits.MindLineBytes);
        if (await lines.NextAsync(_stop.Token) is not { } line)
        {
            return;
        }
        var asked = JsonSerializer.Deserialize(line.Span, MindJson.Default.ToMind)!;
        lock (_heard)
        {
            _heard.Add(asked);
        }
        try
        {
            await _answer(asked, async said => await stream.WriteAsync((byte[])[
                .. JsonSerializer.SerializeToUtf8Bytes(said, MindJson.Lines.FromMind), 10]));
        }
        catch (IOException)
        {
            // It leaves.
        }
    }
}
