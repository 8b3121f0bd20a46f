using System.Globalization;
using Loam.Core.Reconciling;
using Loam.Drivers.Storage;

namespace Loam.Drivers.Booting.Slots;

/// <summary>A disk that somebody wants Loam on.</summary>
/// <param name="Holds">What is on it, in words.</param>
public sealed record TargetDisk(string Path, long Bytes, string Model, string Holds, bool IsEmpty)
{
    private const string Sys = "/sys/block", Removable = "sr";
    private const int Shown = 8;

    /// <exception cref="HostException">There is no such disk, or it is in use.</exception>
    public static TargetDisk Find(string disk)
    {
        var name = disk.StartsWith("/dev/", StringComparison.Ordinal) ? disk[5..] : disk;
        if (!Names().Contains(name))
        {
            throw new HostException(Fault.NotFound, $"There is no disk {disk}.", Choices());
        }
        var folder = System.IO.Path.Combine(Sys, name);
        var mounted = File.ReadLines("/proc/self/mounts").Select(l => l.Split(' '))
            .FirstOrDefault(m => IsPartOf(m[0], name));
        if (mounted is not null)
        {
            throw new HostException(Fault.Conflict,
                $"{disk} is in use: {mounted[0]} is mounted on {mounted[1]}.",
                "Loam is installed on a disk that nothing uses. Start from the ISO.");
        }
        if (Directory.EnumerateDirectories(folder, name + "*")
            .Append(folder).Any(d => Directory.EnumerateDirectories(
                System.IO.Path.Combine(d, "holders")).Any()))
        {
            throw new HostException(Fault.Conflict, $"{disk} is in use: something lies over it, "
                + "as the system that runs does over its slot.",
                "Loam is installed on a disk that nothing uses. Start from the ISO.");
        }
        if (Text(folder, "queue/logical_block_size") is not "512")
        {
            throw new HostException(Fault.Unsupported,
                $"The sectors of {disk} do not have 512 bytes.",
                "Many such disks can be told to show sectors of 512 bytes (nvme format).");
        }
        var bytes = BlockDevices.BytesOf(folder);
        var (holds, empty) = Look($"/dev/{name}", bytes);
        return new($"/dev/{name}", bytes, Text(folder, "device/model"), holds, empty);
    }

    /// <summary>The disks there are, in words.</summary>
    public static string Choices()
    {
        var names = Names();
        return names.Count == 0 ? "This machine has no disk that can be written to."
            : "There are " + string.Join(", ", names.Select(n => "/dev/" + n)) + ".";
    }

    private static List<string> Names() => [.. Directory.EnumerateDirectories(Sys)
        .Where(d => Directory.Exists(System.IO.Path.Combine(d, "device")) && Text(d, "ro") == "0")
        .Select(d => System.IO.Path.GetFileName(d))
        .Where(n => !n.StartsWith(Removable, StringComparison.Ordinal))
        .Order(StringComparer.Ordinal)];

    /// <summary>The disk itself or a part of it: <c>vda1</c>, <c>nvme0n1p1</c>.</summary>
    private static bool IsPartOf(string device, string disk) =>
        device == "/dev/" + disk || (device.StartsWith("/dev/" + disk, StringComparison.Ordinal)
            && device[(5 + disk.Length)..].TrimStart('p').All(char.IsAsciiDigit));

    private static (string, bool) Look(string path, long bytes)
    {
        using var disk = new DiskRegion(path, 0, bytes).Open(FileAccess.Read);
        if (DiskTable.Read(disk, bytes) is { Parts.IsEmpty: false } table)
        {
            var parts = table.Parts.Select(p => string.Create(CultureInfo.InvariantCulture,
                $"{(p.Name.Length > 0 ? p.Name : "a part without a name")} "
                + $"({p.Bytes / 1_000_000} MB)")).ToList();
            return (string.Join(", ", parts.Take(Shown)) + (parts.Count <= Shown ? ""
                : $" and {parts.Count - Shown} more parts"), false);
        }
        if (Ext4.Read(path) is { Label.Length: > 0 } ext4)
        {
            return ($"an ext4 file system named {ext4.Label}", false);
        }
        var empty = DataDisk.IsEmpty(path, bytes);
        return (empty ? "nothing" : DeviceContent.Named(disk), empty);
    }

    private static string Text(string folder, string file)
    {
        var path = System.IO.Path.Combine(folder, file);
        return File.Exists(path) ? File.ReadAllText(path).Trim() : "";
    }
}
