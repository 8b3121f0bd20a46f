using Loam.Core.Observing;
using Loam.Core.Resources;
using Loam.Drivers.Containers;

namespace Loam.Simulation.Host;

/// <summary>Asks a simulated engine how a container does, in the real prober's words.</summary>
public sealed class SimulatedProber(SimulatedEngine engine) : IProber
{
    public async Task<ProbeResult> ProbeAsync(
        ObservedContainer container, Probe probe, CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        var call = $"probe {container.Name}";
        await engine.Before(call);
        var (now, healthy) = engine.Look(container.Id);
        await engine.After(call);
        if (now is not { State: ContainerState.Running })
        {
            return new(false, Prober.NotRunning(now ?? container));
        }
        return probe.Kind switch
        {
            ProbeKind.Settle => Prober.Settled(now, engine.Clock.GetUtcNow()),
            ProbeKind.Tcp => new(healthy, healthy
                ? $"port {probe.Port} accepts connections"
                : $"port {probe.Port} refuses the connection"),
            ProbeKind.Http => new(
                healthy, $"GET {probe.Path} answered {(healthy ? probe.Expect ?? 200 : 503)}"),
            _ => new(healthy, $"{probe.Command[0]} ended with code {(healthy ? 0 : 1)}"),
        };
    }
}
