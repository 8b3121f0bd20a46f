using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Loam.System.Harness;

namespace Loam.System;

/// <summary>Programs that come over the network, with curl. Told on one engine, which has no part in
/// it.</summary>
[Collection("docker")]
public sealed class Api(DockerGround ground) : Telling(ground)
{
    private const string Json = "application/json", Events = "text/event-stream";

    private int Listening => Port + 71;

    [NeedingFact]
    public Task Programs_look_propose_and_approve_as_far_as_their_tokens_go() =>
        StoryAsync(async () =>
        {
            var (looking, agent, deploying, other) = await BeginAsync();

            (await CurlAsync(null, "status")).Status.ShouldBe(401);
            (await CurlAsync(looking, "status")).Body.ShouldContain("\"web\"");
            (await CurlAsync(looking, "conversation", """{"message":"restart web"}""")).Status
                .ShouldBe(403);

            var said = await CurlAsync(agent, "conversation",
                """{"message":"restart web","session_id":"a"}""", Events);
            said.Status.ShouldBe(200, said.Body);
            said.Body.ShouldContain("event: plan\ndata: ");
            said.Body.ShouldContain("event: done\ndata: ");

            // It is killed between two turns, and "it" is web still.
            (await Shell.RunAsync("pkill", "-9", "-f", Loam.Paths.MindDaemonSocket)).ShouldEnd(0);
            await Wait.ForAsync("the mind to be there again", async () =>
                (await CurlAsync(agent, "sessions")).Status == 200);
            var second = await SayAsync(agent, "a", "and give it 64 MB");
            second.GetProperty("type").GetString().ShouldBe("plan");
            var more = await SayAsync(agent, "a", "explain more");
            more.GetProperty("content").GetString()!.ShouldContain("resources.memory 64Mi");

            // Another person has a conversation of that name, and of their own.
            (await CurlAsync(other, "sessions")).Body.ShouldNotContain("restart web");
            (await SayAsync(other, "a", "explain more")).GetProperty("content").GetString()!
                .ShouldNotContain("64Mi");
            (await CurlAsync(other, "forget-session/b", "")).Status.ShouldBe(404);

            await ApplyAsync(agent, deploying, second.GetProperty("proposal").GetString()!);
            Loam.Read("services.yaml").ShouldContain("64Mi");
            (await Loam.RunAsync("history")).ShouldSay("restart web and 64 MB");

            // The state moved on: it means the same, and nothing is done twice.
            var third = await SayAsync(agent, "a", "give it 96 MB");
            var plan = await PlanAsync(agent, third.GetProperty("proposal").GetString()!);
            plan.GetProperty("plan").GetProperty("steps").EnumerateArray()
                .Single(s => s.GetProperty("id").GetString() == "service/web")
                .GetProperty("changes").EnumerateArray()
                .Select(c => c.GetProperty("field").GetString()).ShouldBe(["resources.memory"]);

            (await CurlAsync(agent, "forget-session/a", "")).Status.ShouldBe(200);
            (await CurlAsync(agent, "sessions")).Body.ShouldNotContain("restart web");
            (await CurlAsync(looking, "openapi.json")).Body.ShouldContain("/api/v1/conversation");
        });

    [NeedingFact]
    public Task What_is_hostile_on_the_network_is_turned_away() => StoryAsync(async () =>
    {
        var (looking, agent, deploying, _) = await BeginAsync();
        var much = Path.Combine(Loam.Home, "much.json");
        await File.WriteAllTextAsync(much, $$"""{"message":"{{new string('x', 1 << 20)}}"}""");
        (await CurlAsync(agent, "conversation", $"@{much}")).Status.ShouldBe(413);
        await File.WriteAllTextAsync(much, new string('x', 9 << 20));
        (await CurlAsync(agent, "conversation", $"@{much}")).Status.ShouldBe(413);

        // A restricted change is typed by a person; tokens and keys are for people.
        var safety = JsonEncodedText.Encode(Loam.Read("manifest.yaml").Replace(
            "max_changes_per_hour", "require_approval: false, max_changes_per_hour"));
        var loose = await CurlAsync(deploying, "change", $$$"""
            {"request":{"kind":"files","reason":"r","texts":{"manifest.yaml":"{{{safety}}}"},
             "base_generation":{{{await GenerationAsync(deploying)}}}},"how":"typed",
             "confirmed":["manifest.yaml"]}
            """);
        Loam.Read("manifest.yaml").ShouldNotContain("require_approval: false");
        loose.Body.ShouldNotContain("\"applied\"");
        foreach (var closed in (string[])["tokens", "mind/view", "web/certificate"])
        {
            (await CurlAsync(deploying, closed)).Status.ShouldBeOneOf(403, 404);
        }
        (await CurlAsync(deploying, "backup-key", "")).Status.ShouldBe(403);

        // Whoever does not read, and whoever does not end what they begin, keep nobody else.
        using var slow = new TcpClient();
        await slow.ConnectAsync("127.0.0.1", Listening);
        await slow.GetStream().WriteAsync(Encoding.ASCII.GetBytes("GET /api/v1/events?follow=1 "
            + $"HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {looking}\r\n\r\n"));
        using var slower = new TcpClient();
        await slower.ConnectAsync("127.0.0.1", Listening);
        await slower.GetStream().WriteAsync("POST /api/v1/conversation HTTP/1.1\r\nHo"u8.ToArray());
        (await CurlAsync(looking, "status")).Status.ShouldBe(200);

        // Rubbish on the line is an answer or a closed connection, and nothing else.
        foreach (var rubbish in (string[])["\0\0\0\0\r\n\r\n", "GET /api/v1/status HTTP/9.9\r\n\r\n",
            "GET / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n"])
        {
            using var odd = new TcpClient();
            await odd.ConnectAsync("127.0.0.1", Listening);
            await odd.GetStream().WriteAsync(Encoding.ASCII.GetBytes(rubbish));
        }
        (await CurlAsync(looking, "status")).Status.ShouldBe(200);

        (await Loam.RunAsync("token", "revoke", "looking")).ShouldEnd(0);
        (await CurlAsync(looking, "status")).Status.ShouldBe(401);
        var statuses = new List<int>();
        for (var i = 0; i < 12; i++)
        {
            statuses.Add((await CurlAsync($"loam_{i}", "status")).Status);
        }
        statuses[^1].ShouldBe(429);
        // Who shares the place and has a right one is let in.
        (await CurlAsync(agent, "status")).Status.ShouldBe(200);
        (await Loam.RunAsync("audit")).ShouldSay("wrong tokens came from 127.0.0.1");
        // Who is at the machine is not concerned.
        (await Loam.RunAsync("status")).ShouldEnd(0);
    });

