using System.Collections.Immutable;
using Loam.Core.Approving;
using Loam.Core.Observing;
using Loam.Core.Planning;
using Loam.Core.StateFiles;

namespace Loam.Core.Reconciling;

/// <summary>The host said no. Drivers throw nothing else on purpose; only the reconciler
/// catches it, and the fault decides between another try and taking back.</summary>
public enum Fault { NotFound, Conflict, Denied, Unavailable, Timeout, Unsupported, Exhausted }

/// <param name="message">A sentence: the thing and what is wrong.</param>
/// <param name="remedy">A sentence: what to do.</param>
/// <param name="said">What a program of somebody else's wrote last; null: nothing, or nobody asked.
/// </param>
public sealed class HostException(
    Fault fault, string message, string remedy = "", string? said = null)
    : Exception(MachineEvent.Words(message, said))
{
    public Fault Fault { get; } = fault;
    public string Remedy { get; } = remedy;

    /// <summary>The message without what a program wrote.</summary>
    public string Own { get; } = message;

    public string? Said { get; } = said;

    /// <summary>The same call may succeed later, and whether it happened is unknown.</summary>
    public bool MayPass => Fault is Fault.Unavailable or Fault.Timeout;
}

/// <summary>How far one action is, for live display.</summary>
/// <param name="Done">Bytes, or probes tried.</param>
/// <param name="Total">Null when unknown.</param>
public sealed record ActionProgress(
    int Step, ActionKind Kind, string Target, long Done, long? Total, string? Note);

/// <summary>Makes planned actions true on a host. Level-triggered: told the target, never an
/// event; repeating is safe; an outcome that is unknown is found out by observing.</summary>
public interface IDriver
{
    /// <summary>The actions this driver performs.</summary>
    IReadOnlySet<ActionKind> Performs { get; }

    /// <summary>Adds what it sees to the state so far.</summary>
    /// <exception cref="HostException">The host cannot be seen.</exception>
    Task<ObservedState> ObserveAsync(ObservedState soFar, CancellationToken cancel);

    /// <summary>Makes one action true. Returns when it is.</summary>
    /// <exception cref="HostException">It is not true, or not known to be.</exception>
    Task ApplyAsync(
        PlannedAction action, Action<long, long?, string?> progress, CancellationToken cancel);
}

/// <summary>What was there before a change on trial.</summary>
/// <param name="Rules">What nftables is given; null: the rules stay.</param>
/// <param name="Interface">What is done to an interface; null: none changes.</param>
public sealed record PutBack(string? Rules, Resources.InterfaceChange? Interface);

/// <summary>What takes a change back that nobody confirmed, also when this process is dead by then
/// and cannot be started any more (decision 25).</summary>
public interface IDeadman
{
    /// <summary>Returns when it watches: only then may the host be touched.</summary>
    /// <param name="back">What is put back then, besides what was armed before.</param>
    /// <exception cref="HostException">It cannot be started.</exception>
    Task ArmAsync(PutBack back, TimeSpan after, CancellationToken cancel);

    /// <summary>Nothing is to be taken back any more.</summary>
    /// <returns>False: it has been, already.</returns>
    bool Disarm();
}

public enum JournalMark { Begun, Intended, Done, Trying, RollingBack, Closed, Settled }

public enum Outcome { Applied, RolledBack, Incomplete }

/// <summary>One durable line. <c>Begun</c> carries everything recovery needs.</summary>
/// <param name="Step">For Intended and Done: the step's number.</param>
/// <param name="Action">For Intended and Done: the action's index in its step.</param>
/// <param name="Undo">The inverse of the action is meant.</param>
public sealed record JournalRecord(JournalMark Mark, int Generation, DateTimeOffset At)
{
    public int Step { get; init; } = -1;
    public int Action { get; init; } = -1;
    public bool Undo { get; init; }
    /// <summary>Begun: the plan.</summary>
    public Plan? Plan { get; init; }
    /// <summary>Begun: who allowed it.</summary>
    public Approval? Approval { get; init; }
    /// <summary>Begun: the commit kept under refs/loam/N.</summary>
    public string? Commit { get; init; }
    /// <summary>Begun: what started it: <c>request</c>, <c>apply</c>, <c>revert 3</c> …</summary>
    public string? Trigger { get; init; }
    /// <summary>Closed.</summary>
    public Outcome? Outcome { get; init; }
    /// <summary>Trying: when the change goes back by itself.</summary>
    public DateTimeOffset? Until { get; init; }
    /// <summary>RollingBack and Closed: why.</summary>
    public string? Error { get; init; }
}

/// <summary>Write-ahead: a record is durable before the host is touched.</summary>
public interface IJournal
{
    /// <summary>Records since the last <c>Settled</c>; a torn last one is dropped.</summary>
    IReadOnlyList<JournalRecord> Open();

    /// <summary>Returns when the record is on disk.</summary>
    Task AppendAsync(JournalRecord record, CancellationToken cancel);
}

/// <param name="Number">Rises by one with each approved desired state.</param>
/// <param name="Commit">Git commit.</param>
/// <param name="Message">First line: what changed.</param>
public sealed record Generation(
    int Number, string Commit, DateTimeOffset At, string Who, string Message);

/// <summary>Generations and the state directory that shows the newest one.</summary>
public interface IHistory
{
    /// <summary>Keeps a tree under refs/loam/N; nothing else moves. Repeating is safe.</summary>
    /// <returns>The commit.</returns>
    Task<string> StoreAsync(
        int generation, StateSet files, string who, string message, CancellationToken cancel);

    /// <summary>Moves main to refs/loam/N and writes its texts to the state directory, except
    /// over a file that differs from the generation before (a person's edit). Repeating is safe.
    /// </summary>
    Task AdvanceAsync(int generation, CancellationToken cancel);

    /// <summary>Newest applied generation; null on a new machine.</summary>
    Task<Generation?> CurrentAsync(CancellationToken cancel);

    Task<StateSet> ReadAsync(int generation, CancellationToken cancel);

    /// <summary>Newest first.</summary>
    Task<ImmutableArray<Generation>> ListAsync(int most, CancellationToken cancel);

    /// <summary>What stands in the state directory now, edits included.</summary>
    Task<StateSet> ReadWorkTreeAsync(CancellationToken cancel);
}
