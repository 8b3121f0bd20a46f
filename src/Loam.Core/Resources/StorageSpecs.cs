using System.Collections.Immutable;

namespace Loam.Core.Resources;

/// <summary>A file or a logical volume of the host that holds a file system.</summary>
/// <param name="Volume">The volume that lives in it.</param>
/// <param name="Size">Bytes that it may have; a sparse file takes what is used.</param>
/// <param name="IsEncrypted">By LUKS, with a key of its own.</param>
public sealed record DiskImage(string Volume, long Size, bool IsEncrypted)
{
    /// <summary>The volume group it is a logical volume of; null: it is a file.</summary>
    public string? Group { get; init; }
}

/// <param name="Devices">As they are declared.</param>
public sealed record VolumeGroup(string Name, ImmutableArray<string> Devices);

/// <summary>Devices of a volume group before and after; none: there is no such group.</summary>
public sealed record GroupChange(
    string Name, ImmutableArray<string> Before, ImmutableArray<string> After)
{
    public override string ToString() =>
        $"{Name} {string.Join(',', Before)}>{string.Join(',', After)}";
}

/// <summary>What is attached at a directory.</summary>
/// <param name="Source">Device, <c>UUID=…</c>, directory, server, or the image's file.</param>
/// <param name="Options">Joined with commas, in the order they are written; a secret's as it
/// stands in the file.</param>
public sealed record MountSpec(string Source, string Type, string Options)
{
    /// <summary>Null: not one of Loam's own images.</summary>
    public DiskImage? Disk { get; init; }

    /// <summary>Ciphertext of the secret that the options name; null: they name none.</summary>
    public string? Sealed { get; init; }

    /// <summary>The same thing, whatever its size.</summary>
    public bool IsSameAs(MountSpec? other) => other is not null
        && WithSize(0) == other.WithSize(0);

    private MountSpec WithSize(long size) =>
        Disk is null ? this : this with { Disk = Disk with { Size = size } };
}

/// <summary>Who may use a directory.</summary>
/// <param name="Mode">Unix permission bits; null: as they are.</param>
/// <param name="Owner">User name, uid or uid:gid; null: as it is.</param>
public sealed record VolumeAccess(int? Mode, string? Owner);

/// <param name="Before">As it was seen; null: it could not be seen, and is noted when it is
/// changed.</param>
/// <param name="After">As it is to be; null: as it was noted.</param>
public sealed record AccessChange(VolumeAccess? Before, VolumeAccess? After);

/// <param name="Source">Device, <c>UUID=…</c>, directory or server.</param>
/// <param name="Secret">Name of the secret among the options; null: none.</param>
public sealed record Mount(
    string Target, string Source, string Type, string Options, string? Secret);

/// <param name="Plan">Names the plan that made it, so that only that one takes it back.</param>
public sealed record OwnedImage(string File, DiskImage Disk, long Plan);

/// <summary>Devices change their names from one start to the next.</summary>
/// <param name="Devices">As declared, to what LVM calls each.</param>
public sealed record OwnedGroup(ImmutableSortedDictionary<string, string> Devices);

/// <param name="MadeFrom">The topmost directory that was made for it; null: none was.</param>
/// <param name="Seen">What the kernel calls its source; null: not seen yet.</param>
public sealed record OwnedMount(MountSpec Spec, string? MadeFrom, string? Seen);

/// <summary>How a directory was before it was changed.</summary>
/// <param name="Plan">Names the plan that changed it.</param>
public sealed record FormerAccess(long Plan, VolumeAccess Access);

/// <summary>Images, mounts, former rights and volume groups, which carry no label: by volume, by
/// target, by directory, by name.</summary>
public sealed record OwnedStorage(
    ImmutableSortedDictionary<string, OwnedImage> Images,
    ImmutableSortedDictionary<string, OwnedMount> Mounts,
    ImmutableSortedDictionary<string, FormerAccess> Former)
{
    /// <summary>By name; null: written before there were any.</summary>
    public ImmutableSortedDictionary<string, OwnedGroup>? Groups { get; init; }
}
