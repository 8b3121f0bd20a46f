using System.IO.Pipelines;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Loam.Cli;
using Loam.Mcp;
using ModelContextProtocol.Client;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;
using Running = Loam.Tests.Cli.Running;

namespace Loam.Tests.Mcp;

/// <summary>A client over pipes, before the server of <c>loam mcp</c>, before the real API of a
/// machine of texts.</summary>
internal sealed class McpMachine : IAsyncDisposable
{
    private readonly Pipe _there = new(), _back = new();
    private Task _serving = Task.CompletedTask;
    private McpClient? _client;

    private McpMachine(Running running) => Running = running;

    public Running Running { get; }

    public McpClient Client => _client!;

    public static async Task<McpMachine> StartAsync(
        Running? running = null, string name = "story", bool isReadOnly = false,
        string? revision = null)
    {
        var machine = new McpMachine(running ?? await Running.StartAsync());
        var (there, back) = (machine._there, machine._back);
        machine._serving = machine.ServeAsync(there.Reader.AsStream(), back.Writer.AsStream(),
            isReadOnly);
        machine._client = await McpClient.CreateAsync(
            new StreamClientTransport(there.Writer.AsStream(), back.Reader.AsStream()),
            new()
            {
                ClientInfo = new() { Name = name, Version = "1" }, ProtocolVersion = revision,
            });
        return machine;
    }

    private async Task ServeAsync(Stream input, Stream output, bool isReadOnly)
    {
        await using var transport = new StreamServerTransport(input, output);
        await McpServing.RunAsync(transport, new(), client => new(
            new DaemonClient(Running.Socket), client, isReadOnly, TimeProvider.System), default);
    }

    /// <summary>What somebody hears who writes these lines, and hangs up when those requests are
    /// answered or nobody listens any more.</summary>
    public static async Task<List<JsonObject>> RawAsync(
        Running running, IReadOnlyCollection<int> answered, params string[] lines)
    {
        var (there, back) = (new Pipe(new(pauseWriterThreshold: 0)), new Pipe());
        var input = new BoundedInput(there.Reader.AsStream(), 200_000);
        var serving = new McpMachine(running).ServeAsync(input, back.Writer.AsStream(), false);
        foreach (var line in lines)
        {
            await there.Writer.WriteAsync(Encoding.UTF8.GetBytes(line + "\n"));
        }
        var (answers, left) = (new List<JsonObject>(), answered.ToHashSet());
        using var reader = new StreamReader(back.Reader.AsStream());
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        while (left.Count > 0 && await reader.ReadLineAsync(limit.Token) is { } line)
        {
            answers.Add(JsonNode.Parse(line)!.AsObject());
            left.Remove(answers[^1]["id"] is JsonValue id && id.TryGetValue<int>(out var number)
                ? number : 0);
        }
        await there.Writer.CompleteAsync();
        await serving.WaitAsync(TimeSpan.FromSeconds(30));
        return answers;
    }

    public async Task<CallToolResult> CallAsync(
        string tool, object? arguments = null, CancellationToken cancel = default) =>
        await Client.CallToolAsync(new CallToolRequestParams
        {
            Name = tool,
            Arguments = arguments is null ? null : JsonSerializer.SerializeToElement(
                    arguments, s_reflecting).EnumerateObject()
                .ToDictionary(p => p.Name, p => p.Value),
        }, cancel);

    private static readonly JsonSerializerOptions s_reflecting = new()
    {
        TypeInfoResolver =
            new System.Text.Json.Serialization.Metadata.DefaultJsonTypeInfoResolver(),
    };

    public static string Text(CallToolResult result) => string.Join('\n',
        result.Content.OfType<TextContentBlock>().Select(c => c.Text));

    /// <summary>For programs, without where it is from.</summary>
    public static JsonElement Value(CallToolResult result)
    {
        var value = result.StructuredContent.ShouldNotBeNull(Text(result));
        return value.TryGetProperty("data", out var data) ? data : value;
    }

    public async ValueTask DisposeAsync()
    {
        await Client.DisposeAsync();
        await _there.Writer.CompleteAsync();
        await _serving.WaitAsync(TimeSpan.FromSeconds(30));
        await Running.DisposeAsync();
    }
}
