using Loam.Core;
using Loam.Core.Observing;
using Loam.Core.Reconciling;
using Loam.Core.Resources;

namespace Loam.Drivers.Containers;

/// <summary>Probes every running container at its own interval and reports what changed.
/// </summary>
public sealed class HealthWatch(IContainerEngine engine, string instance, IProber prober,
    HealthBoard board, EventLog events, TimeProvider time)
{
    private static readonly TimeSpan Tick = TimeSpan.FromSeconds(1);

    private readonly Dictionary<string, DateTimeOffset> _due = new(StringComparer.Ordinal);

    /// <summary>Runs until cancelled.</summary>
    /// <param name="services">The approved services of the moment.</param>
    public async Task RunAsync(
        Func<IReadOnlyDictionary<string, Service>> services, CancellationToken cancel)
    {
        while (!cancel.IsCancellationRequested)
        {
            try
            {
                if (NextDue(services()) <= time.GetUtcNow())
                {
                    await ProbeDueAsync(services(), cancel);
                }
            }
            catch (HostException)
            {
                // The engine is away; status says so. The next tick looks again.
            }
            await Task.Delay(Tick, time, cancel);
        }
    }

    private DateTimeOffset NextDue(IReadOnlyDictionary<string, Service> services) =>
        services.Count == 0 ? DateTimeOffset.MaxValue
            : services.Keys.Min(s => _due.GetValueOrDefault(s, DateTimeOffset.MinValue));

    private async Task ProbeDueAsync(
        IReadOnlyDictionary<string, Service> services, CancellationToken cancel)
    {
        var now = time.GetUtcNow();
        var containers = await engine.ListAsync(instance, cancel);
        board.Keep(containers.Select(c => c.Name).ToHashSet(StringComparer.Ordinal));
        foreach (var service in services.Values.Where(
            s => _due.GetValueOrDefault(s.Name, DateTimeOffset.MinValue) <= now))
        {
            _due[service.Name] = now + service.Probe.Interval;
            foreach (var container in containers.Where(c => c.Service == service.Name
                && c.State == ContainerState.Running && !c.Rehearsal))
            {
                await ProbeAsync(service, container, cancel);
            }
        }
        foreach (var gone in _due.Keys.Where(n => !services.ContainsKey(n)).ToList())
        {
            _due.Remove(gone);
        }
    }

    private async Task ProbeAsync(
        Service service, ObservedContainer container, CancellationToken cancel)
    {
        var before = board[container.Name];
        var result = await prober.ProbeAsync(container, service.Probe, cancel);
        var failures = result.Healthy ? 0 : (before?.Failures ?? 0) + 1;
        board.Note(container.Name, new(container.Revision, result.Healthy, result.Detail,
            failures, time.GetUtcNow()) { Said = result.Said });
        var wasBad = before is not null && before.Failures >= service.Probe.Retries;
        if (failures == service.Probe.Retries)
        {
            Tell("service.unhealthy", service.Name, result);
        }
        else if (result.Healthy && wasBad)
        {
            Tell("service.healthy", service.Name, result);
        }
        if (!result.Healthy)
        {
            // A failing service is looked at more often than a healthy one.
            var soon = time.GetUtcNow() + TimeSpan.FromSeconds(5);
            _due[service.Name] = soon < _due[service.Name] ? soon : _due[service.Name];
        }
    }

    private void Tell(string type, string service, ProbeResult found) =>
        events.Add(new(0, time.GetUtcNow(), type)
        {
            Name = service, Message = found.Detail, Said = found.Said,
        });
}
