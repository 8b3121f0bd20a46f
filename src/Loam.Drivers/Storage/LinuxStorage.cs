using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Loam.Core;
using Loam.Core.Observing;
using Loam.Core.Reconciling;
using Loam.Core.Resources;
using Loam.Drivers.Backups;
using Loam.Drivers.Files;
using Loam.Drivers.Linux;

namespace Loam.Drivers.Storage;

/// <summary>Runs a program of the host.</summary>
/// <param name="input">On its standard input.</param>
/// <param name="isLook">It changes nothing, is to be quick, and says much.</param>
internal delegate Task<CommandResult> RunTool(string program, IReadOnlyList<string> arguments,
    string input, bool isLook, CancellationToken cancel);

/// <summary>Storage of this host, by the system's own programs (mount, umount, mkfs.ext4,
/// cryptsetup, lvm), which know about devices, helpers and each other.</summary>
public sealed partial class LinuxStorage : IStorageHost
{
    private const uint Private = 0x1c0; // 0700
    private const string Fresh = ".new";

    private readonly StorageKeys _keys;
    private readonly string _prefix;
    private readonly string _volumeKeys;
    private readonly RunTool _run;
    private readonly Lvm _lvm;

    /// <param name="prefix">Of the names of encrypted devices, which the whole machine sees.
    /// </param>
    /// <param name="volumes">Where volumes lie, and images with their keys below it.</param>
    /// <param name="volumeKeys">Where the keys of logical volumes lie.</param>
    public LinuxStorage(StorageKeys keys, string prefix, string volumes, string volumeKeys)
        : this(keys, prefix, volumes, volumeKeys, (program, arguments, input, isLook, cancel) =>
            Command.RunAsync(program, arguments, input,
                isLook ? Limits.StorageLook : Limits.StorageCommand, cancel,
                isLook ? Limits.StorageReport : Limits.ExecOutputBytes))
    {
    }

    internal LinuxStorage(StorageKeys keys, string prefix, string volumes, string volumeKeys,
        RunTool run)
    {
        (_keys, _prefix, _volumeKeys, _run) = (keys, prefix, volumeKeys, run);
        _lvm = new((words, what, isLook, cancel) => DoAsync(
            Lvm.Program, words, "", cancel, what, isLook), $"{volumes}/.images/.lvm");
    }

    public async Task<ImmutableArray<HostMount>> MountsAsync(CancellationToken cancel) =>
        MountTable.Read(
            await File.ReadAllTextAsync("/proc/self/mountinfo", cancel).ConfigureAwait(false),
            ImageOf);

    public bool HasFile(string path) => Libc.Stat(path) is not null;

    public long Free(string path)
    {
        while (!Directory.Exists(path))
        {
            path = Path.GetDirectoryName(path)!;
        }
        return new DriveInfo(path).AvailableFreeSpace;
    }

