using System.Collections.Immutable;
using Loam.Api;
using Loam.Core;
using Loam.Core.Reconciling;
using Loam.Core.Resources;
using Loam.Core.Scheduling;
using Loam.Drivers.Containers;
using Loam.Drivers.Jobs;

namespace Loam.Supervision;

/// <summary>Runs declared jobs at their times, one run of a job at a time. What was due while
/// nothing ran here is made up for by one run.</summary>
/// <param name="jobs">The jobs that are approved now.</param>
/// <param name="run">One try of a job.</param>
internal sealed class JobWatch(Func<IEnumerable<Job>> jobs,
    Func<Job, CancellationToken, Task<ExecResult>> run, JobStore store, EventLog events,
    TimeProvider time) : IJobs
{
    private const int KeptRuns = 10;

    private static readonly TimeSpan s_pause = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private readonly Dictionary<string, DateTimeOffset> _running = [];
    private ImmutableSortedDictionary<string, JobMemory> _memory = store.Load();

    /// <summary>Failures that stay until the job succeeds, as sentences.</summary>
    public ImmutableArray<string> Alerts()
    {
        lock (_gate)
        {
            return [.. jobs().Where(j => j.OnFailure == Told.Alert)
                .Select(j => (Job: j, Last: LastOf(j.Name)))
                .Where(j => j.Last is { HasFailed: true })
                .Select(j => $"Job {j.Job.Name} failed: {j.Last!.Error} `loam jobs "
                    + $"{j.Job.Name}` shows what it wrote.")];
        }
    }

    public ImmutableArray<JobStatus> List()
    {
        lock (_gate)
        {
            return [.. jobs().Select(j => new JobStatus(j.Name,
                ScheduleWords.Of(j.Schedule.Text), j.Container,
                MemoryOf(j).Next(j.Schedule, time.LocalTimeZone),
                _running.TryGetValue(j.Name, out var since) ? since : null, MemoryOf(j).Runs))];
        }
    }

    /// <exception cref="HostException">NotFound: no such job. Conflict: it runs already.
    /// </exception>
    public Task<JobRun> RunNowAsync(string name, string who, CancellationToken cancel)
    {
        var job = jobs().FirstOrDefault(j => j.Name == name) ?? throw new HostException(
            Fault.NotFound, $"There is no job {name}.", "`loam jobs` lists them.");
        return Take(job) ? RunAsync(job, who, cancel) : throw new HostException(
            Fault.Conflict, $"Job {name} runs already.", "Wait until it has ended.");
    }

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
        foreach (var (job, due) in DueAt(now))
        {
            if (Take(job))
            {
                yield return RunAsync(
                    job, now - due > TimeSpan.FromMinutes(1) ? "missed" : "schedule", stop);
                continue;
            }
            Tell(job, "job.skipped", null, $"Job {job.Name} was due and still runs.");
        }
    }

    /// <summary>Jobs that are due; from now on they are not.</summary>
    private List<(Job, DateTimeOffset)> DueAt(DateTimeOffset now)
    {
        var due = new List<(Job, DateTimeOffset)>();
        lock (_gate)
        {
            var before = _memory;
            var declared = jobs().ToList();
            _memory = _memory.RemoveRange(_memory.Keys.Except(declared.Select(j => j.Name)));
            foreach (var job in declared)
            {
                var memory = MemoryOf(job);
                if (memory.Due(job.Schedule, time.LocalTimeZone, now) is { } at)
                {
                    due.Add((job, at));
                    memory = memory with { Done = at };
                }
                _memory = _memory.SetItem(job.Name, memory);
            }
            if (!ReferenceEquals(before, _memory))
            {
                Save();
            }
        }
        return due;
    }

    private bool Take(Job job)
    {
        lock (_gate)
        {
            return _running.TryAdd(job.Name, time.GetUtcNow());
        }
    }

    /// <summary>A run that was taken, with its tries.</summary>
    private async Task<JobRun> RunAsync(Job job, string trigger, CancellationToken stop)
    {
        var done = new JobRun(time.GetUtcNow(), null, trigger, 0, null, null, "");
        Tell(job, "job.started", null, $"Job {job.Name} began.", trigger);
        try
        {
            do
            {
                if (done.Tries > 0)
                {
                    await Task.Delay(Limits.JobRetryPause * done.Tries, time, stop);
                }
                done = await TryAsync(job, done, stop);
            }
            while (done.Error is not null && done.Tries <= job.Retries);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            done = done with { Error = "The daemon was asked to stop while it ran." };
        }
        done = done with { Ended = time.GetUtcNow() };
        Keep(job, done);
        Report(job, done);
        return done;
    }

    private async Task<JobRun> TryAsync(Job job, JobRun sofar, CancellationToken stop)
    {
        var next = sofar with { Tries = sofar.Tries + 1, ExitCode = null, Output = "" };
        try
        {
            var result = await run(job, stop);
            return next with
            {
                ExitCode = result.ExitCode,
                Output = result.Output,
                Error = result.ExitCode == 0 ? null
                    : $"It ended with exit code {result.ExitCode}.",
            };
        }
        catch (HostException fault)
        {
            return next with { Error = fault.Message };
        }
    }

    private void Report(Job job, JobRun done)
    {
        var told = done.HasFailed ? job.OnFailure : job.OnSuccess;
        if (told != Told.Ignore)
        {
            Tell(job, done.HasFailed ? "job.failed" : "job.completed", done.Error,
                done.HasFailed ? $"Job {job.Name} failed after {done.Tries} "
                    + (done.Tries == 1 ? "try." : "tries.") : $"Job {job.Name} succeeded.");
        }
    }

    private void Keep(Job job, JobRun done)
    {
        lock (_gate)
        {
            _running.Remove(job.Name);
            var memory = MemoryOf(job);
            _memory = _memory.SetItem(job.Name, memory with
            {
                Runs = [done, .. memory.Runs.Take(KeptRuns - 1)],
            });
            Save();
        }
    }

    /// <summary>A full disk must not keep jobs from running; what they did is told as events.
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

    /// <summary>A new job, or one with another schedule, is not due for the past.</summary>
    private JobMemory MemoryOf(Job job) =>
        _memory.GetValueOrDefault(job.Name) is not { } known
            ? new(time.GetUtcNow(), job.Schedule.Text, null, [])
            : known.Schedule == job.Schedule.Text ? known
            : known with
            {
                Since = time.GetUtcNow(), Schedule = job.Schedule.Text, Done = null,
            };

    private JobRun? LastOf(string job) => _memory.GetValueOrDefault(job)?.Runs.FirstOrDefault();

    private void Tell(Job job, string type, string? error, string message,
        string? trigger = null) => events.Add(new(0, time.GetUtcNow(), type)
        {
            Name = job.Name, Error = error, Message = message, Trigger = trigger,
        });
}
