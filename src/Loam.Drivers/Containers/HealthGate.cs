using Loam.Core;
using Loam.Core.Observing;
using Loam.Core.Reconciling;
using Loam.Core.Resources;

namespace Loam.Drivers.Containers;

/// <summary>Waits until a container that was just started is healthy (decision 13): probes every
/// <see cref="Limits.GatePause"/>, whatever the interval says; a restart or an exit fails.
/// </summary>
internal sealed class HealthGate(
    IContainerEngine engine, IProber prober, HealthBoard health, TimeProvider time)
{
    private const int LastLines = 3;

    /// <exception cref="HostException">It did not become healthy: the message says what the
    /// last probe found and what the container said last.</exception>
    public async Task WaitAsync(string name, Probe probe, Action<long, long?, string?> progress,
        CancellationToken cancel)
    {
        var started = time.GetTimestamp();
        var limit = probe.GateLimit < Limits.ShortestGate ? Limits.ShortestGate : probe.GateLimit;
        var restarts = -1;
        var found = new ProbeResult(false, "it was not probed");
        for (var tries = 0; tries == 0 || time.GetElapsedTime(started) < limit; tries++)
        {
            var container = await engine.FindAsync(name, cancel)
                ?? throw new HostException(Fault.NotFound, $"The container {name} is gone.");
            restarts = restarts < 0 ? container.RestartCount : restarts;
            if (HasEndedWell(container, probe))
            {
                Note(name, container, true, "ran and ended well");
                return;
            }
            await FailIfEndedAsync(container, restarts, cancel);
            if (container.State == ContainerState.Running)
            {
                found = await prober.ProbeAsync(container, probe, cancel);
                if (found.Healthy)
                {
                    Note(name, container, true, found.Detail);
                    return;
                }
            }
            progress(tries + 1, null, found.Detail);
            await Task.Delay(Limits.GatePause, time, cancel);
        }
        throw new HostException(Fault.Denied,
            $"{await DisplayNameAsync(name, cancel)} did not become healthy within "
            + $"{limit.TotalSeconds:0} s: {found.Detail}.",
            "Look at its log with `loam logs`, or give it a longer start_period.",
            Words(found.Said, await LastWordsAsync(name, cancel)));
    }

    private static string? Words(string? ofProbe, string? ofContainer) =>
        ofProbe is null || ofContainer is null ? ofProbe ?? ofContainer
            : $"{ofProbe} / {ofContainer}";

    /// <summary>A one-shot program that ended well needs no further probe.</summary>
    private static bool HasEndedWell(ObservedContainer container, Probe probe) =>
        probe.Kind == ProbeKind.Settle && container.Restart == RestartPolicy.Never
        && container is { State: ContainerState.Exited, ExitCode: 0, Rehearsal: false };

    private async Task FailIfEndedAsync(
        ObservedContainer container, int restarts, CancellationToken cancel)
    {
        var ended = container.State is ContainerState.Exited or ContainerState.Dead
            or ContainerState.Restarting || container.RestartCount > restarts;
        if (!ended)
        {
            return;
        }
        var code = container.ExitCode is { } exit ? $" with exit code {exit}" : "";
        throw new HostException(Fault.Denied,
            $"{container.Service} stopped{code} right after its start.",
            "The last lines say why; mend the service's settings and try again.",
            await LastWordsAsync(container.Name, cancel));
    }

    private async Task<string> DisplayNameAsync(string name, CancellationToken cancel) =>
        (await engine.FindAsync(name, cancel))?.Service is { Length: > 0 } service
            ? service : name;

    /// <summary>The container's own last lines, the best witness there is.</summary>
    private async Task<string?> LastWordsAsync(string name, CancellationToken cancel)
    {
        try
        {
            var lines = new List<string>();
            await foreach (var line in engine.LogsAsync(name, LastLines, false, cancel))
            {
                lines.Add(line.Text.Length > 200 ? line.Text[..200] + "…" : line.Text);
            }
            return lines.Count == 0 ? null : string.Join(" / ", lines);
        }
        catch (HostException)
        {
            return null;
        }
    }

    private void Note(string name, ObservedContainer container, bool healthy, string detail) =>
        health.Note(name, new(container.Revision, healthy, detail, 0, time.GetUtcNow()));
}
