using System.Collections.Immutable;
using Loam.Core.Diagnostics;
using Loam.Core.Observing;
using Loam.Core.Resources;
using Loam.Core.StateFiles.Checks;
using Loam.Core.StateFiles.Types;

namespace Loam.Core.Planning;

/// <summary>What would go wrong with volumes and mounts on this machine.</summary>
internal static class StorageChecks
{
    public static void All(PlanDraft draft, ImmutableArray<Step> steps, DiagnosticBag found)
    {
        foreach (var volume in draft.After.Volumes.Values)
        {
            var step = steps.FirstOrDefault(s => s.Id == VolumeSteps.Id(volume.Name));
            Volume(draft, volume, step, found);
            Owner(draft, volume, step, found);
        }
        foreach (var mount in draft.After.Mounts.Values)
        {
            Mount(draft, mount, steps.FirstOrDefault(s => s.Id == MountSteps.Id(mount.Target)),
                found);
        }
        GroupChecks.All(draft, steps, found);
        StillUsed(draft, steps, found);
        Room(draft, steps, found);
    }

    private static void Volume(
        PlanDraft draft, Volume volume, Step? step, DiagnosticBag found)
    {
        var (id, spec) = (VolumeSteps.Id(volume.Name), VolumeSteps.Spec(draft.Context, volume));
        var at = At(draft, id);
        var image = draft.Observed.Storage?.Image(volume.Name);
        var seen = VolumeSteps.Seen(draft, spec);
        if (volume.Size is not { } size)
        {
            if (volume.IsEncrypted)
            {
                found.Error(Codes.StorageUnfit, at,
                    $"Volume {volume.Name} is a directory, which cannot be encrypted by itself.",
                    "Give it a `size:`: then it is a file system of its own.");
            }
            if (Does(step, ActionKind.Detach) && seen is { IsEmpty: false })
            {
                found.Error(Codes.StorageUnfit, at,
                    $"Volume {volume.Name} has data in a file system of its own, which a "
                    + "directory would not have.",
                    $"Declare a new volume, and copy what is in {spec.Path} there; or keep its "
                    + "size.");
            }
            return;
        }
        Lacks(draft, at, spec, step, found);
        if (image is not null && image.Disk.Group != volume.Group && step is not null
            && (image.IsThere || draft.Before.Volumes.ContainsKey(volume.Name)))
        {
            found.Error(Codes.StorageUnfit, at,
                $"Volume {volume.Name} has its data in {image.File}, and they do not move by "
                + "themselves.",
                "Declare a new volume, and copy the data there; or, if they are not needed: "
                + VolumeSteps.Deletion(new(image.File, "ext4", "") { Disk = image.Disk }));
        }
        else if (image is null && volume.Group is { } group
            && draft.Observed.Storage?.Group(group)?.Volumes.Contains(volume.Name) == true)
        {
            found.Error(Codes.Foreign, at, $"There is a logical volume {group}/{volume.Name} "
                + "already, and Loam did not make it.",
                $"Give the volume another name; or declare it under `mounts:`, with the source "
                + $"{spec.Mount!.Source}.");
        }
        else if (image is not null && image.Disk.IsEncrypted != volume.IsEncrypted
            && step is not null)
        {
            found.Error(Codes.StorageUnfit, at,
                $"Volume {volume.Name} is {(image.Disk.IsEncrypted ? "" : "not ")}encrypted, "
                + "which cannot be changed in place.",
                "Declare a new volume, and copy the data there.");
        }
        else if (image is { IsThere: false } && draft.Before.Volumes.ContainsKey(volume.Name)
            && draft.Observed.Storage?.At(spec.Path) is not { IsOwn: true }
            && StorageSteps.IsWanted(draft, id))
        {
            found.Error(Codes.StorageUnfit, at,
                $"The data of volume {volume.Name} is gone: {image.File} is not there.",
                (volume.Group is null ? "Put that file back; or remove the volume, apply that, "
                    + "and declare it anew" : "Put its disks back; or remove the volume, apply "
                    + "that, and declare it under another name")
                + " to begin with an empty one and restore a copy into it.");
        }
        Shrinks(draft, volume, size, image, at, found);
        Occupied(draft, spec, seen, step, at, found);
    }

