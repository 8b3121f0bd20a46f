using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text.Json;
using Loam.Core;
using Loam.Core.Reconciling;
using Microsoft.AspNetCore.Http;

namespace Loam.Api.Conversing;

/// <summary>Conversation for programs: the mind's lines as one answer, or as events.</summary>
internal sealed class ConversationRoutes(IMindSide mind, Surface surface, OpenProposals open)
{
    private const string Events = "text/event-stream";
    private const int NameBytes = 9;

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    private readonly MindLink _link = new(mind.PeoplesSocket);
    private readonly HeardWords _heard = new();
    private readonly ProposalParting _parting = new(surface.ScopeOf);

    public IReadOnlyList<Route> Table =>
    [
        new("POST", "/v1/conversation", Rights.Plan, ConverseAsync)
        {
            Says = "Says something; with Accept: text/event-stream, the answer comes as events.",
            Takes = ApiJson.Default.ConversationOrder,
            Gives = ApiJson.Default.ConversationAnswer,
        },
        new("GET", "/v1/sessions", Rights.Plan, ListAsync)
        {
            Says = "One's conversations, newest first.", Gives = ApiJson.Default.SessionsAnswer,
        },
        new("POST", "/v1/forget-session/*", Rights.Plan, ForgetAsync)
        {
            Says = "Removes a conversation.", Gives = ApiJson.Default.SessionsAnswer,
        },
    ];

    private async Task ConverseAsync(Call call, CancellationToken cancel)
    {
        var order = await Routes.Body(call, ApiJson.Default.ConversationOrder, cancel)
            .ConfigureAwait(false);
        if (string.IsNullOrWhiteSpace(order.Message))
        {
            throw new BadHttpRequestException("It has no message.");
        }
        var name = order.SessionId ?? NewName();
        var words = _heard.Hear(call.Peer.Name, name, order.Message);
        var said = PartedAsync(_link.AskAsync(new("chat", name, order.Message)
        {
            Model = order.Model, MaySend = order.MaySend,
        }, call.Peer.Name, cancel), call.Peer.Name, words, cancel);
        if (call.Http.Request.Headers.Accept.Any(a => a?.Contains(
            Events, StringComparison.OrdinalIgnoreCase) == true))
        {
            await StreamAsync(call.Http, said, name, cancel).ConfigureAwait(false);
            return;
        }
        var answer = new ConversationAnswer(name, "text", "", null, null);
        await foreach (var line in said.ConfigureAwait(false))
        {
            if (line.Type == "error")
            {
                await Routes.Refuse(call.Http, StatusCodes.Status422UnprocessableEntity, new(
                    line.Message ?? "The mind has no answer.", line.Remedy ?? ""))
                    .ConfigureAwait(false);
                return;
            }
            answer = With(answer, line);
        }
        await Routes.Answer(call, answer, ApiJson.Default.ConversationAnswer, cancel)
            .ConfigureAwait(false);
    }

    private static ConversationAnswer With(ConversationAnswer answer, FromMind line) =>
        line.Type switch
        {
            "plan" or "question" or "sending" => answer with
            {
                Type = line.Type, Content = line.Content ?? "", Proposal = line.Proposal,
                Suggestions = line.Suggestions ?? answer.Suggestions,
                Rest = line.Rest, Unasked = line.Unasked,
            },
            "text" => answer with { Suggestions = line.Suggestions ?? answer.Suggestions },
            "done" => answer with
            {
                Content = line.Content ?? answer.Content, By = line.By, Note = line.Note,
                PassedOver = line.PassedOver, TookMs = line.TookMs, Cost = line.Cost,
            },
            _ => answer,
        };

