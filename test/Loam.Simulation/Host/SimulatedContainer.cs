using System.Collections.Immutable;
using Loam.Core;
using Loam.Core.Observing;
using Loam.Core.Resources;
using Loam.Drivers.Containers;

namespace Loam.Simulation.Host;

/// <summary>How containers of an image behave.</summary>
public sealed record SimulatedBehaviour
{
    /// <summary>Time from start to health; null: never.</summary>
    public TimeSpan? HealthyAfter { get; init; } = TimeSpan.FromMilliseconds(300);
    /// <summary>Time from start to its end by itself; null: it runs on.</summary>
    public TimeSpan? EndsAfter { get; init; }
    public int ExitCode { get; init; } = 1;
    /// <summary>Time from the request to stop to the end; beyond the patience it is killed.
    /// </summary>
    public TimeSpan StopsAfter { get; init; }
    public ImmutableArray<string> Prints { get; init; } = [];

    public static readonly SimulatedBehaviour Well = new();
    public static readonly SimulatedBehaviour NeverHealthy = new() { HealthyAfter = null };
    public static readonly SimulatedBehaviour Crashes = new()
    {
        HealthyAfter = null,
        EndsAfter = TimeSpan.FromMilliseconds(100),
        Prints = ["fatal: cannot continue"],
    };
}

/// <summary>One container and its life, computed from the clock whenever somebody looks.
/// </summary>
internal sealed class SimulatedContainer(
    string id, string name, ImmutableSortedDictionary<string, string> labels,
    ContainerSpec? spec, string imageId, SimulatedBehaviour behaviour)
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(1);
    private TimeSpan _pause = FirstPause;
    private DateTimeOffset _restartAt;

    public string Id { get; } = id;
    public string Name { get; } = name;
    public ImmutableSortedDictionary<string, string> Labels { get; } = labels;
    public ContainerSpec? Spec { get; } = spec;
    public string ImageId { get; } = imageId;
    public SimulatedBehaviour Behaviour { get; } = behaviour;
    public ContainerState State { get; private set; } = ContainerState.Created;
    public int ExitCode { get; private set; }
    public int RestartCount { get; private set; }
    public DateTimeOffset? StartedAt { get; private set; }
    public string Address { get; set; } = "";
    public ResourceLimits Limits { get; set; } = spec?.Limits ?? new(null, null, null);
    public RestartPolicy Restart { get; set; } = spec?.Restart ?? RestartPolicy.Never;
    public ImmutableArray<Port> Ports { get; init; } = spec?.Ports ?? [];
    /// <summary>Network ID to aliases.</summary>
    public SortedDictionary<string, ImmutableArray<string>> Networks { get; } =
        new(StringComparer.Ordinal);
    public List<LogLine> Log { get; } = [];

    /// <summary>What is in its volume is of another version.</summary>
    public bool CannotRead { get; set; }

    /// <summary>It holds its host ports.</summary>
    public bool IsUp => State is ContainerState.Running or ContainerState.Restarting;

    public bool IsHealthy(DateTimeOffset now) => State == ContainerState.Running && !CannotRead
        && Behaviour.HealthyAfter is { } after && now - StartedAt >= after;

    public void Start(DateTimeOffset now)
    {
        State = ContainerState.Running;
        StartedAt = now;
        RestartCount = 0;
        _pause = FirstPause;
        Print(now);
    }

    public void End(int exitCode)
    {
        State = ContainerState.Exited;
        ExitCode = exitCode;
    }

    /// <summary>When it next changes by itself; null: not at all.</summary>
    public DateTimeOffset? NextChange => State switch
    {
        ContainerState.Running when Behaviour.EndsAfter is { } after => StartedAt + after,
        ContainerState.Restarting => _restartAt,
        _ => null,
    };

    /// <summary>Lives up to now; says what happened, oldest first.</summary>
    public IEnumerable<(DateTimeOffset At, string Action)> LiveUntil(DateTimeOffset now)
    {
        while (NextChange is { } at && at <= now)
        {
            if (State == ContainerState.Restarting)
            {
                State = ContainerState.Running;
                StartedAt = at;
                RestartCount++;
                Print(at);
                yield return (at, "start");
                continue;
            }
            End(Behaviour.ExitCode);
            if (Restart == RestartPolicy.Always
                || (Restart == RestartPolicy.OnFailure && ExitCode != 0))
            {
                State = ContainerState.Restarting;
                _restartAt = at + _pause;
                _pause = _pause * 2 > LongestPause ? LongestPause : _pause * 2;
            }
            yield return (at, "die");
        }
    }

    private void Print(DateTimeOffset at)
    {
        foreach (var line in Behaviour.Prints)
        {
            Log.Add(new(at, false, line));
        }
        if (Log.Count > Core.Limits.Events)
        {
            Log.RemoveRange(0, Log.Count - Core.Limits.Events);
        }
    }
}
