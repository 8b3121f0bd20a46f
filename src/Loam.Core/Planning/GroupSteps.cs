using System.Collections.Immutable;
using Loam.Core.Observing;
using Loam.Core.Resources;
using Loam.Core.StateFiles.Types;

namespace Loam.Core.Planning;

/// <summary>Volume groups of LVM: made of empty disks, given more of them, and taken over where
/// they are there already. Nothing is taken out of one, and none is deleted.</summary>
internal static class GroupSteps
{
    public static ResourceId Id(string name) => new(ResourceKind.Group, name);

    public static VolumeSpec Spec(VolumeGroup group) =>
        VolumeSteps.HostDirectory($"/dev/{group.Name}") with { Group = group };

    public static IEnumerable<StorageWork> Declared(PlanDraft draft) =>
        draft.After.Groups.Values.Select(g => Of(draft, g)).OfType<StorageWork>();

    private static StorageWork? Of(PlanDraft draft, VolumeGroup group)
    {
        var id = Id(group.Name);
        var spec = Spec(group);
        // Of one at which nobody could look nothing is known, and nothing is done.
        var seen = draft.Observed.Storage is { } storage && !storage.Lacks.ContainsKey("lvm")
            ? storage.Group(group.Name) : null;
        var action = seen is null || !StorageSteps.IsWanted(draft, id) ? null
            : Action(draft, spec, seen);
        return action is null && !draft.Changes.ContainsKey(id) ? null
            : new(spec.Path, draft.ChangeOf(id),
                action is { Group.Before.IsEmpty: true } ? Verb.Create : Verb.Update,
                Risk.Medium, action is null ? [] : [action],
                action is null ? [] : [.. Notes(action.Group!, seen!)]);
    }

    /// <returns>Null: it is as declared, or nothing that may be done makes it so.</returns>
    private static PlannedAction? Action(PlanDraft draft, VolumeSpec spec, ObservedGroup seen)
    {
        var members = seen.Devices.Where(d => d.IsMember).Select(d => d.Path).ToImmutableArray();
        // Who approves a group approves its disks; healing one takes none.
        ImmutableArray<string> more = draft.Changes.ContainsKey(Id(seen.Name))
            ? [.. spec.Group!.Devices.Except(members)] : [];
        // One that was there and is gone is not made anew; one of other disks is not this one.
        if (seen.IsThere ? members.IsEmpty : draft.Before.Groups.ContainsKey(seen.Name))
        {
            return null;
        }
        return more.IsEmpty && (members.IsEmpty || IsNoted(spec.Group!, seen)) ? null
            : new(ActionKind.SetGroup, seen.Name)
            {
                Volume = spec, Group = new(seen.Name, members, [.. members, .. more]),
                Token = draft.Observed.ObservedAt.UtcTicks,
            };
    }

    /// <summary>Of one that lacks a disk nothing more can be noted.</summary>
    private static bool IsNoted(VolumeGroup group, ObservedGroup seen) =>
        seen.IsKnown || seen.Devices.Count(d => d.IsMember) < group.Devices.Length;

    private static IEnumerable<string> Notes(GroupChange change, ObservedGroup seen)
    {
        foreach (var device in change.After.Except(change.Before))
        {
            var bytes = seen.Devices.First(d => d.Path == device).Bytes;
            yield return $"takes the empty disk {device}"
                + (bytes > 0 ? $", of {SizeType.About(bytes)}" : "");
        }
        if (change.Before.Length == change.After.Length)
        {
            yield return "is there already: nothing is touched";
        }
    }

    /// <summary>Those that are declared no more.</summary>
    public static IEnumerable<StorageWork> Gone(PlanDraft draft) => draft.Changes.Values
        .Where(c => c.Id.Kind == ResourceKind.Group && c.Verb == Verb.Delete)
        .Select(c => new StorageWork($"/dev/{c.Id.Name}", c, Verb.Delete, Risk.Low, [],
            [
                "its disks and all that is on them stay as they are",
                $"to delete it for good, with all its volumes: vgremove {c.Id.Name}",
            ])
        { Way = Way.InPlace });
}
