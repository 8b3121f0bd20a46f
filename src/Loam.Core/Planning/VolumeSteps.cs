using System.Collections.Immutable;
using Loam.Core.Observing;
using Loam.Core.Resources;
using Loam.Core.StateFiles.Types;

namespace Loam.Core.Planning;

/// <summary>Volumes: directories, and file systems in images or logical volumes.</summary>
internal static class VolumeSteps
{
    /// <summary>rwxr-xr-x</summary>
    private const int DirectoryMode = 0b111_101_101;

    public static VolumeSpec Spec(PlanningContext context, Volume volume) => new(
        volume.Name, ContainerPlanning.PathOf(context, volume),
        volume.Permissions is null ? DirectoryMode : Convert.ToInt32(volume.Permissions, 8),
        volume.Owner)
    {
        Mount = volume.Size is not { } size ? null
            : new(volume.Group is { } group ? $"/dev/{group}/{volume.Name}"
                : ImageOf(context, volume.Name), "ext4", "")
            {
                Disk = new(volume.Name, size, volume.IsEncrypted) { Group = volume.Group },
            },
    };

    public static string ImageOf(PlanningContext context, string volume) =>
        $"{context.VolumeRoot}/.images/{volume}.ext4";

    public static VolumeSpec HostDirectory(string path) => new(path, path, DirectoryMode, null);

    public static ResourceId Id(string name) => new(ResourceKind.Volume, name);

    public static ObservedVolume? Seen(PlanDraft draft, VolumeSpec spec) =>
        draft.Observed.Volumes.FirstOrDefault(v => v.Name == spec.Name && v.Path == spec.Path);

    public static IEnumerable<StorageWork> Declared(PlanDraft draft) =>
        draft.After.Volumes.Values.Select(v => v.Size is null ? OfDirectory(draft, v)
            : OfImage(draft, v)).OfType<StorageWork>();

    /// <summary>A directory that vanished is made again whenever something is changed: the services
    /// on it could not start.</summary>
    private static StorageWork? OfDirectory(PlanDraft draft, Volume volume)
    {
        var spec = Spec(draft.Context, volume);
        var seen = Seen(draft, spec);
        var detached = Attached(draft, volume.Name).ToImmutableArray();
        var stays = seen is not null && detached.IsEmpty;
        var access = stays ? Access(draft, volume, spec, seen) : null;
        if (stays && access is null && !draft.Changes.ContainsKey(Id(volume.Name)))
        {
            return null;
        }
        return new(spec.Path, draft.ChangeOf(Id(volume.Name)),
            seen is not null ? Verb.Update : Verb.Create, Risk.Low,
            [
                .. detached,
                .. stays ? Optional(access)
                    : [new PlannedAction(ActionKind.CreateVolume, volume.Name) { Volume = spec }],
            ],
            [
                .. AccessNotes(access), .. BackupNotes.OfVolume(draft.After.Backups, volume.Name),
            ]);
    }

    private static StorageWork? OfImage(PlanDraft draft, Volume volume)
    {
        var id = Id(volume.Name);
        var spec = Spec(draft.Context, volume);
        var storage = draft.Observed.Storage;
        var image = storage?.Image(volume.Name);
        var isFresh = image is null
            || (!image.IsThere && !draft.Before.Volumes.ContainsKey(id.Name));
        var isLive = storage?.At(spec.Path) is { IsOwn: true } here
            && here.Owned!.IsSameAs(spec.Mount);
        var actions = ImmutableArray.CreateBuilder<PlannedAction>();
        if (!isLive && (image?.IsThere == true || isFresh) && StorageSteps.IsWanted(draft, id))
        {
            if (isFresh)
            {
                actions.Add(Make(draft, spec));
            }
            actions.AddRange(Attached(draft, volume.Name)
                .Where(a => a.Volume!.Path != spec.Path || !a.Volume.Mount!.IsSameAs(spec.Mount)));
            actions.Add(new(ActionKind.Attach, volume.Name) { Volume = spec });
        }
        if (!isFresh && volume.Size > image!.Disk.Size && (isLive || actions.Count > 0)
            && draft.IsInScope(id))
        {
            PlannedAction grow = new(ActionKind.GrowImage, volume.Name) { Volume = spec };
            if (storage!.GrowsOnline)
            {
                actions.Add(grow);
            }
            else if (isLive)
            {
                actions.AddRange(Attached(draft, volume.Name));
                actions.Add(grow);
                actions.Add(new(ActionKind.Attach, volume.Name) { Volume = spec });
            }
            else
            {
                actions.Insert(actions.Count - 1, grow);
            }
        }
        if (isLive || actions.Count > 0)
        {
            actions.AddRange(Optional(
                Access(draft, volume, spec, isLive ? Seen(draft, spec) : null)));
        }
        return actions.Count == 0 && !draft.Changes.ContainsKey(id) ? null
            : new(spec.Path, draft.ChangeOf(id), isFresh ? Verb.Create : Verb.Update, Risk.Low,
                actions.ToImmutable(),
                [
                    .. Notes(draft, spec, image, actions.ToImmutable()),
                    .. BackupNotes.OfVolume(draft.After.Backups, volume.Name),
                ]);
    }

    private static PlannedAction Make(PlanDraft draft, VolumeSpec spec) =>
        new(ActionKind.MakeImage, spec.Name)
        {
            Volume = spec, Token = draft.Observed.ObservedAt.UtcTicks,
        };

