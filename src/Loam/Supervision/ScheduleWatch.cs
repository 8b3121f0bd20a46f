using System.Collections.Immutable;
using Loam.Core;
using Loam.Core.Reconciling;
using Loam.Core.Resources;
using Loam.Core.Scheduling;
using Loam.Drivers.Containers;
using Loam.Drivers.Jobs;

namespace Loam.Supervision;

/// <summary>Something that comes due.</summary>
/// <param name="Title">As a sentence begins with it: <c>Job dump</c>.</param>
/// <param name="Type">The first part of the types of its events.</param>
internal sealed record Scheduled(string Name, string Title, string Type, CronSchedule Schedule)
{
    /// <summary>Further tries after a failure, shortly after it.</summary>
    public int Retries { get; init; }

    /// <summary>After a failure it is due again this long after its end; null: at its next time.
    /// </summary>
    public TimeSpan? AgainAfter { get; init; }

    public Told OnSuccess { get; init; } = Told.Notify;
    public Told OnFailure { get; init; } = Told.Alert;
}

/// <summary>Runs what comes due, one run of a thing at a time. What was due while nothing ran here
/// is made up for by one run.</summary>
/// <param name="declared">What is approved now.</param>
/// <param name="run">One try.</param>
internal sealed class ScheduleWatch(Func<IEnumerable<Scheduled>> declared,
    Func<Scheduled, CancellationToken, Task<ExecResult>> run, JobStore store, EventLog events,
    TimeProvider time)
{
    private const int KeptRuns = 10;

    private static readonly TimeSpan s_pause = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private readonly Dictionary<string, DateTimeOffset> _running = [];
    private ImmutableSortedDictionary<string, JobMemory> _memory = store.Load();

    /// <summary>Since when it runs; null: it does not.</summary>
    public DateTimeOffset? RunningSince(string name)
    {
        lock (_gate)
        {
            return _running.TryGetValue(name, out var since) ? since : null;
        }
    }

    /// <summary>When it comes next, and its last runs.</summary>
    public (DateTimeOffset? Next, ImmutableArray<JobRun> Runs) Look(Scheduled thing)
    {
        lock (_gate)
        {
            var memory = MemoryOf(thing);
            var next = memory.Next(thing.Schedule, time.LocalTimeZone);
            return (Again(thing, memory) is { } again && !(next < again) ? again : next,
                memory.Runs);
        }
    }

    /// <summary>The last run of things whose failure stays until they succeed, where it failed.
    /// </summary>
    public ImmutableArray<(Scheduled Thing, JobRun Run)> Failed()
    {
        lock (_gate)
        {
            return [.. declared().Where(t => t.OnFailure == Told.Alert)
                .Select(t => (t, LastOf(t.Name)))
                .Where(t => t.Item2 is { HasFailed: true }).Select(t => (t.t, t.Item2!))];
        }
    }

    /// <summary>Runs it now, and returns when it has ended.</summary>
    /// <param name="who">Who asks for it.</param>
    /// <param name="instead">What runs instead of the usual try.</param>
    /// <exception cref="HostException">Conflict: it runs already.</exception>
    public Task<JobRun> RunNowAsync(Scheduled thing, string who, CancellationToken cancel,
        Func<CancellationToken, Task<ExecResult>>? instead = null) =>
        Take(thing) ? RunAsync(thing, who, instead ?? (c => run(thing, c)), cancel)
            : throw new HostException(Fault.Conflict, $"{thing.Title} runs already.",
                "Wait until it has ended.");

    public async Task RunAsync(CancellationToken stop)
    {
        var begun = new List<Task>();
        try
        {
            while (true)
            {
                begun.RemoveAll(t => t.IsCompleted);
                begun.AddRange(StartDue(stop));
                await Task.Delay(s_pause, time, stop);
            }
        }
        finally
        {
            await Task.WhenAll(begun);
        }
    }

    private IEnumerable<Task> StartDue(CancellationToken stop)
    {
        var now = time.GetUtcNow();
        foreach (var (thing, due) in DueAt(now))
        {
            if (Take(thing))
            {
                yield return RunAsync(thing, now - due > TimeSpan.FromMinutes(1) ? "missed"
                    : "schedule", c => run(thing, c), stop);
                continue;
            }
            Tell(thing, "skipped", null, $"{thing.Title} was due and still runs.");
        }
    }

    /// <summary>Things that are due; from now on they are not.</summary>
    private List<(Scheduled, DateTimeOffset)> DueAt(DateTimeOffset now)
    {
        var due = new List<(Scheduled, DateTimeOffset)>();
        lock (_gate)
        {
            var before = _memory;
            var things = declared().ToList();
            _memory = _memory.RemoveRange(_memory.Keys.Except(things.Select(t => t.Name)));
            foreach (var thing in things)
            {
                var memory = MemoryOf(thing);
                if (memory.Due(thing.Schedule, time.LocalTimeZone, now) is { } at)
                {
                    due.Add((thing, at));
                    memory = memory with { Done = at };
                }
                else if (Again(thing, memory) <= now && !_running.ContainsKey(thing.Name))
                {
                    due.Add((thing, now));
                }
                _memory = _memory.SetItem(thing.Name, memory);
            }
            if (!ReferenceEquals(before, _memory))
            {
                Save();
            }
        }
        return due;
    }

    /// <summary>When something that failed is tried again; null: at its next time.</summary>
    private static DateTimeOffset? Again(Scheduled thing, JobMemory memory) =>
        memory.Runs.FirstOrDefault() is { HasFailed: true } last ? last.Ended + thing.AgainAfter
            : null;

    private bool Take(Scheduled thing)
    {
        lock (_gate)
        {
            return _running.TryAdd(thing.Name, time.GetUtcNow());
        }
    }

    /// <summary>A run that was taken, with its tries.</summary>
    private async Task<JobRun> RunAsync(Scheduled thing, string trigger,
        Func<CancellationToken, Task<ExecResult>> one, CancellationToken stop)
    {
        var done = new JobRun(time.GetUtcNow(), null, trigger, 0, null, null, "");
        Tell(thing, "started", null, $"{thing.Title} began.", trigger);
        try
        {
            do
            {
                if (done.Tries > 0)
                {
                    await Task.Delay(Limits.JobRetryPause * done.Tries, time, stop);
                }
                done = await TryAsync(one, done, stop);
            }
            while (done.Error is not null && done.Tries <= thing.Retries);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            done = done with { Error = "The daemon was asked to stop while it ran." };
        }
        done = done with { Ended = time.GetUtcNow() };
        Keep(thing, done);
        Report(thing, done);
        return done;
    }

    private static async Task<JobRun> TryAsync(
        Func<CancellationToken, Task<ExecResult>> one, JobRun sofar, CancellationToken stop)
    {
        var next = sofar with
        {
            Tries = sofar.Tries + 1, ExitCode = null, Output = "", Said = null,
        };
        try
        {
            var result = await one(stop);
            return next with
            {
                ExitCode = result.Broken is null ? result.ExitCode : null,
                Output = result.Output,
                Error = ErrorOf(result),
            };
        }
        catch (HostException fault)
        {
            return next with { Error = fault.Own, Said = fault.Said };
        }
        catch (Exception fault) when (
            fault is not (OperationCanceledException or InvariantException))
        {
            // Otherwise it would count as running for ever.
            return next with { Error = $"{fault.Message} ({fault.GetType().Name})" };
        }
    }

    private static string? ErrorOf(ExecResult result) => result.Broken
        ?? (result.ExitCode == 0 ? null : $"It ended with exit code {result.ExitCode}.");

    /// <summary>A run that outlived an earlier process: what became of it.</summary>
    public void Found(Scheduled thing, DateTimeOffset? started, ExecResult result)
    {
        var now = time.GetUtcNow();
        var done = new JobRun(started ?? now, now, "interrupted", 1,
            result.Broken is null ? result.ExitCode : null, ErrorOf(result), result.Output);
        Keep(thing, done);
        Report(thing, done);
    }

    private void Report(Scheduled thing, JobRun done)
    {
        var told = done.HasFailed ? thing.OnFailure : thing.OnSuccess;
        if (told != Told.Ignore)
        {
            Tell(thing, done.HasFailed ? "failed" : "completed", done.Error,
                done.HasFailed ? $"{thing.Title} failed after {done.Tries} "
                    + (done.Tries == 1 ? "try." : "tries.") : $"{thing.Title} succeeded.",
                isAlert: told == Told.Alert && thing.Type == "job" ? true : null,
                said: done.Said);
        }
    }

    private void Keep(Scheduled thing, JobRun done)
    {
        lock (_gate)
        {
            _running.Remove(thing.Name);
            var memory = MemoryOf(thing);
            _memory = _memory.SetItem(thing.Name, memory with
            {
                Runs = [done, .. memory.Runs.Take(KeptRuns - 1)],
            });
            Save();
        }
    }

    /// <summary>A full disk must not keep things from running; what they did is told as events.
    /// </summary>
    private void Save()
    {
        try
        {
            store.Save(_memory);
        }
        catch (HostException fault)
        {
            events.Add(new(0, time.GetUtcNow(), "job.forgotten") { Error = fault.Message });
        }
    }

    /// <summary>What is new, or has another schedule, or is in another time zone now, is not due
    /// for the past.</summary>
    private JobMemory MemoryOf(Scheduled thing)
    {
        var (text, zone) = (thing.Schedule.Text, time.LocalTimeZone.Id);
        if (_memory.GetValueOrDefault(thing.Name) is not { } known)
        {
            return new(time.GetUtcNow(), text, null, []) { Zone = zone };
        }
        if (known.Schedule == text && (known.Zone ?? zone) == zone)
        {
            return known.Zone is null ? known with { Zone = zone } : known;
        }
        return known with
        {
            Since = time.GetUtcNow(), Schedule = text, Zone = zone, Done = null,
        };
    }

    private JobRun? LastOf(string name) => _memory.GetValueOrDefault(name)?.Runs.FirstOrDefault();

    private void Tell(Scheduled thing, string what, string? error, string message,
        string? trigger = null, bool? isAlert = null, string? said = null) =>
        events.Add(new(0, time.GetUtcNow(), $"{thing.Type}.{what}")
        {
            Name = thing.Name, Error = error, Message = message, Trigger = trigger,
            IsAlert = isAlert, Said = said,
        });
}
