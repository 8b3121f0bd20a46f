using System.Collections.Immutable;
using Loam.Core.Diagnostics;
using Loam.Core.Observing;
using Loam.Core.Resources;
using Loam.Core.StateFiles.Types;

namespace Loam.Core.Planning;

/// <summary>What would go wrong with volume groups, and with volumes in them.</summary>
internal static class GroupChecks
{
    /// <summary>What LVM keeps at the beginning of a disk.</summary>
    private const long Head = 1 << 20;

    /// <summary>What Loam looks at there, in MiB.</summary>
    private const int Looked = 4;

    public static void All(PlanDraft draft, ImmutableArray<Step> steps, DiagnosticBag found)
    {
        foreach (var group in draft.After.Groups.Values)
        {
            var id = GroupSteps.Id(group.Name);
            if (draft.Observed.Storage?.Group(group.Name) is { } seen
                && (draft.Changes.ContainsKey(id) || StorageSteps.IsWanted(draft, id)))
            {
                Group(draft, seen, steps.FirstOrDefault(s => s.Id == id), found);
                if (!draft.Observed.Storage.Lacks.ContainsKey("lvm"))
                {
                    Room(draft, group, seen, steps, found);
                }
            }
        }
    }

    public static IEnumerable<string> Alerts(ObservedState observed) =>
        observed.Storage?.Lacks.GetValueOrDefault("lvm") is { } lack
            ? observed.Storage.Groups.Any(g => g.IsKnown)
                ? [$"Nobody knows how the volume groups are: {lack.What}"] : []
        : (observed.Storage?.Groups ?? []).SelectMany(Alerts);

    private static IEnumerable<string> Alerts(ObservedGroup seen) => !seen.IsThere
        ? seen.IsKnown ? [$"The volume group {seen.Name} is gone: none of its disks is there."] : []
        : [
            .. seen.IsPartial
                ? (string[])[$"A disk of the volume group {seen.Name} is missing."] : [],
            .. seen.Devices.Where(d => !d.IsMember).Select(d => Stray(seen, d)),
        ];

    private static string Stray(ObservedGroup group, ObservedDevice device) =>
        $"{device.Path} is not in the volume group {group.Name}.";

    private static void Group(
        PlanDraft draft, ObservedGroup seen, Step? step, DiagnosticBag found)
    {
        var at = At(draft, GroupSteps.Id(seen.Name));
        if (draft.Observed.Storage!.Lacks.GetValueOrDefault("lvm") is { } lack)
        {
            // What is approved is not stopped by it; who stands on it says so himself.
            if (draft.Changes.ContainsKey(GroupSteps.Id(seen.Name)))
            {
                found.Error(Codes.ProgramMissing, at, lack.What, lack.Remedy);
            }
            else
            {
                found.Warn(Codes.ProgramMissing, at, lack.What, lack.Remedy);
            }
            return;
        }
        if (!seen.Doubles.IsEmpty)
        {
            found.Error(Codes.StorageUnfit, at, $"There are {seen.Doubles.Length} volume groups "
                + $"{seen.Name}: {string.Join(" and ", seen.Doubles)}.",
                "`vgs -o vg_name,vg_uuid,pv_name` shows their disks. Give the other another name: "
                + $"vgrename {seen.Doubles[^1]} newname");
            return;
        }
        if (seen.Devices.IsEmpty)
        {
            found.Error(Codes.StorageUnfit, at, $"The volume group {seen.Name} has no devices.",
                "Name a disk that is empty, such as /dev/sdb; `lsblk` lists disks.");
        }
        else if (!seen.IsThere && draft.Before.Groups.ContainsKey(seen.Name))
        {
            found.Error(Codes.StorageUnfit, at,
                $"The volume group {seen.Name} is gone: it is on none of this machine's disks.",
                "Attach its disks again; or remove the group and its volumes, apply that, and "
                + "declare them under another name to begin with empty ones.");
        }
        else if (!seen.IsThere && seen.IsTaken)
        {
            found.Error(Codes.Foreign, at,
                $"/dev/{seen.Name} is there already, and is no volume group.",
                "Give the group another name.");
        }
        else if (seen.IsThere && !seen.Devices.Any(d => d.IsMember))
        {
            found.Error(Codes.Foreign, at, $"There is a volume group {seen.Name} already, on "
                + $"{string.Join(" and ", seen.Others)}.",
                "Name those as its devices, and it is taken over as it is; or give this one "
                + "another name.");
        }
        else
        {
            Devices(draft, seen, step, at, found);
        }
    }

