using System.Collections.Immutable;
using Loam.Core;
using Loam.Core.Observing;
using Loam.Core.Planning;
using Loam.Core.Reconciling;
using Loam.Core.Resources;
using Loam.Drivers.Containers;

namespace Loam.Drivers.Backups;

/// <summary>Stops services for a while and starts them again, dependents first and last. The
/// caller has the machine's turn.</summary>
public sealed class ServiceStops(IContainerEngine engine, IDriver containers, string instance)
{
    /// <summary>Services and all that depend on them, those first that others need.</summary>
    public static ImmutableArray<string> WithDependents(
        DesiredState state, IEnumerable<string> services)
    {
        var meant = services.ToHashSet(StringComparer.Ordinal);
        while (state.Services.Values.FirstOrDefault(s => !meant.Contains(s.Name)
            && s.DependsOn.Any(meant.Contains)) is { } more)
        {
            meant.Add(more.Name);
        }
        var order = new List<string>();
        void Add(string name)
        {
            if (order.Contains(name) || !state.Services.TryGetValue(name, out var service))
            {
                return;
            }
            foreach (var needed in service.DependsOn)
            {
                Add(needed);
            }
            order.Add(name);
        }
        foreach (var name in meant.Order(StringComparer.Ordinal))
        {
            Add(name);
        }
        return [.. order.Where(meant.Contains)];
    }

    /// <returns>The containers that ran, in the order in which they are started again.</returns>
    public async Task<ImmutableArray<ObservedContainer>> StopAsync(
        ImmutableArray<string> services, CancellationToken cancel)
    {
        var running = (await engine.ListAsync(instance, cancel).ConfigureAwait(false))
            .Where(c => !c.Rehearsal && services.Contains(c.Service) && c.State
                is ContainerState.Running or ContainerState.Restarting or ContainerState.Paused)
            .OrderBy(c => services.IndexOf(c.Service)).ThenBy(c => c.Index).ToImmutableArray();
        foreach (var container in running.Reverse())
        {
            await engine.StopAsync(container.Name, Limits.StopTimeout, cancel)
                .ConfigureAwait(false);
        }
        return running;
    }

    /// <summary>Returns when all of them are healthy.</summary>
    /// <exception cref="HostException">One does not become healthy.</exception>
    public async Task StartAsync(DesiredState state,
        ImmutableArray<ObservedContainer> stopped, CancellationToken cancel)
    {
        foreach (var container in stopped)
        {
            await containers.ApplyAsync(new(ActionKind.Start, container.Name),
                (_, _, _) => { }, cancel).ConfigureAwait(false);
            if (state.Services.TryGetValue(container.Service, out var service))
            {
                await containers.ApplyAsync(new(ActionKind.Gate, container.Name)
                {
                    Probe = service.Probe,
                }, (_, _, _) => { }, cancel).ConfigureAwait(false);
            }
        }
    }
}
