using System.Globalization;

namespace Loam.Drivers.Booting;

/// <summary>Disks and their parts, as the kernel lists them. sysfs(5).</summary>
internal static class BlockDevices
{
    public const string Folder = "/sys/class/block";

    /// <summary>The kernel counts in these, whatever the disk's own are.</summary>
    private const long SectorBytes = 512;

    /// <param name="folder">Of the device.</param>
    public static long BytesOf(string folder) => SectorBytes * long.Parse(
        File.ReadAllText(Path.Combine(folder, "size")).Trim(), CultureInfo.InvariantCulture);
}
