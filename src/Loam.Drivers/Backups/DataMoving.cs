using Loam.Core;
using Loam.Core.Observing;
using Loam.Core.Planning;
using Loam.Core.Reconciling;
using Loam.Core.Resources;
using Loam.Drivers.Containers;

namespace Loam.Drivers.Backups;

/// <summary>Directories and files beside a volume. The simulation has its own beneath the same
/// driver.</summary>
public interface IDataFolders
{
    bool Exists(string path);

    /// <summary>It cannot be moved: it is a file system of its own, or a link, which would be moved
    /// in place of what it leads to.</summary>
    bool IsFixed(string path);

    /// <summary>One rename, on disk when it returns.</summary>
    void Move(string from, string to);

    /// <summary>An empty directory with the rights and the owner of another.</summary>
    void MakeLike(string path, string other);

    /// <summary>Removes a directory with all that is in it, or a file; absent is fine.</summary>
    void Remove(string path);

    /// <summary>A new, empty file that only root can read.</summary>
    Stream Write(string file);

    Stream Read(string file);
}

/// <summary>Takes data from one version of their program to another: out of a container of the
/// old one, aside, and into a container of the new one.</summary>
public sealed class DataMoving(
    IContainerEngine engine, IDataFolders folders, IProber prober, TimeProvider time) : IDriver
{
    /// <summary>A database that makes its files answers for a moment, ends, and starts for good:
    /// it must answer that often in a row, at this distance.</summary>
    private const int Looks = 3;

    private static readonly TimeSpan s_pause = TimeSpan.FromSeconds(2);

    public IReadOnlySet<ActionKind> Performs { get; } = new HashSet<ActionKind>
    {
        ActionKind.DumpData, ActionKind.DiscardDump, ActionKind.SetDataAside,
        ActionKind.PutDataBack, ActionKind.LoadData,
    };

    public Task<ObservedState> ObserveAsync(ObservedState soFar, CancellationToken cancel) =>
        Task.FromResult(soFar);

    public async Task ApplyAsync(PlannedAction action, Action<long, long?, string?> progress,
        CancellationToken cancel)
    {
        var move = action.Data!;
        switch (action.Kind)
        {
            case ActionKind.DumpData:
                await DumpAsync(action.Target, move, progress, cancel);
                break;
            case ActionKind.DiscardDump:
                folders.Remove(move.DumpFile);
                break;
            case ActionKind.SetDataAside:
                SetAside(move);
                break;
            case ActionKind.PutDataBack:
                PutBack(move);
                break;
            case ActionKind.LoadData:
                await LoadAsync(action.Target, move, action.Probe!, progress, cancel);
                break;
            default:
                throw new InvariantException($"nobody moves data by {action.Kind}");
        }
    }

    /// <summary>Writes the dump, then ends the container, so that its files are whole too.
    /// </summary>
    private async Task DumpAsync(string container, DataMove move,
        Action<long, long?, string?> progress, CancellationToken cancel)
    {
        if (folders.IsFixed(move.Path))
        {
            throw new HostException(Fault.Conflict,
                $"{move.Path} is a file system of its own, or a link, and cannot be exchanged.",
                $"Give {move.Service} a volume that is a plain directory, or move its data by "
                + "hand.");
        }
        MakeRoom(move);
        try
        {
            await using var file = folders.Write(move.DumpFile);
            await Dumps.WriteAsync(engine, container, move.Service, move.Way.Dump,
                move.Way.DumpEnd, file, b => progress(b, null, "writing its data out"), cancel);
        }
        catch (IOException fault)
        {
            throw new HostException(Fault.Exhausted,
                $"{move.DumpFile} cannot be written: {fault.Message}",
                "Check the free space beside the volume.");
        }
        await engine.StopAsync(container, Limits.StopTimeout, cancel);
    }

    /// <summary>What an earlier change of this kind left keeps its contents under another name.
    /// </summary>
    private void MakeRoom(DataMove move)
    {
        if (folders.Exists(move.Aside))
        {
            folders.Move(move.Aside, FreeName(move.Aside));
        }
    }

    private void SetAside(DataMove move)
    {
        if (!folders.Exists(move.Aside))
        {
            folders.Move(move.Path, move.Aside);
        }
        if (!folders.Exists(move.Path))
        {
            folders.MakeLike(move.Path, move.Aside);
        }
    }

    private void PutBack(DataMove move)
    {
        var discarded = move.Aside + ".discarded";
        // The dump goes when all of it was read: since then clients may have written.
        var isWhole = !folders.Exists(move.DumpFile);
        if (folders.Exists(move.Aside))
        {
            folders.Remove(discarded);
            if (folders.Exists(move.Path))
            {
                folders.Move(move.Path, isWhole ? FreeName(move.Aside + ".taken-back")
                    : discarded);
            }
            folders.Move(move.Aside, move.Path);
        }
        folders.Remove(discarded);
    }

    private string FreeName(string path)
    {
        var (name, number) = (path, 0);
        while (folders.Exists(name))
        {
            name = $"{path}.{++number}";
        }
        return name;
    }

    /// <summary>Lets a fresh container read the dump, then ends it. Never tried twice: a second
    /// reading would find what the first one left.</summary>
    private async Task LoadAsync(string container, DataMove move, Probe probe,
        Action<long, long?, string?> progress, CancellationToken cancel)
    {
        var began = time.GetTimestamp();
        for (var looks = 0; looks < Looks;)
        {
            progress(looks, Looks, "waiting until the new version is there for good");
            await Task.Delay(s_pause, time, cancel);
            var seen = await engine.FindAsync(container, cancel);
            var isLate = time.GetElapsedTime(began) > probe.GateLimit + Looks * s_pause;
            if (seen?.State != ContainerState.Running || isLate)
            {
                throw new HostException(Fault.Conflict,
                    $"The new version of {move.Service} was not ready to read its data.",
                    "A longer start_period may help it.");
            }
            looks = (await prober.ProbeAsync(seen, probe, cancel)).Healthy ? looks + 1 : 0;
        }
        try
        {
            await using var file = folders.Read(move.DumpFile);
            progress(0, file.Length, "reading its data in");
            await Dumps.ReadAsync(engine, container, move.Service, move.Way.Restore, file, cancel);
            await engine.StopAsync(container, Limits.StopTimeout, cancel);
        }
        catch (HostException fault) when (fault.MayPass)
        {
            throw new HostException(Fault.Conflict, fault.Message, fault.Remedy);
        }
        catch (IOException fault)
        {
            throw new HostException(Fault.Conflict,
                $"{move.DumpFile} cannot be read: {fault.Message}", "Check the disk.");
        }
        folders.Remove(move.DumpFile);
    }
}
