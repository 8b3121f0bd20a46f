using System.Collections.Immutable;
using Loam.Api;
using Loam.Core.Reconciling;
using Loam.Core.Resources;
using Loam.Core.Scheduling;
using Loam.Drivers.Containers;
using Loam.Drivers.Jobs;

namespace Loam.Supervision;

/// <summary>Runs declared jobs at their times.</summary>
/// <param name="jobs">The jobs that are approved now.</param>
/// <param name="run">One try of a job.</param>
internal sealed class JobWatch(Func<IEnumerable<Job>> jobs,
    Func<Job, CancellationToken, Task<ExecResult>> run, JobStore store, EventLog events,
    TimeProvider time) : IJobs
{
    private readonly ScheduleWatch _watch = new(() => jobs().Select(Of),
        (thing, cancel) => jobs().FirstOrDefault(j => j.Name == thing.Name) is { } job
            ? run(job, cancel) : throw Unknown(thing.Name), store, events, time);

    /// <summary>Failures that stay until the job succeeds, as sentences.</summary>
    public ImmutableArray<string> Alerts() =>
        [.. _watch.Failed().Select(f => $"{f.Thing.Title} failed: {f.Run.Error} `loam jobs "
            + $"{f.Thing.Name}` shows what it wrote.")];

    public ImmutableArray<JobStatus> List() => [.. jobs().Select(j =>
    {
        var (next, runs) = _watch.Look(Of(j));
        return new JobStatus(j.Name, ScheduleWords.Of(j.Schedule.Text), j.Where, next,
            _watch.RunningSince(j.Name), runs);
    })];

    /// <exception cref="HostException">NotFound: no such job. Conflict: it runs already.
    /// </exception>
    public Task<JobRun> RunNowAsync(string name, string who, CancellationToken cancel) =>
        _watch.RunNowAsync(Of(jobs().FirstOrDefault(j => j.Name == name) ?? throw Unknown(name)),
            who, cancel);

    /// <summary>A run that an earlier process began, and this one found.</summary>
    public void Found(string name, DateTimeOffset? started, ExecResult result)
    {
        if (jobs().FirstOrDefault(j => j.Name == name) is { } job)
        {
            _watch.Found(Of(job), started, result);
        }
    }

    public Task RunAsync(CancellationToken stop) => _watch.RunAsync(stop);

    private static HostException Unknown(string name) => new(
        Fault.NotFound, $"There is no job {name}.", "`loam jobs` lists them.");

    private static Scheduled Of(Job job) => new(job.Name, $"Job {job.Name}", "job", job.Schedule)
    {
        Retries = job.Retries, OnSuccess = job.OnSuccess, OnFailure = job.OnFailure,
    };
}
