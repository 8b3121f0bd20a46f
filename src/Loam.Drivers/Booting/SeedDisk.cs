using System.Text;
using Loam.Core;
using Loam.Core.Reconciling;
using Loam.Drivers.Files;

namespace Loam.Drivers.Booting;

/// <summary>A small disk labelled <c>cidata</c>, as cloud-init's NoCloud source, from which a new
/// machine takes what it is given to begin with.</summary>
public static class SeedDisk
{
    private const string Label = "cidata", Place = "/run/seed", UserData = "user-data";
    private const string Sys = "/sys/class/block";
    private const nuint ReadOnly = 1, NoSetId = 2, NoDevices = 4, NoPrograms = 8;
    private const int IsoAt = 0x8000, IsoLength = 72, FatLength = 96;

    /// <returns>The device and its file system; null: there is none.</returns>
    public static (string Device, string Type)? Find()
    {
        foreach (var name in Directory.EnumerateDirectories(Sys).Select(d => Path.GetFileName(d))
            .Where(n => !n.StartsWith("loop", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal))
        {
            if (TypeOf("/dev/" + name) is { } type)
            {
                return ("/dev/" + name, type);
            }
        }
        return null;
    }

    /// <summary>The file with what is given.</summary>
    /// <exception cref="HostException">It cannot be read.</exception>
    public static string Read(string device, string type)
    {
        Directory.CreateDirectory(Place);
        if (Libc.Mount(device, Place, type, ReadOnly | NoSetId | NoDevices | NoPrograms, "") != 0)
        {
            throw Libc.Failure($"{device} cannot be mounted as {type}",
                System.Runtime.InteropServices.Marshal.GetLastPInvokeError());
        }
        try
        {
            return AtomicFile.Read(Path.Combine(Place, UserData), Limits.SeedBytes) is { } bytes
                ? Encoding.UTF8.GetString(bytes)
                : throw new HostException(Fault.NotFound, $"{device} has no {UserData}.", "");
        }
        finally
        {
            _ = Libc.Unmount(Place, 0);
        }
    }

    /// <summary>Of a file system with our label, which.</summary>
    private static string? TypeOf(string device)
    {
        try
        {
            using var file = File.OpenHandle(device, share: FileShare.ReadWrite);
            var (fat, iso) = (new byte[FatLength], new byte[IsoLength]);
            return RandomAccess.Read(file, fat, 0) == fat.Length && IsFat(fat) ? "vfat"
                : RandomAccess.Read(file, iso, IsoAt) == iso.Length && IsIso(iso) ? "iso9660"
                : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A drive without a disc.
            return null;
        }
    }

    /// <summary>ECMA-119, 8.4: the label of the primary volume.</summary>
    internal static bool IsIso(ReadOnlySpan<byte> block) =>
        block[0] == 1 && block[1..6].SequenceEqual("CD001"u8) && IsLabel(block.Slice(40, 32));

    /// <summary>The boot sector of FAT12 and FAT16, and that of FAT32.</summary>
    internal static bool IsFat(ReadOnlySpan<byte> block) =>
        (block.Slice(54, 3).SequenceEqual("FAT"u8) && IsLabel(block.Slice(43, 11)))
        || (block.Slice(82, 5).SequenceEqual("FAT32"u8) && IsLabel(block.Slice(71, 11)));

    private static bool IsLabel(ReadOnlySpan<byte> text) =>
        Encoding.ASCII.GetString(text).Trim('\0', ' ')
            .Equals(Label, StringComparison.OrdinalIgnoreCase);
}