    public (long Total, long Used)? Room(string target)
    {
        try
        {
            var drive = new DriveInfo(target);
            return (drive.TotalSize, drive.TotalSize - drive.TotalFreeSpace);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    public ImmutableSortedDictionary<string, HostLack> Lacks(IEnumerable<string> types) =>
        KernelFacts.Lacks(types);

    public async Task MakeImageAsync(string file, DiskImage disk, CancellationToken cancel)
    {
        if (disk.Group is not null)
        {
            await MakeLogicalAsync(file, disk, cancel).ConfigureAwait(false);
            return;
        }
        var fresh = file + Fresh;
        AtomicFile.Filing(file, () =>
        {
            Directory.CreateDirectory(Path.GetDirectoryName(file)!, (UnixFileMode)Private);
            using var image = new FileStream(fresh, new FileStreamOptions
            {
                Mode = FileMode.Create, Access = FileAccess.Write,
                UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
            });
            image.SetLength(disk.Size);
        });
        if (disk.IsEncrypted)
        {
            await FormatAsync(fresh, Mapped(fresh), _keys.Make(file), disk, cancel)
                .ConfigureAwait(false);
        }
        else
        {
            await DoAsync("mkfs.ext4", Format(disk, fresh), "", cancel).ConfigureAwait(false);
        }
        AtomicFile.Filing(file, () =>
        {
            using (var image = File.OpenHandle(fresh, access: FileAccess.ReadWrite))
            {
                RandomAccess.FlushToDisk(image);
            }
            File.Move(fresh, file, overwrite: false);
            AtomicFile.SyncDirectory(Path.GetDirectoryName(file)!);
        });
    }

    public async Task RemoveImageAsync(
        string file, DiskImage disk, CancellationToken cancel)
    {
        if (disk.Group is not null)
        {
            await RemoveLogicalAsync(file, disk, cancel).ConfigureAwait(false);
            return;
        }
        if (File.Exists(file + Fresh))
        {
            await CloseAsync(Mapped(file) + Fresh, cancel).ConfigureAwait(false);
        }
        AtomicFile.Filing(file, () =>
        {
            File.Delete(file + Fresh);
            File.Delete(file);
        });
        _keys.Remove(file);
    }

    public bool GrowsOnline => KernelFacts.GrowsOnline;

    public async Task GrowAsync(string file, DiskImage disk, CancellationToken cancel)
    {
        var target = (await MountsAsync(cancel).ConfigureAwait(false))
            .LastOrDefault(m => m.Image == file)?.Target;
        var name = Mapped(file);
        if (disk.Group is { } group)
        {
            await _lvm.GrowAsync(group, disk.Volume, disk.Size, cancel).ConfigureAwait(false);
        }
        else
        {
            Lengthen(file, disk);
        }
        if (target is not null && disk.IsEncrypted)
        {
            // Ended in the middle it would leave the device suspended.
            await DoAsync("cryptsetup", ["resize", "--key-file=-", name],
                _keys.Reveal(KeyOf(file, disk)), CancellationToken.None).ConfigureAwait(false);
        }
        if (!GrowsOnline)
        {
            await GrowDetachedAsync(file, disk, cancel).ConfigureAwait(false);
        }
        else if (target is not null)
        {
            Ext4Growth.Fill(target);
        }
    }

    /// <summary>Its device follows where it has one.</summary>
    private static void Lengthen(string file, DiskImage disk)
    {
        AtomicFile.Filing(file, () =>
        {
            using var image = File.OpenHandle(file, access: FileAccess.ReadWrite);
            if (RandomAccess.GetLength(image) < disk.Size)
            {
                RandomAccess.SetLength(image, disk.Size);
            }
        });
        if (LoopOf(file) is { } loop)
        {
            LoopDevice.TakeSize(loop);
        }
    }

    /// <summary>Where the kernel does not let Loam do it in use.</summary>
    private async Task GrowDetachedAsync(string file, DiskImage disk, CancellationToken cancel)
    {
        var device = file;
        if (disk.Group is { } group)
        {
            await _lvm.ActivateAsync(group, disk.Volume, cancel).ConfigureAwait(false);
            device = Lvm.DeviceOf(group, disk.Volume);
        }
        if (disk.IsEncrypted)
        {
            await OpenAsync(device, Mapped(file), _keys.Reveal(KeyOf(file, disk)), cancel)
                .ConfigureAwait(false);
            device = $"/dev/mapper/{Mapped(file)}";
        }
        await DoAsync("e2fsck", ["-fp", device], "", cancel).ConfigureAwait(false);
        await DoAsync("resize2fs", [device], "", cancel).ConfigureAwait(false);
        if (disk.IsEncrypted)
        {
            await CloseAsync(Mapped(file), cancel).ConfigureAwait(false);
        }
    }

    public string Real(string path) => RealPath.Of(path);

    public string? Absent(string path)
    {
        string? absent = null;
        for (var at = path; Libc.Stat(at) is null; at = Path.GetDirectoryName(at)!)
        {
            absent = at;
        }
        return absent;
    }

    public async Task MountAsync(string target, MountSpec mount, CancellationToken cancel)
    {
        AtomicFile.Filing(target, () => Directory.CreateDirectory(target));
        if (mount.Disk is { } disk)
        {
            await MountImageAsync(target, mount.Source, disk, cancel).ConfigureAwait(false);
            RemoveLostAndFound(target);
            // A restore that a power cut ended goes back before anybody stands on it.
            new ContentsSwap(target).Back();
            return;
        }
        var words = mount.Options.Split(',', StringSplitOptions.RemoveEmptyEntries).ToList();
        var credentials = mount.Sealed is null ? null : _keys.Lay(target, words, mount.Sealed);
        try
        {
            if (mount.Type == "bind")
            {
                words.Insert(0, "bind");
            }
            await DoAsync("mount",
                [
                    .. mount.Type is "bind" or "auto" ? (string[])[] : ["-t", mount.Type],
                    .. words.Count == 0 ? (string[])[] : ["-o", string.Join(',', words)],
                    mount.Source, target,
                ], "", cancel).ConfigureAwait(false);
        }
        finally
        {
            credentials?.Dispose();
        }
    }

    private async Task MountImageAsync(
        string target, string file, DiskImage disk, CancellationToken cancel)
    {
        // What a file does not use is given back to the disk.
        var (device, options) = (file, "loop,nodev,discard");
        if (disk.Group is { } group)
        {
            await _lvm.ActivateAsync(group, disk.Volume, cancel).ConfigureAwait(false);
            (device, options) = (Lvm.DeviceOf(group, disk.Volume), "nodev");
        }
        if (disk.IsEncrypted)
        {
            await OpenAsync(device, Mapped(file), _keys.Reveal(KeyOf(file, disk)), cancel)
                .ConfigureAwait(false);
            (device, options) = ($"/dev/mapper/{Mapped(file)}",
                disk.Group is null ? "nodev,discard" : "nodev");
        }
        await DoAsync("mount", ["-t", "ext4", "-o", options, device, target], "", cancel)
            .ConfigureAwait(false);
        if (GrowsOnline)
        {
            Ext4Growth.Fill(target);
        }
    }

    public async Task UnmountAsync(
        string target, MountSpec mount, bool isMounted, CancellationToken cancel)
    {
        if (isMounted)
        {
            await DoAsync("umount", [target], "", cancel).ConfigureAwait(false);
        }
        if (mount.Disk is { IsEncrypted: true })
        {
            await CloseAsync(Mapped(mount.Source), cancel).ConfigureAwait(false);
        }
        if (mount.Disk is { Group: { } group } disk)
        {
            await _lvm.DeactivateAsync(group, disk.Volume, cancel).ConfigureAwait(false);
        }
    }

    public void RemoveDirectories(string path, string upTo)
    {
        try
        {
            for (var at = path; at.Length >= upTo.Length; at = Path.GetDirectoryName(at)!)
            {
                if (!Directory.Exists(at))
                {
                    continue;
                }
                if (Directory.EnumerateFileSystemEntries(at).Any())
                {
                    return;
                }
                Directory.Delete(at);
            }
        }
        catch (IOException)
        {
            // Somebody put something there meanwhile: it stays.
        }
    }

    /// <summary>Programs that want an empty directory would stumble over it; e2fsck makes it again
    /// when it needs it.</summary>
    private static void RemoveLostAndFound(string target)
    {
        try
        {
            Directory.Delete(Path.Combine(target, "lost+found"));
        }
        catch (IOException)
        {
            // There is none, or something was found.
        }
    }

    private async Task FormatAsync(
        string fresh, string name, string key, DiskImage disk, CancellationToken cancel)
    {
        await CloseAsync(name, cancel).ConfigureAwait(false);
        await DoAsync("cryptsetup",
            // The key is by chance, of more than 256 bits: there is no guess to make costly.
            ["luksFormat", "--batch-mode", "--type", "luks2", "--pbkdf", "pbkdf2",
                "--pbkdf-force-iterations", "1000", "--key-file=-", fresh], key, cancel)
            .ConfigureAwait(false);
        await OpenAsync(fresh, name, key, cancel).ConfigureAwait(false);
        try
        {
            await DoAsync("mkfs.ext4", Format(disk, $"/dev/mapper/{name}"), "", cancel)
                .ConfigureAwait(false);
        }
        finally
        {
            await CloseAsync(name, CancellationToken.None).ConfigureAwait(false);
        }
    }

    private async Task OpenAsync(string file, string name, string key, CancellationToken cancel)
    {
        if (!await IsOpenAsync(name, cancel).ConfigureAwait(false))
        {
            await DoAsync("cryptsetup",
                ["open", "--type", "luks2", "--allow-discards", "--key-file=-", file, name], key,
                cancel).ConfigureAwait(false);
        }
    }

    private async Task CloseAsync(string name, CancellationToken cancel)
    {
        if (await IsOpenAsync(name, cancel).ConfigureAwait(false))
        {
            await DoAsync("cryptsetup", ["close", name], "", cancel).ConfigureAwait(false);
        }
    }

    /// <summary>4: there is no such device; cryptsetup(8).</summary>
    private async Task<bool> IsOpenAsync(string name, CancellationToken cancel) =>
        (await _run("cryptsetup", ["status", name], "", false, cancel).ConfigureAwait(false))
            .ExitCode == 0;

    /// <summary>Nothing is kept back for root: it is no root file system.</summary>
    private static string[] Format(DiskImage disk, string device) =>
        ["-q", "-F", "-m", "0", "-L", disk.Volume.Length > 16 ? disk.Volume[..16] : disk.Volume,
            device];

    private string Mapped(string file) =>
        _prefix + Path.GetFileName(file).Replace(".ext4", "", StringComparison.Ordinal);

    /// <param name="what">It is done to; null: the last argument.</param>
    private async Task<string> DoAsync(string program, IReadOnlyList<string> arguments,
        string input, CancellationToken cancel, string? what = null, bool isLook = false)
    {
        var (exit, output) = await _run(program, arguments, input, isLook, cancel)
            .ConfigureAwait(false);
        // 1: it mended something; e2fsck(8).
        if (exit != 0 && !(program == "e2fsck" && exit == 1))
        {
            throw Failure(program, what ?? arguments[^1], output.Trim());
        }
        return output;
    }

    private static HostException Failure(string program, string what, string said)
    {
        // The version comes first, and the reason last.
        var line = said.Split('\n')[^1].TrimEnd('.');
        // LVM says "in use" where others say "busy".
        return said.Contains("busy", StringComparison.OrdinalIgnoreCase)
            || (program == Lvm.Program && said.Contains(" in use", StringComparison.Ordinal))
            ? new(Fault.Conflict, $"{what} is in use: {line}.", program == Lvm.Program
                ? "`lsblk` shows what is on it; detach that, then try again."
                : $"`fuser -vm {what}` shows by whom; end that, then try again.")
            : said.Contains("No space left", StringComparison.Ordinal)
                ? new(Fault.Exhausted, $"{program} {what}: {line}.", "Free some space.")
            : new(Fault.Conflict, $"{program} {what} failed: {line}.",
                "Check what it names, and the kernel's log (dmesg).");
    }

    /// <summary>The file behind a loop device, or behind one that is encrypted.</summary>
    private string? ImageOf(string device)
    {
        if (device.StartsWith("/dev/loop", StringComparison.Ordinal))
        {
            return Backing($"/sys/block/{device["/dev/".Length..]}");
        }
        var name = device.StartsWith("/dev/mapper/", StringComparison.Ordinal)
            ? device["/dev/mapper/".Length..] : null;
        var block = name is null ? null : Directory.EnumerateDirectories("/sys/block", "dm-*")
            .FirstOrDefault(d => Text($"{d}/dm/name") == name);
        return block is null ? null
            : !name!.StartsWith(_prefix, StringComparison.Ordinal) ? LogicalOf(block)
            : Directory.EnumerateFileSystemEntries($"{block}/slaves")
                .Select(s => $"/sys/block/{Path.GetFileName(s)}")
                .Select(s => Backing(s) ?? LogicalOf(s)).FirstOrDefault();
    }

    /// <summary>The logical volume that a device is, as Loam calls its image.</summary>
    private static string? LogicalOf(string block) =>
        Text($"{block}/dm/uuid")?.StartsWith("LVM-", StringComparison.Ordinal) == true
            && Lvm.NamesOf(Text($"{block}/dm/name") ?? "") is { } names
                ? $"/dev/{names.Group}/{names.Volume}" : null;

    private static string? LoopOf(string file) =>
        Directory.EnumerateDirectories("/sys/block", "loop*").Where(d => Backing(d) == file)
            .Select(d => $"/dev/{Path.GetFileName(d)}").FirstOrDefault();

    private static string? Backing(string block) => Text($"{block}/loop/backing_file");

    private static string? Text(string path)
    {
        try
        {
            return File.ReadAllText(path).TrimEnd('\n');
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
