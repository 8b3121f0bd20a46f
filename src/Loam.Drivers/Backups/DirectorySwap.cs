using Loam.Core.Reconciling;
using Loam.Drivers.Files;

namespace Loam.Drivers.Backups;

/// <summary>Puts another directory in a directory's place, and what was there aside, until it is
/// said that it may go. Everything lies beside it, so that each move is one rename; what a crash
/// leaves behind is seen at the next start.</summary>
public sealed class DirectorySwap : ISwap
{
    private readonly string _path;

    /// <param name="path">The directory; it may be absent.</param>
    public DirectorySwap(string path) => _path = Path.TrimEndingDirectorySeparator(path);

    public string Staging => Beside("restore");

    private string Aside => Beside("before");
    private string Old => Beside("old");

    public void Put(string fresh) => Moving(() =>
    {
        if (Directory.Exists(_path))
        {
            Directory.Move(_path, Aside);
        }
        else
        {
            Directory.CreateDirectory(Path.GetDirectoryName(_path)!);
        }
        try
        {
            Directory.Move(fresh, _path);
        }
        catch (IOException) when (Directory.Exists(Aside))
        {
            Directory.Move(Aside, _path);
            throw;
        }
        AtomicFile.SyncDirectory(Path.GetDirectoryName(_path)!);
    });

    public bool Back()
    {
        var back = false;
        Moving(() =>
        {
            if (Directory.Exists(Aside))
            {
                Remove(Staging);
                if (Directory.Exists(_path))
                {
                    Directory.Move(_path, Staging);
                }
                Directory.Move(Aside, _path);
                AtomicFile.SyncDirectory(Path.GetDirectoryName(_path)!);
                back = true;
            }
            CleanUp();
        });
        return back;
    }

    public void Keep() => Moving(() =>
    {
        if (Directory.Exists(Aside))
        {
            // From here on a crash no longer takes it back.
            Remove(Old);
            Directory.Move(Aside, Old);
            AtomicFile.SyncDirectory(Path.GetDirectoryName(_path)!);
        }
        CleanUp();
    });

    public void CleanUp()
    {
        Remove(Staging);
        Remove(Old);
    }

    private string Beside(string what) => Path.Combine(
        Path.GetDirectoryName(_path)!, $".{Path.GetFileName(_path)}.loam-{what}");

    private static void Remove(string directory)
    {
        if (Directory.Exists(directory))
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    private void Moving(Action move)
    {
        try
        {
            move();
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new HostException(Fault.Conflict,
                $"The contents of {_path} cannot be moved: {fault.Message}",
                "Check the rights on the directory above it, and that nothing is mounted there.");
        }
    }
}
