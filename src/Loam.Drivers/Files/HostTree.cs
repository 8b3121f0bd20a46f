using System.IO.Enumeration;
using System.Security.Cryptography;
using System.Text;
using Loam.Core.Resources;

namespace Loam.Drivers.Files;

/// <summary>The machine's own files.</summary>
/// <param name="root">The directory that is the machine's root: <c>/</c>.</param>
public sealed class HostTree(string root) : IHostTree
{
    private const int MostBytes = 4 * 1024 * 1024;

    public HostFile Look(string path)
    {
        var place = At(path);
        return Libc.Stat(place) is null ? HostFile.Absent
            : new FileInfo(place).LinkTarget is { } link ? HostFile.LinkTo(link)
            : HostFile.Of(AtomicFile.Read(place, MostBytes) is { } bytes
                ? Encoding.Latin1.GetString(bytes) : null);
    }

    public void Put(string path, HostFile file, uint mode)
    {
        var place = At(path);
        try
        {
            if (file.IsAbsent)
            {
                if (Libc.Stat(place) is not null)
                {
                    AtomicFile.Delete(place);
                }
                return;
            }
            Directory.CreateDirectory(Path.GetDirectoryName(place)!);
            if (file.Text is { } text)
            {
                AtomicFile.Write(place, Encoding.Latin1.GetBytes(text), mode);
                return;
            }
            Link(place, file.Link!);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw AtomicFile.Failure(place, e);
        }
    }

    public IReadOnlyList<string> List(string directory)
    {
        var place = At(directory);
        // A link to a directory may lead in a circle.
        return !Directory.Exists(place) ? [] : [.. new FileSystemEnumerable<string>(place,
            (ref FileSystemEntry entry) => Path.GetRelativePath(place, entry.ToFullPath()),
            new() { RecurseSubdirectories = true, AttributesToSkip = 0 })
        {
            ShouldIncludePredicate = (ref FileSystemEntry entry) => !entry.IsDirectory,
            ShouldRecursePredicate = (ref FileSystemEntry entry) =>
                !entry.Attributes.HasFlag(FileAttributes.ReparsePoint),
        }.Order(StringComparer.Ordinal)];
    }

    public bool Exists(string path) => Path.Exists(At(path));

    private string At(string path) => Path.Combine(root, path.TrimStart('/'));

    private static void Link(string place, string target)
    {
        var directory = Path.GetDirectoryName(place)!;
        var temporary = Path.Combine(directory,
            $".loam-{RandomNumberGenerator.GetHexString(16, lowercase: true)}.tmp");
        File.CreateSymbolicLink(temporary, target);
        try
        {
            File.Move(temporary, place, overwrite: true);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
        AtomicFile.SyncDirectory(directory);
    }
}
