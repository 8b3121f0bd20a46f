using System.Collections.Immutable;
using Loam.Core.Resources;

namespace Loam.Core.Observing;

/// <summary>An image or a logical volume that Loam made, in use or kept.</summary>
/// <param name="IsThere">Its file or volume is.</param>
public sealed record ObservedImage(string File, DiskImage Disk, bool IsThere);

/// <summary>What is attached at a directory that matters.</summary>
/// <param name="Owned">What Loam attached, or meant to, there; null: it is somebody else's.
/// </param>
/// <param name="Source">As the kernel has it; null: nothing is attached there now.</param>
/// <param name="IsOwn">What is attached is what Loam attached.</param>
public sealed record ObservedMount(
    string Target, MountSpec? Owned, string? Source, string? Type, bool IsOwn)
{
    /// <summary>Bytes it holds in all, and bytes in use; null: not looked at.</summary>
    public long? Total { get; init; }
    public long? Used { get; init; }

    /// <summary>Where the target leads, links followed.</summary>
    public string Place { get; init; } = Target;
}

/// <summary>A declared device of a volume group.</summary>
/// <param name="IsMember">The group has it.</param>
/// <param name="Holds">Why it cannot be taken in, as in "it holds an ext4 file system"; null: it
/// is in, or empty.</param>
public sealed record ObservedDevice(string Path, bool IsMember, long Bytes, string? Holds);

/// <summary>A volume group that was looked for.</summary>
/// <param name="IsThere">LVM knows it.</param>
/// <param name="Devices">All that are declared.</param>
public sealed record ObservedGroup(
    string Name, bool IsThere, ImmutableArray<ObservedDevice> Devices)
{
    /// <summary>Noted as the one that is declared.</summary>
    public bool IsKnown { get; init; }

    /// <summary>Bytes of one extent, of which a logical volume has a whole number.</summary>
    public long Extent { get; init; } = 4 << 20;

    /// <summary>Extents that nothing has.</summary>
    public long Free { get; init; }

    /// <summary>Its devices that are not declared.</summary>
    public ImmutableArray<string> Others { get; init; } = [];

    /// <summary>What LVM calls those of this name where there are several.</summary>
    public ImmutableArray<string> Doubles { get; init; } = [];

    /// <summary>Some of its devices are not there.</summary>
    public bool IsPartial { get; init; }

    /// <summary>Names of its logical volumes.</summary>
    public ImmutableArray<string> Volumes { get; init; } = [];

    /// <summary>Something that is no volume group has its place in /dev.</summary>
    public bool IsTaken { get; init; }
}

/// <summary>What the host has of storage.</summary>
/// <param name="Free">Bytes free where images lie.</param>
public sealed record ObservedStorage(
    ImmutableArray<ObservedImage> Images, ImmutableArray<ObservedMount> Mounts, long Free)
{
    public ImmutableArray<ObservedGroup> Groups { get; init; } = [];

    /// <summary>A file system can grow while it is in use; otherwise it is detached meanwhile.
    /// </summary>
    public bool GrowsOnline { get; init; } = true;

    /// <summary>What cannot be attached or made here, and why: by the name of a file system,
    /// <c>mkfs</c> (making and growing ext4), <c>loop</c>, <c>luks</c> or
    /// <c>lvm</c>.</summary>
    public ImmutableSortedDictionary<string, HostLack> Lacks { get; init; } =
        ImmutableSortedDictionary<string, HostLack>.Empty;

    public ObservedImage? Image(string volume) =>
        Images.FirstOrDefault(i => i.Disk.Volume == volume);

    /// <summary>Null: it was not looked for.</summary>
    public ObservedGroup? Group(string name) => Groups.FirstOrDefault(g => g.Name == name);

    public ObservedMount? At(string target) => Mounts.FirstOrDefault(m => m.Target == target);
}

/// <param name="What">A sentence.</param>
/// <param name="Remedy">A sentence.</param>
public sealed record HostLack(string What, string Remedy);

/// <summary>Numbers of a user and a group.</summary>
public readonly record struct DirectoryOwner(uint User, uint? Group)
{
    public override string ToString() => Group is { } group
        ? string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{User}:{group}")
        : string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{User}");
}
