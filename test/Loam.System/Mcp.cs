using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Loam.System.Harness;

namespace Loam.System;

/// <summary>The official MCP client drives the published executable: it proposes, a person approves,
/// and it hears how it ended. Told on one engine, which has no part in it.</summary>
[Collection("docker"), NeedsMcp]
public sealed class Mcp(DockerGround ground) : Telling(ground)
{
    [NeedingFact]
    public Task A_client_proposes_and_a_person_approves() => StoryAsync(async () =>
    {
        // What other stories proposed is forgotten with the daemon.
        await Loam.StopAsync();
        await Loam.StartAsync();
        var told = Transcript("21-mcp");
        await using var client = await McpDriver.StartAsync(Loam);
        async Task<McpSaid> Says(string tool, JsonObject? given = null) =>
            Tell(told, tool, given, await client.CallAsync(tool, given));
        var tools = (await client.DoAsync("tools"))["answer"]!["tools"]!.AsArray();
        told.Say("the client is offered", string.Join(' ',
            tools.Select(t => t!["name"]!.GetValue<string>())));
        await Says("status");
        await Says("ask", new() { ["words"] = "which ports are open?" });

        // Words, approved: it runs.
        JsonObject Wish() => new() { ["words"] = $"set up a web server on port {Port}" };
        (await Says("plan", Wish())).Said("outcome").ShouldBe("proposal");
        var id = (await Says("propose", Wish())).Said("proposal");
        (await Engine.OwnAsync()).ShouldBeEmpty();
        var waiting = client.CallAsync("wait_for", new() { ["proposal"] = id });
        (await told.RunAsync("proposals")).ShouldEnd(0).ShouldSay(id, "mcp story");
        (await told.RunAsync("approve", id)).ShouldEnd(3).ShouldSay("nobody is there to ask");
        (await told.RunAsync("approve", id, "--yes")).ShouldEnd(0);
        Tell(told, "wait_for", null, await waiting).Said("stage").ShouldBe("applied");
        (await AskAsync(Port)).ShouldContain("Welcome to nginx");
        var service = await client.CallAsync("service", new() { ["name"] = "nginx" });
        service.Text.ShouldStartWith("<data ");
        service.Value["status"]!["health"]!.GetValue<string>().ShouldBe("healthy");

        // Whole texts, with an image that ends at once: taken back, and the client hears why.
        var state = await client.CallAsync("state", new() { ["file"] = "services.yaml" });
        var text = state.Value["files"]!["services.yaml"]!.GetValue<string>();
        var broken = new JsonObject
        {
            ["files"] = new JsonObject
            {
                ["services.yaml"] = text.Replace("nginx:1.27-alpine", "loam-test/crashing:1"),
            },
            ["generation"] = state.Value["generation"]!.GetValue<int>(),
            ["reason"] = "A build of our own is faster.",
        };
        var second = (await client.CallAsync("propose", broken)).Said("proposal");
        var failing = client.CallAsync(
            "wait_for", new() { ["proposal"] = second, ["seconds"] = 300 });
        (await told.RunAsync("approve", second, "--yes")).ShouldEnd(1);
        Tell(told, "wait_for", null, await failing).Said("stage").ShouldBe("rolled_back");
        (await AskAsync(Port)).ShouldContain("Welcome to nginx");

        // Declined, with why; who subscribed is told.
        var third = (await Says("propose", new() { ["words"] = "stop nginx" })).Said("proposal");
        await client.DoAsync("subscribe", new() { ["uri"] = $"loam://proposals/{third}" });
        (await told.RunAsync("decline", third, "customers are on it")).ShouldEnd(0);
        await Wait.ForAsync("the client to be told", () => !client.Told.IsEmpty);
        (await Says("wait_for", new() { ["proposal"] = third })).Said("why")
            .ShouldBe("customers are on it");
        (await told.RunAsync("approve", third, "--yes")).ShouldEnd(3);
        told.Check();
    });

