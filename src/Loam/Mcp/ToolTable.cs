using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using Loam.Cli;
using Loam.Core.Reconciling;
using Loam.Mcp.Tools;
using ModelContextProtocol;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;

namespace Loam.Mcp;

/// <summary>The tools there are. What is not in the table does not exist; nothing in it approves,
/// applies or shows a secret.</summary>
internal sealed class ToolTable(Desk desk, Turns turns)
{
    public static ImmutableArray<Tool> All { get; } =
        [.. LookTools.All, .. TextTools.All, .. ProposeTools.All];

    private IEnumerable<Tool> Offered => All.Where(t => !t.Proposes || !desk.IsReadOnly);

    public ListToolsResult List(string? cursor)
    {
        Pages.Only(cursor);
        return new() { Tools = [.. Offered.Select(Described)] };
    }

    private static ModelContextProtocol.Protocol.Tool Described(Tool tool) => new()
    {
        Name = tool.Name,
        Title = tool.Title,
        Description = tool.Sentence,
        InputSchema = Element(new JsonObject
        {
            ["type"] = "object",
            ["properties"] = new JsonObject(tool.Fields.Select(
                f => KeyValuePair.Create(f.Name, (JsonNode?)f.Schema()))),
            ["required"] = new JsonArray(
                [.. tool.Fields.Where(f => f.IsRequired).Select(f => (JsonNode)f.Name)]),
            ["additionalProperties"] = false,
        }),
        OutputSchema = Element(tool.Output),
        Annotations = new()
        {
            Title = tool.Title,
            ReadOnlyHint = !tool.Proposes,
            DestructiveHint = false,
            IdempotentHint = !tool.Proposes,
            OpenWorldHint = false,
        },
    };

    /// <exception cref="McpProtocolException">There is no such tool.</exception>
    public async Task<CallToolResult> CallAsync(
        RequestContext<CallToolRequestParams> request, CancellationToken cancel)
    {
        var name = request.Params?.Name ?? "";
        var tool = Offered.FirstOrDefault(t => t.Name == name) ?? throw new McpProtocolException(
            $"Unknown tool: '{Glyphs.Fit(Glyphs.Neutral(name), 60)}'.",
            McpErrorCode.InvalidParams);
        if (await turns.TakeAsync(tool.Waits, cancel).ConfigureAwait(false) is not { } end)
        {
            return Failed("Too many calls at once.", "Wait for the answers of some.");
        }
        try
        {
            var call = new ToolCall(desk, Arguments.Read(tool.Fields, request.Params!.Arguments),
                (done, total, words) => TellAsync(request, done, total, words, cancel));
            return Result(await tool.Run(call, cancel).ConfigureAwait(false));
        }
        catch (CommandFailure failure)
        {
            return Failed(failure.Message, failure.Remedy);
        }
        catch (HostException fault)
        {
            return Failed(fault.Message, fault.Remedy);
        }
        finally
        {
            end();
        }
    }

    private static async Task TellAsync(RequestContext<CallToolRequestParams> request,
        double done, double? total, string words, CancellationToken cancel)
    {
        if (request.Params?.ProgressToken is { } token)
        {
            await request.Server.NotifyProgressAsync(token, new()
            {
                Progress = (float)done, Total = (float?)total, Message = words,
            }, cancellationToken: cancel).ConfigureAwait(false);
        }
    }

    private static CallToolResult Result(ToolAnswer answer) => new()
    {
        Content =
        [
            new TextContentBlock
            {
                Text = answer.IsPlain ? answer.Text
                    : answer.IsOwn ? Desk.Clean(answer.Text)
                    : Desk.Marked(answer.Origin, Desk.Clean(answer.Text)),
            },
        ],
        StructuredContent = Element(
            answer.IsPlain ? answer.Value : Desk.Clean(answer.Value)!),
        IsError = answer.IsError ? true : null,
    };

    private static CallToolResult Failed(string message, string remedy) => new()
    {
        Content = [new TextContentBlock { Text = Desk.Clean($"{message} {remedy}".Trim()) }],
        IsError = true,
    };

    private static JsonElement Element(JsonNode node)
    {
        using var parsed = JsonDocument.Parse(node.ToJsonString());
        return parsed.RootElement.Clone();
    }
}
