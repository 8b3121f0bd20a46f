using System.Collections.Immutable;
using Loam.Core.Approving;
using Loam.Core.Observing;
using Loam.Core.Planning;
using Loam.Core.Resources;

namespace Loam.Core.Reconciling;

/// <summary>A plan on its way, as the journal names it.</summary>
/// <param name="Commit">The tree it leads to, kept under refs/loam/N.</param>
/// <param name="Trigger">What started it.</param>
public sealed record Run(
    int Generation, Plan Plan, Approval Approval, string Commit, string Trigger)
{
    /// <summary>False: a service that is not healthy in time is reported, and the change stays
    /// (<c>safety.rollback_on_health_failure</c>).</summary>
    public bool RollsBackUnhealthy { get; init; } = true;

    /// <summary>Null: what was applied stays.</summary>
    internal Trial? Trial { get; init; }
}

/// <param name="Error">Why it failed, in words; null when it was applied.</param>
/// <param name="Warnings">Services that are not healthy although the change stays.</param>
public sealed record RunResult(
    Outcome Outcome, string? Error, string? Remedy, ImmutableArray<string> Warnings)
{
    /// <summary>What a program wrote that explains it.</summary>
    public string? Said { get; init; }

    public string? Explained => Error is null ? null : MachineEvent.Words(Error, Said);
}