    private static void Devices(PlanDraft draft, ObservedGroup seen, Step? step,
        Span? at, DiagnosticBag found)
    {
        if (!draft.Changes.ContainsKey(GroupSteps.Id(seen.Name)))
        {
            foreach (var device in seen.Devices.Where(d => !d.IsMember))
            {
                found.Warn(Codes.StorageUnfit, at, Stray(seen, device),
                    "It stays out. Leave it out of `devices`; who writes it there again is asked "
                    + "whether it may be taken.");
            }
        }
        else
        {
            foreach (var device in seen.Devices.Where(d => d.Holds is not null))
            {
                found.Error(Codes.StorageUnfit, at,
                    $"{device.Path} cannot be taken into the volume group {seen.Name}: "
                    + $"{device.Holds}.", Remedy(device));
            }
        }
        if (seen.IsPartial && step is { Actions.IsEmpty: false })
        {
            found.Error(Codes.StorageUnfit, at,
                $"A disk of the volume group {seen.Name} is missing.",
                "Attach it again; `pvs` names it.");
        }
        if (seen.Others.IsEmpty || !draft.Changes.ContainsKey(GroupSteps.Id(seen.Name)))
        {
            return;
        }
        var others = string.Join(" and ", seen.Others);
        var what = $"The volume group {seen.Name} is on {others} as well.";
        if (draft.Context.IsRevert)
        {
            found.Warn(Codes.StorageUnfit, at, what, "It stays so.");
            return;
        }
        found.Error(Codes.StorageUnfit, at, what,
            $"Write {others} among its devices. To take a disk out, move what is on it with "
            + $"`pvmove`, then `vgreduce {seen.Name}` with its name; then leave it out.");
    }

    /// <summary>Nothing at both ends is nothing on it.</summary>
    private static string Remedy(ObservedDevice device) => device.Bytes < Head ?
        "`lsblk` lists the disks of this machine."
        : $"Take another disk. If nothing on this one is needed: dd if=/dev/zero of={device.Path} "
            + $"bs=1M count={Looked}; dd if=/dev/zero of={device.Path} bs=1M "
            + $"seek={(device.Bytes >> 20) - 1}";

    /// <summary>A logical volume has all its room from the beginning.</summary>
    private static void Room(PlanDraft draft, VolumeGroup group, ObservedGroup seen,
        ImmutableArray<Step> steps, DiagnosticBag found)
    {
        var storage = draft.Observed.Storage!;
        var taken = steps.SelectMany(s => s.Actions)
            .LastOrDefault(a => a.Kind == ActionKind.SetGroup && a.Target == group.Name)?.Group;
        if (!seen.IsThere && taken is null)
        {
            return;
        }
        var free = seen.Free + (taken is null ? 0 : seen.Devices
            .Where(d => taken.After.Contains(d.Path) && !d.IsMember)
            .Sum(d => Math.Max(0, d.Bytes - Head) / seen.Extent));
        foreach (var action in steps.SelectMany(s => s.Actions).Where(
            a => a.Kind is ActionKind.MakeImage or ActionKind.GrowImage
                && a.Volume!.Mount!.Disk!.Group == group.Name))
        {
            var needed = Extents(action.Volume!.Mount!.Disk!.Size)
                - (action.Kind == ActionKind.MakeImage ? 0
                    : Extents(storage.Image(action.Target)!.Disk.Size));
            if (needed > free)
            {
                found.Error(Codes.StorageUnfit, At(draft, VolumeSteps.Id(action.Target)),
                    $"Volume {action.Target} takes {SizeType.Words(needed * seen.Extent)} more of "
                    + $"the volume group {group.Name}, which has "
                    + $"{SizeType.Words(free * seen.Extent)} free.",
                    "Make it smaller, or give the group another disk.");
            }
            free -= needed;
        }

        long Extents(long bytes) => (bytes + seen.Extent - 1) / seen.Extent;
    }

    private static Span? At(PlanDraft draft, ResourceId id) =>
        draft.After.Resources.GetValueOrDefault(id)?.At;
}
