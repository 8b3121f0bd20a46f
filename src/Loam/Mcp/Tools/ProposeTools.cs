using System.Collections.Immutable;
using System.Text.Json;
using Loam.Api;
using Loam.Cli;
using Loam.Cli.Views;
using Loam.Core.Planning;
using Loam.Core.Reconciling;
using Loam.Core.StateFiles;
using Loam.Mind.Interpreter;
using Outcome = Loam.Mind.Interpreter.Outcome;

namespace Loam.Mcp.Tools;

/// <summary>Tools about changes: what one would do, proposing it, hearing what became of it. None
/// approves: that is a person's, or the policy's in force.</summary>
internal static class ProposeTools
{
    private const int LongestId = 20;
    private const int MostSeconds = 600;
    private const int Turn = 15;

    public static IEnumerable<Tool> All =>
    [
        new("plan", "What a change would do",
            "The plan of a change, from words or from whole texts: steps, risk, gaps, what must be "
            + "typed. Nothing is changed and nothing is proposed; registries may be asked for "
            + "images.", Texts.Fields, Shapes.Of(McpJson.Default.ProposeReport),
            (call, cancel) => TakeAsync(call, isKept: false, cancel)),
        new("propose", "Propose a change",
            "Leaves a change, from words or from whole texts, for a person to approve, and says "
            + "how. You cannot approve it. Where the machine's policy lets this very kind of "
            + "change through without a question, it is applied at once. `wait_for` tells what "
            + "became of it.", Texts.Fields, Shapes.Of(McpJson.Default.ProposeReport),
            (call, cancel) => TakeAsync(call, isKept: true, cancel))
        {
            Proposes = true,
        },
        new("proposals", "Your proposals",
            "What was proposed over this protocol for the same person, and what became of it.", [],
            Shapes.Observed(McpJson.Default.OutcomesReport), ListAsync),
        new("wait_for", "Wait for a decision",
            "Waits until a proposal is applied, declined or taken back, and says why; or until the "
            + "time is up: then ask again.",
            [
                new("proposal", FieldKind.Text, "Its name, as `propose` said it.", LongestId)
                {
                    IsRequired = true,
                },
                new("seconds", FieldKind.Number,
                    $"How long to wait at most: 0 to {MostSeconds}, 60 without it.", MostSeconds),
            ],
            Shapes.Observed(McpJson.Default.OutcomeReport), WaitAsync)
        {
            Waits = true,
        },
    ];

    private static async Task<ToolAnswer> TakeAsync(
        ToolCall call, bool isKept, CancellationToken cancel)
    {
        var seen = await call.Desk.StateAsync(cancel).ConfigureAwait(false);
        Wanted wanted;
        var message = "";
        if (call.Given.Text("words") is { } words)
        {
            if (call.Given.Has("files"))
            {
                throw new CommandFailure(ExitCode.Invalid, "It has words and files.",
                    "Give one of them; `reason` explains files.");
            }
            var proposal = Texts.Interpret(call, seen);
            if (proposal.Outcome != Outcome.Proposal)
            {
                return Answer(proposal);
            }
            ImmutableArray<string> said = [.. call.Given.Texts("earlier"), words];
            (wanted, message) = (new(seen.Generation, string.Join(" / ", said), proposal.Files,
                said), proposal.Message);
        }
        else
        {
            wanted = Texts.Given(call, seen);
        }
        await call.Tell(1, 2, "the plan is made").ConfigureAwait(false);
        var made = await call.Desk.Client.ProposeAsync(
            new(call.Desk.Author, wanted.Words, wanted.Files, wanted.Generation)
            {
                Said = wanted.Said,
            }, isKept, cancel).ConfigureAwait(false);
        return Answer(made, message, Texts.Over(seen.Blanked, wanted.Files));
    }

    /// <summary>Words that come to no change.</summary>
    private static ToolAnswer Answer(Proposal proposal) => new("the interpreter",
        Desk.Plain(ProposalView.Message(proposal, Look.Plain)), Shapes.Value(
            new ProposeReport(ProposalJson.Word(proposal.Outcome), proposal.Message)
            {
                Suggestions = proposal.Suggestions.IsEmpty ? null : proposal.Suggestions,
            }, McpJson.Default.ProposeReport));

