using System.Collections.Immutable;
using Loam.Core;
using Loam.Core.Approving;
using Loam.Core.Diagnostics;
using Loam.Core.Reconciling;

namespace Loam.Api;

/// <summary>A proposal without its texts.</summary>
internal sealed record ProposalLine(string Id, string By, string? For, string Words,
    DateTimeOffset At, DateTimeOffset Until, ImmutableArray<string> Files, ProposalFate Fate)
{
    /// <summary>What of it its person's words do not cover, one sentence each.</summary>
    public ImmutableArray<string> Unasked
    {
        get => field.IsDefault ? [] : field;
        init;
    }

    public static ProposalLine Of(Proposed proposed) => new(proposed.Id, proposed.Order.By,
        proposed.Order.For, proposed.Order.Words, proposed.At, proposed.Until,
        [.. proposed.Order.Texts.Keys], proposed.Fate) { Unasked = proposed.Order.Unasked };
}

internal sealed record ProposalsAnswer(ImmutableArray<ProposalLine> Proposals);

/// <summary>What comes of a program's texts.</summary>
/// <param name="Kept">It waits for a person; null: it was not kept, and the findings say why, or
/// nothing would change, or only its plan was asked for.</param>
/// <param name="Change">Null: the texts have errors.</param>
internal sealed record ProposalPlan(
    ProposalLine? Kept, PlannedChange? Change, ImmutableArray<Diagnostic> Findings)
{
    /// <summary>What the words do not cover, apart from what they do; null: there are no two
    /// parts. Its plan is asked for by its name.</summary>
    public ProposalLine? Rest { get; init; }

    /// <summary>What of the texts the words do not cover, one sentence each.</summary>
    public ImmutableArray<string> Unasked
    {
        get => field.IsDefault ? [] : field;
        init;
    }
}

/// <param name="Why">For whoever proposed it; null: nothing is said.</param>
internal sealed record DeclineOrder(string? Why);

