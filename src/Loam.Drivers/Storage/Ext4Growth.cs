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
        var device = $"/dev/{Path.GetFileName(folder)}";
        var there = Ext4.Read(device) ?? throw new HostException(Fault.Unavailable,
            $"{device}, which is mounted at {target}, does not show its ext4 file system.",
            "`dmesg` may say what is the matter with it.");
        var wanted = there.BlocksOn(BlockDevices.BytesOf(folder));
        if (wanted > there.Blocks && ioctl(root, Resize, ref wanted) != 0)
        {
            throw Libc.Failure($"The file system at {target} cannot grow",
                Marshal.GetLastPInvokeError());
        }
    });

    [LibraryImport("libc", SetLastError = true)]
    private static partial int ioctl(SafeFileHandle file, nuint request, ref long blocks);
}
