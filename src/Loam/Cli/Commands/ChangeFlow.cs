using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Loam.Api;
using Loam.Cli.Views;
using Loam.Core.Approving;
using Loam.Core.Reconciling;

namespace Loam.Cli.Commands;

/// <summary>From a plan to a machine: show it, have it approved, apply it live, say what became
/// of it.</summary>
/// <param name="fromWords">The change comes from a request in words.</param>
/// <param name="revise">Makes another plan from a person's answer in words; null when the plan
/// cannot be revised so.</param>
internal sealed class ChangeFlow(
    Invocation call, bool fromWords,
    Func<string, CancellationToken, Task<PlannedChange?>>? revise)
{
    private const int MostReplans = 5;

    private Terminal Screen => call.Terminal;

    /// <summary>Plans a verb's request and takes it through.</summary>
    public static async Task<ExitCode> RunAsync(
        Invocation call, ChangeRequest request, CancellationToken cancel)
    {
        var flow = new ChangeFlow(call, false, null);
        if (call.Yes && !call.Json)
        {
            return await flow.AtOnceAsync(request, cancel).ConfigureAwait(false);
        }
        var change = await call.Client.PlanAsync(request, cancel).ConfigureAwait(false);
        return await flow.RunAsync(change, cancel).ConfigureAwait(false);
    }

    /// <summary>Approved beforehand: planned and applied in one go, and shown meanwhile.</summary>
    private async Task<ExitCode> AtOnceAsync(ChangeRequest request, CancellationToken cancel)
    {
        using var leaving = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var lines = call.Client.ChangeAsync(
            new(request, Approval.Beforehand, [.. call.Confirmed]), leaving.Token)
            .GetAsyncEnumerator(leaving.Token);
        await using (lines.ConfigureAwait(false))
        {
            var change = await PlannedAsync(lines).ConfigureAwait(false);
            Show(change);
            if (!change.CanApply)
            {
                return Refuse(change);
            }
            if (change.IsNothing)
            {
                return ExitCode.Done;
            }
            if (Missing(change) is { Count: > 0 } missing)
            {
                SayHowToApprove(missing);
                return ExitCode.NotApproved;
            }
            var result = await FollowAsync(change, lines, leaving).ConfigureAwait(false);
            if (result is { Status: ApplyStatus.Changed, Replan: { } replan })
            {
                SayChanged();
                return await RunAsync(replan, cancel).ConfigureAwait(false);
            }
            return result is null ? ExitCode.Done : Finish(change, result);
        }
    }

    /// <summary>The plan, which comes when no other change is in hand.</summary>
    private async Task<PlannedChange> PlannedAsync(IAsyncEnumerator<ApplyLine> lines)
    {
        while (await lines.MoveNextAsync().ConfigureAwait(false))
        {
            var line = lines.Current;
            if (line.Change is { } change)
            {
                return change;
            }
            if (line.Event?.Message is { } message)
            {
                Say(message + " …");
            }
            Refuse(line.Error);
        }
        throw GoneAway();
    }

    private static void Refuse(Problem? problem)
    {
        if (problem is not null)
        {
            throw new CommandFailure(ExitCode.Failed, problem.Error, problem.Remedy);
        }
    }

    private void SayChanged() =>
        Say("The state moved on while this waited, and now the plan is another one:");

    public async Task<ExitCode> RunAsync(PlannedChange change, CancellationToken cancel)
    {
        var present = change;
        for (var replans = 0; replans <= MostReplans; replans++)
        {
            Show(present);
            if (!present.CanApply)
            {
                if (await MendAsync(present, cancel).ConfigureAwait(false) is not { } mended)
                {
                    return Refuse(present);
                }
                present = mended;
            }
            if (present.IsNothing)
            {
                return Tell(present, null, ExitCode.Done);
            }
            var (approved, approval) = await ApproveAsync(present, cancel).ConfigureAwait(false);
            if (approval is null)
            {
                return Tell(approved, null, ExitCode.NotApproved);
            }
            var result = await ApplyAsync(approved, approval, cancel).ConfigureAwait(false);
            if (result is null)
            {
                return ExitCode.Done;
            }
            if (result is not { Status: ApplyStatus.Changed, Replan: { } replan })
            {
                return Finish(approved, result);
            }
            SayChanged();
            present = replan;
        }
        throw new CommandFailure(ExitCode.NotApproved,
            "The state kept changing: the plan had to be made anew again and again.",
            "Try again when the others are done.");
    }

    /// <summary>A plan with errors can be talked about too, until it can be applied; null when
    /// the person gives up or nobody is there.</summary>
    private async Task<PlannedChange?> MendAsync(
        PlannedChange faulty, CancellationToken cancel)
    {
        while (revise is not null && Screen.Asks && !call.Json && !call.Yes)
        {
            var words = (await Screen.AskAsync(
                new Line("Say what to change", Ink.Bold).Add(", or [n]o ").Add("› ", Ink.Accent),
                cancel).ConfigureAwait(false))?.Trim();
            if (words is null or "" or "n" or "no")
            {
                return null;
            }
            if (await revise(words, cancel).ConfigureAwait(false) is { } revised)
            {
                Show(revised);
                if (revised.CanApply)
                {
                    return revised;
                }
            }
        }
        return null;
    }

    private void Say(string text)
    {
        if (!call.Json)
        {
            Screen.Write(Paragraph.Of(text, Screen.Look));
        }
    }

    private void Show(PlannedChange change)
    {
        if (!call.Json)
        {
            Screen.Write(PlanCard.Of(change, fromWords, Screen.Look));
        }
    }

    private ExitCode Refuse(PlannedChange change)
    {
        Say("This cannot be applied; nothing was touched.");
        return Tell(change, null, ExitCode.Invalid);
    }

    private ExitCode Tell(PlannedChange change, ApplyResult? result, ExitCode exit)
    {
        if (call.Json)
        {
            Screen.Raw(JsonOutput.Change(change, result) + "\n");
        }
        return exit;
    }

    /// <summary>The plan that was approved, which may be a revised one, with the order to apply
    /// it; no order when it was not approved.</summary>
    private async Task<(PlannedChange, ApplyOrder?)> ApproveAsync(
        PlannedChange change, CancellationToken cancel)
    {
        var present = change;
        while (true)
        {
            var missing = Missing(present);
            if (call.Yes && missing.Count == 0)
            {
                return (present, Order(present, Approval.Beforehand, []));
            }
            if (present.SelfApproval is { } policy)
            {
                Say($"Applied without asking: {policy}.");
                return (present, Order(present, Approval.ByPolicy(policy), []));
            }
            if (call.Json || !Screen.Asks)
            {
                SayHowToApprove(missing);
                return (present, null);
            }
            var answer = await AskAsync(cancel).ConfigureAwait(false);
            switch (answer.ToLowerInvariant())
            {
                case "y" or "yes":
                    return (present, await TypedAsync(present, missing, cancel)
                        .ConfigureAwait(false));
                case "" or "n" or "no":
                    Say("Not applied; nothing was touched.");
                    return (present, null);
                case "e" or "explain":
                    Screen.Write(ExplainView.Of(present, Screen.Look));
                    break;
                default:
                    present = await ReviseAsync(present, answer, cancel).ConfigureAwait(false);
                    break;
            }
        }
    }

    private List<string> Missing(PlannedChange change) =>
        [.. change.Plan!.Restricted.Except(call.Confirmed)];

    private ApplyOrder Order(PlannedChange change, string how, IEnumerable<string> typed) =>
        new(change.Id, change.Plan!.Digest, how, [.. call.Confirmed.Concat(typed).Distinct()]);

    private async Task<string> AskAsync(CancellationToken cancel)
    {
        var words = revise is null ? "" : " · or say what to change";
        var question = new Line("Apply? ", Ink.Bold)
            .Add("[y]es · [n]o · [e]xplain" + words + " ").Add("› ", Ink.Accent);
        return (await Screen.AskAsync(question, cancel).ConfigureAwait(false))?.Trim() ?? "n";
    }

    private async Task<ApplyOrder?> TypedAsync(
        PlannedChange change, List<string> missing, CancellationToken cancel)
    {
        foreach (var file in missing)
        {
            var typed = await Screen.AskAsync(
                new Line($"This changes what {file} guards. Type ").Add(file, Ink.Bold)
                    .Add(" to approve › "), cancel).ConfigureAwait(false);
            if (typed?.Trim() != file)
            {
                Say("That is not the name; nothing was touched.");
                return null;
            }
        }
        return Order(change, Approval.Typed, missing);
    }

    private async Task<PlannedChange> ReviseAsync(
        PlannedChange present, string words, CancellationToken cancel)
    {
        if (revise is null)
        {
            Say("Answer y, n or e.");
            return present;
        }
        var revised = await revise(words, cancel).ConfigureAwait(false);
        if (revised is null)
        {
            return present;
        }
        Show(revised);
        if (revised.CanApply)
        {
            return revised;
        }
        Say("That cannot be applied; the plan before it stands.");
        return present;
    }

    private void SayHowToApprove(List<string> missing)
    {
        var confirm = string.Concat(missing.Select(f => $" --confirm {f}"));
        var text = missing.Count == 0
            ? "Not applied: nobody is there to ask. Approve this plan with --yes."
            : "Not applied: this change is restricted, and --yes alone does not cover it. "
                + $"Approve it with --yes{confirm}.";
        foreach (var line in Paragraph.Of(text, Screen.Look))
        {
            Screen.Complain(line);
        }
    }

    /// <summary>Null when the person left; the daemon goes on.</summary>
    private async Task<ApplyResult?> ApplyAsync(
        PlannedChange change, ApplyOrder order, CancellationToken cancel)
    {
        using var leaving = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var lines = call.Client.ApplyAsync(order, leaving.Token)
            .GetAsyncEnumerator(leaving.Token);
        await using (lines.ConfigureAwait(false))
        {
            return await FollowAsync(change, lines, leaving).ConfigureAwait(false);
        }
    }

    private async Task<ApplyResult?> FollowAsync(PlannedChange change,
        IAsyncEnumerator<ApplyLine> lines, CancellationTokenSource leaving)
    {
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, signal =>
        {
            signal.Cancel = true;
            leaving.Cancel();
        });
        var display = new ApplyDisplay(Screen, change.Plan!, call.Json);
        await using (display.ConfigureAwait(false))
        {
            try
            {
                while (await lines.MoveNextAsync().ConfigureAwait(false))
                {
                    var line = lines.Current;
                    if (line.Event is { } happened)
                    {
                        display.Tell(happened);
                    }
                    Refuse(line.Error);
                    if (line.Result is { } result)
                    {
                        return result;
                    }
                }
            }
            catch (OperationCanceledException) when (leaving.IsCancellationRequested)
            {
                display.Leave();
                return null;
            }
        }
        throw GoneAway();
    }

    private static CommandFailure GoneAway() => new(ExitCode.Unreachable,
        "The daemon went away during the change.",
        "When it runs again, it finishes or takes back what it began; `loam status` says "
        + "which.");

    private ExitCode Finish(PlannedChange change, ApplyResult result)
    {
        if (!call.Json)
        {
            Screen.Write(ResultView.Of(change, result, Screen.Look));
        }
        return Tell(change, result, ExitCodes.Of(result.Status));
    }
}
