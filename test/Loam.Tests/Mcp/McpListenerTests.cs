using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Loam.Api.Tokens;
using Loam.Cli;
using Loam.Mcp;
using ModelContextProtocol.Client;
using Running = Loam.Tests.Cli.Running;

namespace Loam.Tests.Mcp;

/// <summary>MCP over HTTP: who brings no token, a wrong one or a name that is not this machine's
/// gets nothing, and who brings one has its rights alone.</summary>
public sealed class McpListenerTests
{
    private const string Ping = """{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{}}""";

    private static async Task<McpListener> ListenAsync(Running running) =>
        await McpListener.StartAsync(new(IPAddress.Loopback, 0), (token, name) => new(
            new(running.Socket, token), name, false, TimeProvider.System), default);

    private static async Task<string> TokenAsync(Running running, TokenScope scope) =>
        (await running.Tokens.AddAsync(
            new($"t-{scope}", scope, null, null), new(0, [], "ada"), default)).Token;

    private static async Task<HttpResponseMessage> SendAsync(string url, string? token,
        string body = Ping, string? origin = null, string? host = null, string? accept = null,
        string type = "application/json", string method = "POST",
        params (string, string)[] headers)
    {
        using var http = new HttpClient();
        using var request = new HttpRequestMessage(new(method), url)
        {
            Content = method == "GET" ? null : new StringContent(body, Encoding.UTF8, type),
        };
        request.Headers.TryAddWithoutValidation(
            "Accept", accept ?? "application/json, text/event-stream");
        request.Headers.Authorization = token is null ? null
            : new AuthenticationHeaderValue("Bearer", token);
        request.Headers.Host = host;
        foreach (var (name, value) in headers.Append(("Origin", origin ?? "")).Where(
            h => h.Item2.Length > 0))
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }
        return await http.SendAsync(request);
    }

    [Fact]
    public async Task Who_is_no_program_of_this_machine_gets_nothing()
    {
        await using var running = await Running.StartAsync();
        await using var listener = await ListenAsync(running);
        var (url, token) = (listener.Url, await TokenAsync(running, TokenScope.Propose));
        async Task<int> StatusAsync(Task<HttpResponseMessage> answer)
        {
            using var got = await answer;
            (await got.Content.ReadAsStringAsync()).ShouldNotContain(token);
            return (int)got.StatusCode;
        }
        (await StatusAsync(SendAsync(url, token))).ShouldBe(200);
        (await StatusAsync(SendAsync(url, token, origin: "http://localhost:3000"))).ShouldBe(200);
        (await StatusAsync(SendAsync(url, null))).ShouldBe(401);
        foreach (var wrong in (string[])["x", token[..^1], token + "A", "a\"b", new('a', 5000)])
        {
            (await StatusAsync(SendAsync(url, wrong))).ShouldBeOneOf(401);
        }
        // What a browser sends whose page got this address by a name of its own.
        foreach (var origin in (string[])["http://evil.example", "https://127.0.0.1.evil.example",
            "null", "http://localhost.evil.example:80"])
        {
            (await StatusAsync(SendAsync(url, token, origin: origin))).ShouldBe(403, origin);
        }
        (await StatusAsync(SendAsync(url, token, host: "evil.example"))).ShouldBe(403);
        (await StatusAsync(SendAsync(url + "x", token))).ShouldBe(404);
        foreach (var method in (string[])["GET", "DELETE", "PUT"])
        {
            (await StatusAsync(SendAsync(url, token, method: method))).ShouldBe(405);
        }
        (await StatusAsync(SendAsync(url, token, type: "text/plain"))).ShouldBe(415);
        (await StatusAsync(SendAsync(url, token, accept: "text/html"))).ShouldBe(406);
        foreach (var body in (string[])["", "rubbish", "[]", "null", "[" + Ping + "]"])
        {
            (await StatusAsync(SendAsync(url, token, body))).ShouldBe(400, body);
        }
        (await StatusAsync(SendAsync(url, token, headers: [("Mcp-Method", "tools/call")])))
            .ShouldBe(400);
        (await StatusAsync(SendAsync(url, token))).ShouldBe(200);
    }

    [Theory]
    [InlineData("2025-11-25")]
    [InlineData("2026-07-28")]
    public async Task A_bearer_has_the_rights_of_the_token(string revision)
    {
        await using var running = await Running.StartAsync();
        await using var listener = await ListenAsync(running);
        // The policy would let anybody's change through who may make one.
        running.Machine.Policy = "safety.require_approval is false";
        await using var proposer = await ConnectAsync(
            listener.Url, await TokenAsync(running, TokenScope.Propose), revision);
        var made = await proposer.CallToolAsync("propose",
            new Dictionary<string, object?> { ["words"] = "set up a web server on port 8080" });
        made.IsError.ShouldNotBe(true, McpMachine.Text(made));
        var id = McpMachine.Value(made).GetProperty("proposal").GetString()!;
        running.Machine.Approvals.ShouldBeEmpty();
        (await running.LoamAsync("proposals")).Output.ShouldContain("(token t-Propose), for ada");
        var waiting = proposer.CallToolAsync("wait_for",
            new Dictionary<string, object?> { ["proposal"] = id, ["seconds"] = 60 }).AsTask();
        running.Machine.Policy = null;
        (await running.LoamAsync("approve", id, "--yes")).Exit.ShouldBe(ExitCode.Done);
        McpMachine.Value(await waiting).GetProperty("stage").GetString().ShouldBe("applied");

        await using var viewer = await ConnectAsync(
            listener.Url, await TokenAsync(running, TokenScope.View), revision);
        McpMachine.Text(await viewer.CallToolAsync("status", new Dictionary<string, object?>()))
            .ShouldContain("<data ");
        var refused = await viewer.CallToolAsync("propose",
            new Dictionary<string, object?> { ["words"] = "restart nginx now" });
        (refused.IsError == true || McpMachine.Value(refused).GetProperty("outcome").GetString()
            != "proposal").ShouldBeTrue();
        (await running.LoamAsync("proposals")).Output.Split('?').Length.ShouldBe(1);
    }

    private static Task<McpClient> ConnectAsync(string url, string token, string revision) =>
        McpClient.CreateAsync(new HttpClientTransport(new()
        {
            Endpoint = new(url), TransportMode = HttpTransportMode.StreamableHttp,
            AdditionalHeaders = new Dictionary<string, string>
            {
                ["Authorization"] = $"Bearer {token}",
            },
        }), new()
        {
            ClientInfo = new() { Name = "http", Version = "1" }, ProtocolVersion = revision,
        });
}
