using System.Collections.Immutable;
using Loam.Core.Observing;
using Loam.Core.Reconciling;
using Loam.Core.Resources;

namespace Loam.Drivers.Storage;

/// <summary>Something that is attached.</summary>
/// <param name="Source">As the kernel has it, with the part of it that is attached.</param>
/// <param name="Image">The file that it lies in; null: none of Loam's.</param>
public sealed record HostMount(string Target, string Source, string Type, string? Image);

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

    /// <summary>Makes an image with an empty file system, whole or not at all.</summary>
    /// <exception cref="HostException">Conflict: something is there already.</exception>
    Task MakeImageAsync(string file, DiskImage disk, CancellationToken cancel);

    /// <summary>Deletes an image for good; absent is success.</summary>
    Task RemoveImageAsync(string file, CancellationToken cancel);

    /// <summary>Makes an image and its file system as large as it is to be, attached or not.
    /// </summary>
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
