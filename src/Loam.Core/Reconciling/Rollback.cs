using System.Collections.Immutable;
using Loam.Core.Planning;

namespace Loam.Core.Reconciling;

/// <summary>Takes back every action that may have happened, in the reverse of the order in which
/// they were intended. Needs no network: only what the engine already has.</summary>
internal sealed class Rollback(
    Run run, HostCalls calls, Func<JournalRecord, Task> write, Action<MachineEvent> tell)
{
    /// <returns>What could not be taken back, in words; empty when all is as before.</returns>
    public async Task<ImmutableArray<string>> RunAsync(IReadOnlyList<(int, int)> intents)
    {
        var left = ImmutableArray.CreateBuilder<string>();
        foreach (var (number, index) in intents.Reverse())
        {
            var step = run.Plan.Steps[number];
            if (Inverse.Of(step.Actions[index]) is { } inverse)
            {
                await UndoAsync(step, index, inverse, left);
            }
        }
        return left.ToImmutable();
    }

    private async Task UndoAsync(
        Step step, int index, PlannedAction inverse, ImmutableArray<string>.Builder left)
    {
        var record = new JournalRecord(JournalMark.Intended, run.Generation, calls.Now)
        {
            Step = step.Number,
            Action = index,
            Undo = true,
        };
        await write(record);
        try
        {
            await calls.ApplyAsync(inverse, (_, _, _) => { }, Limits.RollbackPatience,
                CancellationToken.None);
        }
        catch (HostException fault)
        {
            left.Add($"{inverse.Kind} {inverse.Target}: {fault.Own}");
            return;
        }
        await write(record with { Mark = JournalMark.Done, At = calls.Now });
        tell(new(0, calls.Now, "reconcile.step")
        {
            Name = step.Id.ToString(),
            Step = step.Number,
            Status = "undone",
            Generation = run.Generation,
            Message = $"{inverse.Kind} {inverse.Target}",
        });
    }
}
