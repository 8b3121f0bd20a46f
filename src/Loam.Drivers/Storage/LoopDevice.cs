using System.Runtime.InteropServices;
using Loam.Core.Reconciling;
using Loam.Drivers.Files;
using Microsoft.Win32.SafeHandles;

namespace Loam.Drivers.Storage;

/// <summary>A device that is a file. loop(4).</summary>
internal static partial class LoopDevice
{
    private const nuint SetCapacity = 0x4C07;

    /// <summary>It becomes as large as its file is by now.</summary>
    /// <param name="device">As in <c>/dev/loop0</c>.</param>
    /// <exception cref="HostException">It cannot.</exception>
    public static void TakeSize(string device) => AtomicFile.Filing(device, () =>
    {
        using var file = File.OpenHandle(device);
        if (ioctl(file, SetCapacity) != 0)
        {
            throw Libc.Failure(
                $"{device} cannot grow with its file", Marshal.GetLastPInvokeError());
        }
    });

    [LibraryImport("libc", SetLastError = true)]
    private static partial int ioctl(SafeFileHandle file, nuint request, nuint none = 0);
}
