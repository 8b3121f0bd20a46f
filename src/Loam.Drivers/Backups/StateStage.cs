using Loam.Core.Reconciling;
using Loam.Drivers.Files;

namespace Loam.Drivers.Backups;

/// <summary>Loam's own state, laid together for a copy and put back from one: the texts, their
/// history, the key that secrets are sealed with, who this instance is, and what it remembers.
/// </summary>
public sealed class StateStage(InstancePaths paths)
{
    private const string Texts = "state", Data = "data";
    private const string Name = "loam-state";

    /// <summary>What of the data directory belongs to it. Not the journal, which speaks of changes
    /// in hand; not the engine's own data; not volumes, which are copied each by itself.</summary>
    private static readonly string[] s_kept =
    [
        "age.key", "git", "instance", "jobs.json", "users.json", "storage.json", "firewall",
        "audit", "audit.key", "certificates", "certificates.json", "authority", "backups.json",
        "backup-runs.json", "backup-hosts", InstancePaths.VolumeKeys,
    ];

    /// <summary>The directory that is copied.</summary>
    public string Directory => Path.Combine(paths.DataDir, ".stage", Name);

    /// <summary>Lays it together; nothing may change meanwhile.</summary>
    public void Make() => Filing(() =>
    {
        Clear();
        System.IO.Directory.CreateDirectory(
            Path.GetDirectoryName(Directory)!, (UnixFileMode)0b111_000_000);
        System.IO.Directory.CreateDirectory(Directory, (UnixFileMode)0b111_000_000);
        CopyInto(paths.StateDir, Path.Combine(Directory, Texts));
        var data = System.IO.Directory.CreateDirectory(
            Path.Combine(Directory, Data), (UnixFileMode)0b111_000_000).FullName;
        foreach (var name in s_kept)
        {
            CopyInto(Path.Combine(paths.DataDir, name), Path.Combine(data, name));
        }
    });

    public void Clear()
    {
        var above = Path.GetDirectoryName(Directory)!;
        if (System.IO.Directory.Exists(above))
        {
            System.IO.Directory.Delete(above, recursive: true);
        }
    }

    /// <summary>Puts it back from where a copy was restored to. What is there is moved aside.
    /// </summary>
    /// <param name="from">The directory that holds a restored <see cref="Directory"/>.</param>
    /// <returns>Where what was there is now; null: nothing was.</returns>
    public string? PutBack(string from, string stamp)
    {
        var restored = Path.Combine(from, Name);
        string? aside = null;
        Filing(() =>
        {
            if (!System.IO.Directory.Exists(Path.Combine(restored, Data, "git")))
            {
                throw new HostException(Fault.Unsupported,
                    "The copy does not hold the state of a Loam.", "Choose another one.");
            }
            var before = Path.Combine(paths.DataDir, $"before-restore-{stamp}");
            foreach (var (there, fresh, kept) in s_kept.Select(n => (
                Path.Combine(paths.DataDir, n), Path.Combine(restored, Data, n), n))
                .Append((paths.StateDir, Path.Combine(restored, Texts), Texts)))
            {
                var isEmpty = System.IO.Directory.Exists(there)
                    && !System.IO.Directory.EnumerateFileSystemEntries(there).Any();
                if (Path.Exists(there) && Path.Exists(fresh) && !isEmpty)
                {
                    System.IO.Directory.CreateDirectory(before, (UnixFileMode)0b111_000_000);
                    CopyInto(there, Path.Combine(before, kept));
                    Delete(there);
                    aside = before;
                }
                CopyInto(fresh, there);
            }
            AtomicFile.SyncFileSystem(paths.DataDir);
        });
        return aside;
    }

    private static void Delete(string path)
    {
        if (System.IO.Directory.Exists(path))
        {
            System.IO.Directory.Delete(path, recursive: true);
            return;
        }
        File.Delete(path);
    }

    /// <summary>A file or a directory with all in it, modes kept; absent is nothing.</summary>
    private static void CopyInto(string from, string to)
    {
        if (File.Exists(from))
        {
            File.Copy(from, to, overwrite: true);
            return;
        }
        if (!System.IO.Directory.Exists(from))
        {
            return;
        }
        System.IO.Directory.CreateDirectory(to);
        foreach (var entry in System.IO.Directory.EnumerateFileSystemEntries(from))
        {
            CopyInto(entry, Path.Combine(to, Path.GetFileName(entry)));
        }
        File.SetUnixFileMode(to, File.GetUnixFileMode(from));
    }

    private static void Filing(Action work)
    {
        try
        {
            work();
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new HostException(fault is UnauthorizedAccessException ? Fault.Denied
                : Fault.Unavailable, $"Loam's own state cannot be copied: {fault.Message}",
                "Run it as root, and check the free space of the data directory.");
        }
    }
}
