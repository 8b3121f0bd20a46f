using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using Loam.Core.Reconciling;
using Microsoft.Win32.SafeHandles;

namespace Loam.Drivers.Booting.Slots;

/// <summary>Makes a disk of Loam out of a disk or a file: divides it, writes what starts it for
/// both kinds of firmware, and an update into its first slot.</summary>
/// <param name="medium">The folder with <c>boot.img</c>, <c>core.img</c>, <c>esp.img.gz</c> and
/// <c>loam.update</c>.</param>
public sealed class DiskInstaller(string medium, UpdateKey key)
{
    public const string Update = "loam.update";

    private const int BootCodeBytes = 440, Edge = 1024 * 1024, MostUnpacked = 64 * 1024 * 1024;

    /// <summary>What is to be installed.</summary>
    /// <exception cref="HostException">It cannot be read, or was signed by somebody else.
    /// </exception>
    public UpdateFile Open() => UpdateFile.Open(Path.Combine(medium, Update), key);

    /// <summary>Numbers that nobody else has.</summary>
    public static Guid Fresh(string name) => Guid.NewGuid();

    /// <summary>Numbers that are the same for the same build, for an image: each copy of it gives
    /// itself others when it is started first.</summary>
    public static Func<string, Guid> Of(UpdateHead head) => name => DiskLayout.OfImage(new(
        SHA256.HashData(Encoding.UTF8.GetBytes($"{head.Build} {name}")).AsSpan(0, 16)));

    /// <param name="keep">What is on its part for data stays.</param>
    /// <param name="done">Bytes of the update, twice over: checked, then written.</param>
    /// <exception cref="HostException">It is too small, or cannot be written.</exception>
    public void Install(string path, long bytes, bool keep, Func<string, Guid> id,
        Action<long> done, CancellationToken cancel)
    {
        using var update = Open();
        var (boot, core, esp) = (Read("boot.img"), Read("core.img"), Unpacked("esp.img.gz"));
        update.Check(done, cancel);
        var table = keep ? Kept(path, bytes) ?? throw new HostException(Fault.NotFound,
                $"{path} was not divided by Loam: there is nothing to keep.",
                "Leave --keep out; then everything on it is lost.")
            : DiskLayout.Of(bytes, esp.Length, id);
        Require(table, DiskLayout.Bios, core.Length);
        Require(table, DiskLayout.Boot, esp.Length);
        Require(table, DiskLayout.SlotA, update.Head.Bytes);
        try
        {
            using var disk = new DiskRegion(path, 0, bytes).Open(FileAccess.ReadWrite);
            if (!keep)
            {
                Clear(disk, bytes, table);
            }
            // Until it is written anew, the first slot is no one to start.
            RandomAccess.Write(
                disk, new byte[UpdateFile.HeadBytes], Part(table, DiskLayout.SlotA).Offset);
            RandomAccess.FlushToDisk(disk);
            RandomAccess.Write(disk, boot.AsSpan(0, BootCodeBytes), 0);
            Place(disk, core, table, DiskLayout.Bios);
            Place(disk, esp, table, DiskLayout.Boot);
            table.Write(disk, bytes);
        }
        catch (IOException e)
        {
            throw DiskRegion.Failed($"{path} cannot be written", e);
        }
        var slots = SlotDisk.On(path, bytes, SlotDisk.A) ?? throw new HostException(
            Fault.Unavailable, $"What was written to {path} cannot be read.",
            "The disk may be broken: `dmesg` says more.");
        update.WriteTo(slots.Slot(SlotDisk.A), done, cancel);
        slots.Choice = BootChoice.Only(SlotDisk.A);
    }

    private static DiskTable? Kept(string path, long bytes)
    {
        using var disk = new DiskRegion(path, 0, bytes).Open(FileAccess.Read);
        return DiskTable.Read(disk, bytes) is { } table && table.Parts.Select(p => p.Name)
            .SequenceEqual([DiskLayout.Bios, DiskLayout.Boot, DiskLayout.SlotA, DiskLayout.SlotB,
                DiskLayout.Data]) ? table : null;
    }

    /// <summary>Nothing that was on it is taken for something of ours.</summary>
    private static void Clear(SafeFileHandle disk, long bytes, DiskTable table)
    {
        var nothing = new byte[Edge];
        RandomAccess.Write(disk, nothing, 0);
        RandomAccess.Write(disk, nothing, bytes - Edge);
        foreach (var part in table.Parts)
        {
            RandomAccess.Write(disk, nothing, part.Offset);
            RandomAccess.Write(disk, nothing, part.Offset + part.Bytes - Edge);
        }
    }

    private static DiskPart Part(DiskTable table, string name) =>
        table.Parts.Single(p => p.Name == name);

    /// <summary>Before anything is written.</summary>
    private static void Require(DiskTable table, string name, long bytes)
    {
        if (bytes > Part(table, name).Bytes)
        {
            throw new HostException(Fault.Exhausted, $"The part {name} has "
                + $"{Part(table, name).Bytes} bytes and needs {bytes}. Nothing was written.",
                "Leave --keep out; then everything on the disk is lost.");
        }
    }

    private static void Place(SafeFileHandle disk, byte[] bytes, DiskTable table, string name)
    {
        var part = Part(table, name);
        var there = new byte[Edge];
        for (var at = 0; at < bytes.Length; at += Edge)
        {
            var piece = bytes.AsSpan(at, Math.Min(Edge, bytes.Length - at));
            var read = RandomAccess.Read(disk, there, part.Offset + at);
            // What is empty and stays so costs a file no room.
            if (read < piece.Length || !piece.SequenceEqual(there.AsSpan(0, piece.Length)))
            {
                RandomAccess.Write(disk, piece, part.Offset + at);
            }
        }
    }

    /// <summary>Most of it is empty.</summary>
    private byte[] Unpacked(string name)
    {
        using var packed = new GZipStream(
            new MemoryStream(Read(name)), CompressionMode.Decompress);
        var plain = new byte[MostUnpacked];
        try
        {
            return plain[..packed.ReadAtLeast(plain, plain.Length, throwOnEndOfStream: false)];
        }
        catch (InvalidDataException e)
        {
            throw DiskRegion.Failed($"{name} of {medium} is damaged", e);
        }
    }

    private byte[] Read(string name)
    {
        try
        {
            return File.ReadAllBytes(Path.Combine(medium, name));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw DiskRegion.Failed($"{name} cannot be read from {medium}", e);
        }
    }
}
