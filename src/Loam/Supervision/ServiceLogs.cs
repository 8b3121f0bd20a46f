using System.Runtime.CompilerServices;
using Loam.Api;
using Loam.Core.Reconciling;
using Loam.Drivers.Containers;

namespace Loam.Supervision;

/// <summary>What a service's container wrote.</summary>
internal sealed class ServiceLogs(IContainerEngine engine, string instance)
{
    /// <exception cref="HostException">NotFound: the service has no container.</exception>
    public async IAsyncEnumerable<LogEntry> ReadAsync(string service, int tail, bool follow,
        [EnumeratorCancellation] CancellationToken cancel)
    {
        var all = await engine.ListAsync(instance, cancel);
        var container = all.Where(c => c.Service == service && !c.Rehearsal)
            .OrderByDescending(c => c.StartedAt).FirstOrDefault()
            ?? throw new HostException(Fault.NotFound, $"{service} has no container.",
                "`loam services` lists the services.");
        await foreach (var line in engine.LogsAsync(container.Name, tail, follow, cancel))
        {
            yield return new(line.At, line.IsError, line.Text);
        }
    }
}