    /// <summary>Something is where the volume or mount is to be attached.</summary>
    private static void Occupied(PlanDraft draft, VolumeSpec spec, ObservedVolume? seen,
        Step? step, Span? at, DiagnosticBag found)
    {
        var there = draft.Observed.Storage?.At(spec.Path);
        if (there is { Source: not null, IsOwn: false } && step is not null
            && !Does(step, ActionKind.AdoptMount))
        {
            found.Error(Codes.Foreign, at,
                $"{there.Source} is mounted at {spec.Path}, and Loam did not do it.",
                spec.Mount!.Disk is null
                    ? $"Take it over as it is with `loam adopt {spec.Path}`; or unmount it first, "
                        + $"then Loam mounts it: umount {spec.Path}"
                    : "Unmount it, or give the volume another path.");
        }
        else if (Does(step, ActionKind.Attach) && there?.Source is null
            && seen is { IsEmpty: false })
        {
            if (spec.Mount!.Disk is null)
            {
                found.Warn(Codes.StorageUnfit, at,
                    $"{spec.Path} has files in it, which cannot be seen while something is "
                    + "mounted there.", "Move them away if they are needed.");
                return;
            }
            found.Error(Codes.StorageUnfit, at,
                $"{spec.Path} has data in it, which would be hidden behind the new volume "
                + $"{spec.Name}.", draft.Before.Volumes.ContainsKey(spec.Name)
                    ? "Declare a new volume with a size, stop what uses this one, copy the data "
                        + "there, and let the services use the new one."
                    : "Move it away, or give the volume another path.");
        }
    }

    /// <summary>A revert to an earlier generation is never held up by growth, which harms nothing.
    /// </summary>
    private static void Shrinks(PlanDraft draft, Volume volume, long size, ObservedImage? image,
        Span? at, DiagnosticBag found)
    {
        if (image is not { IsThere: true } || size >= image.Disk.Size
            || draft.Before.Volumes.GetValueOrDefault(volume.Name)?.Size == size
            || !draft.Changes.ContainsKey(VolumeSteps.Id(volume.Name)))
        {
            return;
        }
        var what = $"Volume {volume.Name} has {SizeType.Words(image.Disk.Size)} and cannot "
            + $"shrink to {SizeType.Words(size)}.";
        if (draft.Context.IsRevert)
        {
            found.Warn(Codes.StorageUnfit, at, what, "It stays as large as it is.");
            return;
        }
        found.Error(Codes.StorageUnfit, at, what,
            $"Write `size: {SizeType.Words(image.Disk.Size)}` or more; or declare a smaller new "
            + "volume, and copy the data there.");
    }

    private static void Lacks(
        PlanDraft draft, Span? at, VolumeSpec spec, Step? step, DiagnosticBag found)
    {
        var lacks = draft.Observed.Storage?.Lacks;
        string[] needs =
        [
            .. Does(step, ActionKind.MakeImage) || Does(step, ActionKind.GrowImage)
                ? (string[])["mkfs"] : [],
            .. Does(step, ActionKind.Attach) ? (string[])[spec.Mount!.Type] : [],
            .. Does(step, ActionKind.GrowImage) && !Does(step, ActionKind.Attach)
                && spec.Mount!.Disk!.Group is not null ? (string[])["lvm"] : [],
            .. Does(step, ActionKind.Attach) && spec.Mount!.Disk is { } disk
                ? Below(disk) : [],
        ];
        foreach (var need in needs)
        {
            if (lacks?.GetValueOrDefault(need) is { } lack)
            {
                found.Error(Codes.ProgramMissing, at, lack.What, lack.Remedy);
            }
        }
    }

    /// <summary>What its file system stands on.</summary>
    private static IEnumerable<string> Below(DiskImage disk) => (disk.Group, disk.IsEncrypted)
        switch
    {
        (null, false) => ["loop"],
        (null, true) => ["luks"],
        (_, false) => ["lvm"],
        (_, true) => ["lvm", "luks"],
    };

    private static void Owner(
        PlanDraft draft, Volume volume, Step? step, DiagnosticBag found)
    {
        if (volume.Owner is { } owner && step is { Actions.IsEmpty: false }
            && Seen(draft, volume) is { Wanted: null }
            && !draft.After.Users.ContainsKey(owner.Split(':')[0]))
        {
            found.Error(Codes.StorageUnfit, At(draft, VolumeSteps.Id(volume.Name)),
                $"There is no user or group for the owner {owner} of volume {volume.Name}.",
                "Name a user that this machine has, write its number, or declare it in "
                + "security.yaml.");
        }
    }