    /// <param name="shown">The texts with handles, for the lines that findings are about.</param>
    private static ToolAnswer Answer(ProposalPlan made, string message, StateSet shown)
    {
        var findings = made.Findings.Concat(made.Change?.Findings ?? [])
            .Concat(made.Change?.Plan?.Findings ?? []).Distinct().ToList();
        var isFaulty = made.Change is not { CanApply: true };
        var isNothing = made.Change is { IsNothing: true };
        var kept = made.Kept;
        var report = new ProposeReport(
            isFaulty ? "invalid" : isNothing ? "no-change" : "proposal",
            isFaulty ? "It cannot be applied; nothing was kept."
                : isNothing ? "Nothing would change: it is so already." : message)
        {
            Proposal = kept?.Id,
            Stage = kept is null ? null
                : JsonNamingPolicy.SnakeCaseLower.ConvertName(kept.Fate.Stage.ToString()),
            Approve = kept is null ? null : $"loam approve {kept.Id}",
            Decline = kept is null ? null : $"loam decline {kept.Id}",
            Policy = kept is null or { Fate.Stage: ProposalStage.Open } ? null
                : made.Change?.SelfApproval,
            Until = kept?.Until,
            Rest = made.Rest?.Id,
            Unasked = made.Unasked.IsEmpty ? null : made.Unasked,
            Plan = isFaulty ? null : Plan(made.Change!, shown),
            Findings = findings.Count == 0 ? null : Texts.Reports(findings),
        };
        var isApart = made.Change is { Request.Unasked.IsEmpty: true };
        return new("the plan", Text(report, findings, shown, isApart),
            Shapes.Value(report, McpJson.Default.ProposeReport))
        {
            IsOwn = true,
            IsError = isFaulty,
        };
    }

    private static string Text(ProposeReport report,
        IReadOnlyCollection<Core.Diagnostics.Diagnostic> findings, StateSet shown, bool isApart)
    {
        List<string> parts = [report.Message];
        if (report.Plan is { } plan)
        {
            parts.Add(plan.Card);
        }
        else if (findings.Count > 0)
        {
            parts.Add(Desk.Plain(FailureView.Of(findings, shown, Look.Plain)));
        }
        if (report.Proposal is { } id)
        {
            parts.Add(report.Policy is { } policy
                ? $"{id} is applied without a question: {policy}. `wait_for` tells how it ends."
                : $"{id} waits for a person, who types `{report.Approve}` on this machine and "
                    + $"sees this plan first, or `{report.Decline}`. Nothing is changed until "
                    + "then. `wait_for` tells what became of it.");
        }
        if (report is { Unasked: { } unasked, Plan: not null })
        {
            parts.Add("The person's words do not cover this:\n"
                + string.Join('\n', unasked.Select(u => $"• {u}"))
                + (report.Rest is { } rest ? $"\nIt is a proposal of its own, {rest}." : "")
                + (isApart ? "\nIt is not in this plan." : "\nIt is in this plan."));
        }
        return string.Join("\n\n", parts.Where(p => p.Length > 0));
    }

    private static PlanReport Plan(PlannedChange change, StateSet shown)
    {
        var plan = change.Plan!;
        return new(
            // The lines of files that a card quotes are those with handles.
            Desk.Plain(PlanCard.Of(change with { After = shown.With(
                StateSet.Lock, change.After[StateSet.Lock] ?? "") }, false, Look.Plain)),
            plan.Digest, Word(plan.Risk), [.. plan.Steps.Select(Step)], plan.Restricted,
            plan.Generates, plan.OnTrial);
    }

    private static StepReport Step(Step step) => new(step.Number + 1, Word(step.Verb),
        step.Id.ToString(), step.Summary, Word(step.Risk), Word(step.Undo),
        step.Gap.TotalSeconds);

    private static string Word<T>(T value) where T : struct, Enum =>
        JsonNamingPolicy.SnakeCaseLower.ConvertName(value.ToString());

    private static async Task<ToolAnswer> ListAsync(ToolCall call, CancellationToken cancel)
    {
        var lines = (await call.Desk.Client.OwnProposalsAsync(cancel).ConfigureAwait(false))
            .Proposals.Where(Desk.IsOurs).ToImmutableArray();
        const string origin = "proposals over this protocol";
        return new(origin, Desk.Plain(OpenProposalView.List(
            lines, call.Desk.Time.GetUtcNow(), Look.Plain)), Shapes.Observed(
                origin, new([.. lines.Select(OutcomeReport.Of)]), McpJson.Default.OutcomesReport));
    }

    private static async Task<ToolAnswer> WaitAsync(ToolCall call, CancellationToken cancel)
    {
        var (id, most) = (call.Given.Text("proposal")!, call.Given.Number("seconds", 60));
        var waited = 0;
        while (true)
        {
            var turn = Math.Min(Turn, most - waited);
            var line = await call.Desk.OutcomeAsync(id, turn, cancel).ConfigureAwait(false);
            waited += turn;
            if (line.Fate.IsOver || waited >= most)
            {
                var report = OutcomeReport.Of(line);
                var origin = $"proposal {line.Id}";
                return new(origin, Desk.Plain(OpenProposalView.List(
                    [line], call.Desk.Time.GetUtcNow(), Look.Plain)
                    .Concat(Reason(line))), Shapes.Observed(
                        origin, report, McpJson.Default.OutcomeReport));
            }
            await call.Tell(waited, most, $"{line.Id}: {Word(line.Fate.Stage)}")
                .ConfigureAwait(false);
        }
    }

    private static IEnumerable<Line> Reason(ProposalLine line)
    {
        if (line.Fate.Why is { } why)
        {
            yield return new Line($"why: {why}");
        }
        if (line.Fate.Remedy is { Length: > 0 } remedy)
        {
            yield return new Line($"what to do: {remedy}");
        }
    }
}
