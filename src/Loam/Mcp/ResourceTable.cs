using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Loam.Cli;
using Loam.Cli.Views;
using Loam.Core.Reconciling;
using Loam.Core.StateFiles;
using ModelContextProtocol;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;

namespace Loam.Mcp;

/// <summary>What can be read by its address: the state files, their schemas, pages of the manual,
/// the status, and proposals, which can be subscribed to.</summary>
internal sealed class ResourceTable(Desk desk) : IAsyncDisposable
{
    private const string State = "loam://state/", Schema = "loam://schema/",
        Docs = "loam://docs/", Status = "loam://status", Proposal = "loam://proposals/";

    /// <summary>Of every proposal.</summary>
    public const string Proposals = Proposal + "{proposal}";

    private const string Yaml = "application/yaml", Json = "application/json",
        Markdown = "text/markdown", Plain = "text/plain";

    /// <summary>Proposals that are followed at one time.</summary>
    private const int Followed = 16;

    private readonly ConcurrentDictionary<string, CancellationTokenSource> _followed = new();

    public static ListResourcesResult List(string? cursor)
    {
        Pages.Only(cursor);
        return new()
        {
            Resources =
            [
                new() { Uri = Status, Name = "status", Title = "How the machine is",
                    MimeType = Plain },
                .. FileKinds.All.Select(k => new Resource
                {
                    Uri = State + k.File, Name = k.File, Title = $"{k.File} as it is in force",
                    MimeType = Yaml, Description = "Secrets are handles.",
                }),
                .. FileKinds.All.Select(k => new Resource
                {
                    Uri = Schema + NameOf(k), Name = $"schema of {k.File}", MimeType = Json,
                    Title = $"JSON Schema of {k.File}",
                }),
                .. Manual.Pages.Select(p => new Resource
                {
                    Uri = Docs + p, Name = p, Title = $"Manual: {p}", MimeType = Markdown,
                }),
            ],
        };
    }

    public static ListResourceTemplatesResult Templates(string? cursor)
    {
        Pages.Only(cursor);
        return new()
        {
            ResourceTemplates =
            [
                new() { UriTemplate = Proposals, Name = "proposal",
                    Title = "What became of a proposal", MimeType = Json,
                    Description = "Subscribe to hear when somebody decided." },
            ],
        };
    }

    /// <exception cref="McpProtocolException">There is nothing at that address.</exception>
    public async Task<ReadResourceResult> ReadAsync(string? uri, CancellationToken cancel)
    {
        try
        {
            var (type, text) = uri switch
            {
                Status => (Plain, await StatusAsync(cancel).ConfigureAwait(false)),
                _ when After(uri, State) is { } file && FileKinds.Of(file) is not null =>
                    (Yaml, await FileAsync(file, cancel).ConfigureAwait(false)),
                _ when After(uri, Schema) is { } name
                    && FileKinds.All.FirstOrDefault(k => NameOf(k) == name) is { } kind =>
                    (Json, JsonSchema.For(kind)),
                _ when After(uri, Docs) is { } page && Manual.Page(page) is { } manual =>
                    (Markdown, manual),
                _ when After(uri, Proposal) is { } id =>
                    (Json, await OutcomeAsync(id, cancel).ConfigureAwait(false)),
                _ => throw Unknown(),
            };
            return new()
            {
                Contents = [new TextResourceContents { Uri = uri!, MimeType = type, Text = text }],
            };
        }
        catch (CommandFailure failure) when (failure.Exit == ExitCode.Invalid)
        {
            throw Unknown();
        }
        catch (CommandFailure failure)
        {
            throw new McpProtocolException(
                $"{failure.Message} {failure.Remedy}", McpErrorCode.InternalError);
        }
    }

    /// <summary>The server tells when somebody decides.</summary>
    public async Task FollowAsync(McpServer server, string? uri, CancellationToken cancel)
    {
        await ReadAsync(uri, cancel).ConfigureAwait(false);
        if (After(uri, Proposal) is not { } id)
        {
            throw new McpProtocolException("Only proposals can be subscribed to.",
                McpErrorCode.InvalidParams);
        }
        if (_followed.Count >= Followed)
        {
            throw new McpProtocolException("Too many subscriptions.", McpErrorCode.InvalidParams);
        }
        var stop = new CancellationTokenSource();
        if (_followed.TryAdd(uri!, stop))
        {
            _ = TellAsync(server, uri!, id, stop.Token);
        }
        else
        {
            stop.Dispose();
        }
    }

    public async Task LeaveAsync(string? uri)
    {
        if (uri is not null && _followed.TryRemove(uri, out var stop))
        {
            await stop.CancelAsync().ConfigureAwait(false);
            stop.Dispose();
        }
    }