    private static ObservedVolume? Seen(PlanDraft draft, Volume volume) =>
        VolumeSteps.Seen(draft, VolumeSteps.Spec(draft.Context, volume));

    private static void Mount(PlanDraft draft, Mount mount, Step? step, DiagnosticBag found)
    {
        var spec = MountSteps.Spec(draft.After, mount);
        var at = At(draft, MountSteps.Id(mount.Target));
        var place = draft.Observed.Storage?.At(mount.Target)?.Place ?? mount.Target;
        if (step is not null && (StoragePlaces.Holds(place, draft.Context.VolumeRoot)
            || StoragePlaces.Holds(place, draft.Context.VolumePlace)))
        {
            found.Error(Codes.StorageUnfit, at,
                $"Loam's own data lies in {place}, and would be hidden.",
                "Mount it elsewhere.");
        }
        Lacks(draft, at, spec, step, found);
        Occupied(draft, spec, VolumeSteps.Seen(draft, spec), step, at, found);
    }

    /// <summary>A service would lose what it stands on.</summary>
    private static void StillUsed(
        PlanDraft draft, ImmutableArray<Step> steps, DiagnosticBag found)
    {
        var gone = steps.Where(s => s.Verb == Verb.Delete)
            .SelectMany(s => s.Actions.Where(a => a.Kind == ActionKind.Detach))
            .Select(a => a.Volume!.Path).ToList();
        foreach (var service in draft.After.Services.Values)
        {
            var uses = StorageSteps.PathsOf(draft.Context, draft.After, service).FirstOrDefault(
                p => gone.Exists(g => StoragePlaces.Holds(g, p)));
            if (uses is not null)
            {
                found.Error(Codes.StorageUnfit, draft.Where(service),
                    $"{service.Name} uses {uses}, which would not be attached any more.",
                    $"Keep it, or take it from the volumes of {service.Name}.");
            }
        }
    }

    /// <summary>A sparse file can be larger than the disk: whoever writes then fails.</summary>
    private static void Room(
        PlanDraft draft, ImmutableArray<Step> steps, DiagnosticBag found)
    {
        foreach (var action in steps.SelectMany(s => s.Actions).Where(
            a => a.Kind is ActionKind.MakeImage or ActionKind.GrowImage
                && a.Volume!.Mount!.Disk!.Group is null))
        {
            var storage = draft.Observed.Storage!;
            var more = action.Volume!.Mount!.Disk!.Size - (action.Kind == ActionKind.MakeImage ? 0
                : storage.Image(action.Target)!.Disk.Size);
            if (more > storage.Free)
            {
                found.Warn(Codes.StorageUnfit, At(draft, VolumeSteps.Id(action.Target)),
                    $"Volume {action.Target} may take {SizeType.About(more)} more, and "
                    + $"{SizeType.About(storage.Free)} are free: before it is full, the disk is.",
                    "Free some space, or make the volume smaller.");
            }
        }
    }

    /// <summary>Sized volumes that are nearly full, and volume groups that lack a disk.</summary>
    public static IEnumerable<string> Alerts(ObservedState observed) =>
        Full(observed).Concat(GroupChecks.Alerts(observed));

    private static IEnumerable<string> Full(ObservedState observed) =>
        (observed.Storage?.Mounts ?? []).Where(m => m is
        {
            Owned.Disk: not null, Total: > 0, Used: { } used,
        } && used > m.Total * Limits.FullPercent / 100).Select(m =>
            $"Volume {m.Owned!.Disk!.Volume} is {m.Used * 100 / m.Total} % full: "
            + $"{SizeType.About(m.Used!.Value)} of {SizeType.About(m.Total!.Value)}. Make its size "
            + "in storage.yaml larger"
            + (observed.Storage!.GrowsOnline ? "; it grows while services go on." : "."));

    private static bool Does(Step? step, ActionKind kind) =>
        step?.Actions.Any(a => a.Kind == kind) == true;

    private static Span? At(PlanDraft draft, ResourceId id) =>
        draft.After.Resources.GetValueOrDefault(id)?.At;
}