/// <summary>Proposals of programs that speak for a person, and what people make of any. Whoever
/// proposes never approves: that is another request, of a person who was shown the plan, or it is
/// the policy in force that lets this change through for everybody.</summary>
/// <param name="begin">Applies a plan in the background.</param>
internal sealed class ProposalRoutes(
    Surface surface, OpenProposals open, TimeProvider time, Action<PlannedChange, Approval> begin)
{
    private const int LongestWhy = 500;

    private readonly ProposalDoor _door = new(Limits.ProposalsPlanned);
    private readonly ProposalParting _parting = new(surface.ScopeOf);

    public IReadOnlyList<Route> Table =>
    [
        new("GET", "/v1/proposals", Rights.View, ListAsync)
        {
            Says = "What is proposed and what became of it; with own=1 what is for whoever asks.",
            Gives = ApiJson.Default.ProposalsAnswer, Query = ["own"],
        },
        new("GET", "/v1/proposals/*", Rights.View, (call, cancel) => Routes.Answer(
            call, For(call, open.Of(call.Value)), ApiJson.Default.Proposed, cancel))
        {
            Says = "A proposal with its texts.", Gives = ApiJson.Default.Proposed,
        },
        new("GET", "/v1/outcome/*", Rights.View, OutcomeAsync)
        {
            Says = "What became of a proposal, at once or after so many seconds.",
            Gives = ApiJson.Default.ProposalLine, Query = ["wait"],
        },
        new("POST", "/v1/proposals", Rights.Plan, (call, cancel) => _door.InTurnAsync(
            call, () => TakeAsync(call, isKept: true, cancel), cancel))
        {
            Says = "Leaves texts for a person to approve.", Takes = ApiJson.Default.ProposalOrder,
            Gives = ApiJson.Default.ProposalPlan,
        },
        new("POST", "/v1/proposal-plan", Rights.Plan, (call, cancel) => _door.InTurnAsync(
            call, () => TakeAsync(call, isKept: false, cancel), cancel))
        {
            Says = "What such texts would do. Leaves nothing.",
            Takes = ApiJson.Default.ProposalOrder, Gives = ApiJson.Default.ProposalPlan,
        },
        new("POST", "/v1/decline/*", Rights.Operate, DeclineAsync)
        {
            Says = "Turns a proposal down, with why.", Takes = ApiJson.Default.DeclineOrder,
            Gives = ApiJson.Default.ProposalLine,
        },
    ];

    /// <summary>All, or those for whoever asks.</summary>
    private Task ListAsync(Call call, CancellationToken cancel) => Routes.Answer(call,
        new ProposalsAnswer([.. open.All().Select(ProposalLine.Of).Where(
            p => !Routes.Flag(call, "own") || p.For == call.Peer.Name)]),
        ApiJson.Default.ProposalsAnswer, cancel);

    /// <summary>What a person said is nobody else's business, but root's.</summary>
    private static Proposed For(Call call, Proposed proposed) =>
        call.Peer.Uid == 0 || proposed.Order.For == call.Peer.Name ? proposed
            : proposed with { Order = proposed.Order with { Said = [] } };

    /// <summary>Waits a while for it.</summary>
    private async Task OutcomeAsync(Call call, CancellationToken cancel)
    {
        var seconds = Routes.Number(call, "wait", 0, (int)Limits.ProposalWait.TotalSeconds);
        var proposed = await open.WaitAsync(
            call.Value, TimeSpan.FromSeconds(seconds), cancel).ConfigureAwait(false);
        await Routes.Answer(call, ProposalLine.Of(proposed), ApiJson.Default.ProposalLine, cancel)
            .ConfigureAwait(false);
    }

    /// <summary>Read, checked and planned; kept if a person is to see it. It is for the one who
    /// sends it, whatever it says.</summary>
    private async Task TakeAsync(Call call, bool isKept, CancellationToken cancel)
    {
        if (await ProposalDoor.ReadAsync(call, surface.Machine, cancel).ConfigureAwait(false)
            is not var (order, files))
        {
            return;
        }
        var (whole, findings) = ProposalCheck.Read(
            order with { By = By(call, order), For = call.Peer.Name, Cost = null }, files);
        var answer = whole is null ? new(null, null, findings)
            : await PlanAsync(call, await _parting.PartAsync(whole, files, cancel)
                .ConfigureAwait(false), isKept, findings, cancel).ConfigureAwait(false);
        await Routes.Answer(call, answer, ApiJson.Default.ProposalPlan, cancel)
            .ConfigureAwait(false);
    }

    /// <summary>A program chooses what it is called; its token it does not.</summary>
    private static string By(Call call, ProposalOrder order) => call.Peer.Token is not { } token
        ? order.By : $"{order.By[..Math.Min(order.By.Length, 60)]} (token {token})";

    /// <summary>What was asked for is planned, and where that is nothing, the rest.</summary>
    private async Task<ProposalPlan> PlanAsync(Call call, Parted parted, bool isKept,
        ImmutableArray<Diagnostic> findings, CancellationToken cancel)
    {
        var order = parted.First;
        var plan = new ProposalPlan(null, null, findings) { Unasked = parted.Rest?.Unasked ?? [] };
        var change = await surface.Machine.PlanAsync(
            new(ChangeKind.Files, Reason(order))
            {
                Texts = order.Texts, BaseGeneration = order.BaseGeneration, ProposedBy = order.By,
                Access = call.Peer.Access,
                // What others need not be asked about does not open more to who brings a token.
                IsUnasked = call.Peer.Token is not null || !order.Unasked.IsEmpty,
                Unasked = order.Unasked,
            }, cancel).ConfigureAwait(false);
        if (!isKept || !change.CanApply || change.IsNothing)
        {
            return plan with { Change = change };
        }
        var kept = open.Keep(order);
        if (change.SelfApproval is { } policy)
        {
            var now = time.GetUtcNow();
            begin(change with { Request = change.Request with { Proposal = kept.Id } },
                new(call.Peer.Name, Approval.ByPolicy(policy), now, now + Limits.PlanLifetime,
                    change.Plan!.Digest, []));
        }
        var rest = parted is { Asked: not null, Rest: { } left } ? open.Keep(left) : null;
        return plan with
        {
            Kept = ProposalLine.Of(open.Of(kept.Id)), Change = change,
            Rest = rest is null ? null : ProposalLine.Of(rest),
        };
    }

    /// <summary>For the history: who thought of it, and what it says of it, on one line.</summary>
    public static string Reason(ProposalOrder order)
    {
        const int longest = 200;
        var said = $"{order.By}: {order.Words.ReplaceLineEndings(" ").Trim()}";
        return said.Length <= longest ? said : said[..(longest - 1)] + "…";
    }

    private async Task DeclineAsync(Call call, CancellationToken cancel)
    {
        var order = await Routes.Body(call, ApiJson.Default.DeclineOrder, cancel)
            .ConfigureAwait(false);
        var why = order.Why is { Length: > LongestWhy } much ? much[..LongestWhy] : order.Why;
        await Routes.Answer(call,
            ProposalLine.Of(open.Decline(call.Value, call.Peer.Name, why)),
            ApiJson.Default.ProposalLine, cancel).ConfigureAwait(false);
    }
}
