using System.Collections.Immutable;
using Loam.Core;
using Loam.Core.Observing;
using Loam.Core.Reconciling;
using Loam.Core.Resources;
using Loam.Core.StateFiles;
using Microsoft.AspNetCore.Http;

namespace Loam.Api;

/// <summary>What the daemon knows for its mind.</summary>
internal interface IMindSide
{
    /// <summary>Where it speaks to the daemon, and nobody else does.</summary>
    string Socket { get; }

    /// <summary>Where people speak to it.</summary>
    string PeoplesSocket { get; }

    /// <summary>The number of its user and group.</summary>
    uint User { get; }

    /// <summary>What there is, without a secret's value.</summary>
    /// <param name="logs">What services wrote, of those that were asked for.</param>
    Task<MachineView> ViewAsync(IEnumerable<LogExcerpt> logs, CancellationToken cancel);

    /// <summary>Settings of the models as they are now, their keys, and the ways to them.</summary>
    MindModels Models();

    /// <summary>Some model may be asked.</summary>
    bool HasModels { get; }
}

/// <param name="Settings">As the manifest has them.</param>
/// <param name="Environment">What the daemon's environment says instead.</param>
/// <param name="Keys">A provider's key by the name of its secret.</param>
/// <param name="Doors">A place, <c>host:port</c>, to the socket that leads there.</param>
/// <param name="Local">The place of the model host among them.</param>
internal sealed record MindModels(LlmSettings Settings, LlmEnvironment Environment,
    ImmutableSortedDictionary<string, string> Keys,
    ImmutableSortedDictionary<string, string> Doors, string Local);

/// <summary>A proposal without its texts.</summary>
internal sealed record ProposalLine(string Id, string By, string? For, string Words,
    DateTimeOffset At, DateTimeOffset Until, ImmutableArray<string> Files);

internal sealed record ProposalsAnswer(ImmutableArray<ProposalLine> Proposals);

