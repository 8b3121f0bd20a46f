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

/// <summary>Runs a program of the host, which gets the last text on its standard input.</summary>
internal delegate Task<CommandResult> RunTool(string program, IReadOnlyList<string> arguments,
    string input, CancellationToken cancel);

/// <summary>Storage of this host, by the system's own programs (mount, umount, mkfs.ext4,
/// resize2fs, cryptsetup), which know about devices, helpers and each other.</summary>
public sealed class LinuxStorage : IStorageHost
{
    private const uint Private = 0x1c0; // 0700
    private const string Fresh = ".new";

    private readonly StorageKeys _keys;
    private readonly string _prefix;
    private readonly RunTool _run;

    /// <param name="prefix">Of the names of encrypted devices, which the whole machine sees.
    /// </param>
    public LinuxStorage(StorageKeys keys, string prefix)
        : this(keys, prefix, (program, arguments, input, cancel) => Command.RunAsync(
            program, arguments, input, Limits.StorageCommand, cancel))
    {
    }

    internal LinuxStorage(StorageKeys keys, string prefix, RunTool run) =>
        (_keys, _prefix, _run) = (keys, prefix, run);

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
            await FormatAsync(fresh, _keys.Make(file), disk, cancel).ConfigureAwait(false);
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

    public async Task RemoveImageAsync(string file, CancellationToken cancel)
    {
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
        AtomicFile.Filing(file, () =>
        {
            using var image = File.OpenHandle(file, access: FileAccess.ReadWrite);
            if (RandomAccess.GetLength(image) < disk.Size)
            {
                RandomAccess.SetLength(image, disk.Size);
            }
        });
        var (loop, device, name) = (LoopOf(file), file, Mapped(file));
        if (loop is not null)
        {
            LoopDevice.TakeSize(loop);
            device = loop;
        }
        if (disk.IsEncrypted)
        {
            device = $"/dev/mapper/{name}";
            await (loop is null ? OpenAsync(file, name, _keys.Reveal(file), cancel)
                : DoAsync("cryptsetup", ["resize", "--key-file=-", name], _keys.Reveal(file),
                    cancel)).ConfigureAwait(false);
        }
        if (loop is null)
        {
            await DoAsync("e2fsck", ["-fp", device], "", cancel).ConfigureAwait(false);
        }
        await DoAsync("resize2fs", [device], "", cancel).ConfigureAwait(false);
        if (loop is null && disk.IsEncrypted)
        {
            await CloseAsync(name, cancel).ConfigureAwait(false);
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
            var (device, options) = (mount.Source, "loop,nodev,discard");
            if (disk.IsEncrypted)
            {
                await OpenAsync(mount.Source, Mapped(mount.Source), _keys.Reveal(mount.Source),
                    cancel).ConfigureAwait(false);
                (device, options) = ($"/dev/mapper/{Mapped(mount.Source)}", "nodev,discard");
            }
            await DoAsync("mount", ["-t", "ext4", "-o", options, device, target], "", cancel)
                .ConfigureAwait(false);
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
        string fresh, string key, DiskImage disk, CancellationToken cancel)
    {
        var name = Mapped(fresh);
        await CloseAsync(name, cancel).ConfigureAwait(false);
        await DoAsync("cryptsetup",
            ["luksFormat", "--batch-mode", "--type", "luks2", "--key-file=-", fresh], key, cancel)
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
        (await _run("cryptsetup", ["status", name], "", cancel).ConfigureAwait(false))
            .ExitCode == 0;

    /// <summary>Nothing is kept back for root: it is no root file system.</summary>
    private static string[] Format(DiskImage disk, string device) =>
        ["-q", "-F", "-m", "0", "-L", disk.Volume.Length > 16 ? disk.Volume[..16] : disk.Volume,
            device];

    private string Mapped(string file) =>
        _prefix + Path.GetFileName(file).Replace(".ext4", "", StringComparison.Ordinal);

    private async Task DoAsync(string program, IReadOnlyList<string> arguments, string input,
        CancellationToken cancel)
    {
        var (exit, output) = await _run(program, arguments, input, cancel).ConfigureAwait(false);
        // 1: it mended something; e2fsck(8).
        if (exit != 0 && !(program == "e2fsck" && exit == 1))
        {
            throw Failure(program, arguments[^1], output.Trim());
        }
    }

    private static HostException Failure(string program, string what, string said)
    {
        // The version comes first, and the reason last.
        var line = said.Split('\n')[^1].TrimEnd('.');
        return said.Contains("busy", StringComparison.OrdinalIgnoreCase)
            ? new(Fault.Conflict, $"{what} is in use: {line}.",
                $"`fuser -vm {what}` shows by whom; end that, then try again.")
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
        var name = device.StartsWith("/dev/mapper/" + _prefix, StringComparison.Ordinal)
            ? device["/dev/mapper/".Length..] : null;
        return name is null ? null : Directory.EnumerateDirectories("/sys/block", "dm-*")
            .Where(d => Text($"{d}/dm/name") == name)
            .SelectMany(d => Directory.EnumerateFileSystemEntries($"{d}/slaves"))
            .Select(s => Backing($"/sys/block/{Path.GetFileName(s)}")).FirstOrDefault();
    }

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