    /// <summary>A proposal among the lines is parted by what was said here: by our own record,
    /// which the mind has no part in.</summary>
    private async IAsyncEnumerable<FromMind> PartedAsync(IAsyncEnumerable<FromMind> lines,
        string person, ImmutableArray<string> words,
        [EnumeratorCancellation] CancellationToken cancel)
    {
        await foreach (var line in lines.ConfigureAwait(false))
        {
            yield return line is { Type: "plan", Proposal: { } id }
                ? await PartedAsync(line, id, person, words, cancel).ConfigureAwait(false) : line;
        }
    }

    private async Task<FromMind> PartedAsync(FromMind line, string id, string person,
        ImmutableArray<string> words, CancellationToken cancel)
    {
        var order = open.Of(id).Order;
        var (generation, files) = await surface.Machine.CurrentAsync(cancel).ConfigureAwait(false);
        if (order.For != Peer.Shown(Peer.Known(person)))
        {
            // As if it were not there: it is another's.
            throw OpenProposals.None();
        }
        if (order.BaseGeneration != generation)
        {
            throw new HostException(Fault.Conflict, "The state moved on while this was thought of.",
                "Say it again.");
        }
        if (order.IsParted)
        {
            return line with { Unasked = order.Unasked.IsEmpty ? null : order.Unasked };
        }
        var parted = await _parting.PartAsync(order with { Said = words }, files, cancel)
            .ConfigureAwait(false);
        return line with
        {
            Rest = open.Part(id, parted)?.Id, Unasked = parted.Rest?.Unasked,
        };
    }

    /// <summary>Whoever does not read is not waited for.</summary>
    private static async Task StreamAsync(HttpContext http, IAsyncEnumerable<FromMind> said,
        string name, CancellationToken cancel)
    {
        var lines = said.GetAsyncEnumerator(cancel);
        await using var ending = lines.ConfigureAwait(false);
        // What cannot begin is refused as any other request.
        var more = await lines.MoveNextAsync().ConfigureAwait(false);
        http.Response.ContentType = Events;
        http.Response.Headers.CacheControl = "no-store";
        while (more)
        {
            await TellAsync(http, lines.Current with { SessionId = name }, cancel)
                .ConfigureAwait(false);
            try
            {
                more = await lines.MoveNextAsync().ConfigureAwait(false);
            }
            catch (HostException fault)
            {
                await TellAsync(http, new("error")
                {
                    SessionId = name, Message = fault.Message, Remedy = fault.Remedy,
                }, cancel).ConfigureAwait(false);
                return;
            }
        }
    }

    private static async Task TellAsync(HttpContext http, FromMind line, CancellationToken cancel)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limit.CancelAfter(s_patience);
        await http.Response.WriteAsync($"event: {line.Type}\ndata: "
            + JsonSerializer.Serialize(line, MindJson.Lines.FromMind) + "\n\n", limit.Token)
            .ConfigureAwait(false);
        await http.Response.Body.FlushAsync(limit.Token).ConfigureAwait(false);
    }

    private async Task ListAsync(Call call, CancellationToken cancel)
    {
        var answer = new SessionsAnswer([]);
        await foreach (var line in _link.AskAsync(
            new("sessions", null, null), call.Peer.Name, cancel).ConfigureAwait(false))
        {
            answer = line.Type == "sessions" ? answer with { Sessions = line.Sessions ?? [] }
                : answer with { Note = line.Note };
        }
        await Routes.Answer(call, answer, ApiJson.Default.SessionsAnswer, cancel)
            .ConfigureAwait(false);
    }

    private async Task ForgetAsync(Call call, CancellationToken cancel)
    {
        _heard.Forget(call.Peer.Name, Uri.UnescapeDataString(call.Value));
        await foreach (var line in _link.AskAsync(
            new("forget", Uri.UnescapeDataString(call.Value), null), call.Peer.Name, cancel)
            .ConfigureAwait(false))
        {
            if (line.Type == "error")
            {
                throw new HostException(Fault.NotFound, line.Message ?? "", line.Remedy ?? "");
            }
        }
        await ListAsync(call, cancel).ConfigureAwait(false);
    }

    private static string NewName() =>
        "c" + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(NameBytes));
}