/// <summary>The two things the mind can do here, and what people make of it.</summary>
internal sealed class MindRoutes(Surface surface, TimeProvider time)
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10);

    private readonly OpenProposals _open = new(time);
    private readonly SemaphoreSlim _one = new(1);

    public IReadOnlyList<Route> Table =>
    [
        .. surface.Mind is { } mind ? Offered(mind) : [],
        new("GET", "/v1/proposals", Rights.View, ListAsync)
        {
            Says = "Proposals that wait for somebody.", Gives = ApiJson.Default.ProposalsAnswer,
        },
        .. surface.Mind is { } side ? (IEnumerable<Route>)
        [
            new("GET", "/v1/view", Rights.View, (call, cancel) => ViewAsync(call, side, cancel))
            {
                Says = "What a model can be shown of the machine; ?logs=web,db adds what these "
                    + "services wrote last.",
                Gives = ApiJson.Default.MachineView,
            },
        ] : [],
        new("GET", "/v1/proposals/*", Rights.View, (call, cancel) => Routes.Answer(
            call, _open.Of(call.Value), ApiJson.Default.Proposed, cancel))
        {
            Says = "A proposal with its texts.", Gives = ApiJson.Default.Proposed,
        },
    ];

    /// <summary>All that the mind can do.</summary>
    private IEnumerable<Route> Offered(IMindSide mind) =>
    [
        new("GET", "/v1/mind/view", Rights.Propose, (call, cancel) => OneAsync(call,
            () => ViewAsync(call, mind, cancel), cancel)),
        new("GET", "/v1/mind/models", Rights.Propose, (call, cancel) => Routes.Answer(
            call, mind.Models(), ApiJson.Default.MindModels, cancel)),
        new("POST", "/v1/mind/proposals", Rights.Propose, (call, cancel) => OneAsync(
            call, () => ProposeAsync(call, cancel), cancel)),
    ];

    /// <summary>All that a model can be shown of the machine.</summary>
    private async Task ViewAsync(Call call, IMindSide mind, CancellationToken cancel)
    {
        var logs = await LogsAsync(call, cancel).ConfigureAwait(false);
        await Routes.Answer(call, await mind.ViewAsync(logs, cancel).ConfigureAwait(false),
            ApiJson.Default.MachineView, cancel).ConfigureAwait(false);
    }

    /// <summary>The newest lines of the services in <c>?logs=web,db</c>.</summary>
    private async Task<List<LogExcerpt>> LogsAsync(Call call, CancellationToken cancel)
    {
        var excerpts = new List<LogExcerpt>();
        foreach (var name in call.Http.Request.Query["logs"].ToString().Split(',')
            .Where(n => n.Length > 0).Distinct().Take(Limits.ViewLogs))
        {
            var lines = ImmutableArray.CreateBuilder<string>();
            try
            {
                await foreach (var entry in surface.Logs(
                    name, Limits.ViewLogLines, false, cancel).ConfigureAwait(false))
                {
                    lines.Add(entry.Text);
                }
            }
            catch (HostException fault) when (MindUser.Is(call.Peer.Uid))
            {
                // A person is told; a model answers without it.
                lines.Add($"(its log cannot be read: {fault.Message})");
            }
            excerpts.Add(new(name, lines.ToImmutable()));
        }
        return excerpts;
    }

    /// <summary>The request with a proposal's texts in the place of its name.</summary>
    /// <exception cref="HostException">NotFound: it is no longer open.</exception>
    public ChangeRequest Resolve(ChangeRequest request)
    {
        if (request.Proposal is not { } id)
        {
            return request with { ProposedBy = null };
        }
        var order = _open.Of(id).Order;
        var isPart = !request.Texts.IsEmpty;
        return request with
        {
            Kind = ChangeKind.Files,
            Texts = isPart ? request.Texts : order.Texts,
            BaseGeneration = isPart ? request.BaseGeneration : order.BaseGeneration,
            ProposedBy = order.By,
        };
    }

    /// <summary>Read and checked like any text; no registry is asked and nothing of the host is
    /// looked at, so that proposing reaches nobody.</summary>
    private async Task ProposeAsync(Call call, CancellationToken cancel)
    {
        var order = await Routes.Body(call, ApiJson.Default.ProposalOrder, cancel)
            .ConfigureAwait(false);
        if (order.Fault() is { } fault)
        {
            await Routes.Refuse(call.Http, StatusCodes.Status400BadRequest, new(
                fault, "Send whole texts of the six state files.")).ConfigureAwait(false);
            return;
        }
        var (generation, files) = await surface.Machine.CurrentAsync(cancel)
            .ConfigureAwait(false);
        if (order.BaseGeneration != generation)
        {
            await Routes.Refuse(call.Http, StatusCodes.Status409Conflict, new(
                $"The state is at generation {generation} meanwhile.",
                "Read it again.")).ConfigureAwait(false);
            return;
        }
        order = order with { For = order.For is { } person ? Peer.Shown(person) : null };
        await Routes.Answer(call, Take(order, files), ApiJson.Default.ProposalAnswer, cancel)
            .ConfigureAwait(false);
    }

    /// <summary>Keeps what can be read.</summary>
    private ProposalAnswer Take(ProposalOrder order, StateSet files)
    {
        var (kept, findings) = ProposalCheck.Read(order, files);
        return new(kept is null ? null : _open.Keep(kept).Id, findings);
    }

    /// <summary>One at a time, and no more than so many that wait: a mind that was taken over
    /// shall not be a burden.</summary>
    private async Task OneAsync(Call call, Func<Task> work, CancellationToken cancel)
    {
        if (!await _one.WaitAsync(s_patience, cancel).ConfigureAwait(false))
        {
            throw new HostException(Fault.Unavailable, "The daemon is busy with the mind.",
                "Ask again.");
        }
        try
        {
            await work().ConfigureAwait(false);
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException
            or IndexOutOfRangeException or FormatException or OverflowException)
        {
            // What came from there ends nobody but itself.
            await Routes.Refuse(call.Http, StatusCodes.Status400BadRequest, new(
                "The request cannot be read.", "Send whole texts of the six state files."))
                .ConfigureAwait(false);
        }
        finally
        {
            _one.Release();
        }
    }

    private Task ListAsync(Call call, CancellationToken cancel) => Routes.Answer(call,
        new ProposalsAnswer([.. _open.All().Select(p => new ProposalLine(p.Id, p.Order.By,
            p.Order.For, p.Order.Words, p.At, p.Until, [.. p.Order.Texts.Keys]))]),
        ApiJson.Default.ProposalsAnswer, cancel);
}
