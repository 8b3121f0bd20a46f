using System.Globalization;
using Loam.Core.Reconciling;

namespace Loam.Drivers.Booting.Slots;

/// <summary>The part for data takes all of its disk, also of one that has become larger.</summary>
internal static class DataGrowth
{
    private const string Sys = "/sys/class/block";

    /// <summary>Whether a partition table calls it the part for data.</summary>
    public static bool IsPart(string name) =>
        File.Exists(Path.Combine(Sys, name, "partition"))
        && SlotDisk.NameOf(Path.Combine(Sys, name)) == DiskLayout.Data;

    /// <returns>Whether it has grown.</returns>
    /// <exception cref="HostException">The table cannot be written.</exception>
    public static bool Grow(string part)
    {
        var folder = Directory.ResolveLinkTarget(Path.Combine(Sys, part), true)?.FullName;
        if (folder is null || !IsPart(part))
        {
            return false;
        }
        var whole = Path.GetDirectoryName(folder)!;
        var bytes = DiskTable.SectorBytes * long.Parse(
            File.ReadAllText(Path.Combine(whole, "size")).Trim(), CultureInfo.InvariantCulture);
        var path = "/dev/" + Path.GetFileName(whole);
        try
        {
            using var disk = new DiskRegion(path, 0, bytes).Open(FileAccess.ReadWrite);
            if (DiskTable.Read(disk, bytes) is not { } table
                || DiskLayout.Grown(table, bytes) is not { } grown)
            {
                return false;
            }
            grown.Write(disk, bytes);
            SlotCalls.ResizePart(disk, path, grown.Parts.Length, grown.Parts[^1]);
            return true;
        }
        catch (IOException e)
        {
            throw DiskRegion.Failed($"{path} cannot be written", e);
        }
    }
}
