using System.Collections.Immutable;
using Loam.Core;
using Loam.Core.Observing;
using Loam.Core.Reconciling;
using Loam.Core.Resources;

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

/// <summary>The two things the mind can do here.</summary>
internal sealed class MindRoutes(Surface surface, OpenProposals open)
{
    private readonly ProposalDoor _door = new(1);

    public IReadOnlyList<Route> Table => surface.Mind is not { } mind ? [] :
    [
        .. Offered(mind),
        new("GET", "/v1/view", Rights.View, (call, cancel) => ViewAsync(call, mind, cancel))
        {
            Says = "What a model can be shown of the machine; ?logs=web,db adds what these "
                + "services wrote last.",
            Gives = ApiJson.Default.MachineView,
        },
    ];

    /// <summary>All that the mind can do.</summary>
    private IEnumerable<Route> Offered(IMindSide mind) =>
    [
        new("GET", "/v1/mind/view", Rights.Propose, (call, cancel) => _door.InTurnAsync(call,
            () => ViewAsync(call, mind, cancel), cancel)),
        new("GET", "/v1/mind/models", Rights.Propose, (call, cancel) => Routes.Answer(
            call, mind.Models(), ApiJson.Default.MindModels, cancel)),
        new("POST", "/v1/mind/proposals", Rights.Propose, (call, cancel) => _door.InTurnAsync(
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
            catch (HostException fault) when (ConfinedUser.Mind.Is(call.Peer.Uid))
            {
                // A person is told; a model answers without it.
                lines.Add($"(its log cannot be read: {fault.Message})");
            }
            excerpts.Add(new(name, lines.ToImmutable()));
        }
        return excerpts;
    }

    /// <summary>Read and checked like any text; no registry is asked and nothing of the host is
    /// looked at, so that proposing reaches nobody.</summary>
    private async Task ProposeAsync(Call call, CancellationToken cancel)
    {
        if (await ProposalDoor.ReadAsync(call, surface.Machine, cancel).ConfigureAwait(false)
            is not var (order, files))
        {
            return;
        }
        // Whose words they are is not the mind's to say: a person's client parts it, or we do.
        order = order with
        {
            For = order.For is { } person ? Peer.Shown(person) : null,
            Said = [], Unasked = [ProposalParting.Unparted],
        };
        var (whole, findings) = ProposalCheck.Read(order, files);
        await Routes.Answer(call, new ProposalAnswer(
            whole is null ? null : open.Keep(whole).Id, findings),
            ApiJson.Default.ProposalAnswer, cancel).ConfigureAwait(false);
    }
}
