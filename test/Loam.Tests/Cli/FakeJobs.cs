using System.Collections.Immutable;
using Loam.Api;
using Loam.Core.Reconciling;
using Loam.Core.Scheduling;

namespace Loam.Tests.Cli;

/// <summary>Jobs without a host: what a test puts here is what there is.</summary>
internal sealed class FakeJobs : IJobs
{
    public List<JobStatus> All { get; } = [];

    public ImmutableArray<JobStatus> List() => [.. All];

    public Task<JobRun> RunNowAsync(string name, string who, CancellationToken cancel) =>
        All.Find(j => j.Name == name) is { } job ? Task.FromResult(job.Runs[0])
            : throw new HostException(
                Fault.NotFound, $"There is no job {name}.", "`loam jobs` lists them.");
}
