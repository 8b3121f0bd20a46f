namespace Loam.Drivers.Booting.Slots;

/// <summary>A disk of Loam: two slots, each with a kernel and a root, and what says which of them
/// starts.</summary>
public sealed class SlotDisk
{
    public const string A = "a", B = "b";

    private readonly Dictionary<string, DiskRegion> _slots;
    private readonly BootEnvironment _environment;

    private SlotDisk(string running, DiskRegion boot, DiskRegion a, DiskRegion b)
    {
        Running = running;
        _environment = new(boot);
        _slots = new(StringComparer.Ordinal) { [A] = a, [B] = b };
    }

    /// <summary>The slot in use.</summary>
    public string Running { get; }

    /// <exception cref="Loam.Core.Reconciling.HostException">It cannot be read or written.
    /// </exception>
    public BootChoice Choice
    {
        get => _environment.Read();
        set => _environment.Write(value);
    }

    public DiskRegion Slot(string name) => _slots[name];

    /// <returns>Null: nothing that can start is there.</returns>
    public SlotHead? Head(string slot)
    {
        using var disk = _slots[slot].Open(FileAccess.Read);
        var block = new byte[UpdateFile.HeadBytes];
        try
        {
            var read = RandomAccess.Read(disk, block, _slots[slot].Offset);
            return SlotHead.Of(block.AsSpan(0, read));
        }
        catch (IOException)
        {
            // What cannot be read cannot start; writing it anew may mend it.
            return null;
        }
    }

    /// <summary>In a file, or a disk as a whole.</summary>
    /// <returns>Null: it has no slots.</returns>
    public static SlotDisk? On(string path, long bytes, string running)
    {
        using var disk = new DiskRegion(path, 0, bytes).Open(FileAccess.Read);
        var parts = DiskTable.Read(disk, bytes)?.Parts ?? [];
        DiskRegion? Part(string name) => parts.FirstOrDefault(p => p.Name == name) is { } part
            ? new(path, part.Offset, part.Bytes) : null;
        return Part(DiskLayout.Boot) is { } boot && Part(DiskLayout.SlotA) is { } a
            && Part(DiskLayout.SlotB) is { } b ? new(running, boot, a, b) : null;
    }

    /// <summary>The one this machine was started from: the root's seal lies over a part of it.
    /// </summary>
    /// <returns>Null: it was started otherwise.</returns>
    public static SlotDisk? OfThisMachine()
    {
        var running = KernelWords.Read().GetValueOrDefault(KernelWords.Slot);
        if (running is not (A or B) || FolderOfThisMachine() is not { } whole)
        {
            return null;
        }
        var parts = Directory.EnumerateDirectories(whole)
            .Where(d => File.Exists(Path.Combine(d, "partition")))
            .GroupBy(NameOf).ToDictionary(g => g.Key, g => RegionOf(g.First()));
        return parts.TryGetValue(DiskLayout.Boot, out var boot)
            && parts.TryGetValue(DiskLayout.SlotA, out var a)
            && parts.TryGetValue(DiskLayout.SlotB, out var b)
            ? new(running, boot, a, b) : null;
    }

    /// <summary>The disk under the seal of the root, as the kernel lists it.</summary>
    /// <returns>Null: the root is not sealed.</returns>
    internal static string? FolderOfThisMachine()
    {
        const string beneath = BlockDevices.Folder + "/dm-0/slaves";
        return Directory.Exists(beneath)
            && Directory.EnumerateDirectories(beneath).FirstOrDefault() is { } part
            && Directory.ResolveLinkTarget(
                Path.Combine(BlockDevices.Folder, Path.GetFileName(part)),
                returnFinalTarget: true)?.FullName is { } place
            ? Path.GetDirectoryName(place) : null;
    }

    /// <summary>What a partition table calls a part.</summary>
    internal static string NameOf(string sysFolder)
    {
        const string key = "PARTNAME=";
        return File.ReadLines(Path.Combine(sysFolder, "uevent"))
            .FirstOrDefault(l => l.StartsWith(key, StringComparison.Ordinal))?[key.Length..] ?? "";
    }

    private static DiskRegion RegionOf(string sysFolder) => new(
        "/dev/" + Path.GetFileName(sysFolder), 0, BlockDevices.BytesOf(sysFolder));
}
