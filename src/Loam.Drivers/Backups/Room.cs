using Loam.Core.Reconciling;

namespace Loam.Drivers.Backups;

/// <summary>Free space, looked at before it is needed.</summary>
internal static class Room
{
    /// <summary>What a file system keeps for its own lists, and a little for everybody else.
    /// </summary>
    private const long Spare = 64 * 1024 * 1024;

    /// <summary>Bytes free where a path is or would be.</summary>
    public static long Free(string path)
    {
        var there = path;
        while (!Directory.Exists(there))
        {
            there = Path.GetDirectoryName(there)!;
        }
        return new DriveInfo(there).AvailableFreeSpace;
    }

    /// <exception cref="HostException">Exhausted.</exception>
    public static void Require(string path, long? bytes)
    {
        var free = Free(path);
        if (bytes + (bytes / 20) + Spare > free)
        {
            throw new HostException(Fault.Exhausted,
                $"There is not enough room at {path}: {bytes} bytes are needed and {free} free.",
                "Make room, or restore to another directory with `--to DIR`.");
        }
    }
}