    [NeedingFact]
    public Task With_a_certificate_it_is_told_to_nobody_else() => StoryAsync(async () =>
    {
        Loam.Write("security.yaml", "SecurityConfig", """
            certificates:
              - {name: api, domains: [localhost], provider: self-signed}
            """);
        Loam.WriteManifest($"api: {{listen: \"0.0.0.0:{Listening}\"}}");
        (await Loam.RunAsync("apply", "--yes", "--confirm", "manifest.yaml")).ShouldEnd(2)
            .ShouldSay("there is no tls");
        Loam.WriteManifest($"api: {{listen: \"127.0.0.1:{Listening}\", tls: api}}");
        (await Loam.RunAsync("apply", "--yes", "--confirm", "manifest.yaml")).ShouldEnd(0);
        var token = await TokenAsync("tls", "view");
        var root = Path.Combine(Loam.Home, "root.crt");
        await File.WriteAllTextAsync(root, (await Loam.RunAsync("cert", "ca")).Output);
        await Wait.ForAsync("the API to answer over TLS", async () => (await Shell.RunAsync("curl",
            "-sS", "--cacert", root, "--connect-to", $"localhost:{Listening}:127.0.0.1:{Listening}",
            "-H", $"Authorization: Bearer {token}", $"https://localhost:{Listening}/api/v1/status"))
            is { Exit: 0 } got && got.Output.Contains("generation"));
        (await CurlAsync(token, "status")).Status.ShouldBe(0);
        // Off again, nobody listens.
        Loam.WriteManifest();
        (await Loam.RunAsync("apply", "--yes", "--confirm", "manifest.yaml")).ShouldEnd(0);
        await Wait.ForAsync("nobody to listen", async () => (await Shell.RunAsync("curl", "-sSk",
            $"https://127.0.0.1:{Listening}/api/v1/status")).Exit == 7);
    });

    [NeedingFact]
    public Task Who_takes_over_what_listens_can_do_nothing() => StoryAsync(async () =>
    {
        await BeginAsync();
        var (paths, own) = (Loam.Paths, Loam.Paths.WebDir);
        var user = (await Shell.RunAsync("stat", "-c", "%u", own)).Output.Trim();
        var daemon = (await Shell.RunAsync(
            "pgrep", "-f", $"daemon --home {Loam.Home} ")).Output.Split('\n')[0].Trim();
        // As the daemon does, with a socket that listens in the host's network.
        const string listening = """
            use Socket; $^F = 3; socket(my $l, AF_INET, SOCK_STREAM, 0) or die;
            bind($l, sockaddr_in(0, inet_aton('127.0.0.1'))) or die; listen($l, 4) or die;
            fileno($l) == 3 or die; exec(@ARGV) or die;
            """;
        Task<Ended> ConfinedAsync(params string[] program) => Shell.RunAsync("/usr/bin/perl",
            ["-e", listening, Instance.Binary, "confine", "--user", user, "--doors", paths.WebDoors,
                "--own", own, "--memory", "536870912", "--", "/usr/bin/perl", "-e", .. program]);
        var tried = await ConfinedAsync(await File.ReadAllTextAsync(Mind.Takeover()), paths.RunDir,
            paths.DataDir, daemon, "web");
        tried.ShouldEnd(0).ShouldSay("broken: 0", "closed run /bin/true", "closed socket INET",
            $"closed signal {daemon}", $"closed connect {paths.RunDir}/loam.sock",
            "closed POST /v1/apply", "closed GET /v1/mind/view", "home writable");
        tried.Output.ShouldNotContain("OPEN");

        // It need only be made a socket that does not listen, and be connected or sent on: a way
        // that leads whoever is not confined to any port of this host.
        foreach (var way in (string[])["connect($l, $out)",
            "send($l, \"GET / HTTP/1.0\\r\\n\\r\\n\", 0x20000000, $out)"])
        {
            var lead = $$"""
                use Socket; open(my $l, '+<&=', 3) or die; shutdown($l, 0);
                my $out = sockaddr_in($ARGV[0], inet_aton('127.0.0.1'));
                print {{way}} ? "out\n" : "not out: $!\n";
                """;
            (await ConfinedAsync(lead, $"{Port}")).ShouldEnd(0).ShouldSay("not out");
            (await Shell.RunAsync("/usr/bin/perl", "-e", listening, "/usr/bin/perl", "-e", lead,
                $"{Port}")).ShouldEnd(0).Output.ShouldBe("out\n", way);
        }
    });

