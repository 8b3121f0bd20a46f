using Loam.Core.Backups;
using Loam.Core.Reconciling;
using Loam.Drivers.Files;

namespace Loam.Drivers.Backups;

/// <summary>Restores a copy aside, looks whether it is what was copied, and removes it again: a
/// backup that was never restored is a hope.</summary>
public sealed class Drilling(InstancePaths paths)
{
    private string Place => Path.Combine(paths.DataDir, "drill");

    /// <exception cref="HostException">The copy is not what was copied, or could not be restored;
    /// Exhausted: there is no room to try.</exception>
    public async Task ProveAsync(BackupRepository repository, BackupCopy copy,
        BackupProgress progress, CancellationToken cancel)
    {
        Clear();
        Room.Require(Place, copy.Bytes);
        try
        {
            progress("restoring aside", 0, copy.Bytes);
            Directory.CreateDirectory(Place, (UnixFileMode)0b111_000_000);
            await repository.RestoreAsync(copy, Place, cancel).ConfigureAwait(false);
            progress("comparing", 0, null);
            var entries = await repository.EntriesAsync(copy, cancel).ConfigureAwait(false);
            foreach (var entry in entries)
            {
                Compare(copy, entry, Place + entry.Path);
            }
            if (copy.App is not null && entries.FirstOrDefault(e => e.Type == "file") is { } dump
                && Dumps.FaultIn(copy.App, Place + dump.Path) is { } fault)
            {
                throw Wrong(copy, $"{dump.Path[1..]}: {fault}");
            }
            var files = entries.Count(e => e.Type == "file");
            if (copy.Files is { } recorded && recorded != files)
            {
                throw Wrong(copy, $"it holds {files} files, and {recorded} were copied");
            }
        }
        finally
        {
            Clear();
        }
    }

    private static void Compare(BackupCopy copy, CopyEntry entry, string path)
    {
        var facts = Libc.Stat(path) ?? throw Wrong(copy, $"{entry.Path} is missing");
        if (entry.Type == "file" && (!facts.IsRegular || facts.Size != entry.Size))
        {
            throw Wrong(copy, $"{entry.Path} is {facts.Sort} of {facts.Size} bytes and was a "
                + $"file of {entry.Size}");
        }
        if (entry.Type == "dir" && !facts.IsDirectory)
        {
            throw Wrong(copy, $"{entry.Path} is {facts.Sort} and was a directory");
        }
    }

    private static HostException Wrong(BackupCopy copy, string how) => new(Fault.Conflict,
        $"The copy {copy.ShortId} of {BackupItem.WordsOf(copy.Item)} is not what was copied: "
        + $"{how}.", "Make a new one with `loam backup`, and look at the disk it is on.");

    private void Clear()
    {
        if (Directory.Exists(Place))
        {
            Directory.Delete(Place, recursive: true);
        }
    }
}
