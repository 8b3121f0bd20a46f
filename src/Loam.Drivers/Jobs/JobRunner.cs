using Loam.Core.Observing;
using Loam.Core.Reconciling;
using Loam.Core.Resources;
using Loam.Drivers.Containers;

namespace Loam.Drivers.Jobs;

/// <summary>Runs a job's command in the container of its service.</summary>
public sealed class JobRunner(IContainerEngine engine, string instance)
{
    /// <summary>One try.</summary>
    /// <exception cref="HostException">NotFound: the service does not run. Timeout: it took longer
    /// than the job allows, and was ended.</exception>
    public async Task<ExecResult> RunAsync(Job job, CancellationToken cancel)
    {
        var container = (await engine.ListAsync(instance, cancel))
            .Where(c => c.Service == job.Container && !c.Rehearsal
                && c.State == ContainerState.Running)
            .OrderBy(c => c.Index).ThenByDescending(c => c.Generation).FirstOrDefault()
            ?? throw new HostException(Fault.NotFound,
                $"Service {job.Container}, in which job {job.Name} runs, does not run.",
                "`loam status` shows why; `loam heal` starts what should run.");
        return await engine.ExecAsync(container.Name, job.Command, job.Timeout, cancel);
    }
}
