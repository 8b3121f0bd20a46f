using System.Collections.Immutable;
using Loam.Core.Scheduling;

namespace Loam.Api;

/// <summary>What a client can ask about jobs.</summary>
internal interface IJobs
{
    ImmutableArray<JobStatus> List();

    /// <summary>Runs a job now and returns when it has ended.</summary>
    /// <param name="who">Who asks for it.</param>
    /// <exception cref="Core.Reconciling.HostException">NotFound: no such job. Conflict: it runs
    /// already.</exception>
    Task<JobRun> RunNowAsync(string name, string who, CancellationToken cancel);
}
