using Loam.Core.Reconciling;
using Microsoft.Win32.SafeHandles;

namespace Loam.Drivers.Booting.Slots;

/// <summary>A stretch of a disk or of a file.</summary>
public sealed record DiskRegion(string Path, long Offset, long Bytes)
{
    /// <exception cref="HostException">It cannot be opened.</exception>
    public SafeFileHandle Open(FileAccess access)
    {
        try
        {
            return File.OpenHandle(Path, FileMode.Open, access, FileShare.ReadWrite);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Failed($"{Path} cannot be opened", e);
        }
    }

    internal static HostException Failed(string what, Exception why)
    {
        var (fault, remedy) = why switch
        {
            FileNotFoundException or DirectoryNotFoundException => (Fault.NotFound,
                "Check the path."),
            UnauthorizedAccessException => (Fault.Denied, "Run it as root."),
            _ => (Fault.Unavailable, "Look at what the kernel says of the disk: `dmesg`."),
        };
        return new(fault, $"{what}: {why.Message.TrimEnd('.')}.", remedy);
    }
}