    /// <summary>Wherever the volume's image is attached now, it is no more.</summary>
    private static IEnumerable<PlannedAction> Attached(PlanDraft draft, string volume) =>
        (draft.Observed.Storage?.Mounts ?? []).Where(m => m.Owned?.Disk?.Volume == volume)
            .Select(m => new PlannedAction(ActionKind.Detach, volume)
            {
                Volume = HostDirectory(m.Target) with { Name = volume, Mount = m.Owned },
            });

    private static IEnumerable<PlannedAction> Optional(PlannedAction? action) =>
        action is null ? [] : [action];

    /// <param name="seen">Null: it cannot be seen before it is attached.</param>
    /// <returns>Null: it is as declared, or nothing is.</returns>
    private static PlannedAction? Access(
        PlanDraft draft, Volume volume, VolumeSpec spec, ObservedVolume? seen)
    {
        var mode = volume.Permissions is not null && seen?.Mode != spec.Mode
            ? spec.Mode : (int?)null;
        var owner = volume.Owner is not null && !Has(seen) ? volume.Owner : null;
        if ((mode is null && owner is null)
            || (seen is not null && !draft.IsInScope(Id(volume.Name))))
        {
            return null;
        }
        return new(ActionKind.SetAccess, volume.Name)
        {
            Volume = spec,
            Access = new(seen is null ? null : new(mode is null ? null : seen.Mode,
                owner is null ? null : seen.Owner?.ToString()), new(mode, owner)),
            Token = draft.Observed.ObservedAt.UtcTicks,
        };
    }

    /// <summary>It belongs to whom it is declared to.</summary>
    private static bool Has(ObservedVolume? seen) =>
        seen is { Owner: { } owner, Wanted: { } wanted } && owner.User == wanted.User
            && (wanted.Group is null || wanted.Group == owner.Group);

    /// <summary>Those that are declared no more. Their data is kept.</summary>
    public static IEnumerable<StorageWork> Gone(PlanDraft draft)
    {
        foreach (var change in draft.Changes.Values.Where(
            c => c.Id.Kind == ResourceKind.Volume && c.Verb == Verb.Delete))
        {
            var spec = Spec(draft.Context, draft.Before.Volumes[change.Id.Name]);
            yield return new(spec.Path, change, Verb.Delete, Risk.Medium,
                [.. Attached(draft, spec.Name)],
                spec.Mount is null
                    ? [$"the data stays in {spec.Path}; delete that directory by hand to free its "
                        + "space"]
                    :
                    [
                        $"the data stays in {spec.Mount.Source}: who declares the volume again has "
                            + "it again",
                        "to delete it for good: " + Deletion(spec.Mount),
                    ])
            { Way = Way.InPlace };
        }
        foreach (var stray in (draft.Observed.Storage?.Mounts ?? []).Where(m => draft.Context.Heal
            && m.Owned?.Disk is { } disk && !draft.After.Volumes.ContainsKey(disk.Volume)))
        {
            var id = Id(stray.Owned!.Disk!.Volume);
            yield return new(stray.Target, draft.ChangeOf(id), Verb.Delete, Risk.Medium,
                [.. Attached(draft, id.Name)], [$"the data stays in {stray.Owned.Source}"])
            { Way = Way.InPlace };
        }
    }

    /// <summary>What somebody types who wants the data gone.</summary>
    public static string Deletion(MountSpec kept) => kept.Disk!.Group is { } group
        ? $"lvremove {group}/{kept.Disk.Volume}" : $"rm {kept.Source}";

    /// <summary>Only where it was otherwise.</summary>
    private static IEnumerable<string> AccessNotes(PlannedAction? action)
    {
        if (action?.Access is not { Before: { } before, After: { } after })
        {
            yield break;
        }
        if (after.Mode is { } mode)
        {
            yield return $"permissions {Octal(before.Mode!.Value)} → {Octal(mode)}";
        }
        if (after.Owner is { } owner)
        {
            yield return $"owner {before.Owner} → {owner}";
        }
    }

    private static string Octal(int mode) => Convert.ToString(mode, 8).PadLeft(4, '0');

    private static IEnumerable<string> Notes(PlanDraft draft, VolumeSpec spec,
        ObservedImage? image, ImmutableArray<PlannedAction> actions)
    {
        var disk = spec.Mount!.Disk!;
        foreach (var action in actions)
        {
            switch (action.Kind)
            {
                case ActionKind.MakeImage:
                    yield return $"{SizeType.Words(disk.Size)} of ext4 in {spec.Mount.Source}"
                        + (disk.IsEncrypted ? ", encrypted with a key of its own" : "")
                        + (disk.Group is null ? "; it takes space as it is used" : "");
                    break;
                case ActionKind.Attach when image?.IsThere == true
                    && !draft.Before.Volumes.ContainsKey(spec.Name):
                    yield return $"its data from before, in {spec.Mount.Source}, is there again";
                    break;
                case ActionKind.Detach when action.Volume!.Path != spec.Path:
                    yield return $"moves from {action.Volume.Path} to {spec.Path}";
                    break;
                case ActionKind.GrowImage:
                    yield return $"{SizeType.Words(image!.Disk.Size)} → "
                        + $"{SizeType.Words(disk.Size)}, "
                        + (draft.Observed.Storage!.GrowsOnline ? "while services go on"
                            : "with its services stopped: Loam may not do it meanwhile here")
                        + "; it stays so large if the change is taken back, which harms nothing";
                    break;
                case ActionKind.SetAccess:
                    foreach (var line in AccessNotes(action))
                    {
                        yield return line;
                    }
                    break;
            }
        }
    }
}
