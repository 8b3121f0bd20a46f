using System.Collections.Immutable;
using Loam.Core;
using Loam.Core.Observing;
using Loam.Core.Planning;
using Loam.Core.Reconciling;
using Loam.Core.Resources;

namespace Loam.Drivers.Storage;

/// <summary>Volume groups, images, what is attached, and who may use it. Each thing is noted before
/// it is made, so that a death between the two leaves nothing unknown; an image is deleted only by
/// the plan that made it.</summary>
/// <param name="imageRoot">Where images lie.</param>
public sealed class StorageDriver(
    IStorageHost host, IDirectories directories, StorageLedger ledger, string imageRoot) : IDriver
{
    /// <summary>How long a look that failed does in passing.</summary>
    private static readonly TimeSpan s_afterFailure = TimeSpan.FromMinutes(10);

    /// <summary>What is seen must go together with the ledger.</summary>
    private readonly SemaphoreSlim _turn = new(1);

    private readonly VolumeGroups _groups = new(host, ledger);

    private GroupLook? _look;

    public IReadOnlySet<ActionKind> Performs { get; } = new HashSet<ActionKind>
    {
        ActionKind.SetGroup, ActionKind.MakeImage, ActionKind.RemoveImage,
        ActionKind.Attach, ActionKind.Detach,
        ActionKind.GrowImage, ActionKind.SetAccess, ActionKind.AdoptMount,
        ActionKind.ReleaseMount,
    };

    public async Task<ObservedState> ObserveAsync(ObservedState soFar, CancellationToken cancel)
    {
        var sought = soFar.Sought.Where(s => s.Mount is not null).ToList();
        var groups = soFar.Sought.Select(s => s.Group).OfType<VolumeGroup>().ToList();
        if (sought.Count == 0 && groups.Count == 0 && ledger.IsEmpty)
        {
            return soFar;
        }
        await _turn.WaitAsync(CancellationToken.None);
        try
        {
            var mounts = await host.MountsAsync(cancel);
            var look = groups.Count == 0
                && !ledger.Images.Values.Any(i => i.Disk.Group is not null)
                ? GroupLook.None : await LookAsync(groups, soFar.IsPassing, cancel);
            var types = sought.Select(s => s.Mount!.Type).Distinct().ToList();
            var lacks = host.Lacks(types);
            var (there, lack) = (look.There, look.Lack ?? lacks.GetValueOrDefault("lvm"));
            return soFar with
            {
                Storage = new(
                    [
                        .. ledger.Images.Values.Select(i =>
                            // What nobody can look at is taken for what was noted.
                            new ObservedImage(i.File, i.Disk, Has(i.File, i.Disk, there)
                                || (lack is not null && i.Disk.Group is not null))),
                    ],
                    [
                        .. sought.Select(s => s.Path).Union(ledger.Mounts.Keys)
                            .Order(StringComparer.Ordinal).Select(t => See(mounts, t)),
                    ], host.Free(imageRoot))
                {
                    Groups = look.Seen,
                    Lacks = lack is null || lacks.ContainsKey("lvm") ? lacks
                        : lacks.Add("lvm", lack),
                    GrowsOnline = host.GrowsOnline,
                },
            };
        }
        finally
        {
            _turn.Release();
        }
    }

    public async Task ApplyAsync(PlannedAction action, Action<long, long?, string?> progress,
        CancellationToken cancel)
    {
        await _turn.WaitAsync(CancellationToken.None);
        try
        {
            _look = null;
            var (path, mount) = (action.Volume!.Path, action.Volume.Mount);
            await (action.Kind switch
            {
                ActionKind.SetGroup => _groups.SetAsync(action.Group!, action.Token, cancel),
                ActionKind.MakeImage => MakeAsync(mount!, action.Token, cancel),
                ActionKind.RemoveImage => UnmakeAsync(mount!, action.Token, cancel),
                ActionKind.Attach => AttachAsync(path, mount!, cancel),
                ActionKind.Detach => DetachAsync(path, mount!, cancel),
                ActionKind.GrowImage => GrowAsync(mount!, cancel),
                ActionKind.SetAccess => SetAccessAsync(action, cancel),
                ActionKind.AdoptMount => AdoptAsync(path, mount!, cancel),
                ActionKind.ReleaseMount => Release(path, mount!),
                _ => throw new InvariantException($"the storage driver does not {action.Kind}"),
            });
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>What was seen last does in passing, as long as the machine has the same disks and
    /// all was well. A disk that does not answer stops nobody but who stands on it, and is not
    /// asked again at once.</summary>
    private async Task<GroupLook> LookAsync(
        IReadOnlyList<VolumeGroup> groups, bool isPassing, CancellationToken cancel)
    {
        var of = string.Join('\n', groups.Select(g => $"{g.Name} {string.Join(' ', g.Devices)}")
            .Append(host.DiskList));
        if (isPassing && _look is { } last && last.Of == of
            && (last.Lack is null || Environment.TickCount64 < last.Until))
        {
            return last;
        }
        _look = null;
        try
        {
            var there = await host.GroupsAsync(cancel);
            GroupLook look = new(of, there,
                [.. groups.Select(g => _groups.See(g, there, looks: true))], null);
            _look = look.IsWell ? look : null;
            return look;
        }
        catch (HostException fault)
        {
            var there = HostGroups.None;
            return _look = new(of, there,
                [.. groups.Select(g => _groups.See(g, there, looks: false))], new(
                    fault.Message,
                    fault.Remedy.Length > 0 ? fault.Remedy : "`vgs` shows what is the matter."))
            {
                Until = Environment.TickCount64 + (long)s_afterFailure.TotalMilliseconds,
            };
        }
    }

    /// <param name="Of">What was looked for, and the disks that there were.</param>
    /// <param name="Lack">Why nobody could look.</param>
    private sealed record GroupLook(
        string Of, HostGroups There, ImmutableArray<ObservedGroup> Seen, HostLack? Lack)
    {
        public static readonly GroupLook None = new("", HostGroups.None, [], null);

        /// <summary>When one that failed is old, of <see cref="Environment.TickCount64"/>.
        /// </summary>
        public long Until { get; init; }

        /// <summary>There is nothing that somebody may be mending.</summary>
        public bool IsWell => Seen.All(g => g is { IsThere: true, IsPartial: false }
            && g.Doubles.IsEmpty && g.Devices.All(d => d.IsMember));
    }

    private ObservedMount See(ImmutableArray<HostMount> mounts, string target)
    {
        var place = host.Real(target);
        var top = mounts.LastOrDefault(m => m.Target == place);
        var owned = ledger.Mounts.GetValueOrDefault(target);
        var isOwn = top is not null && owned is not null && IsOwn(owned, top);
        var room = isOwn && owned!.Spec.Disk is not null ? host.Room(target) : null;
        return new(target, owned?.Spec, top?.Source, top?.Type, isOwn)
        {
            Total = room?.Total, Used = room?.Used, Place = place,
        };
    }

    /// <summary>An image's device changes its name from one start to the next; what else is
    /// attached is known by what the kernel called it.</summary>
    private static bool IsOwn(OwnedMount owned, HostMount top) => owned.Spec.Disk is not null
        ? top.Image == owned.Spec.Source
        : owned.Seen is { } seen ? seen == top.Source
            : owned.Spec.Type == top.Type || owned.Spec.Type is "bind" or "auto";

    private bool Has(string file, DiskImage disk, HostGroups there) => disk.Group is { } group
        ? there.Group(group)?.Volumes.ContainsKey(disk.Volume) == true : host.HasFile(file);

    private async Task MakeAsync(MountSpec mount, long plan, CancellationToken cancel)
    {
        var (file, disk) = (mount.Source, mount.Disk!);
        var there = disk.Group is null ? HostGroups.None : await host.GroupsAsync(cancel);
        if (Has(file, disk, there))
        {
            if (ledger.Images.GetValueOrDefault(disk.Volume)?.Plan == plan)
            {
                return;
            }
            throw new HostException(Fault.Conflict, $"{file} is there already.",
                (disk.Group is null ? "Move it aside" : "Give the volume another name")
                + "; or, if it is a volume of this instance, restore storage.json from a backup.");
        }
        ledger.PutImage(disk.Volume, new(file, disk, plan));
        await host.MakeImageAsync(file, disk, cancel);
    }

    private async Task UnmakeAsync(MountSpec mount, long plan, CancellationToken cancel)
    {
        if (ledger.Images.GetValueOrDefault(mount.Disk!.Volume)?.Plan == plan)
        {
            await host.RemoveImageAsync(mount.Source, mount.Disk, cancel);
            ledger.ForgetImage(mount.Disk.Volume);
        }
    }

    private async Task AttachAsync(string target, MountSpec mount, CancellationToken cancel)
    {
        var owned = ledger.Mounts.GetValueOrDefault(target);
        var isOurs = owned?.Spec.IsSameAs(mount) == true;
        var top = await TopAsync(target, cancel);
        if (top is not null && !(isOurs && IsOwn(owned!, top)))
        {
            throw new HostException(Fault.Conflict,
                $"{top.Source} is mounted at {target} already.", "Plan anew.");
        }
        if (top is null)
        {
            owned = new(mount, isOurs && owned!.MadeFrom is { } made ? made : host.Absent(target),
                null);
            ledger.PutMount(target, owned);
            await host.MountAsync(target, mount, cancel);
            top = await TopAsync(target, cancel) ?? throw new HostException(Fault.Unavailable,
                $"{mount.Source} was mounted at {target}, and is not there.");
        }
        ledger.PutMount(target, owned! with { Spec = mount, Seen = top.Source });
    }

    private async Task DetachAsync(string target, MountSpec mount, CancellationToken cancel)
    {
        if (ledger.Mounts.GetValueOrDefault(target) is not { } owned
            || !owned.Spec.IsSameAs(mount))
        {
            return;
        }
        var top = await TopAsync(target, cancel);
        if (top is not null && !IsOwn(owned, top))
        {
            throw new HostException(Fault.Conflict,
                $"{top.Source} is mounted at {target} over what Loam mounted there.",
                $"Unmount it: umount {target}");
        }
        await host.UnmountAsync(target, mount, top is not null, cancel);
        if (owned.MadeFrom is { } upTo)
        {
            host.RemoveDirectories(target, upTo);
        }
        ledger.ForgetMount(target);
    }

    private async Task GrowAsync(MountSpec mount, CancellationToken cancel)
    {
        var disk = mount.Disk!;
        if (ledger.Images.GetValueOrDefault(disk.Volume) is not { } owned)
        {
            throw new HostException(Fault.NotFound,
                $"Volume {disk.Volume} has no image of Loam's.", "Plan anew.");
        }
        if (disk.Size > owned.Disk.Size)
        {
            await host.GrowAsync(mount.Source, disk, cancel);
            ledger.PutImage(disk.Volume, owned with { Disk = disk });
        }
    }

    private async Task SetAccessAsync(PlannedAction action, CancellationToken cancel)
    {
        var (path, change) = (action.Volume!.Path, action.Access!);
        var target = change.After;
        if (target is null && action.Volume.Mount is not null
            && await TopAsync(path, cancel) is null)
        {
            // What was noted is that of what is no longer attached.
            return;
        }
        if (directories.Look(path) is not { } there)
        {
            if (target is null || change.Before is null)
            {
                return;
            }
            throw new HostException(Fault.NotFound, $"{path} is gone.", "Plan anew.");
        }
        if (change.Before is null)
        {
            ledger.PutFormer(path, new(action.Token, new(there.Mode, there.Owner.ToString())));
        }
        target ??= ledger.Former(path, action.Token);
        if (target is not null)
        {
            directories.SetAccess(path, target.Mode,
                target.Owner is { } owner ? directories.Resolve(owner) ?? throw new HostException(
                    Fault.NotFound, $"There is no user or group {owner} to give {path} to.",
                    "Name a user that this machine has, or a number.") : null);
        }
    }

    /// <summary>Touches nothing: from now on it is kept as it is.</summary>
    private async Task AdoptAsync(string target, MountSpec mount, CancellationToken cancel)
    {
        var top = await TopAsync(target, cancel) ?? throw new HostException(Fault.NotFound,
            $"Nothing is mounted at {target} any more.", "Plan anew.");
        ledger.PutMount(target, new(mount, null, top.Source));
    }

    private Task Release(string target, MountSpec mount)
    {
        if (ledger.Mounts.GetValueOrDefault(target)?.Spec == mount)
        {
            ledger.ForgetMount(target);
        }
        return Task.CompletedTask;
    }

    private async Task<HostMount?> TopAsync(string target, CancellationToken cancel)
    {
        var place = host.Real(target);
        return (await host.MountsAsync(cancel)).LastOrDefault(m => m.Target == place);
    }
}
