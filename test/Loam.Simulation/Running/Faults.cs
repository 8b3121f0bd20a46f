using Loam.Core.Reconciling;
using Loam.Simulation.Host;

namespace Loam.Simulation.Running;

/// <summary>What goes wrong, decided by the seed: lost calls, lost answers, calls carried out
/// twice, late calls, clock jumps, and the death of the process at any journal record or host
/// call.</summary>
internal sealed class Faults(World world)
{
    private int _calls;
    private int _budget;

    /// <summary>The process died; nothing of it may run on.</summary>
    public bool IsDead { get; private set; }

    /// <summary>Number of the call or record at which the process dies; -1: it does not.
    /// </summary>
    public int CrashAt { get; set; } = -1;

    /// <summary>Host calls and records so far in this process.</summary>
    public int Calls => _calls;

    /// <summary>How many more faults may happen: they stop in the end, so that work can end.
    /// </summary>
    public int Budget
    {
        get => _budget;
        set => _budget = value;
    }

    public void Revive()
    {
        IsDead = false;
        CrashAt = -1;
        _calls = 0;
    }

    public async Task BeforeCallAsync(string call)
    {
        Check(call);
        world.Watch.BeforeCall(call);
        if (!Draw(12))
        {
            return;
        }
        switch (world.Chance.Below(4))
        {
            case 0:
                throw new HostException(Fault.Unavailable, $"{call}: the engine is away.");
            case 1:
                world.Time.Jump(TimeSpan.FromMinutes(world.Chance.Below(600) - 300));
                break;
            default:
                await Task.Delay(TimeSpan.FromMilliseconds(1 + world.Chance.Below(3000)),
                    world.Time);
                Check(call);
                break;
        }
    }

    public Task AfterCallAsync(string call)
    {
        Check($"{call} done");
        return Draw(20)
            ? Task.FromException(new HostException(Fault.Timeout, $"{call}: no answer came."))
            : Task.CompletedTask;
    }

    /// <summary>A call is now and then carried out twice; a change of limits is now and then
    /// confirmed and not made, as only looking again can tell.</summary>
    public int TimesOf(string call)
    {
        var isUpdate = call.StartsWith("update ", StringComparison.Ordinal)
            && !world.Watch.IsGoingBack;
        return !Draw(isUpdate ? 4 : 20) ? 1 : isUpdate ? 0 : 2;
    }

    public void AtRecord(JournalRecord record, JournalMoment moment)
    {
        if (moment == JournalMoment.After)
        {
            world.Watch.AfterRecord(record);
        }
        Check($"journal {record.Mark} {moment}");
    }

    /// <summary>Counts one point at which the process may die.</summary>
    /// <exception cref="CrashException">It died here, or before.</exception>
    public void Check(string point)
    {
        world.Watch.Note(point);
        if (IsDead || _calls++ == CrashAt)
        {
            IsDead = true;
            throw new CrashException();
        }
    }

    private bool Draw(int oneIn)
    {
        if (_budget <= 0 || !world.Chance.OneIn(oneIn))
        {
            return false;
        }
        _budget--;
        return true;
    }
}
