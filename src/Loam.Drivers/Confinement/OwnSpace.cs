using Loam.Core;
using Loam.Core.Reconciling;

namespace Loam.Drivers.Confinement;

/// <summary>What a confined program may keep in the one folder that it writes. There is no quota of
/// the kernel's that every file system has, so whoever started it looks.</summary>
public static class OwnSpace
{
    /// <summary>Folders in one another. Deeper, a path is longer than it may be, and what lies
    /// there could not be counted.</summary>
    private const int Deepest = 4;

    /// <summary>Why it is too much, a sentence; null: it is not.</summary>
    public static string? Fault(string home, long most, int files)
    {
        var (bytes, count) = (0L, 0);
        var left = new Stack<(DirectoryInfo Folder, int Depth)>([(new(home), 0)]);
        while (left.TryPop(out var at))
        {
            foreach (var entry in Within(at.Folder))
            {
                if (++count > files)
                {
                    return $"{home} has more than {files} files in it.";
                }
                if (entry is FileInfo file && (bytes += Size(file)) > most)
                {
                    return $"{home} holds more than {most >> 20} MiB.";
                }
                if (entry is DirectoryInfo { LinkTarget: null } folder)
                {
                    if (at.Depth == Deepest)
                    {
                        return $"{home} has more than {Deepest} folders in one another.";
                    }
                    left.Push((folder, at.Depth + 1));
                }
            }
        }
        return null;
    }

    /// <summary>What goes meanwhile, or is no folder any more, has nothing in it.</summary>
    private static FileSystemInfo[] Within(DirectoryInfo folder)
    {
        try
        {
            return folder.GetFileSystemInfos();
        }
        catch (IOException error) when (IsGone(error))
        {
            return [];
        }
    }

    private static long Size(FileInfo file)
    {
        try
        {
            return file.LinkTarget is null ? file.Length : 0;
        }
        catch (IOException error) when (IsGone(error))
        {
            return 0;
        }
    }

    private static bool IsGone(IOException error)
    {
        const int notFolder = 20;
        return error is DirectoryNotFoundException or FileNotFoundException
            || (error.HResult & 0xffff) == notFolder;
    }

    /// <summary>Removes all that is not known by its name. Of a program that has ended.</summary>
    /// <param name="isKnown">By the name of a file.</param>
    /// <exception cref="HostException">Exhausted: what is left is too much.</exception>
    public static void Prune(string home, long most, int files, Func<string, bool> isKnown)
    {
        if (Fault(home, most, files) is null)
        {
            return;
        }
        foreach (var entry in new DirectoryInfo(home).EnumerateFileSystemInfos().ToList())
        {
            if (entry is DirectoryInfo { LinkTarget: null } folder)
            {
                folder.Delete(recursive: true);
            }
            else if (!isKnown(entry.Name) || entry.LinkTarget is not null)
            {
                File.Delete(entry.FullName);
            }
        }
        if (Fault(home, most, files) is { } fault)
        {
            throw new HostException(Core.Reconciling.Fault.Exhausted, fault,
                $"Take away what is too much of it: `ls -lS {home}`.");
        }
    }
}
