using System.Collections.Immutable;
using Loam.Core.Observing;
using Loam.Core.Reconciling;
using Loam.Core.Resources;

namespace Loam.Drivers.Storage;

/// <summary>Something that is attached.</summary>
/// <param name="Source">As the kernel has it, with the part of it that is attached.</param>
/// <param name="Image">The file that it lies in; null: none of Loam's.</param>
public sealed record HostMount(string Target, string Source, string Type, string? Image);

/// <summary>A physical volume.</summary>
/// <param name="Path">As the kernel calls it now.</param>
/// <param name="Uuid">As LVM calls it always.</param>
/// <param name="IsUsed">Something of a logical volume is on it.</param>
public sealed record HostDevice(string Path, string Uuid, bool IsUsed)
{
    /// <summary>What <see cref="IStorageHost.Content"/> says of one.</summary>
    public const string Held = "it holds a physical volume of LVM";
}

/// <param name="Uuid">As LVM calls it always; of one name there may be two.</param>
/// <param name="Extent">Bytes of one extent.</param>
/// <param name="Free">Extents that nothing has.</param>
/// <param name="Volumes">Bytes of its logical volumes, by name.</param>
public sealed record HostGroup(string Name, string Uuid, long Extent, long Free,
    ImmutableArray<HostDevice> Devices, ImmutableSortedDictionary<string, long> Volumes)
{
    /// <summary>Some of its devices are not there.</summary>
    public bool IsPartial { get; init; }

    /// <summary>The plan that made it; null: no plan of Loam's.</summary>
    public long? Plan { get; init; }
}

/// <param name="Unused">Physical volumes that are in no group.</param>
public sealed record HostGroups(
    ImmutableArray<HostGroup> Groups, ImmutableArray<HostDevice> Unused)
{
    public static readonly HostGroups None = new([], []);

    public HostGroup? Group(string name) => Groups.FirstOrDefault(g => g.Name == name);

    /// <summary>What LVM calls those that share a name; empty: nobody does.</summary>
    public ImmutableArray<string> Doubles(string name) =>
        Groups.Count(g => g.Name == name) < 2 ? []
            : [.. Groups.Where(g => g.Name == name).Select(g => g.Uuid)];
}

/// <summary>Images and mounts of a machine. The simulation has its own beneath the same driver.
/// Every call may be repeated.</summary>
public interface IStorageHost
{
    /// <summary>What is attached; of two at one place the later is seen.</summary>
    Task<ImmutableArray<HostMount>> MountsAsync(CancellationToken cancel);

    bool HasFile(string path);

    /// <summary>Where a path leads, links followed: so the kernel lists what is attached.</summary>
    string Real(string path);

    /// <summary>Bytes free where a file is or would be.</summary>
    long Free(string path);

    /// <summary>Bytes a file system holds in all, and in use; null: it cannot be told.</summary>
    (long Total, long Used)? Room(string target);

    /// <summary>A file system can grow while it is attached.</summary>
    bool GrowsOnline { get; }

    /// <summary>What cannot be done here; see <see cref="ObservedStorage.Lacks"/>.</summary>
    ImmutableSortedDictionary<string, HostLack> Lacks(IEnumerable<string> types);

    /// <summary>Names of the disks that the kernel has now; another text, other disks.</summary>
    string DiskList { get; }

    /// <summary>Two paths lead to one device.</summary>
    bool IsSame(string device, string other);

    /// <summary>What LVM has of all groups; without LVM, nothing.</summary>
    /// <exception cref="HostException">It cannot be told.</exception>
    Task<HostGroups> GroupsAsync(CancellationToken cancel);

    /// <summary>Bytes of a device, and why it cannot be taken; null: nothing is on it.</summary>
    (long Bytes, string? Holds) Content(string device);

    /// <summary>Makes a volume group of empty devices.</summary>
    /// <param name="plan">Is noted with it.</param>
    Task MakeGroupAsync(
        string name, IReadOnlyList<string> devices, long plan, CancellationToken cancel);

    Task ExtendGroupAsync(string name, IReadOnlyList<string> devices, CancellationToken cancel);

    /// <summary>Takes a device that nothing is on out of a group.</summary>
    Task ReduceGroupAsync(string name, string device, CancellationToken cancel);

    /// <summary>Removes a group without logical volumes.</summary>
    Task RemoveGroupAsync(string name, CancellationToken cancel);

    /// <summary>Makes a device that is in no group empty again.</summary>
    Task ClearAsync(string device, CancellationToken cancel);

    /// <summary>Makes an image with an empty file system, whole or not at all.</summary>
    /// <param name="file">Of a logical volume its device.</param>
    /// <exception cref="HostException">Conflict: something is there already.</exception>
    Task MakeImageAsync(string file, DiskImage disk, CancellationToken cancel);

    /// <summary>Deletes an image for good; absent is success.</summary>
    Task RemoveImageAsync(string file, DiskImage disk, CancellationToken cancel);

    /// <summary>Makes an image as large as it is to be, attached or not, and its file system
    /// with it, at the latest when it is attached.</summary>
    Task GrowAsync(string file, DiskImage disk, CancellationToken cancel);

    /// <summary>The topmost directory that a path lacks; null: it is there.</summary>
    string? Absent(string path);

    /// <summary>Makes the directory where it is absent, and attaches.</summary>
    Task MountAsync(string target, MountSpec mount, CancellationToken cancel);

    /// <summary>Detaches what is on top at a directory, and closes what was opened for it.
    /// </summary>
    /// <param name="isMounted">False: only what was opened for it is left.</param>
    /// <exception cref="HostException">Conflict: a program uses it.</exception>
    Task UnmountAsync(
        string target, MountSpec mount, bool isMounted, CancellationToken cancel);

    /// <summary>Removes empty directories from a path up to another one, which goes as well.
    /// </summary>
    void RemoveDirectories(string path, string upTo);
}