    private async Task<(string Looking, string Agent, string Deploying, string Other)> BeginAsync()
    {
        Loam.WriteServices(Web("loam-test/web:1", Port));
        Loam.WriteManifest($$"""
            api:
              listen: 127.0.0.1:{{Listening}}
              users:
                - {name: bea, role: operate}
            """);
        (await Loam.RunAsync("apply", "--yes", "--confirm", "manifest.yaml")).ShouldEnd(0);
        await Wait.ForAsync("the API to listen", async () =>
            (await CurlAsync(null, "status")).Status == 401);
        var looking = await TokenAsync("looking", "view");
        // Another story may just have brought too many wrong ones.
        await Wait.ForAsync("tokens to be heard", async () =>
            (await CurlAsync(looking, "status")).Status == 200);
        return (looking, await TokenAsync("agent", "propose"),
            await TokenAsync("deploying", "approve"),
            await TokenAsync("other", "propose", "--for", "bea"));
    }

    private async Task<string> TokenAsync(string name, string scope, params string[] more)
    {
        await Loam.RunAsync("token", "revoke", name);
        var made = (await Loam.RunAsync(["token", "add", name, "--may", scope, "-o", "json",
            .. more])).ShouldEnd(0);
        using var json = JsonDocument.Parse(made.Output);
        return json.RootElement.GetProperty("token").GetString()!;
    }

    private async Task<JsonElement> SayAsync(string token, string session, string words)
    {
        var got = await CurlAsync(token, "conversation",
            $$"""{"message":"{{words}}","session_id":"{{session}}"}""");
        got.Status.ShouldBe(200, got.Body);
        return JsonDocument.Parse(got.Body).RootElement;
    }

    private async Task<JsonElement> PlanAsync(string token, string proposal)
    {
        var got = await CurlAsync(token, "plan", $$"""
            {"kind":"files","reason":"restart web and 64 MB","proposal":"{{proposal}}"}
            """);
        got.Status.ShouldBe(200, got.Body);
        return JsonDocument.Parse(got.Body).RootElement;
    }

    /// <summary>Who may only propose cannot, who may approve can.</summary>
    private async Task ApplyAsync(string proposing, string approving, string proposal)
    {
        var plan = await PlanAsync(proposing, proposal);
        var order = $$"""
            {"id":"{{plan.GetProperty("id").GetString()}}","how":"typed","confirmed":[],
             "digest":"{{plan.GetProperty("plan").GetProperty("digest").GetString()}}"}
            """;
        (await CurlAsync(proposing, "apply", order)).Status.ShouldBe(403);
        var applied = await CurlAsync(approving, "apply", order);
        applied.Status.ShouldBe(200, applied.Body);
        applied.Body.ShouldContain("\"applied\"");
        (await CurlAsync(approving, "apply", order)).Status.ShouldBe(409);
    }

    private async Task<int> GenerationAsync(string token)
    {
        using var state = JsonDocument.Parse((await CurlAsync(token, "state")).Body);
        return state.RootElement.GetProperty("generation").GetInt32();
    }

    private async Task<(int Status, string Body)> CurlAsync(
        string? token, string path, string? body = null, string accept = Json)
    {
        var ended = await Shell.RunAsync("curl", [
            "-sS", "--max-time", "60", "-N", "-H", $"Accept: {accept}", "-w", "\n%{http_code}",
            .. token is null ? (string[])[] : ["-H", $"Authorization: Bearer {token}"],
            .. body is null ? (string[])[] : ["-H", "Expect:", "--data-binary", body],
            $"http://127.0.0.1:{Listening}/api/v1/{path}"]);
        var cut = ended.Output.TrimEnd().LastIndexOf('\n');
        return int.TryParse(ended.Output.TrimEnd()[(cut + 1)..], out var status)
            ? (status, ended.Output[..Math.Max(0, cut)]) : (0, ended.Output);
    }
}
