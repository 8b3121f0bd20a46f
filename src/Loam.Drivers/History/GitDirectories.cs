using Loam.Drivers.Files;

namespace Loam.Drivers.History;

/// <summary>Git syncs the files it makes, but not the directories in which they get their names.
/// This does, for those that changed between <see cref="Look"/> and <see cref="Sync"/>.</summary>
internal sealed class GitDirectories
{
    private readonly string _git;
    private readonly Dictionary<string, DateTime> _before;

    private GitDirectories(string git)
    {
        _git = git;
        _before = Times();
    }

    public static GitDirectories Look(string git) => new(git);

    public void Sync()
    {
        foreach (var (directory, changed) in Times())
        {
            if (!_before.TryGetValue(directory, out var before) || before != changed)
            {
                AtomicFile.SyncDirectory(directory);
            }
        }
    }

    private Dictionary<string, DateTime> Times() =>
        new[] { _git }
            .Concat(Below("objects", SearchOption.TopDirectoryOnly))
            .Concat(Below("refs", SearchOption.AllDirectories))
            .ToDictionary(d => d, Directory.GetLastWriteTimeUtc, StringComparer.Ordinal);

    private IEnumerable<string> Below(string name, SearchOption depth)
    {
        var top = Path.Combine(_git, name);
        return Directory.EnumerateDirectories(top, "*", depth).Prepend(top);
    }
}
