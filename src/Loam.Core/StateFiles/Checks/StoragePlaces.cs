using System.Collections.Immutable;
using Loam.Core.Resources;

namespace Loam.Core.StateFiles.Checks;

/// <summary>Which declared volume or mount a path lies in.</summary>
internal sealed class StoragePlaces(Declared declared)
{
    private readonly HashSet<string> _names =
        declared.Volumes.Select(v => v.Name).ToHashSet(StringComparer.Ordinal);

    private readonly (ResourceId Id, string Path)[] _paths =
    [
        .. declared.Volumes.Where(v => v.Spec.Has("path"))
            .Select(v => (Id: new ResourceId(ResourceKind.Volume, v.Name),
                Path: v.Spec.Text("path")!))
            .Concat(declared.Mounts.Select(m => (Id: new ResourceId(ResourceKind.Mount, m.Name),
                Path: m.Name)))
            // The deepest is nearest to the data.
            .OrderByDescending(p => p.Path.Length),
    ];

    /// <summary>A volume by its name, or the volume or mount at or above a path; null when there
    /// is none.</summary>
    public ResourceId? Of(string source)
    {
        if (!source.StartsWith('/'))
        {
            return _names.Contains(source) ? new(ResourceKind.Volume, source) : null;
        }
        foreach (var (id, path) in _paths)
        {
            if (Holds(path, source))
            {
                return id;
            }
        }
        return null;
    }

    /// <summary>The mount that a path lies below, and not at.</summary>
    public ImmutableArray<ResourceId> Above(string? path) => path is null ? []
        : [.. _paths.Where(p => p.Path != path && Holds(p.Path, path)).Select(p => p.Id).Take(1)];

    /// <summary>A path is a directory or lies in it.</summary>
    public static bool Holds(string directory, string path) => path == directory
        || directory == "/" || (path.Length > directory.Length && path[directory.Length] == '/'
            && path.StartsWith(directory, StringComparison.Ordinal));
}