    [NeedingFact]
    public Task What_guards_the_machine_is_typed_and_what_the_policy_lets_through_is_applied() =>
        StoryAsync(async () =>
    {
        Loam.WriteServices(Web("loam-test/web:1", Port));
        Loam.WriteManifest(safety: ", auto_approve_categories: [service.restart]");
        (await Loam.RunAsync("apply", "--yes", "--confirm", "manifest.yaml")).ShouldEnd(0);
        await using var client = await McpDriver.StartAsync(Loam);
        var state = await client.CallAsync("state", new() { ["file"] = "manifest.yaml" });
        var text = state.Value["files"]!["manifest.yaml"]!.GetValue<string>();
        var loose = await client.CallAsync("propose", new()
        {
            ["files"] = new JsonObject
            {
                ["manifest.yaml"] = text.Replace(
                    "auto_approve_categories: [service.restart]", "require_approval: false"),
            },
            ["generation"] = state.Value["generation"]!.GetValue<int>(),
            ["reason"] = "It is more convenient.",
        });
        loose.Value["plan"]!["restricted"]!.AsArray().Count.ShouldBe(1, loose.ToString());
        var id = loose.Said("proposal");
        (await Loam.RunAsync("approve", id, "--yes")).ShouldEnd(3).ShouldSay("--confirm");
        (await Loam.RunAsync("decline", id)).ShouldEnd(0);

        var before = (await Engine.OwnAsync()).ShouldHaveSingleItem();
        var restart = await client.CallAsync("propose", new() { ["words"] = "restart web" });
        restart.Text.ShouldContain("applied without a question");
        var over = await client.CallAsync(
            "wait_for", new() { ["proposal"] = restart.Said("proposal"), ["seconds"] = 120 });
        (over.Said("stage"), over.Said("how")).ShouldBe(("applied",
            "policy: safety.auto_approve_categories names service.restart"));
        (await Engine.OwnAsync()).ShouldHaveSingleItem().ShouldNotBe(before);
        (await client.CallAsync("propose", new() { ["words"] = "stop web" }))
            .Said("stage").ShouldBe("open");
        (await AskAsync(Port)).ShouldNotBeEmpty();
    });

    [NeedingFact]
    public Task Hostile_clients_get_nowhere() => StoryAsync(async () =>
    {
        Loam.WriteServices(Web("loam-test/web:1", Port));
        (await Loam.RunAsync("apply", "--yes")).ShouldEnd(0);
        var generation = await Facts.GenerationAsync(Loam);
        await using var client = await McpDriver.StartAsync(Loam);
        foreach (var tool in (string[])["approve", "apply", "exec", "../propose", ""])
        {
            (await client.DoAsync("call", new() { ["name"] = tool }))["error"].ShouldNotBeNull();
        }
        foreach (var uri in (string[])["file:///etc/shadow", "loam://state/../data/key.txt",
            "loam://proposals/m000000000000", "loam://docs/../../etc/passwd"])
        {
            (await client.DoAsync("read", new() { ["uri"] = uri }))["error"].ShouldNotBeNull(uri);
        }
        // Two hundred at once, most of them proposals.
        var flood = await Task.WhenAll(Enumerable.Range(0, 200).Select(n => client.CallAsync(
            n % 4 == 0 ? "status" : "propose", n % 4 == 0 ? []
                : new() { ["words"] = $"give web {n % 9 * 16 + 64} MB of memory" })));
        flood.Length.ShouldBe(200);
        (await Loam.RunAsync("status")).ShouldEnd(0);

        // Killed in the middle of a wait: what was proposed is there, and so is the daemon.
        var id = (await client.CallAsync("propose", new() { ["words"] = "stop web" }))
            .Said("proposal");
        var waiting = client.CallAsync("wait_for", new() { ["proposal"] = id, ["seconds"] = 300 });
        var pid = (await client.DoAsync("pid"))["answer"]!.GetValue<int>();
        (await Shell.RunAsync("kill", "-9", $"{pid}")).ShouldEnd(0);
        await Should.ThrowAsync<StoryException>(() => waiting);
        (await Loam.RunAsync("proposals")).ShouldEnd(0).ShouldSay(id);

        // A message without end ends its connection, with a sentence, and nothing else.
        var much = await Shell.RunAsync("sh", "-c",
            $"yes aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa | tr -d '\\n' | head -c 20000000 | "
            + $"{Instance.Binary} --home {Loam.Home} mcp");
        much.ShouldEnd(2).ShouldSay("A message was longer than");
        (await Shell.RunAsync("sh", "-c", $"head -c 100000 /dev/urandom | {Instance.Binary} "
            + $"--home {Loam.Home} mcp")).ShouldEnd(0);

        await using var viewer = await McpDriver.StartAsync(Loam, "--read-only");
        (await viewer.DoAsync("call", new() { ["name"] = "propose" }))["error"].ShouldNotBeNull();
        (await Facts.GenerationAsync(Loam)).ShouldBe(generation);
    });

