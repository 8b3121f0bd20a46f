using System.Collections.Immutable;
using Loam.Core.Backups;
using Loam.Core.Observing;
using Loam.Core.Reconciling;

namespace Loam.Drivers.Backups;

/// <summary>Puts one copy of a volume back, in its place or into another directory.</summary>
public sealed class Restoring(BackupHost host)
{
    /// <summary>What a restore would do. Touches nothing.</summary>
    /// <param name="to">Another directory; null: in place.</param>
    /// <exception cref="HostException">It cannot be done as asked.</exception>
    public RestorePlan Plan(BackupCopy copy, string? to)
    {
        var volume = BackupItem.VolumeOf(copy.Item);
        var state = host.Desired();
        var inPlace = to is null;
        if (volume is null && inPlace)
        {
            throw new HostException(Fault.Conflict,
                "Loam's own state is put back while no daemon runs.",
                "Use `loam restore --state`, which says how; or `--to DIR` to look at it.");
        }
        var target = Path.TrimEndingDirectorySeparator(to ?? host.PathOf(volume!));
        if (inPlace && state.Volumes.GetValueOrDefault(volume!)?.Size is not null
            && !Swaps.IsMount(target))
        {
            throw new HostException(Fault.NotFound,
                $"Volume {volume} is not attached at {target}.",
                "`loam heal` attaches it, or says why it cannot; then try again.");
        }
        if (!inPlace && Directory.Exists(target)
            && Directory.EnumerateFileSystemEntries(target).Any())
        {
            throw new HostException(Fault.Conflict, $"{target} is not empty.",
                "Name a directory that is not there yet.");
        }
        if (inPlace && copy.App is not null)
        {
            new DumpRestoring(host).Keeper(copy);
        }
        var services = inPlace ? ServiceStops.WithDependents(
            state, BackupSettings.Users(state, volume!).Select(s => s.Name)) : [];
        var free = Room.Free(target);
        Room.Require(target, copy.Bytes);
        return new(copy, target, inPlace, inPlace && Directory.Exists(target),
            [.. services.Where(s => state.Services[s].Replicas > 0)], free);
    }

    /// <exception cref="HostException">It failed; what was there is there again.</exception>
    public async Task RunAsync(BackupRepository repository, RestorePlan plan,
        BackupProgress progress, CancellationToken cancel)
    {
        if (plan.InPlace)
        {
            await InPlaceAsync(repository, plan, progress, cancel).ConfigureAwait(false);
            return;
        }
        var swap = Swaps.At(plan.Target);
        try
        {
            swap.Put(await FetchAsync(repository, plan, swap, progress, cancel)
                .ConfigureAwait(false));
            swap.Keep();
        }
        finally
        {
            swap.CleanUp();
        }
    }

    /// <summary>What a crash left behind is put right: contents that were aside are put back.
    /// </summary>
    /// <param name="tell">Of each volume that is again as before a restore that was cut off, or
    /// why it is not.</param>
    public void Recover(Action<string, HostException?> tell)
    {
        foreach (var volume in host.Desired().Volumes.Keys)
        {
            try
            {
                if (Swaps.At(host.PathOf(volume)).Back())
                {
                    tell(volume, null);
                }
            }
            catch (HostException fault)
            {
                tell(volume, fault);
            }
        }
    }

    private async Task InPlaceAsync(BackupRepository repository, RestorePlan plan,
        BackupProgress progress, CancellationToken cancel)
    {
        var swap = Swaps.At(plan.Target);
        try
        {
            var fresh = Path.Combine(swap.Staging, "fresh");
            if (plan.Copy.App is null)
            {
                fresh = await FetchAsync(repository, plan, swap, progress, cancel)
                    .ConfigureAwait(false);
            }
            else
            {
                swap.CleanUp();
                new DumpRestoring(host).Prepare(BackupItem.VolumeOf(plan.Copy.Item)!, fresh);
            }
            await host.InTurn($"the restore of {BackupItem.WordsOf(plan.Copy.Item)}",
                () => SwapAsync(repository, plan, swap, fresh, progress, cancel), cancel)
                .ConfigureAwait(false);
        }
        finally
        {
            swap.CleanUp();
        }
    }

    private async Task SwapAsync(BackupRepository repository, RestorePlan plan,
        ISwap swap, string fresh, BackupProgress progress, CancellationToken cancel)
    {
        var state = host.Desired();
        progress("stopping services", 0, null);
        var stopped = await host.Services.StopAsync(plan.Stops, cancel).ConfigureAwait(false);
        try
        {
            swap.Put(fresh);
            progress("starting services", 0, null);
            var rest = plan.Copy.App is null ? stopped : await new DumpRestoring(host).ReadAsync(
                repository, plan.Copy, stopped, progress, cancel).ConfigureAwait(false);
            await host.Services.StartAsync(state, rest, cancel).ConfigureAwait(false);
        }
        catch (Exception fault) when (fault is HostException or OperationCanceledException)
        {
            await TakeBackAsync(plan, swap, stopped).ConfigureAwait(false);
            throw fault is not HostException host ? fault : new HostException(host.Fault,
                $"{host.Message} The contents before are back in place, and what ran runs again.",
                host.Remedy);
        }
        swap.Keep();
    }

    private async Task TakeBackAsync(RestorePlan plan, ISwap swap,
        ImmutableArray<ObservedContainer> stopped)
    {
        await host.Services.StopAsync(plan.Stops, CancellationToken.None).ConfigureAwait(false);
        swap.Back();
        await host.Services.StartAsync(host.Desired(), stopped, CancellationToken.None)
            .ConfigureAwait(false);
    }

    /// <summary>Restores beside the target.</summary>
    /// <returns>The directory that takes the target's place.</returns>
    private static async Task<string> FetchAsync(BackupRepository repository, RestorePlan plan,
        ISwap swap, BackupProgress progress, CancellationToken cancel)
    {
        swap.CleanUp();
        progress("fetching the copy", 0, plan.Copy.Bytes);
        await repository.RestoreAsync(plan.Copy, swap.Staging, cancel).ConfigureAwait(false);
        return Directory.EnumerateDirectories(swap.Staging).FirstOrDefault() ?? swap.Staging;
    }
}
