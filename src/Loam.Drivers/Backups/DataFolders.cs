using Loam.Core.Reconciling;
using Loam.Drivers.Files;

namespace Loam.Drivers.Backups;

/// <summary>Directories and files of this host.</summary>
public sealed class DataFolders : IDataFolders
{
    private const UnixFileMode OnlyRoot = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    public bool Exists(string path) => Directory.Exists(path) || File.Exists(path);

    public bool IsFixed(string path) => Swaps.IsMount(path)
        || new DirectoryInfo(path).LinkTarget is not null;

    public void Move(string from, string to) => Doing(from, () =>
    {
        Directory.Move(from, to);
        AtomicFile.SyncDirectory(Path.GetDirectoryName(to)!);
    });

    public void MakeLike(string path, string other) => Doing(path, () =>
    {
        var like = Libc.Stat(other) ?? throw new IOException($"there is no {other}");
        Directory.CreateDirectory(path);
        using var handle = Libc.Open(path, Libc.OpenDirectory | Libc.OpenNoFollow, 0, out _)
            ?? throw new IOException("it cannot be opened");
        if (Libc.ChangeOwner(handle, like.User, like.Group) != 0
            || Libc.ChangeMode(handle, like.Permissions) != 0)
        {
            throw new IOException("it cannot be given the rights of the directory before it");
        }
    });

    public void Remove(string path) => Doing(path, () =>
    {
        if (Directory.Exists(path))
        {
            Directory.Delete(path, recursive: true);
        }
        File.Delete(path);
    });

    public Stream Write(string file)
    {
        Stream? opened = null;
        Doing(file, () =>
        {
            File.Delete(file);
            opened = new FileStream(file, new FileStreamOptions
            {
                Mode = FileMode.CreateNew,
                Access = FileAccess.Write,
                UnixCreateMode = OnlyRoot,
                Options = FileOptions.Asynchronous,
            });
        });
        return opened!;
    }

    public Stream Read(string file)
    {
        Stream? opened = null;
        Doing(file, () => opened = File.OpenRead(file));
        return opened!;
    }

    private static void Doing(string path, Action work)
    {
        try
        {
            work();
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new HostException(
                fault.Message.Contains("space", StringComparison.OrdinalIgnoreCase)
                    ? Fault.Exhausted : Fault.Conflict,
                $"{path} cannot be moved, written or read: {fault.Message}",
                "Check the rights on the directory above it and the free space.");
        }
    }
}
