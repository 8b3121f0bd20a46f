using Loam.Core.Diagnostics;
using Loam.Core.Resources;

namespace Loam.Core.StateFiles.Checks;

/// <summary>Which declared volume a service's source lies in.</summary>
internal sealed class VolumePlaces(Declared declared)
{
    private readonly HashSet<string> _names =
        declared.Volumes.Select(v => v.Name).ToHashSet(StringComparer.Ordinal);

    private readonly (string Name, string Path)[] _paths =
    [
        .. declared.Volumes.Where(v => v.Spec.Has("path"))
            .Select(v => (v.Name, Path: v.Spec.Text("path")!))
            // The deepest is nearest to the data.
            .OrderByDescending(v => v.Path.Length),
    ];

    /// <summary>A volume's name, or that of the volume at or above a path; null when none is.
    /// </summary>
    public string? VolumeOf(string source)
    {
        if (!source.StartsWith('/'))
        {
            return _names.Contains(source) ? source : null;
        }
        foreach (var (name, path) in _paths)
        {
            if (source == path || path == "/" || (source.Length > path.Length
                && source[path.Length] == '/' && source.StartsWith(path, StringComparison.Ordinal)))
            {
                return name;
            }
        }
        return null;
    }
}

/// <summary>Two services that write one volume are usually a mistake, sometimes meant.</summary>
internal static class SharedVolumes
{
    public static void Run(Declared declared, DiagnosticBag found)
    {
        var places = new VolumePlaces(declared);
        var writers = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, spec) in declared.Services)
        {
            foreach (var use in spec.Maps("volumes"))
            {
                if (use.Flag("readonly") == true || use.Text("source") is not { } source
                    || places.VolumeOf(source) is not { } volume
                    || writers.TryAdd(volume, name) || writers[volume] == name)
                {
                    continue;
                }
                found.Note(Codes.SharedVolume, use["source"]!.At,
                    $"Services {writers[volume]} and {name} both write volume {volume}.",
                    "Add `readonly: true` to the one that only reads.");
            }
        }
    }
}