    [NeedingFact]
    public Task Over_http_a_token_says_who_asks_and_what_he_may() => StoryAsync(async () =>
    {
        Loam.WriteServices(Web("loam-test/web:1", Port));
        (await Loam.RunAsync("apply", "--yes")).ShouldEnd(0);
        using var listening = Loam.Begin("mcp", "--listen", $"{Port + 60}");
        await Wait.ForAsync("it to listen", () => listening.Output.Contains("listening at"));
        var url = $"http://127.0.0.1:{Port + 60}/mcp";
        var token = (await Loam.RunAsync("token", "add", "story", "--may", "propose"))
            .ShouldEnd(0).Output.Split([' ', '\n']).First(w => w.StartsWith("loam_"));
        try
        {
            await Should.ThrowAsync<StoryException>(
                () => McpDriver.StartAsync(["http", url, "loam_nonsense"]));
            await using var client = await McpDriver.StartAsync(["http", url, token]);
            (await client.CallAsync("status")).Text.ShouldContain("web");
            var made = await client.CallAsync("propose", new() { ["words"] = "restart web" });
            var waiting = client.CallAsync(
                "wait_for", new() { ["proposal"] = made.Said("proposal"), ["seconds"] = 120 });
            (await Loam.RunAsync("approve", made.Said("proposal"), "--yes")).ShouldEnd(0)
                .ShouldSay("token story");
            (await waiting).Said("stage").ShouldBe("applied");

            // A page that a browser loaded, and a name that leads here.
            using var http = new HttpClient();
            foreach (var header in (string[])["Origin", "Host"])
            {
                using var request = new HttpRequestMessage(HttpMethod.Post, url)
                {
                    Content = new StringContent("{}", Encoding.UTF8, "application/json"),
                };
                request.Headers.TryAddWithoutValidation(header,
                    header == "Host" ? "evil.example" : "http://evil.example");
                request.Headers.TryAddWithoutValidation("Authorization", $"Bearer {token}");
                using var answer = await http.SendAsync(request);
                answer.StatusCode.ShouldBe(HttpStatusCode.Forbidden, header);
            }
            (await Loam.RunAsync("token", "revoke", "story")).ShouldEnd(0);
            (await client.DoAsync("call", new() { ["name"] = "status" }))["error"]
                .ShouldNotBeNull();
        }
        finally
        {
            await Loam.RunAsync("token", "revoke", "story");
        }
        (await Shell.RunAsync("kill", $"{listening.Id}")).ShouldEnd(0);
        (await listening.EndAsync()).ShouldEnd(0);
    });

    private static McpSaid Tell(Transcript told, string tool, JsonObject? given, McpSaid said)
    {
        told.Say($"the client calls {tool}"
            + (given is null ? "" : $" with {given["words"] ?? given["proposal"]}"), said.Text);
        return said;
    }
}