/// <summary>The only caller of <see cref="IDriver.ApplyAsync"/>. Writes ahead, runs steps as
/// their dependencies allow, and on any failure takes everything back in reverse order.</summary>
public sealed class Reconciler(
    IReadOnlyList<IDriver> drivers, IJournal journal, IDeadman deadman, TimeProvider time)
{
    private readonly HostCalls _calls = new(drivers, time);

    /// <summary>What every driver sees, put together.</summary>
    /// <param name="sought">Directories and mounts to look for: they carry no label to find them
    /// by.</param>
    /// <param name="isPassing">See <see cref="ObservedState.IsPassing"/>.</param>
    /// <exception cref="HostException">The host cannot be seen.</exception>
    public async Task<ObservedState> ObserveAsync(
        IEnumerable<VolumeSpec> sought, CancellationToken cancel, bool isPassing = false)
    {
        var state = new ObservedState
        {
            ObservedAt = time.GetUtcNow(),
            Sought = [.. sought], IsPassing = isPassing,
        };
        foreach (var driver in drivers)
        {
            state = await driver.ObserveAsync(state, cancel);
        }
        return state;
    }

    /// <summary>Host work after the commit point: tried again while its fault may pass.</summary>
    /// <exception cref="HostException">It did not pass in time.</exception>
    public Task PersistAsync(Func<Task> work) => _calls.RetryAsync(async () =>
    {
        await work();
        return true;
    }, HostCalls.Patience, CancellationToken.None);

    /// <summary>Applies a plan as a whole, or leaves everything as it was.</summary>
    /// <param name="verify">What differs from the plan's result in what is observed afterwards;
    /// empty when all is as planned. No driver is trusted.</param>
    /// <param name="stop">The daemon is asked to end: the plan is taken back.</param>
    public async Task<RunResult> RunAsync(Run run,
        Func<ObservedState, ImmutableArray<string>> verify, Action<MachineEvent> tell,
        CancellationToken stop)
    {
        await WriteAsync(new(JournalMark.Begun, run.Generation, time.GetUtcNow())
        {
            Plan = run.Plan,
            Approval = run.Approval,
            Commit = run.Commit,
            Trigger = run.Trigger,
        });
        var execution = new Execution(run, _calls, WriteAsync, tell, time);
        var failure = await execution.ForwardAsync(stop)
            ?? await VerifyAsync(run, verify, stop)
            ?? await TryAsync(run, tell, stop);
        if (failure is null)
        {
            await WriteAsync(Closed(run.Generation, Outcome.Applied, null));
            return new(Outcome.Applied, null, null, execution.Warnings);
        }
        return await TakeBackAsync(run, execution.Intents, failure, tell);
    }

    /// <summary>Takes back what an interrupted run did, from the journal alone.</summary>
    public async Task<RunResult> RecoverAsync(
        IReadOnlyList<JournalRecord> records, Action<MachineEvent> tell)
    {
        var begun = records.First(r => r.Mark == JournalMark.Begun);
        Invariant.Require(begun.Plan is not null, "the journal's Begun carries no plan");
        Invariant.Require(begun.Approval is not null, "the journal's Begun carries no approval");
        var run = new Run(begun.Generation, begun.Plan, begun.Approval, begun.Commit ?? "",
            begun.Trigger ?? "");
        var intents = records.Where(r => r.Mark == JournalMark.Intended && !r.Undo)
            .Select(r => (r.Step, r.Action)).ToList();
        var why = records.LastOrDefault(r => r.Mark == JournalMark.RollingBack)?.Error
            ?? "it was interrupted";
        return await TakeBackAsync(run, intents, new(why, null), tell);
    }

    /// <summary>A change on trial waits here for its confirmation.</summary>
    private async Task<Failure?> TryAsync(
        Run run, Action<MachineEvent> tell, CancellationToken stop)
    {
        if (run.Trial is not { HasBegun: true } trial)
        {
            return null;
        }
        trial.Open();
        var until = time.GetUtcNow() + trial.Left;
        await WriteAsync(new(JournalMark.Trying, run.Generation, time.GetUtcNow())
        {
            Until = until,
        });
        tell(new(0, time.GetUtcNow(), "reconcile.trying")
        {
            Generation = run.Generation,
            Until = until,
            Message = $"Log in anew within {trial.Left.TotalSeconds:0} s and run `loam confirm`, "
                + "or everything goes back.",
        });
        try
        {
            return await trial.WaitAsync(stop) && deadman.Disarm() ? null : new Failure(
                "Nobody confirmed the change over a new connection in time.",
                "If you could not log in, the change shut you out: allow yourself in, and make "
                + "it again.");
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return Failure.Stopping;
        }
    }

    private async Task<Failure?> VerifyAsync(Run run,
        Func<ObservedState, ImmutableArray<string>> verify, CancellationToken stop)
    {
        try
        {
            var made = run.Plan.Steps.SelectMany(s => s.Actions)
                .Where(a => a.Kind != ActionKind.Detach).Select(a => a.Volume)
                .OfType<VolumeSpec>().ToList();
            var differs = verify(await _calls.RetryAsync(
                () => ObserveAsync(made, stop), HostCalls.Patience, stop));
            return differs.IsEmpty ? null : new Failure(
                $"After the change the machine was not as planned: {string.Join("; ", differs)}.",
                "Try again; if it happens again, `loam events` shows what the engine did.");
        }
        catch (HostException fault)
        {
            return Failure.Of(fault);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return Failure.Stopping;
        }
    }

    private async Task<RunResult> TakeBackAsync(Run run, IReadOnlyList<(int, int)> intents,
        Failure failure, Action<MachineEvent> tell)
    {
        await WriteAsync(new(JournalMark.RollingBack, run.Generation, time.GetUtcNow())
        {
            Error = failure.Error,
        });
        var left = await new Rollback(run, _calls, WriteAsync, tell).RunAsync(intents);
        deadman.Disarm();
        if (left.IsEmpty)
        {
            await WriteAsync(Closed(run.Generation, Outcome.RolledBack, failure.Error));
            return new(Outcome.RolledBack, failure.Error, failure.Remedy, [])
            {
                Said = failure.Said,
            };
        }
        var error = $"{failure.Error} Not everything could be taken back: "
            + string.Join("; ", left);
        await WriteAsync(Closed(run.Generation, Outcome.Incomplete, error));
        return new(Outcome.Incomplete, error,
            "When the engine answers again, Loam takes back the rest by itself at its next start;"
            + " `loam status` shows it.", []) { Said = failure.Said };
    }

    private JournalRecord Closed(int generation, Outcome outcome, string? error) =>
        new(JournalMark.Closed, generation, time.GetUtcNow())
        {
            Outcome = outcome,
            Error = error,
        };

    /// <summary>Journal records are never cancelled: what was decided must be known.</summary>
    private Task WriteAsync(JournalRecord record) =>
        journal.AppendAsync(record, CancellationToken.None);
}

/// <summary>Why a run did not go through.</summary>
internal sealed record Failure(string Error, string? Remedy)
{
    public string? Said { get; init; }

    public static Failure Of(HostException fault) =>
        new(fault.Own, fault.Remedy) { Said = fault.Said };

    public static readonly Failure Stopping = new(
        "The daemon was asked to stop in the middle of the change.", "Apply it again.");
}
