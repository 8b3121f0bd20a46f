using System.Runtime.InteropServices;
using Loam.Core;
using Microsoft.Win32.SafeHandles;

namespace Loam.Drivers.Booting;

/// <summary>A device that starts the machine again when it hears nothing for a while: hardware
/// where there is some, else the kernel's own. It is told as long as this process comes to do
/// things, and never that all is over.</summary>
public sealed partial class Watchdog : IDisposable
{
    private const string Device = "/dev/watchdog";
    private const nuint SetTimeout = 0xC0045706;
    private const int TellsPerTimeout = 6;

    private readonly SafeFileHandle _device;
    private readonly ITimer _timer;

    private Watchdog(SafeFileHandle device, TimeProvider time)
    {
        _device = device;
        var pause = Limits.Watchdog / TellsPerTimeout;
        _timer = time.CreateTimer(_ => Tell(), null, TimeSpan.Zero, pause);
    }

    /// <returns>Null: the machine has none.</returns>
    public static Watchdog? Open(TimeProvider time)
    {
        try
        {
            var device = File.OpenHandle(Device, FileMode.Open, FileAccess.Write);
            var seconds = (int)Limits.Watchdog.TotalSeconds;
            // One that cannot wait so long keeps its own time.
            _ = ioctl(device, SetTimeout, ref seconds);
            return new(device, time);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>It hears nothing any more, so that an end that hangs ends too.</summary>
    public void Leave()
    {
        _timer.Dispose();
        Tell();
    }

    /// <summary>Where it fails, the machine starts again.</summary>
    private void Tell() => _ = write(_device, "."u8, 1);

    public void Dispose()
    {
        _timer.Dispose();
        _device.Dispose();
    }

    [LibraryImport("libc")]
    private static partial nint write(SafeFileHandle file, ReadOnlySpan<byte> bytes, nuint count);

    [LibraryImport("libc")]
    private static partial int ioctl(SafeFileHandle file, nuint request, ref int value);
}