    /// <summary>The later form of a subscription: a request that is held open and told on.
    /// </summary>
    public async Task ListenAsync(
        RequestContext<SubscriptionsListenRequestParams> request, CancellationToken cancel)
    {
        var granted = new List<string>();
        foreach (var uri in (request.Params?.Notifications?.ResourceSubscriptions ?? [])
            .Distinct().Take(Followed))
        {
            if (After(uri, Proposal) is { } id && await IsThereAsync(id, cancel)
                .ConfigureAwait(false))
            {
                granted.Add(uri);
            }
        }
        JsonObject Mark() => new()
        {
            [MetaKeys.SubscriptionId] = request.JsonRpcRequest.Id.Id switch
            {
                string text => text,
                long number => number,
                _ => null,
            },
        };
        await request.Server.SendMessageAsync(new JsonRpcNotification
        {
            Method = NotificationMethods.SubscriptionsAcknowledgedNotification,
            Params = new JsonObject
            {
                ["notifications"] = new JsonObject
                {
                    ["resourceSubscriptions"] = new JsonArray(
                        [.. granted.Select(u => (JsonNode)u)]),
                },
                ["_meta"] = Mark(),
            },
        }, cancel).ConfigureAwait(false);
        await Task.WhenAll(granted.Select(uri => HearAsync(After(uri, Proposal)!,
            () => UpdatedAsync(request.Server, uri, Mark(), cancel), cancel)))
            .ConfigureAwait(false);
    }

    private async Task<bool> IsThereAsync(string id, CancellationToken cancel)
    {
        try
        {
            await desk.OutcomeAsync(id, 0, cancel).ConfigureAwait(false);
            return true;
        }
        catch (CommandFailure)
        {
            return false;
        }
    }

    private static Task UpdatedAsync(
        McpServer server, string uri, JsonObject? meta, CancellationToken cancel) =>
        server.SendMessageAsync(new JsonRpcNotification
        {
            Method = NotificationMethods.ResourceUpdatedNotification,
            Params = meta is null ? new JsonObject { ["uri"] = uri }
                : new JsonObject { ["uri"] = uri, ["_meta"] = meta },
        }, cancel);

    private async Task TellAsync(
        McpServer server, string uri, string id, CancellationToken stop)
    {
        await HearAsync(id, () => UpdatedAsync(server, uri, null, stop), stop)
            .ConfigureAwait(false);
        await LeaveAsync(uri).ConfigureAwait(false);
    }

    /// <summary>Returns when it is over, was left, or is no longer there.</summary>
    private async Task HearAsync(string id, Func<Task> tell, CancellationToken stop)
    {
        const int seconds = 20;
        try
        {
            var before = ProposalStage.Open;
            while (true)
            {
                var line = await desk.OutcomeAsync(id, seconds, stop).ConfigureAwait(false);
                if (line.Fate.Stage != before)
                {
                    before = line.Fate.Stage;
                    await tell().ConfigureAwait(false);
                }
                if (line.Fate.IsOver)
                {
                    return;
                }
            }
        }
        catch (Exception e) when (e is OperationCanceledException or CommandFailure
            or HostException or IOException)
        {
            // Nobody listens, or there is nothing to hear.
        }
    }

    private async Task<string> StatusAsync(CancellationToken cancel)
    {
        var status = await desk.Client.StatusAsync(cancel).ConfigureAwait(false);
        return Desk.Marked("the status of this machine", Desk.Clean(Desk.Plain(
            StatusView.Of(status, desk.Time.GetUtcNow(), Look.Plain))));
    }

    private async Task<string> FileAsync(string file, CancellationToken cancel) =>
        (await desk.StateAsync(cancel).ConfigureAwait(false)).Blanked[file] ?? throw Unknown();

    private async Task<string> OutcomeAsync(string id, CancellationToken cancel) =>
        Desk.Clean(Shapes.Value(OutcomeReport.Of(await desk.OutcomeAsync(id, 0, cancel)
            .ConfigureAwait(false)), McpJson.Default.OutcomeReport))!.ToJsonString();

    private static string NameOf(FileKind kind) => Path.GetFileNameWithoutExtension(kind.File);

    private static string? After(string? uri, string start) =>
        uri is not null && uri.StartsWith(start, StringComparison.Ordinal)
            && uri.Length > start.Length ? uri[start.Length..] : null;

    private static McpProtocolException Unknown() => new(
        "There is no such resource.", McpErrorCode.ResourceNotFound);

    public async ValueTask DisposeAsync()
    {
        foreach (var uri in _followed.Keys)
        {
            await LeaveAsync(uri).ConfigureAwait(false);
        }
    }
}
