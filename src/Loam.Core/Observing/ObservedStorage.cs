using System.Collections.Immutable;
using Loam.Core.Resources;

namespace Loam.Core.Observing;

/// <summary>An image that Loam made, in use or kept.</summary>
/// <param name="IsThere">Its file is.</param>
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

/// <summary>What the host has of storage.</summary>
/// <param name="Free">Bytes free where images lie.</param>
public sealed record ObservedStorage(
    ImmutableArray<ObservedImage> Images, ImmutableArray<ObservedMount> Mounts, long Free)
{
    /// <summary>A file system can grow while it is in use; otherwise it is detached meanwhile.
    /// </summary>
    public bool GrowsOnline { get; init; } = true;

    /// <summary>What cannot be attached or made here, and why: by the name of a file system,
    /// <c>mkfs</c> (making and growing ext4), <c>loop</c> or <c>luks</c>.</summary>
    public ImmutableSortedDictionary<string, HostLack> Lacks { get; init; } =
        ImmutableSortedDictionary<string, HostLack>.Empty;

    public ObservedImage? Image(string volume) =>
        Images.FirstOrDefault(i => i.Disk.Volume == volume);

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
