using System.Collections.Immutable;
using Loam.Core.Backups;
using Loam.Core.Observing;
using Loam.Core.Planning;
using Loam.Core.Reconciling;
using Loam.Drivers.Storage;

namespace Loam.Drivers.Backups;

/// <summary>Puts a database's dump back: into a fresh directory, which the database fills anew and
/// then reads the dump into. Whoever depends on it is started last.</summary>
internal sealed class DumpRestoring(BackupHost host)
{
    /// <summary>A database that makes its files runs for a moment, ends, and starts for good: it
    /// is looked at more than once.</summary>
    private const int Looks = 3;

    private static readonly TimeSpan s_pause = TimeSpan.FromSeconds(2);

    /// <summary>An empty directory as the volume is declared.</summary>
    public void Prepare(string volume, string directory)
    {
        var spec = Planner.Places(host.Context, host.Desired()).First(v => v.Name == volume);
        Directory.CreateDirectory(Path.GetDirectoryName(directory)!);
        new Directories().Make(directory, spec.Mode, spec.Owner);
    }

    /// <summary>Who reads the dump.</summary>
    /// <exception cref="HostException">The volume is nobody's who could.</exception>
    public DataKeeper Keeper(BackupCopy copy)
    {
        var volume = BackupItem.VolumeOf(copy.Item)!;
        return Dumps.KeeperOf(host.Desired(), volume) is { } keeper && keeper.App.Name == copy.App
            ? keeper : throw new HostException(Fault.Conflict,
                $"The copy is a dump of {copy.App}, and no such service keeps its data in volume "
                + $"{volume}.", "Restore it into a file with `--to DIR`.");
    }

    /// <returns>What is still to be started.</returns>
    public async Task<ImmutableArray<ObservedContainer>> ReadAsync(BackupRepository repository,
        BackupCopy copy, ImmutableArray<ObservedContainer> stopped, BackupProgress progress,
        CancellationToken cancel)
    {
        var keeper = Keeper(copy);
        var container = await Dumps.ContainerAsync(host.Engine, host.Context.Instance,
            keeper.Service.Name, cancel).ConfigureAwait(false) ?? throw new HostException(
                Fault.NotFound, $"{keeper.Service.Name} has no container that could read the dump.",
                "Make it with `loam heal`, then try again.");
        for (var look = 0; look < Looks; look++)
        {
            await host.Services.StartAsync(host.Desired(), [container], cancel)
                .ConfigureAwait(false);
            await Task.Delay(s_pause, cancel).ConfigureAwait(false);
        }
        progress("reading the dump", 0, copy.Bytes);
        await repository.ReadAsync(copy, "/" + keeper.File, (stream, stop) => Dumps.ReadAsync(
            host.Engine, container.Name, keeper.Service.Name, keeper.App.Restore, stream, stop),
            cancel).ConfigureAwait(false);
        return stopped.RemoveAll(c => c.Name == container.Name);
    }
}
