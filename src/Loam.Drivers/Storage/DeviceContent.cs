using Loam.Drivers.Booting;
using Loam.Drivers.Files;
using Microsoft.Win32.SafeHandles;

namespace Loam.Drivers.Storage;

/// <summary>What is on a disk. Only one on which nothing is may be taken: nothing at both ends,
/// where every file system and partition table has something, and nobody uses it.</summary>
internal static class DeviceContent
{
    /// <summary>LVM's own part and one extent.</summary>
    private const long Least = 8 << 20;

    /// <summary>The beginning that is looked at: some have their mark beyond the first MiB.
    /// </summary>
    internal const int Edge = 4 << 20;

    private static readonly (int At, byte[] Bytes, string What)[] s_known =
    [
        (0x438, [0x53, 0xef], "an ext4 file system"),
        (0, "XFSB"u8.ToArray(), "an XFS file system"),
        (0x10040, "_BHRfS_M"u8.ToArray(), "a btrfs file system"),
        (0, [.. "LUKS"u8, 0xba, 0xbe], "data encrypted by LUKS"),
        (0x218, "LVM2 001"u8.ToArray(), "a physical volume of LVM"),
        (0xff6, "SWAPSPACE2"u8.ToArray(), "swap space"),
        (0x1000, [0xfc, 0x4e, 0x2b, 0xa9], "a part of a RAID"),
        (0x8001, "CD001"u8.ToArray(), "a CD's file system"),
        (0, "hsqs"u8.ToArray(), "a squashfs file system"),
        (3, "NTFS"u8.ToArray(), "an NTFS file system"),
        (0x36, "FAT"u8.ToArray(), "a FAT file system"),
        (0x52, "FAT32"u8.ToArray(), "a FAT file system"),
        (0x200, "EFI PART"u8.ToArray(), "a partition table"),
        (0x1fe, [0x55, 0xaa], "a partition table"),
        (0x100000, [0x0d, 0xd0, 0x01, 0xc0], "a VMFS file system"),
    ];

    /// <returns>Bytes, and why it cannot be taken; null: nothing is on it.</returns>
    public static (long Bytes, string? Holds) Of(string path)
    {
        if (Libc.StatTarget(path) is not { } facts)
        {
            return (0, "it is not there");
        }
        if (!facts.IsBlockDevice)
        {
            return (0, "it is no disk");
        }
        // Of a block device: nobody has it, not even a part of it.
        using var file = Libc.Open(path, Libc.OpenReadOnly | Libc.OpenExclusive, 0, out var error);
        if (file is null)
        {
            return (0, error == Libc.ErrorBusy ? "it is in use"
                : Libc.Failure("it cannot be read", error).Message.TrimEnd('.'));
        }
        try
        {
            var bytes = BlockDevices.BytesOf(
                $"/sys/dev/block/{facts.Node.Major}:{facts.Node.Minor}");
            if (bytes < Least)
            {
                return (0, "it is too small");
            }
            return (bytes, DataDisk.IsEmpty(path, bytes, Edge) ? null
                : $"it holds {Named(file)}");
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return (0, $"it cannot be read: {fault.Message.TrimEnd('.')}");
        }
    }

    /// <summary>What is on a disk that is not empty, in words.</summary>
    public static string Named(SafeFileHandle disk)
    {
        var begin = new byte[Edge];
        RandomAccess.Read(disk, begin, 0);
        return Known(begin) ?? "something that Loam does not know";
    }

    internal static string? Known(ReadOnlySpan<byte> begin)
    {
        foreach (var (at, bytes, what) in s_known)
        {
            if (begin[at..].StartsWith(bytes))
            {
                return what;
            }
        }
        return null;
    }

    /// <summary>What was empty, and was LVM's for a while, is empty again.</summary>
    public static void Clear(string path) => AtomicFile.Filing(path, () =>
    {
        using var file = File.OpenHandle(path, access: FileAccess.ReadWrite);
        RandomAccess.Write(file, new byte[Edge], 0);
        RandomAccess.FlushToDisk(file);
    });
}
