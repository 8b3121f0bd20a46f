using Loam.Core;
using Loam.Core.Reconciling;
using Loam.Drivers.Booting.Slots;
using Loam.Drivers.Storage;

namespace Loam.Drivers.Booting;

/// <summary>A disk or a part of one, as the kernel lists it.</summary>
/// <param name="Name">As in <c>vda</c>.</param>
/// <param name="Bytes">Its size.</param>
/// <param name="IsWhole">No part of another, and has none.</param>
internal sealed record Disk(string Name, long Bytes, bool IsWhole)
{
    public string Path => "/dev/" + Name;
}

/// <summary>Finds the disk that keeps what the machine has to keep: the file system with our label;
/// or, at the first start, the part that is for it, or a disk on which nothing is, which then gets
/// one. A disk that holds anything at all is never written to.</summary>
public sealed class DataDisk(Children children, string log)
{
    public const string Label = "loam-data";

    private const long Edge = 1024 * 1024;

    /// <summary>Less is no disk for data.</summary>
    private const long Least = 128L * 1024 * 1024;

    /// <returns>The device; null: there is none.</returns>
    /// <exception cref="HostException">The file system cannot be made or mended.</exception>
    public async Task<string?> FindAsync(Action<string> say)
    {
        // One that comes from another machine is not taken for this one's own.
        var own = SlotDisk.FolderOfThisMachine();
        var disks = All().OrderByDescending(d => own is not null
            && Directory.Exists(Path.Combine(own, d.Name))).ToList();
        if (disks.FirstOrDefault(d => Ext4.Read(d.Path)?.Label == Label) is { } ours)
        {
            Grow(ours, say);
            await MendAsync(ours, say);
            return ours.Path;
        }
        var part = disks.FirstOrDefault(d => DataGrowth.IsPart(d.Name) && IsEmpty(d.Path, d.Bytes));
        if (part is not null)
        {
            Grow(part, say);
        }
        if ((part ?? disks.FirstOrDefault(d => d.IsWhole && d.Bytes >= Least
                && IsEmpty(d.Path, d.Bytes)))
            is not { } empty)
        {
            return null;
        }
        say($"{empty.Path} is empty: making the file system for data on it");
        await RunAsync("mke2fs", "-q", "-F", "-t", "ext4", "-L", Label, "-m", "1", "-E",
            "lazy_itable_init=1,lazy_journal_init=1", empty.Path);
        return empty.Path;
    }

    /// <summary>What cannot grow keeps what it has.</summary>
    private static void Grow(Disk part, Action<string> say)
    {
        try
        {
            DataGrowth.Grow(part.Name);
        }
        catch (HostException fault)
        {
            say($"{part.Path} stays as large as it is: {fault.Message} {fault.Remedy}");
        }
    }

    /// <summary>Lets a mounted file system grow to its disk.</summary>
    /// <param name="target">Where it is mounted.</param>
    /// <exception cref="HostException">It cannot.</exception>
    public static void Fill(string device, string target, Action<string> say)
    {
        var bytes = All().First(d => d.Path == device).Bytes;
        // Less than a group of blocks is not worth it.
        const long group = 128L * 1024 * 1024;
        if (Ext4.Read(device) is { } there && bytes - there.Bytes >= group)
        {
            say($"{device} has grown: so does its file system");
            Ext4Growth.Fill(target);
        }
    }

    /// <summary>One that was not left in order mends itself when it is mounted, from its journal;
    /// one in which the kernel found faults does not.</summary>
    private async Task MendAsync(Disk disk, Action<string> say)
    {
        if (Ext4.Read(disk.Path) is { HasFaults: true })
        {
            say($"{disk.Path} has faults: checking it");
            await RunAsync("e2fsck", "-p", disk.Path);
        }
    }

    private async Task RunAsync(string program, params IReadOnlyList<string> arguments)
    {
        // e2fsck says 1 when it has mended everything.
        const int mended = 1;
        var (pid, ended) = children.Start(
            new(Path.Combine("/usr/sbin", program), arguments, log));
        try
        {
            var code = await ended.WaitAsync(Limits.StorageCommand);
            if (code != 0 && (program != "e2fsck" || code != mended))
            {
                throw new HostException(Fault.Unavailable,
                    $"{program} {arguments[^1]} failed ({code}).", $"{log} says more.");
            }
        }
        catch (TimeoutException)
        {
            children.End(pid);
            throw new HostException(Fault.Timeout, $"{program} {arguments[^1]} did not end.",
                "The disk may be broken.");
        }
    }

    private static List<Disk> All() =>
    [
        .. Directory.EnumerateDirectories(BlockDevices.Folder).Order(StringComparer.Ordinal)
            .Where(d => Directory.Exists(Path.Combine(d, "device"))
                || File.Exists(Path.Combine(d, "partition")))
            .Where(d => Read(d, "ro") == "0")
            .Select(d => new Disk(Path.GetFileName(d),
                BlockDevices.BytesOf(d),
                !File.Exists(Path.Combine(d, "partition"))
                && !Directory.EnumerateDirectories(d, Path.GetFileName(d) + "*").Any())),
    ];

    private static string Read(string folder, string file) =>
        File.ReadAllText(Path.Combine(folder, file)).Trim();

    /// <summary>Nothing at the beginning, where every partition table and file system has
    /// something, nor at the end, where some have.</summary>
    /// <param name="beginning">Bytes of it.</param>
    internal static bool IsEmpty(string path, long bytes, int beginning = (int)Edge)
    {
        try
        {
            using var file = File.OpenHandle(path);
            var buffer = new byte[Math.Max(beginning, Edge)];
            return bytes >= buffer.Length && IsZero(0, beginning)
                && IsZero(bytes - Edge, (int)Edge);

            bool IsZero(long at, int length) => buffer.AsSpan(0, length) is var part
                && RandomAccess.Read(file, part, at) == length
                && !part.ContainsAnyExcept((byte)0);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
