using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Loam.Core.Reconciling;
using Loam.Drivers.Booting;
using Loam.Drivers.Files;
using Microsoft.Win32.SafeHandles;

namespace Loam.Drivers.Storage;

/// <summary>An ext4 file system that grows while it is attached: the kernel does it, when it is
/// told how many blocks there are to be.</summary>
internal static partial class Ext4Growth
{
    /// <summary>EXT4_IOC_RESIZE_FS, of linux/ext4.h: _IOW('f', 16, __u64).</summary>
    private const nuint Resize = 0x40086610;

    private const int SuperAt = 1024, SuperBytes = 1024;

    /// <summary>What a last group has to have besides its own tables to be worth it.</summary>
    private const long Worth = 50;

    /// <summary>It becomes as large as the device that it is on; one that is so already stays.
    /// </summary>
    /// <param name="target">Where it is attached.</param>
    /// <exception cref="HostException">It cannot.</exception>
    public static void Fill(string target) => AtomicFile.Filing(target, () =>
    {
        using var root = Libc.Open(target, Libc.OpenReadOnly | Libc.OpenDirectory, 0, out var error)
            ?? throw Libc.Failure($"{target} cannot be opened", error);
        var (major, minor) = Libc.Stat(root).Device;
        var folder = RealPath.Of($"/sys/dev/block/{major}:{minor}");
        var super = new byte[SuperBytes];
        using (var device = File.OpenHandle($"/dev/{Path.GetFileName(folder)}"))
        {
            RandomAccess.Read(device, super, SuperAt);
        }
        var (now, wanted) = Blocks(super, BlockDevices.BytesOf(folder));
        if (wanted > now && ioctl(root, Resize, ref wanted) != 0)
        {
            throw Libc.Failure($"The file system at {target} cannot grow",
                Marshal.GetLastPInvokeError());
        }
    });

    /// <returns>Blocks that it has, and that it can have. A last group is left out where its own
    /// tables would take most of it; ext4(5).</returns>
    internal static (long Now, long Wanted) Blocks(ReadOnlySpan<byte> super, long deviceBytes)
    {
        long Word(ReadOnlySpan<byte> from, int at) =>
            BinaryPrimitives.ReadUInt32LittleEndian(from[at..]);
        long Half(ReadOnlySpan<byte> from, int at) =>
            BinaryPrimitives.ReadUInt16LittleEndian(from[at..]);
        const int wide = 0x80;
        var isWide = (Word(super, 0x60) & wide) != 0;
        var now = Word(super, 4) | (isWide ? Word(super, 0x150) << 32 : 0);
        var block = 1024L << (int)Word(super, 0x18);
        var (first, perGroup) = (Word(super, 0x14), Word(super, 0x20));
        var wanted = deviceBytes / block;
        var groups = (wanted - first + perGroup - 1) / perGroup;
        var describing = (groups * (isWide ? Half(super, 0xfe) : 32) + block - 1) / block;
        var tables = 3 + describing + Half(super, 0xce)
            + (Word(super, 0x28) * Half(super, 0x58) + block - 1) / block;
        var last = (wanted - first) % perGroup;
        return (now, last > 0 && last < tables + Worth ? wanted - last : wanted);
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial int ioctl(SafeFileHandle file, nuint request, ref long blocks);
}
