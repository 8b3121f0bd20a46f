using System.Collections.Immutable;
using System.Net.Sockets;
using System.Text;
using Loam.Api;
using Loam.Cli;
using Loam.Core;

namespace Loam.Tests.Cli;

public sealed class ApiTests
{
    [Theory]
    [InlineData("/")]
    [InlineData("/v1")]
    [InlineData("/v1/")]
    [InlineData("/v1/statusx")]
    [InlineData("/v1/status/")]
    [InlineData("/V1/STATUS")]
    [InlineData("/v1/logs/")]
    [InlineData("/v1/logs/a/b")]
    [InlineData("/v1/generation")]
    public async Task What_is_not_in_the_table_does_not_exist(string path)
    {
        await using var running = await Running.StartAsync();
        foreach (var method in (string[])["GET", "POST", "PUT", "DELETE", "OPTIONS"])
        {
            (await StatusAsync(running, method, path)).ShouldBe(404, $"{method} {path}");
        }
    }

    [Fact]
    public async Task Every_route_needs_a_right_and_is_closed_to_everybody_else()
    {
        await using var running = await Running.StartAsync(_ => new(1000, [1000, 4, 27], "eve"));
        var table = running.Table;
        table.Count.ShouldBeGreaterThan(10);
        table.ShouldAllBe(r => r.Needs == Rights.View || r.Needs == Rights.Plan
            || r.Needs == Rights.Operate || r.Needs == Rights.Administer
            || r.Needs == Rights.Propose || r.Needs == Rights.Serve);
        // What changes something is never a look.
        table.Where(r => r.Method != "GET").ShouldAllBe(r => r.Needs != Rights.View);
        foreach (var route in table)
        {
            var path = route.Pattern.Replace("*", "1");
            (await StatusAsync(running, route.Method, path)).ShouldBe(403, path);
        }
        (await StatusAsync(running, "GET", "/nothing")).ShouldBe(403);
    }

    [Theory]
    [InlineData("""{"kind":"adopt","reason":"x"}""", "adopt needs one name")]
    [InlineData("""{"kind":"adopt","reason":"x","names":["a","b"]}""", "adopt needs one name")]
    [InlineData("""{"kind":"adopt","reason":"x","names":[""]}""", "one of its names")]
    [InlineData("""{"kind":"update","reason":"x","names":[" "]}""", "one of its names")]
    [InlineData("""{"kind":"heal","reason":"x","names":[null]}""", "one of its names")]
    [InlineData("""{"kind":"heal","reason":"x","names":["a\u0000b"]}""", "one of its names")]
    [InlineData("""{"kind":99,"reason":"x"}""", "no such kind")]
    [InlineData("""{"kind":"heal"}""", "reason")]
    [InlineData("""{"kind":"heal","reason":null}""", "reason")]
    [InlineData("""{"kind":"revert","reason":" "}""", "reason")]
    [InlineData("""{"kind":"revert","reason":"x","generation":-1}""", "below zero")]
    [InlineData("""{"kind":"files","reason":"x","base_generation":-1}""", "below zero")]
    [InlineData("""{"kind":"files","reason":"x","texts":{"services.yaml":null}}""", "texts")]
    [InlineData("""{"kind":"files","reason":"x","texts":{"../x.yaml":"a"}}""", "six state files")]
    public async Task A_change_that_lacks_something_is_refused_with_a_sentence(
        string request, string says)
    {
        await using var running = await Running.StartAsync();
        using var web = new Web(running.Socket);
        foreach (var (path, body) in ((string, string)[])[("/v1/plan", request),
            ("/v1/change", $$"""{"request":{{request}},"how":"typed","confirmed":[null]}""")])
        {
            var answer = await web.PostAsync(path, body);
            answer.Status.ShouldBe(400, path);
            answer.Body.ShouldContain(says);
        }
        (await web.GetAsync("/v1/status")).Status.ShouldBe(200);
    }

