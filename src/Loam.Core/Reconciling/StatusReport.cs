using System.Collections.Immutable;
using Loam.Core.Observing;
using Loam.Core.Planning;
using Loam.Core.Resources;

namespace Loam.Core.Reconciling;

/// <summary>Services as a person asks about them: what is declared, what runs, how it is.
/// </summary>
internal static class StatusReport
{
    public static ImmutableArray<ServiceStatus> Services(
        DesiredState desired, ObservedState observed, MachineParts parts, Plan? drift)
    {
        var containers = observed.Containers.Where(c => !c.Rehearsal)
            .ToLookup(c => c.Service, StringComparer.Ordinal);
        var drifted = drift?.Steps.Where(s => s.Id.Kind == ResourceKind.Service)
            .ToDictionary(s => s.Id.Name, s => s.Summary, StringComparer.Ordinal);
        return [.. desired.Services.Values.Select(s => Of(
            s, [.. containers[s.Name]], parts, drifted?.GetValueOrDefault(s.Name)))];
    }

    private static ServiceStatus Of(Service service, ImmutableArray<ObservedContainer> containers,
        MachineParts parts, string? drift)
    {
        var running = containers.Where(c => c.State == ContainerState.Running).ToList();
        var (state, detail, said) = HealthOf(service, containers, running, parts.Health);
        var used = running.Select(parts.Usage.Look).ToList();
        var known = used.Count > 0 && used.TrueForAll(u => u is not null);
        return new(service.Name, service.Image.Short, state, detail, running.Count,
            service.Replicas, service.Ports, running.Min(c => c.StartedAt),
            containers.Sum(c => c.RestartCount), drift,
            known ? used.Sum(u => u!.Value.Memory) : null, service.Limits.Memory,
            known ? used.Sum(u => u!.Value.CpuPercent) : null)
        {
            Said = said,
        };
    }

    private static (ServiceHealth, string, string?) HealthOf(Service service,
        ImmutableArray<ObservedContainer> containers, List<ObservedContainer> running,
        HealthBoard health)
    {
        if (service.Replicas == 0)
        {
            return (ServiceHealth.Stopped, "stopped on request", null);
        }
        if (running.Count == 0)
        {
            if (containers.Any(c => ServiceSteps.HasCompleted(service, c)))
            {
                return (ServiceHealth.Healthy, "ran and ended well", null);
            }
            var last = containers.FirstOrDefault();
            return last is null ? (ServiceHealth.Missing, "no container", null)
                : last is { State: ContainerState.Restarting, ExitCode: null }
                ? (ServiceHealth.Starting, "is started again", null)
                : last.State == ContainerState.Restarting
                ? (ServiceHealth.Unhealthy, $"keeps restarting, exit code {last.ExitCode}", null)
                : (ServiceHealth.Unhealthy, $"not running, exit code {last.ExitCode}", null);
        }
        var notes = running.Select(c => health[c.Name]).ToList();
        if (notes.Find(n => n is { Healthy: false }) is { } bad)
        {
            return (bad.Failures >= service.Probe.Retries
                ? ServiceHealth.Unhealthy : ServiceHealth.Starting, bad.Detail, bad.Said);
        }
        return notes.Contains(null) ? (ServiceHealth.Unknown, "not probed yet", null)
            : running.Count < service.Replicas
                ? (ServiceHealth.Unhealthy, $"{running.Count} of {service.Replicas} run", null)
                : (ServiceHealth.Healthy, notes[0]!.Detail, null);
    }
}
