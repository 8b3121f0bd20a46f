using Loam.Core.Reconciling;

namespace Loam.Drivers.Booting.Slots;

/// <summary>A disk becomes a machine's own: its part for data takes all of it, also when it has
/// become larger, and the copy of an image gets numbers of its own.</summary>
internal static class DataGrowth
{
    /// <summary>Whether a partition table calls it the part for data.</summary>
    public static bool IsPart(string name) =>
        File.Exists(Path.Combine(BlockDevices.Folder, name, "partition"))
        && SlotDisk.NameOf(Path.Combine(BlockDevices.Folder, name)) == DiskLayout.Data;

    /// <exception cref="HostException">The table cannot be written.</exception>
    public static void Grow(string part)
    {
        var folder = Directory.ResolveLinkTarget(
            Path.Combine(BlockDevices.Folder, part), true)?.FullName;
        if (folder is null || !IsPart(part))
        {
            return;
        }
        var whole = Path.GetDirectoryName(folder)!;
        var bytes = BlockDevices.BytesOf(whole);
        var path = "/dev/" + Path.GetFileName(whole);
        try
        {
            using var disk = new DiskRegion(path, 0, bytes).Open(FileAccess.ReadWrite);
            if (DiskTable.Read(disk, bytes) is not { } table)
            {
                return;
            }
            var own = DiskLayout.Renumbered(table, DiskInstaller.Fresh);
            if (DiskLayout.Grown(own ?? table, bytes) is { } grown)
            {
                grown.Write(disk, bytes);
                SlotCalls.ResizePart(disk, path, grown.Parts.Length, grown.Parts[^1]);
            }
            else
            {
                own?.Write(disk, bytes);
            }
        }
        catch (IOException e)
        {
            throw DiskRegion.Failed($"{path} cannot be written", e);
        }
    }
}
