using System.Collections.Immutable;
using Loam.Core.Planning;

namespace Loam.Core.Reconciling;

/// <summary>One plan going forward: steps in parallel as dependencies allow, actions of a step
/// in order, every action journaled before and after.</summary>
internal sealed class Execution(Run run, HostCalls calls, Func<JournalRecord, Task> write,
    Action<MachineEvent> tell, TimeProvider time)
{
    private readonly List<(int Step, int Action)> _intents = [];
    private readonly List<string> _warnings = [];
    private readonly Lock _guard = new();
    private Failure? _failure;

    /// <summary>Actions that may have touched the host, in the order they were intended.
    /// </summary>
    public IReadOnlyList<(int, int)> Intents => _intents;

    public ImmutableArray<string> Warnings => [.. _warnings];

    /// <summary>Runs every step; null when all succeeded.</summary>
    public async Task<Failure?> ForwardAsync(CancellationToken stop)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(stop);
        using var slots = new SemaphoreSlim(Limits.ParallelSteps);
        var tasks = new Task<bool>[run.Plan.Steps.Length];
        foreach (var step in run.Plan.Steps)
        {
            var before = step.Requires.Select(r => tasks[r]).ToArray();
            tasks[step.Number] = RunStepAsync(step, before, slots, ending);
        }
        var done = await Task.WhenAll(tasks);
        return _failure ?? (done.All(d => d) ? null : Failure.Stopping);
    }

    /// <returns>True when the step, and all it needed, is done.</returns>
    private async Task<bool> RunStepAsync(
        Step step, Task<bool>[] before, SemaphoreSlim slots, CancellationTokenSource ending)
    {
        if (!(await Task.WhenAll(before)).All(d => d) || ending.IsCancellationRequested)
        {
            return false;
        }
        await slots.WaitAsync(CancellationToken.None);
        var started = time.GetTimestamp();
        tell(Event("reconcile.step", step, "running"));
        try
        {
            for (var action = 0; action < step.Actions.Length; action++)
            {
                ending.Token.ThrowIfCancellationRequested();
                await RunActionAsync(step, action, ending.Token);
            }
            tell(Event("reconcile.step", step, "done") with
            {
                Duration = time.GetElapsedTime(started).TotalMilliseconds,
            });
            return true;
        }
        catch (HostException fault)
        {
            Fail(step, Failure.Of(fault), ending, started);
            return false;
        }
        catch (IOException fault)
        {
            // No driver should let it pass; a full disk must not leave the plan half done.
            Fail(step, new(fault.Message, "Check the disk and its free space."), ending, started);
            return false;
        }
        catch (OperationCanceledException) when (ending.IsCancellationRequested)
        {
            tell(Event("reconcile.step", step, "stopped"));
            return false;
        }
        finally
        {
            slots.Release();
        }
    }

    private async Task RunActionAsync(Step step, int index, CancellationToken cancel)
    {
        var action = step.Actions[index];
        lock (_guard)
        {
            _intents.Add((step.Number, index));
        }
        await write(Record(JournalMark.Intended, step.Number, index));
        void Progress(long done, long? total, string? note) =>
            tell(Event("reconcile.progress", step, action.Kind.ToString()) with
            {
                Done = done,
                Total = total,
                Message = note,
            });
        try
        {
            await calls.ApplyAsync(Stamped(action), Progress, HostCalls.Patience, cancel);
        }
        catch (HostException fault) when (action.Kind == ActionKind.Gate
            && !run.RollsBackUnhealthy)
        {
            lock (_guard)
            {
                _warnings.Add(fault.Message);
            }
            tell(Event("reconcile.step", step, "unhealthy") with
            {
                Message = fault.Own, Said = fault.Said,
            });
        }
        await write(Record(JournalMark.Done, step.Number, index));
    }

    /// <summary>The plan knows neither its generation's number, which labels carry, nor when it
    /// runs.</summary>
    private PlannedAction Stamped(PlannedAction action) => action.Kind switch
    {
        ActionKind.Create => action with
        {
            Container = action.Container! with { Generation = run.Generation },
        },
        ActionKind.CreateNetwork => action with
        {
            Network = action.Network! with { Generation = run.Generation },
        },
        ActionKind.SetFirewall or ActionKind.SetUser or ActionKind.SetInterface =>
            action with { Trial = run.Trial?.Begin(action.Kind != ActionKind.SetUser) },
        _ => action,
    };

    /// <summary>The first failure decides; the others stop at their next action.</summary>
    private void Fail(
        Step step, Failure failure, CancellationTokenSource ending, long started)
    {
        lock (_guard)
        {
            _failure ??= failure;
        }
        tell(Event("reconcile.step", step, "failed") with
        {
            Error = failure.Error,
            Said = failure.Said,
            Duration = time.GetElapsedTime(started).TotalMilliseconds,
        });
        ending.Cancel();
    }

    private JournalRecord Record(JournalMark mark, int step, int action) =>
        new(mark, run.Generation, time.GetUtcNow()) { Step = step, Action = action };

    private MachineEvent Event(string type, Step step, string status) =>
        new(0, time.GetUtcNow(), type)
        {
            Name = step.Id.ToString(),
            Step = step.Number,
            Status = status,
            Generation = run.Generation,
        };
}
