using Loam.Core.Planning;
using Loam.Core.Reconciling;
using Loam.Core.Resources;
using Loam.Drivers.Containers;
using Loam.Drivers.Files;

namespace Loam.Drivers.Backups;

/// <summary>What copying and restoring need of the machine.</summary>
public sealed record BackupHost
{
    public required IContainerEngine Engine { get; init; }

    /// <summary>The driver that starts containers and waits until they are healthy.</summary>
    public required IDriver Containers { get; init; }
    public required PlanningContext Context { get; init; }
    public required InstancePaths Paths { get; init; }
    public required Func<DesiredState> Desired { get; init; }

    /// <summary>Does something in turn with the machine's changes.</summary>
    public required Func<string, Func<Task>, CancellationToken, Task> InTurn { get; init; }

    public ServiceStops Services => new(Engine, Containers, Context.Instance);

    /// <summary>The directory of a volume.</summary>
    /// <exception cref="HostException">NotFound: there is no such volume.</exception>
    public string PathOf(string volume) => Planner.Places(Context, Desired())
        .FirstOrDefault(v => v.Name == volume)?.Path ?? throw new HostException(Fault.NotFound,
            $"There is no volume {volume}.", "`loam backup list` shows what there are copies of.");
}
