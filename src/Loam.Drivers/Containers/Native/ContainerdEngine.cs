using System.Collections.Concurrent;
using System.Collections.Immutable;
using Loam.Core.Observing;
using Loam.Core.Reconciling;
using Loam.Core.Resources;
using Loam.Drivers.Confinement;
using Loam.Drivers.Containers.Native.Networking;

namespace Loam.Drivers.Containers.Native;

/// <summary>The engine of our own: containerd and crun make containers, Loam does the rest. This
/// file: which there are.</summary>
public sealed partial class ContainerdEngine : IContainerEngine
{
    private const string NameLabel = "loam.name";
    private const int IdDigits = 64;

    private readonly ContainerdPlace _place;
    private readonly TimeProvider _clock;
    private readonly ContainerdClient _client;
    private readonly ImageStore _images;
    /// <summary>One does something with a container at a time; so there cannot be two of a name.
    /// </summary>
    private readonly Turns _turns = new();
    /// <summary>Whose events are told, until they are gone.</summary>
    private readonly ConcurrentDictionary<string, ContainerRecord> _known = new();
    private readonly ConcurrentDictionary<string, ContainerRun> _unwritten = new();
    private ContainerKeeper? _keeper;
    private OciHost? _host;

    /// <summary>One that runs, looked at from beside: nothing is started, and what ends is not
    /// started again.</summary>
    public ContainerdEngine(ContainerdPlace place, TimeProvider clock)
    {
        (_place, _clock) = (place, clock);
        _client = new(place.Socket);
        _images = new(_client, place.Root, place.Mirror, clock);
        Networks = ContainerNetworks.OfThisHost(place.Instance, place.DataRoot, place.RunRoot);
    }

    /// <summary>Its networks, ports and names.</summary>
    public ContainerNetworks Networks { get; }

    /// <summary>Mirrors and accounts that are declared.</summary>
    public Func<IReadOnlyList<RegistrySetting>> Registries
    {
        get => _images.Registries;
        set => _images.Registries = value;
    }

    /// <summary>Adopts the engine that runs, or starts it; from now on containers that run, or are
    /// started, and end are started again as they ask for.</summary>
    /// <param name="say">Hears of what could not be done, and is tried again; null: nobody.</param>
    /// <exception cref="HostException">It does not come up, or another process has it.
    /// </exception>
    public static async Task<ContainerdEngine> StartAsync(ContainerdPlace place,
        TimeProvider clock, CancellationToken cancel, Action<string>? say = null)
    {
        var engine = new ContainerdEngine(place, clock);
        try
        {
            engine._keeper = await ContainerKeeper.StartAsync(
                engine, place, clock, say ?? (_ => { }), cancel).ConfigureAwait(false);
            return engine;
        }
        catch
        {
            engine.Dispose();
            throw;
        }
    }

    /// <summary>From now on what had ended before is started again, too. Not sooner than what
    /// containers stand on is there: firewall, mounts, secrets.</summary>
    public void Keep() => _keeper?.KeepAll();

    /// <summary>Lets go of the engine, which runs on.</summary>
    public void Dispose()
    {
        _keeper?.Dispose();
        _images.Dispose();
        _client.Dispose();
    }

    internal ContainerdClient Client => _client;

    /// <summary>Of how many containers events can be told.</summary>
    internal int Remembered => _known.Count;

    /// <exception cref="HostException">It does not answer.</exception>
    public Task PingAsync(CancellationToken cancel) => _client.VersionAsync(cancel);

    public async Task<EngineInfo> InfoAsync(CancellationToken cancel) => new(
        EngineBrand.Containerd,
        (await _client.VersionAsync(cancel).ConfigureAwait(false)).Split('~')[0],
        _place.Socket, ControlGroup.Version, _place.DataRoot);

    public Task<ImmutableArray<ObservedContainer>> ListAsync(
        string instance, CancellationToken cancel) =>
        ListAsync(instance, EngineLabels.Service, cancel);

    public Task<ImmutableArray<ObservedContainer>> ListJobsAsync(
        string instance, CancellationToken cancel) =>
        ListAsync(instance, EngineLabels.Job, cancel);

    public async Task<ObservedContainer?> FindAsync(string name, CancellationToken cancel)
    {
        if (await StoredAsync(name, cancel).ConfigureAwait(false) is not var (stored, record))
        {
            return null;
        }
        var task = await _client.TaskAsync(stored.Id, $"container {name}", cancel)
            .ConfigureAwait(false);
        return Observed(stored, record,
            await SettledAsync(stored.Id, record, task, cancel).ConfigureAwait(false));
    }

