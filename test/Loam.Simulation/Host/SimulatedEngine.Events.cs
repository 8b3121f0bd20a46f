using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using Loam.Core;
using Loam.Drivers.Containers;

namespace Loam.Simulation.Host;

public sealed partial class SimulatedEngine
{
    private readonly List<EngineEvent> _events = [];
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private ITimer? _timer;
    private long _dropped;

    public async IAsyncEnumerable<EngineEvent> EventsAsync(
        string instance, [EnumeratorCancellation] CancellationToken cancel)
    {
        var next = await CallAsync("events", () => _dropped + _events.Count, cancel)
            ;
        while (true)
        {
            EngineEvent[] fresh;
            Task changed;
            lock (_lock)
            {
                Live();
                fresh = [.. _events.Skip((int)(next - _dropped))];
                next = _dropped + _events.Count;
                changed = _changed.Task;
                Arm();
            }
            foreach (var happened in fresh.Where(
                e => e.Attributes.GetValueOrDefault(EngineLabels.Instance) == instance))
            {
                yield return happened;
            }
            await changed.WaitAsync(cancel);
        }
    }

    /// <summary>Everything that changes by itself, up to now.</summary>
    private void Live()
    {
        var now = clock.GetUtcNow();
        foreach (var container in _containers.Values)
        {
            foreach (var (at, action) in container.LiveUntil(now))
            {
                Happened(container, at, action);
            }
        }
    }

    private void Happened(SimulatedContainer container, DateTimeOffset at, string action)
    {
        _events.Add(new(
            at, "container", action, container.Name,
            container.Labels.SetItem("name", container.Name)));
        if (_events.Count > Limits.Events)
        {
            _events.RemoveAt(0);
            _dropped++;
        }
        var waiting = _changed;
        _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
        waiting.SetResult();
    }

    /// <summary>Somebody listens: wake up when the next thing happens by itself.</summary>
    private void Arm()
    {
        _timer?.Dispose();
        _timer = null;
        var next = _containers.Values.Select(c => c.NextChange).Where(at => at is not null).Min();
        if (next is { } at)
        {
            var wait = at - clock.GetUtcNow();
            _timer = clock.CreateTimer(
                _ => Wake(), null, wait > TimeSpan.Zero ? wait : TimeSpan.Zero,
                Timeout.InfiniteTimeSpan);
        }
    }

    private void Wake()
    {
        lock (_lock)
        {
            Live();
            Arm();
        }
    }
}
