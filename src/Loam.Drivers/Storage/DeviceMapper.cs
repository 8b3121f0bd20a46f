using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Loam.Drivers.Storage;

/// <summary>What the kernel's device mapper can make, by its own word: parts that are built in
/// stand in no list of modules.</summary>
internal static partial class DeviceMapper
{
    private const string Control = "/dev/mapper/control";

    // linux/dm-ioctl.h: struct dm_ioctl, and DM_LIST_VERSIONS.
    private const int HeadBytes = 312, SizeAt = 12, StartAt = 16, NameAt = 16, Room = 16 * 1024;
    private const uint Major = 4;
    private const nuint ListVersions = 0xC138FD0D;

    /// <returns>Whether it has a target of this name now; false also where it cannot be asked.
    /// </returns>
    public static bool Has(string target)
    {
        try
        {
            using var control = File.OpenHandle(Control, FileMode.Open, FileAccess.ReadWrite,
                FileShare.ReadWrite);
            var answer = new byte[Room];
            BitConverter.TryWriteBytes(answer, Major);
            BitConverter.TryWriteBytes(answer.AsSpan(SizeAt), (uint)Room);
            BitConverter.TryWriteBytes(answer.AsSpan(StartAt), (uint)HeadBytes);
            return ioctl(control, ListVersions, answer) == 0 && Names(answer).Contains(target);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    internal static IEnumerable<string> Names(byte[] answer)
    {
        var at = (int)BitConverter.ToUInt32(answer, StartAt);
        while (at > 0 && at < answer.Length - NameAt)
        {
            var name = answer.AsSpan(at + NameAt);
            yield return Encoding.ASCII.GetString(name[..Math.Max(0, name.IndexOf((byte)0))]);
            var next = (int)BitConverter.ToUInt32(answer, at);
            if (next <= 0)
            {
                yield break;
            }
            at += next;
        }
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial int ioctl(SafeFileHandle file, nuint request, byte[] data);
}
