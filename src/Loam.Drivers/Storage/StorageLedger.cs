using System.Collections.Immutable;
using Loam.Core.Json;
using Loam.Core.Reconciling;
using Loam.Core.Resources;
using Loam.Drivers.Files;

namespace Loam.Drivers.Storage;

/// <summary>Which images and mounts are Loam's own, and which disks a volume group is on.
/// </summary>
/// <param name="path">Null: it is kept in memory only.</param>
public sealed class StorageLedger(string? path) : JsonLedger<OwnedStorage>(
    path, LoamJson.Default.OwnedStorage, new(
        ImmutableSortedDictionary<string, OwnedImage>.Empty,
        ImmutableSortedDictionary<string, OwnedMount>.Empty,
        ImmutableSortedDictionary<string, FormerAccess>.Empty), "volumes and mounts")
{
    public ImmutableSortedDictionary<string, OwnedImage> Images => Kept.Images;
    public ImmutableSortedDictionary<string, OwnedMount> Mounts => Kept.Mounts;

    public ImmutableSortedDictionary<string, OwnedGroup> Groups =>
        Kept.Groups ?? ImmutableSortedDictionary<string, OwnedGroup>.Empty;

    public bool IsEmpty => Images.IsEmpty && Mounts.IsEmpty;

    /// <exception cref="HostException">Exhausted: no room. Then nothing may be changed.
    /// </exception>
    public void PutImage(string volume, OwnedImage image) =>
        Keep(Kept with { Images = Images.SetItem(volume, image) });

    public void ForgetImage(string volume) =>
        Keep(Kept with { Images = Images.Remove(volume) });

    public void PutMount(string target, OwnedMount mount)
    {
        if (Mounts.GetValueOrDefault(target) != mount)
        {
            Keep(Kept with { Mounts = Mounts.SetItem(target, mount) });
        }
    }

    public void ForgetMount(string target) =>
        Keep(Kept with { Mounts = Mounts.Remove(target) });

    public void PutGroup(string name, OwnedGroup group) =>
        Keep(Kept with { Groups = Groups.SetItem(name, group) });

    public void ForgetGroup(string name) => Keep(Kept with { Groups = Groups.Remove(name) });

    /// <summary>How a directory was before a plan changed it; the first note of a plan stays.
    /// </summary>
    public void PutFormer(string path, FormerAccess former)
    {
        if (Former(path, former.Plan) is null)
        {
            Keep(Kept with { Former = Kept.Former.SetItem(path, former) });
        }
    }

    /// <summary>Null: that plan changed nothing there.</summary>
    public VolumeAccess? Former(string path, long plan) =>
        Kept.Former.GetValueOrDefault(path) is { } former && former.Plan == plan
            ? former.Access : null;
}
