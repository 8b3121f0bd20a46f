using System.Text.Json;
using Loam.Core.Json;
using Loam.Core.Reconciling;

namespace Loam.Simulation.Host;

/// <summary>When a hook is called around one append.</summary>
public enum JournalMoment
{
    /// <summary>Nothing is durable yet: what fails here was never written.</summary>
    Before,
    /// <summary>The record is durable, and nobody was told.</summary>
    After,
}

/// <summary>A journal in memory that keeps what a disk would keep: the text of each record, from
/// the moment it is synced.</summary>
public sealed class SimulatedJournal : IJournal
{
    private readonly List<string> _durable;
    private bool _gone;

    public SimulatedJournal() : this([])
    {
    }

    private SimulatedJournal(List<string> durable) => _durable = durable;

    /// <summary>Called around every append. What it throws reaches the caller: a
    /// <see cref="HostException"/> is a fault of the disk, anything else a crash.</summary>
    public Action<JournalRecord, JournalMoment>? Hook { get; set; }

    /// <summary>Everything ever written, oldest first: for invariants over a whole run.</summary>
    public IReadOnlyList<JournalRecord> All => [.. _durable.Select(Read)];

    public IReadOnlyList<JournalRecord> Open()
    {
        Living();
        var all = All;
        var settled = all.ToList().FindLastIndex(r => r.Mark == JournalMark.Settled);
        return [.. all.Skip(settled + 1)];
    }

    public Task AppendAsync(JournalRecord record, CancellationToken cancel)
    {
        Living();
        cancel.ThrowIfCancellationRequested();
        try
        {
            Hook?.Invoke(record, JournalMoment.Before);
            _durable.Add(JsonSerializer.Serialize(record, LoamJson.Default.JournalRecord));
            Hook?.Invoke(record, JournalMoment.After);
            return Task.CompletedTask;
        }
        catch (Exception e)
        {
            return Task.FromException(e);
        }
    }

    /// <summary>The process ends and another begins on the same disk. This object is of the old
    /// process and refuses everything from now on, so that nothing can act after its death.
    /// </summary>
    public SimulatedJournal Restart()
    {
        _gone = true;
        return new(_durable) { Hook = Hook };
    }

    private void Living()
    {
        if (_gone)
        {
            throw new InvalidOperationException("A process that crashed used its journal.");
        }
    }

    private static JournalRecord Read(string line) =>
        JsonSerializer.Deserialize(line, LoamJson.Default.JournalRecord)!;
}