    [Theory]
    [InlineData("/v1/ban", """{"address":null}""")]
    [InlineData("/v1/ban", "{}")]
    [InlineData("/v1/backup", """{"names":[null]}""")]
    [InlineData("/v1/restore-plan", """{"name":null}""")]
    [InlineData("/v1/restore", "{}")]
    public async Task An_order_that_lacks_its_object_is_refused_with_a_sentence(
        string path, string body)
    {
        await using var running = await Running.StartAsync();
        using var web = new Web(running.Socket);
        var answer = await web.PostAsync(path, body);
        answer.Status.ShouldBe(400);
        answer.Body.ShouldContain("is missing");
        running.Failed.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_fault_of_ours_ends_one_request_and_no_other()
    {
        await using var running = await Running.StartAsync();
        running.Machine.WorkTree = States.Web;
        using var web = new Web(running.Socket);
        // Before anything is told, after it, and in the request itself.
        const string order = """
            {"request":{"kind":"work_tree","reason":"x"},"how":"typed","confirmed":[]}
            """;
        running.Machine.Result = _ => throw new InvalidOperationException("oh");
        var late = await web.PostAsync("/v1/change", order);
        late.Body.ShouldContain("a fault of its own");
        running.Machine.Planning = _ => throw new InvariantException("oh");
        (await web.PostAsync("/v1/change", order)).Status.ShouldBe(500);
        var plain = await web.PostAsync("/v1/plan", """{"kind":"work_tree","reason":"x"}""");
        plain.Status.ShouldBe(500);
        plain.Body.ShouldContain("a fault of its own");
        running.Failed.ShouldBe(["a change", "a change", "a request", "a request"]);
        running.Machine.Planning = null;
        running.Machine.Result = null;
        (await web.PostAsync("/v1/change", order)).Body.ShouldContain("applied");
    }

    [Fact]
    public async Task The_mind_has_three_routes_and_people_have_none_of_them()
    {
        var user = ConfinedUser.Mind.Of(Guid.NewGuid().ToString());
        // Whatever groups it may have come by.
        await using var mind = await Running.StartAsync(
            _ => new(user, [0, Peer.GroupNumber() ?? 0], "mind"));
        await using var root = await Running.StartAsync();
        mind.Table.Count(r => r.Needs == Rights.Propose).ShouldBe(3);
        foreach (var route in mind.Table)
        {
            var path = route.Pattern.Replace("*", "1");
            var isIts = route.Needs == Rights.Propose;
            (await StatusAsync(mind, route.Method, path)).ShouldBeOneOf(
                isIts ? [200, 400] : [404]);
            if (isIts)
            {
                (await StatusAsync(root, route.Method, path)).ShouldBe(404, path);
            }
        }
    }

    [Fact]
    public async Task What_takes_requests_from_the_network_has_one_route_and_whatever_a_token_has()
    {
        await using var running = await Running.StartAsync(
            _ => new(ConfinedUser.Web.Of(Guid.NewGuid().ToString()), [0, Peer.GroupNumber() ?? 0], "web"));
        foreach (var route in running.Table)
        {
            (await StatusAsync(running, route.Method, route.Pattern.Replace("*", "1"))).ShouldBe(
                route.Needs == Rights.Serve ? 200 : 404, route.Pattern);
        }
        var token = (await running.Tokens.AddAsync(new("t", Loam.Api.Tokens.TokenScope.View, null,
            null), new(0, [], "ada"), default)).Token;
        async Task<int> FromAsync(string address, string text) => await StatusAsync(running, "GET",
            "/api/v1/status", "", $"Authorization: Bearer {text}\r\nLoam-Source: {address}\r\n");
        (await FromAsync("192.0.2.1", token)).ShouldBe(200);
        for (var i = 0; i < Limits.TokenFailures; i++)
        {
            (await FromAsync("192.0.2.1", "wrong")).ShouldBe(401);
        }
        // One place is turned away with wrong ones, others are not; a right one never is.
        (await FromAsync("192.0.2.1", "wrong")).ShouldBe(429);
        (await FromAsync("192.0.2.2", "wrong")).ShouldBe(401);
        (await FromAsync("192.0.2.1", token)).ShouldBe(200);
        (await StatusAsync(running, "GET", "/v1/web/certificate", "",
            $"Authorization: Bearer {token}\r\n")).ShouldBe(404);
    }

    [Fact]
    public async Task A_proposal_is_kept_read_and_planned_as_it_was_checked()
    {
        var user = ConfinedUser.Mind.Of(Guid.NewGuid().ToString());
        var peer = new Peer(user, [], "mind");
        await using var running = await Running.StartAsync(_ => peer);
        var client = new DaemonClient(running.Socket);
        var web = States.Web["services.yaml"]!;
        var order = new Core.Reconciling.ProposalOrder("test model", "I add a web server.",
            new Dictionary<string, string> { ["services.yaml"] = web }
                .ToImmutableSortedDictionary(), 0);
        var kept = (await client.ProposeAsync(order, default)).Id.ShouldNotBeNull();
        var broken = await client.ProposeAsync(order with
        {
            Texts = order.Texts.SetItem("services.yaml", web + "\nrubbish: ["),
        }, default);
        broken.Id.ShouldBeNull();
        broken.Findings.ShouldContain(f => f.IsError);
        foreach (var wrong in (Core.Reconciling.ProposalOrder[])[
            order with { BaseGeneration = 7 }, order with { By = "" },
            order with { Texts = order.Texts.Clear() },
            order with { Texts = order.Texts.Add("../x", "a") },
            order with { Texts = order.Texts.Add("images.lock", "a") },
            order with { Words = new('a', 100_000) }])
        {
            await Should.ThrowAsync<CommandFailure>(() => client.ProposeAsync(wrong, default));
        }
        // It plans nothing, applies nothing, and does not see what is open.
        await Should.ThrowAsync<CommandFailure>(() => client.PlanAsync(
            new(Core.Reconciling.ChangeKind.Files, "t") { Proposal = kept }, default));
        await Should.ThrowAsync<CommandFailure>(() => client.ProposalsAsync(default));

        peer = new(0, [], "ada");
        (await client.ProposalsAsync(default)).Proposals.ShouldHaveSingleItem().Id.ShouldBe(kept);
        var change = await client.PlanAsync(
            new(Core.Reconciling.ChangeKind.Files, "t") { Proposal = kept, ProposedBy = "me" },
            default);
        change.Request.ProposedBy.ShouldBe("test model");
        change.Request.Texts["services.yaml"].ShouldBe(web);
        await Should.ThrowAsync<CommandFailure>(() => client.PlanAsync(
            new(Core.Reconciling.ChangeKind.Files, "t") { Proposal = "m000000000000" }, default));
        (await client.PlanAsync(new(Core.Reconciling.ChangeKind.Files, "t")
        {
            Texts = order.Texts, ProposedBy = "somebody else",
        }, default)).Request.ProposedBy.ShouldBeNull();
    }

    /// <summary>What a mind that was taken over might write to hear what a handle stands for, or to
    /// end the daemon.</summary>
    [Theory]
    [InlineData("# \"H\"H\"")]
    [InlineData("# 'H'H'H")]
    [InlineData("# kept-1 kept-1")]
    [InlineData("      environment: {DB_PASSWORD: \"kept\\x2d1\", kept-1: a}")]
    [InlineData("      environment: {kept-1: a}")]
    [InlineData("      kept-1: a")]
    [InlineData("      environment: {DB_PASSWORD: \"${secrets.kept-1}\"}")]
    [InlineData("      environment: {OTHER: kept-1}")]
    [InlineData("      command: [\"H\"]")]
    public async Task Nothing_that_a_handle_stands_for_is_told_to_who_proposes(string line)
    {
        const string password = "hunter2 correct horse";
        var services = "apiVersion: loam/v1\nkind: ServiceManifest\nspec:\n  services:\n"
            + "    - name: web\n      image: nginx:1.27\n";
        var cipher = "encrypted:v1:" + Convert.ToBase64String(
            Encoding.UTF8.GetBytes("age-encryption.org/v1 0123456789"));
        var peer = new Peer(ConfinedUser.Mind.Of(Guid.NewGuid().ToString()), [], "mind");
        await using var running = await Running.StartAsync(_ => peer);
        running.Machine.Files = Core.StateFiles.StateSet.Empty
            .With("services.yaml", services + $"      environment: {{DB_PASSWORD: {password}}}\n")
            .With("security.yaml", "apiVersion: loam/v1\nkind: SecurityConfig\nspec:\n"
                + $"  secrets:\n    - name: KEY\n      value: {cipher}\n");
        var client = new DaemonClient(running.Socket);
        var view = await client.MindViewAsync([], default);
        view.State["services.yaml"]!.ShouldNotContain("hunter2");
        var handle = Core.StateFiles.SecretHandles.Of("KEY");
        var answer = await client.ProposeAsync(new("m", "w", new Dictionary<string, string>
        {
            ["services.yaml"] = services + line.Replace("H", handle, StringComparison.Ordinal)
                + "\n",
        }.ToImmutableSortedDictionary(), view.Generation), default);
        var said = string.Join('\n', answer.Findings.Select(f => $"{f.Message} {f.Remedy}"));
        said.ShouldNotContain("hunter2");
        said.ShouldNotContain(cipher);
        // The daemon is there still.
        (await client.MindViewAsync([], default)).Generation.ShouldBe(view.Generation);
    }

    [Fact]
    public async Task The_mind_sees_the_logs_that_it_asks_for()
    {
        var peer = new Peer(ConfinedUser.Mind.Of(Guid.NewGuid().ToString()), [], "mind");
        await using var running = await Running.StartAsync(_ => peer);
        running.Log.AddRange(Enumerable.Range(0, 300).Select(n =>
            new LogEntry(FakeMachine.Noon, false, $"line {n}")));
        var client = new DaemonClient(running.Socket);
        (await client.MindViewAsync([], default)).Logs.ShouldBeEmpty();
        var logs = (await client.MindViewAsync(["web", "web", "a", "b", "c"], default)).Logs;
        logs.Select(l => l.Source).ShouldBe(["web", "a", "b"]);
        (logs[0].Lines.Length, logs[0].Lines[^1]).ShouldBe((Limits.ViewLogLines, "line 299"));
    }

    [Fact]
    public async Task A_peer_the_kernel_does_not_name_is_refused()
    {
        await using var running = await Running.StartAsync(_ => null);
        (await StatusAsync(running, "GET", "/v1/status")).ShouldBe(403);
        var said = await running.LoamAsync("status");
        said.Exit.ShouldBe(ExitCode.NotApproved);
        said.Error.ShouldContain("group loam");
    }

    [Fact]
    public void Root_and_the_group_have_rights_and_nobody_else()
    {
        const Rights All =
            Rights.View | Rights.Plan | Rights.Operate | Rights.Administer;
        new Peer(0, [0], "root").Rights(null).ShouldBe(All);
        new Peer(1000, [1000, 990], "ada").Rights(990).ShouldBe(All);
        new Peer(1000, [1000, 990], "ada").Rights(991).ShouldBe(Rights.None);
        new Peer(1000, [1000, 0], "ada").Rights(null).ShouldBe(Rights.None);
    }

    [Fact]
    public async Task The_kernel_names_this_process()
    {
        Peer? seen = null;
        await using var running = await Running.StartAsync(socket => seen = Peer.Of(socket));
        await StatusAsync(running, "GET", "/v1/status");
        seen.ShouldNotBeNull().Uid.ShouldBe(uint.Parse(
            File.ReadLines("/proc/self/status").First(l => l.StartsWith("Uid:", default))
                .Split('\t')[2]));
        seen.Name.ShouldNotBeEmpty();
    }

    [Fact]
    public async Task The_socket_is_for_root_and_its_group_alone()
    {
        await using var running = await Running.StartAsync();
        File.GetUnixFileMode(running.Socket).ShouldBe(UnixFileMode.UserRead
            | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.GroupWrite);
    }

    [Fact]
    public async Task A_request_that_is_too_large_or_no_json_is_refused()
    {
        await using var running = await Running.StartAsync();
        (await StatusAsync(running, "POST", "/v1/plan", "{\"kind\":")).ShouldBe(400);
        (await StatusAsync(running, "POST", "/v1/plan", "{\"kind\":\"nothing\"}")).ShouldBe(400);
        (await StatusAsync(running, "POST", "/v1/plan", "",
            $"Content-Length: {Limits.RequestBytes + 1}\r\n")).ShouldBe(413);
        (await StatusAsync(running, "GET", "/v1/status")).ShouldBe(200);
    }

    [Fact]
    public async Task A_plan_is_approved_once_and_only_as_it_was_shown()
    {
        await using var running = await Running.StartAsync();
        running.Machine.WorkTree = States.Web;
        var client = new DaemonClient(running.Socket);
        var change = await client.PlanAsync(
            new(Core.Reconciling.ChangeKind.WorkTree, "t"), default);
        var order = new ApplyOrder(change.Id, change.Plan!.Digest, "typed", []);
        await RefusedAsync(client, order with { Digest = new('0', 64) });
        await foreach (var _ in client.ApplyAsync(order, default))
        {
        }
        running.Machine.Approvals.Count.ShouldBe(1);
        await RefusedAsync(client, order);
        running.Machine.Approvals.Count.ShouldBe(1);
    }

    [Fact]
    public async Task An_apply_goes_on_without_its_client()
    {
        await using var running = await Running.StartAsync();
        running.Machine.WorkTree = States.Web;
        running.Machine.Hold = new();
        running.Machine.Before.Add(new(1, FakeMachine.Noon, "reconcile.started"));
        var client = new DaemonClient(running.Socket);
        var change = await client.PlanAsync(
            new(Core.Reconciling.ChangeKind.WorkTree, "t"), default);
        await foreach (var line in client.ApplyAsync(
            new(change.Id, change.Plan!.Digest, "typed", []), default))
        {
            line.Event.ShouldNotBeNull().Type.ShouldBe("reconcile.started");
            break;
        }
        running.Machine.Hold.SetResult();
        await running.UntilAsync(() => running.Machine.Files == change.After
            || running.Machine.Files.Texts.Count == change.After.Texts.Count);
        running.Machine.Files["services.yaml"].ShouldBe(States.Web["services.yaml"]);
    }

    /// <summary>A daemon that has read a request may answer it and hang up at once; whether the
    /// client sees that in time is chance, so it is asked again and again.</summary>
    [Fact]
    public async Task An_answer_that_comes_at_once_is_read_although_the_daemon_hung_up()
    {
        const int times = 300;
        var path = Path.Combine(Directory.CreateTempSubdirectory("loam-").FullName, "s");
        using var listener = new Socket(
            AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(path));
        listener.Listen();
        var serving = Task.Run(() =>
        {
            var request = new byte[4096];
            for (var i = 0; i < times; i++)
            {
                using var peer = listener.Accept();
                peer.Receive(request);
                peer.Send("HTTP/1.1 200 OK\r\nContent-Length: 17\r\n\r\n{\"recipient\":\"a\"}"u8);
            }
        });
        try
        {
            for (var i = 0; i < times; i++)
            {
                (await new DaemonClient(path).RecipientAsync(default)).ShouldBe("a");
            }
            await serving;
        }
        finally
        {
            Directory.Delete(Path.GetDirectoryName(path)!, recursive: true);
        }
    }

    private static async Task RefusedAsync(DaemonClient client, ApplyOrder order)
    {
        var refused = await Should.ThrowAsync<CommandFailure>(async () =>
        {
            await foreach (var _ in client.ApplyAsync(order, default))
            {
            }
        });
        refused.Exit.ShouldBe(ExitCode.NotApproved);
    }

    private static async Task<int> StatusAsync(Running running, string method, string path,
        string body = "", string headers = "")
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, default);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(running.Socket));
        var length = headers.Contains("Content-Length", default) ? ""
            : $"Content-Length: {body.Length}\r\n";
        await socket.SendAsync(Encoding.ASCII.GetBytes(
            $"{method} {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{headers}{length}\r\n"
            + body));
        await using var stream = new NetworkStream(socket);
        return await new HttpReader(stream).HeadAsync(default);
    }
}
