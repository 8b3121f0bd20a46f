using Loam.Core.Backups;
using Loam.Core.Observing;
using Loam.Core.Reconciling;

namespace Loam.Drivers.Backups;

/// <summary>How far something is, in words and bytes.</summary>
/// <param name="done">Bytes.</param>
/// <param name="total">Null: not known.</param>
public delegate void BackupProgress(string doing, long done, long? total);

/// <summary>Makes one copy of one thing.</summary>
public sealed class Copying(BackupHost host)
{
    /// <summary>Copies, and lets go what is beyond the number that is kept.</summary>
    /// <exception cref="HostException">There is no new whole copy; the message says why.
    /// </exception>
    public async Task<BackupCopy> RunAsync(BackupRepository repository, BackupItem item,
        BackupProgress progress, CancellationToken cancel)
    {
        var outcome = item.Volume is { } volume
            ? await CopyVolumeAsync(repository, item, volume, progress, cancel)
                .ConfigureAwait(false)
            : await CopyStateAsync(repository, item, progress, cancel).ConfigureAwait(false);
        progress("tidying up", 0, null);
        var copies = await repository.ListAsync(cancel).ConfigureAwait(false);
        await repository.ForgetAsync(Retention.Surplus(
            copies.Where(c => c.Item == item.Id), item.Retain), cancel).ConfigureAwait(false);
        if (outcome.Unread.Count > 0)
        {
            throw new HostException(Fault.Unavailable,
                $"{outcome.Unread.Count} files of {item.Words} could not be read, such as "
                + $"{outcome.Unread[0]}. The rest was copied.",
                "Check the disk and the kernel's log (dmesg).");
        }
        return outcome.Copy;
    }

    private async Task<CopyOutcome> CopyVolumeAsync(BackupRepository repository, BackupItem item,
        string volume, BackupProgress progress, CancellationToken cancel)
    {
        PathOf(volume);
        Task<CopyOutcome> CopyAsync() => repository.CopyAsync(new(item.Id, null), PathOf(volume),
            (done, total) => progress("copying", done, total), cancel);
        return item.Stops
                ? await StoppedAsync(item, volume, CopyAsync, progress, cancel)
                    .ConfigureAwait(false)
            : KeeperOf(volume) is not null
                ? await KeptAsync(repository, item, volume, CopyAsync, progress, cancel)
                    .ConfigureAwait(false)
            : await CopyAsync().ConfigureAwait(false);
    }

    /// <summary>What a database keeps is copied by itself. Where it does not run its files are as
    /// good, but only as long as nobody starts it or exchanges them: in turn with the changes of
    /// the machine, one of which may be taking the data to another version.</summary>
    private async Task<CopyOutcome> KeptAsync(BackupRepository repository, BackupItem item,
        string volume, Func<Task<CopyOutcome>> copy, BackupProgress progress,
        CancellationToken cancel)
    {
        for (var again = false; ; again = true)
        {
            CopyOutcome? outcome = null;
            string? container = null;
            await host.InTurn($"the backup of {item.Words}", async () =>
            {
                container = await RunningAsync(volume, cancel).ConfigureAwait(false);
                outcome = container is null ? await copy().ConfigureAwait(false) : null;
            }, cancel).ConfigureAwait(false);
            if (outcome is not null)
            {
                return outcome;
            }
            try
            {
                return await DumpAsync(
                    repository, item, volume, container!, copy, progress, cancel)
                    .ConfigureAwait(false);
            }
            catch (HostException) when (!again)
            {
                if (await RunningAsync(volume, cancel).ConfigureAwait(false) == container)
                {
                    throw;
                }
                // A change took it away in the middle: it is looked at anew after that.
            }
        }
    }

    private string PathOf(string volume)
    {
        var path = Path.TrimEndingDirectorySeparator(host.PathOf(volume));
        if (!Directory.Exists(path))
        {
            throw new HostException(Fault.NotFound,
                $"The directory {path} of volume {volume} is not there.",
                "`loam status` shows what else is not as it was approved.");
        }
        return host.Desired().Volumes.GetValueOrDefault(volume)?.Size is null
            || Swaps.IsMount(path) ? path
            : throw new HostException(Fault.NotFound,
                $"Volume {volume} is not attached at {path}: there is nothing to copy.",
                "`loam heal` attaches it, or says why it cannot.");
    }

    private DataKeeper? KeeperOf(string volume) =>
        Dumps.KeeperOf(host.Desired(), volume) is { App.Dump.IsEmpty: false } keeper
            ? keeper : null;

    /// <summary>The container that can write the volume's dump; null: none runs.</summary>
    private async Task<string?> RunningAsync(string volume, CancellationToken cancel) =>
        KeeperOf(volume) is { } keeper && await Dumps.ContainerAsync(host.Engine,
            host.Context.Instance, keeper.Service.Name, cancel).ConfigureAwait(false) is
        { State: ContainerState.Running } running ? running.Name : null;

    private async Task<CopyOutcome> DumpAsync(BackupRepository repository, BackupItem item,
        string volume, string container, Func<Task<CopyOutcome>> copy, BackupProgress progress,
        CancellationToken cancel)
    {
        var keeper = KeeperOf(volume) ?? throw new HostException(Fault.Conflict,
            $"Volume {volume} is another service's since the copy began.",
            "It is tried again by itself.");
        if (keeper.App.Restore.IsEmpty)
        {
            progress("asking it to write its files", 0, null);
            await host.Engine.PipeAsync(container, keeper.App.Dump, null, null, cancel)
                .ConfigureAwait(false);
            return await copy().ConfigureAwait(false);
        }
        return await repository.CopyStreamAsync(new(item.Id, keeper.App.Name), keeper.File,
            (stream, stop) => Dumps.WriteAsync(host.Engine, container,
                keeper.Service.Name, keeper.App.Dump, keeper.App.DumpEnd, stream,
                done => progress("dumping", done, null), stop), cancel).ConfigureAwait(false);
    }

    /// <summary>With the services that use it stopped.</summary>
    private async Task<CopyOutcome> StoppedAsync(BackupItem item, string volume,
        Func<Task<CopyOutcome>> copy, BackupProgress progress, CancellationToken cancel)
    {
        CopyOutcome? outcome = null;
        await host.InTurn($"the backup of {item.Words}", async () =>
        {
            var state = host.Desired();
            var services = ServiceStops.WithDependents(
                state, BackupSettings.Users(state, volume).Select(s => s.Name));
            progress("stopping services", 0, null);
            var stopped = await host.Services.StopAsync(services, cancel).ConfigureAwait(false);
            try
            {
                outcome = await copy().ConfigureAwait(false);
            }
            finally
            {
                progress("starting services", 0, null);
                await host.Services.StartAsync(state, stopped, CancellationToken.None)
                    .ConfigureAwait(false);
            }
        }, cancel).ConfigureAwait(false);
        return outcome!;
    }

    private async Task<CopyOutcome> CopyStateAsync(BackupRepository repository, BackupItem item,
        BackupProgress progress, CancellationToken cancel)
    {
        var stage = new StateStage(host.Paths);
        try
        {
            await host.InTurn("the backup of Loam's own state", () =>
            {
                stage.Make();
                return Task.CompletedTask;
            }, cancel).ConfigureAwait(false);
            return await repository.CopyAsync(new(item.Id, null), stage.Directory,
                (done, total) => progress("copying", done, total), cancel).ConfigureAwait(false);
        }
        finally
        {
            stage.Clear();
        }
    }
}
