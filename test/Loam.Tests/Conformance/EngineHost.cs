using System.Collections.Immutable;
using Loam.Core.Resources;
using Loam.Drivers.Containers;
using Loam.Simulation.Host;

namespace Loam.Tests.Conformance;

/// <summary>What a container of the suite does.</summary>
public enum Habit
{
    /// <summary>Prints two lines and serves HTTP on port 80.</summary>
    Serves,
    /// <summary>Ends by itself with code 3.</summary>
    Crashes,
    /// <summary>Does not end when asked to.</summary>
    Deaf,
}

/// <summary>An engine under test and a way to make containers of each habit for it. Each test
/// has an instance of its own; all of them are cleaned up at the end, whatever happened.
/// </summary>
public abstract class EngineHost : IAsyncLifetime
{
    private readonly List<string> _instances = [];

    public IContainerEngine Engine { get; protected set; } = null!;

    public virtual IProber Prober => new Prober(Engine, TimeProvider.System);

    public virtual bool ChangesLimits => true;

    /// <summary>A host port of this engine's own: the classes run at the same time.</summary>
    public abstract int Port { get; }

    public abstract Task InitializeAsync();

    public abstract Task DisposeAsync();

    /// <summary>ID of the image that behaves so.</summary>
    public abstract string Image(Habit habit);

    public string NewInstance() => Clean(Guid.NewGuid().ToString("n")[..12]);

    /// <summary>Marks an instance whose things are removed at the end.</summary>
    protected string Clean(string instance)
    {
        lock (_instances)
        {
            _instances.Add(instance);
        }
        return instance;
    }

    public EngineContainer Container(string instance, string service, Habit habit)
    {
        ImmutableArray<string> command = habit switch
        {
            Habit.Serves => ["/bin/sh", "-c", "echo one; echo two; exec httpd -f -p 80 -h /www"],
            Habit.Crashes => ["/bin/sh", "-c", "echo one; exit 3"],
            _ => ["/bin/sh", "-c", "trap '' TERM; while true; do sleep 1; done"],
        };
        var spec = new ContainerSpec
        {
            Name = $"loam-{instance}-{service}-0123456789",
            Service = service,
            Revision = "0123456789",
            Index = 0,
            ImageReference = $"{BusyboxImage.Name}:latest",
            ImageDigest = Image(habit),
            ImageIsLocalId = true,
            Command = command,
            Limits = new(500, 64 << 20, null),
            Restart = RestartPolicy.Never,
        };
        return new(
            spec, ImmutableSortedDictionary<string, string>.Empty.Add("GREETING", "good day"),
            [], EngineLabels.Owned(instance, 7));
    }

    protected async Task CleanAsync()
    {
        foreach (var instance in _instances)
        {
            foreach (var left in (await Engine.ListAsync(instance, CancellationToken.None))
                .AddRange(await Engine.ListJobsAsync(instance, CancellationToken.None)))
            {
                await Engine.RemoveAsync(left.Name, CancellationToken.None);
            }
        }
        // Then only: a network can hold containers of another instance.
        foreach (var instance in _instances)
        {
            foreach (var left in await Engine.ListNetworksAsync(instance, CancellationToken.None))
            {
                await Engine.RemoveNetworkAsync(left.Id, CancellationToken.None);
            }
        }
    }
}

public sealed class SimulatedHost : EngineHost
{
    private readonly Dictionary<Habit, string> _images = [];

    public override IProber Prober => new SimulatedProber((SimulatedEngine)Engine);

    public override int Port => 18930;

    public override string Image(Habit habit) => _images[habit];

    public override Task InitializeAsync()
    {
        var engine = new SimulatedEngine(TimeProvider.System);
        _images[Habit.Serves] = engine.Load($"{BusyboxImage.Name}:latest", new()
        {
            Prints = ["one", "two"],
        });
        _images[Habit.Crashes] = engine.Load($"{BusyboxImage.Name}:crashes", new()
        {
            HealthyAfter = null,
            EndsAfter = TimeSpan.FromMilliseconds(50),
            ExitCode = 3,
            Prints = ["one"],
        });
        _images[Habit.Deaf] = engine.Load($"{BusyboxImage.Name}:deaf", new()
        {
            StopsAfter = TimeSpan.FromHours(1),
        });
        Engine = engine;
        return Task.CompletedTask;
    }

    public override Task DisposeAsync() => CleanAsync();
}
