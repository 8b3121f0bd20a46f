using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Loam.System.Harness;

/// <summary>The official MCP client, in a process of its own, told what to do line by line.
/// </summary>
public sealed class McpDriver : IAsyncDisposable
{
    private readonly ConcurrentDictionary<int, TaskCompletionSource<JsonObject>> _open = new();
    private readonly TaskCompletionSource<JsonObject> _ready = new();
    private readonly Process _process;
    private int _commands;

    private McpDriver(IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo("node", [Path.Combine(Folder!, "drive.mjs"), .. arguments])
        {
            RedirectStandardInput = true, RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        _process = new() { StartInfo = start };
        _process.OutputDataReceived += (_, line) => Hear(line.Data);
        _process.ErrorDataReceived += (_, line) => Complaints.Enqueue(line.Data ?? "");
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    /// <summary>Where it is installed; null: it is not.</summary>
    public static string? Folder => Environment.GetEnvironmentVariable("LOAM_MCP_CLIENT");

    public ConcurrentQueue<string> Complaints { get; } = new();

    /// <summary>Addresses that the server told of.</summary>
    public ConcurrentQueue<string> Told { get; } = new();

    public static Task<McpDriver> StartAsync(Instance loam, params string[] more) => StartAsync(
        ["stdio", Instance.Binary, "--home", loam.Home, "mcp", .. more]);

    public static async Task<McpDriver> StartAsync(IEnumerable<string> arguments)
    {
        var driver = new McpDriver(arguments);
        var ready = await driver.AnswerAsync(driver._ready);
        if (ready["ready"]?.GetValue<bool>() != true)
        {
            await driver.DisposeAsync();
            throw new StoryException($"the MCP client could not connect: {ready}");
        }
        return driver;
    }

    /// <summary>The answer of a tool; what the client itself finds wrong is a fault of the
    /// story.</summary>
    public async Task<McpSaid> CallAsync(string tool, JsonObject? arguments = null)
    {
        var line = await DoAsync("call", new()
        {
            ["name"] = tool, ["arguments"] = arguments ?? [],
        });
        return line["error"] is { } error
            ? throw new StoryException($"{tool}: {error}")
            : new(line["answer"]!.AsObject(), line["steps"]!.GetValue<int>());
    }

    /// <summary>The line that the driver answers with.</summary>
    public async Task<JsonObject> DoAsync(string what, JsonObject? more = null)
    {
        var id = Interlocked.Increment(ref _commands);
        var answer = new TaskCompletionSource<JsonObject>();
        _open[id] = answer;
        var command = more ?? [];
        command["id"] = id;
        command["do"] = what;
        await _process.StandardInput.WriteLineAsync(command.ToJsonString());
        await _process.StandardInput.FlushAsync();
        return await AnswerAsync(answer);
    }

    private async Task<JsonObject> AnswerAsync(TaskCompletionSource<JsonObject> answer)
    {
        var first = await Task.WhenAny(answer.Task, Task.Delay(Wait.Limit));
        return first == answer.Task ? await answer.Task : throw new StoryException(
            "the MCP client said nothing:\n" + string.Join('\n', Complaints));
    }

    private void Hear(string? line)
    {
        if (line is null)
        {
            var end = new StoryException("the MCP client ended:\n" + string.Join('\n', Complaints));
            _ready.TrySetException(end);
            foreach (var open in _open.Values)
            {
                open.TrySetException(end);
            }
            return;
        }
        var said = JsonNode.Parse(line)!.AsObject();
        if (said["told"] is { } uri)
        {
            Told.Enqueue(uri.GetValue<string>());
        }
        else if (said["id"] is { } id)
        {
            _open[id.GetValue<int>()].TrySetResult(said);
        }
        else
        {
            _ready.TrySetResult(said);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.StandardInput.Close();
            using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(10));
            try
            {
                await _process.WaitForExitAsync(limit.Token);
            }
            catch (OperationCanceledException)
            {
                _process.Kill(entireProcessTree: true);
            }
        }
        _process.Dispose();
    }
}

/// <summary>What a tool answered.</summary>
/// <param name="Steps">How often it told of its progress.</param>
public sealed record McpSaid(JsonObject Result, int Steps)
{
    public bool IsError => Result["isError"]?.GetValue<bool>() == true;

    public string Text => string.Join('\n',
        Result["content"]!.AsArray().Select(c => c!["text"]!.GetValue<string>()));

    /// <summary>What it says to programs, without where it is from.</summary>
    public JsonNode Value => Result["structuredContent"] is JsonObject value
        ? value["data"] ?? value : throw new StoryException($"no value: {Result}");

    public string Said(string member) => Value[member]?.ToString() ?? "";

    public override string ToString() => Result.ToJsonString(new JsonSerializerOptions
    {
        WriteIndented = true,
    });
}

/// <summary>Needs what stories need, and the official MCP client.</summary>
public sealed class NeedsMcpAttribute : NeedAttribute
{
    public override string? Missing() => NeedsAttribute.Missing("dockerd")
        ?? (McpDriver.Folder is null
            ? "LOAM_MCP_CLIENT is not set; ./dev test system sets it where npm is"
            : MissingProgram("node"));
}