    /// <summary>One that has just ended is looked at when all that it said is written.</summary>
    private async Task<RunningTask?> SettledAsync(
        string id, ContainerRecord record, RunningTask? task, CancellationToken cancel)
    {
        if (task?.State != TaskState.Stopped || _keeper is null)
        {
            return task;
        }
        var what = $"container {record.Name}";
        using var turn = await _turns.TakeAsync(record.Name, cancel).ConfigureAwait(false);
        task = await _client.TaskAsync(id, what, cancel).ConfigureAwait(false);
        if (task?.State != TaskState.Stopped)
        {
            return task;
        }
        await EndAsync(id, record.Name, what, cancel).ConfigureAwait(false);
        return null;
    }

    private async Task<ImmutableArray<ObservedContainer>> ListAsync(
        string instance, string label, CancellationToken cancel)
    {
        NoteLeft();
        var listing = _client.ListAsync(
            $"labels.\"{EngineLabels.Instance}\"==\"{instance}\",labels.\"{label}\"", cancel);
        var tasks = (await _client.TasksAsync(cancel).ConfigureAwait(false))
            .DistinctBy(t => t.Id).ToDictionary(t => t.Id);
        var found = ImmutableArray.CreateBuilder<ObservedContainer>();
        foreach (var stored in await listing.ConfigureAwait(false))
        {
            if (ContainerRecord.Of(stored) is { } record)
            {
                var task = await SettledAsync(stored.Id, record,
                    tasks.GetValueOrDefault(stored.Id), cancel).ConfigureAwait(false);
                found.Add(Observed(stored, record, task));
            }
        }
        found.Sort((a, b) => string.CompareOrdinal(a.Name, b.Name));
        return found.DrainToImmutable();
    }

    private ObservedContainer Observed(
        StoredContainer stored, ContainerRecord record, RunningTask? task)
    {
        var id = stored.Id;
        var run = RunOf(id);
        var runs = task?.State is not (null or TaskState.Created or TaskState.Stopped);
        var state = task?.State switch
        {
            // Of one that is not known it is not said that it has ended.
            TaskState.Running or TaskState.Unknown => ContainerState.Running,
            TaskState.Paused or TaskState.Pausing => ContainerState.Paused,
            _ when run.Started is null => ContainerState.Created,
            // Without what it stands on it needs somebody: secrets are laid out for a start.
            _ when _keeper is not null && ComesAgain(record, run, task?.ExitCode)
                && Lacking(OciSpecs.Read(stored.Spec)) is null => ContainerState.Restarting,
            _ => ContainerState.Exited,
        };
        var labels = record.Labels;
        return new(
            id, record.Name, record.Service,
            labels.GetValueOrDefault(EngineLabels.Revision, ""),
            ContainerReading.Number(labels.GetValueOrDefault(EngineLabels.Index)),
            ContainerReading.Number(labels.GetValueOrDefault(EngineLabels.Generation)),
            labels.GetValueOrDefault(EngineLabels.Rehearsal) == "true", state,
            // Nobody saw how what a reboot ended has ended.
            state switch
            {
                ContainerState.Exited => run.ExitCode ?? task?.ExitCode ?? 255,
                ContainerState.Restarting => run.ExitCode ?? task?.ExitCode,
                _ => null,
            },
            run.Restarts, run.Started, runs ? Networks.FirstAddress(record.Name) : null,
            Networks.Of(record.Name).ToImmutableSortedDictionary(
                n => n.Key, n => n.Value.Aliases, StringComparer.Ordinal),
            new(record.Cpu, record.Memory, record.Pids), record.Restart, record.ImageId,
            [.. record.Ports])
        {
            Job = labels.GetValueOrDefault(EngineLabels.Job),
        };
    }

    /// <summary>What has ended is started again.</summary>
    private static bool ComesAgain(ContainerRecord record, ContainerRun run, int? exitCode) =>
        run.Wanted && (record.Restart == RestartPolicy.Always
            || (record.Restart == RestartPolicy.OnFailure && (run.ExitCode ?? exitCode) != 0));

    /// <param name="name">Or ID.</param>
    private async Task<(StoredContainer Stored, ContainerRecord Record)?> StoredAsync(
        string name, CancellationToken cancel)
    {
        var stored = IsId(name)
            ? await _client.FindAsync(name, $"container {name}", cancel).ConfigureAwait(false)
            : !name.AsSpan().ContainsAny('"', '\\')
                ? (await _client.ListAsync($"labels.\"{NameLabel}\"==\"{name}\"", cancel)
                    .ConfigureAwait(false)).FirstOrDefault()
                : null;
        return stored is not null && ContainerRecord.Of(stored) is { } record
            ? (stored, record) : null;
    }

    private async Task<(StoredContainer Stored, ContainerRecord Record)> RequireAsync(
        string name, CancellationToken cancel) =>
        await StoredAsync(name, cancel).ConfigureAwait(false) ?? throw new HostException(
            Fault.NotFound, $"Container {name}: there is none of that name.",
            "Run `loam heal` to make it again.");

    private static bool IsId(string name) =>
        name.Length == IdDigits && name.All(char.IsAsciiHexDigitLower);
}
