using System.Runtime.InteropServices;
using Loam.Drivers.Files;
using Microsoft.Win32.SafeHandles;

namespace Loam.Drivers.Booting.Slots;

/// <summary>What the kernel is told about disks.</summary>
internal static partial class SlotCalls
{
    private const int NotNeeded = 4;
    private const nuint PartitionCall = 0x1269;
    private const int Resize = 3;

    /// <summary>What is read next comes from the disk, not from memory.</summary>
    public static void Forget(SafeFileHandle file, long offset, long bytes) =>
        _ = posix_fadvise(file, offset, bytes, NotNeeded);

    /// <summary>Tells the kernel, which knows the former one, the new size of a part in use;
    /// <c>linux/blkpg.h</c>.</summary>
    /// <exception cref="Loam.Core.Reconciling.HostException">It refuses.</exception>
    public static unsafe void ResizePart(
        SafeFileHandle disk, string path, int number, DiskPart part)
    {
        var change = new Partition { Start = part.Offset, Length = part.Bytes, Number = number };
        var order = new Order { Op = Resize, Length = sizeof(Partition), Data = &change };
        if (ioctl(disk, PartitionCall, &order) != 0)
        {
            throw Libc.Failure($"The kernel does not take the new size of part {number} of {path}",
                Marshal.GetLastPInvokeError());
        }
    }

    private unsafe struct Order
    {
        public int Op, Flags, Length;
        public Partition* Data;
    }

    private unsafe struct Partition
    {
        public long Start, Length;
        public int Number;
        public fixed byte Device[64];
        public fixed byte Volume[64];
    }

    /// <returns>Zero or the error's number.</returns>
    [LibraryImport("libc")]
    private static partial int posix_fadvise(
        SafeFileHandle file, long offset, long length, int advice);

    [LibraryImport("libc", SetLastError = true)]
    private static unsafe partial int ioctl(SafeFileHandle file, nuint request, Order* order);
}
