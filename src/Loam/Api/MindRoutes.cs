using System.Collections.Immutable;
using Loam.Core.Diagnostics;
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

    /// <summary>The number of its user and group.</summary>
    uint User { get; }

    /// <summary>What there is, without a secret's value.</summary>
    Task<MachineView> ViewAsync(CancellationToken cancel);

    /// <summary>Settings of the models as they are now, their keys, and the ways to them.</summary>
    MindModels Models();

    /// <summary>Some model may be asked.</summary>
    bool HasModels { get; }
}

/// <param name="Settings">As the manifest has them.</param>
/// <param name="Environment">What the daemon's environment says instead.</param>
/// <param name="Keys">A provider's key by the name of its secret.</param>
/// <param name="Doors">A place, <c>host:port</c>, to the socket that leads there.</param>
internal sealed record MindModels(LlmSettings Settings, LlmEnvironment Environment,
    ImmutableSortedDictionary<string, string> Keys,
    ImmutableSortedDictionary<string, string> Doors);

/// <summary>A proposal without its texts.</summary>
internal sealed record ProposalLine(string Id, string By, string? For, string Words,
    DateTimeOffset At, DateTimeOffset Until, ImmutableArray<string> Files);

internal sealed record ProposalsAnswer(ImmutableArray<ProposalLine> Proposals);

/// <summary>The two things the mind can do here, and what people make of it.</summary>
internal sealed class MindRoutes(Surface surface, TimeProvider time)
{
    private readonly OpenProposals _open = new(time);

    public IReadOnlyList<Route> Table =>
    [
        .. surface.Mind is { } mind ? Offered(mind) : [],
        new("GET", "/v1/proposals", Rights.View, ListAsync),
        new("GET", "/v1/proposals/*", Rights.View, (call, cancel) => Routes.Answer(
            call, _open.Of(call.Value), ApiJson.Default.Proposed, cancel)),
    ];

    /// <summary>All that the mind can do.</summary>
    private IEnumerable<Route> Offered(IMindSide mind) =>
    [
        new("GET", "/v1/mind/view", Rights.Propose, async (call, cancel) => await Routes.Answer(
            call, await mind.ViewAsync(cancel).ConfigureAwait(false),
            ApiJson.Default.MachineView, cancel).ConfigureAwait(false)),
        new("GET", "/v1/mind/models", Rights.Propose, (call, cancel) => Routes.Answer(
            call, mind.Models(), ApiJson.Default.MindModels, cancel)),
        new("POST", "/v1/mind/proposals", Rights.Propose, ProposeAsync),
    ];

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
        await Routes.Answer(call, Take(order, files), ApiJson.Default.ProposalAnswer, cancel)
            .ConfigureAwait(false);
    }

    /// <summary>Puts back what handles stand for, and keeps what can be read.</summary>
    private ProposalAnswer Take(ProposalOrder order, StateSet files)
    {
        var found = new DiagnosticBag();
        var target = order.Texts.Aggregate(files, (set, text) => text.Value.Length == 0
            ? set.Without(text.Key) : set.With(text.Key, text.Value));
        if (SecretHandles.Restore(target, files, found) is not { } whole)
        {
            return new(null, [.. found.ToList()]);
        }
        var reading = StateReader.Read(whole);
        found.AddRange(reading.Findings);
        return new(reading.State is null ? null : _open.Keep(order with
        {
            Texts = order.Texts.ToImmutableSortedDictionary(
                t => t.Key, t => whole[t.Key] ?? "", StringComparer.Ordinal),
        }).Id, [.. found.ToList()]);
    }

    private Task ListAsync(Call call, CancellationToken cancel) => Routes.Answer(call,
        new ProposalsAnswer([.. _open.All().Select(p => new ProposalLine(p.Id, p.Order.By,
            p.Order.For, p.Order.Words, p.At, p.Until, [.. p.Order.Texts.Keys]))]),
        ApiJson.Default.ProposalsAnswer, cancel);
}
