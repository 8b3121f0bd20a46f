using Loam.Core.Resources;

namespace Loam.Core.StateFiles.Checks;

/// <summary>One file as far as it could be read.</summary>
/// <param name="IsReadable">False: what it declares is unknown, so nothing may be called
/// undeclared on its account.</param>
internal sealed record FileReading(
    FileKind Kind, MapValue? Metadata, MapValue? Spec, bool IsPresent, bool IsReadable);

/// <summary>All six files as far as they could be read, with errors inside or not. Checks across
/// files look at this, so that one run reports everything.</summary>
internal sealed class Declared(IReadOnlyList<FileReading> files)
{
    public IReadOnlyList<FileReading> Files { get; } = files;

    public FileReading this[string file] => Files.First(f => f.Kind.File == file);

    public MapValue? Manifest => this[ManifestFile.File].Spec;
    public MapValue? Network => this[NetworkFile.File].Spec;
    /// <summary>The machine's name: it may stand in either file.</summary>
    public TextValue? Hostname =>
        Manifest?["hostname"] as TextValue ?? Network?["hostname"] as TextValue;

    public TextValue? Timezone => Manifest?["timezone"] as TextValue;
    public MapValue? Security => this[SecurityFile.File].Spec;

    /// <summary>Services by name; those without a usable name are left out, of two with one name
    /// the first stands.</summary>
    public IReadOnlyList<(string Name, MapValue Spec)> Services { get; } =
        Named(files, ServicesFile.File, "services");

    public IReadOnlyList<(string Name, MapValue Spec)> Networks { get; } =
        Named(files, ServicesFile.File, "networks");

    public IReadOnlyList<(string Name, MapValue Spec)> Groups { get; } =
        Named(files, StorageFile.File, "groups");

    public IReadOnlyList<(string Name, MapValue Spec)> Volumes { get; } =
        Named(files, StorageFile.File, "volumes");

    /// <summary>By where they are attached.</summary>
    public IReadOnlyList<(string Name, MapValue Spec)> Mounts { get; } =
        Named(files, StorageFile.File, "mounts", "target");

    public IReadOnlyList<(string Name, MapValue Spec)> Secrets { get; } =
        Named(files, SecurityFile.File, "secrets");

    public IReadOnlyList<(string Name, MapValue Spec)> Users { get; } =
        Named(files, SecurityFile.File, "users");

    public IReadOnlyList<(string Name, MapValue Spec)> Certificates { get; } =
        Named(files, SecurityFile.File, "certificates");

    public IReadOnlyList<(string Name, MapValue Spec)> Interfaces { get; } =
        Named(files, NetworkFile.File, "interfaces");

    /// <summary>By the service at which somebody may fail.</summary>
    public IReadOnlyList<(string Name, MapValue Spec)> Bans { get; } =
        Named(files, NetworkFile.File, "bans", "service");

    public IReadOnlyList<(string Name, MapValue Spec)> Jobs { get; } =
        Named(files, ScheduledFile.File, "jobs");

    /// <summary>Names of declared things; null when the file could not be read.</summary>
    public HashSet<string>? Names(string file, IReadOnlyList<(string Name, MapValue Spec)> things)
        => this[file].IsReadable
            ? things.Select(t => t.Name).ToHashSet(StringComparer.Ordinal) : null;

    private static List<(string, MapValue)> Named(
        IReadOnlyList<FileReading> files, string file, string list, string key = "name")
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var spec = files.First(f => f.Kind.File == file).Spec;
        return spec is null ? [] :
        [
            .. spec.Maps(list).Where(m => m.Text(key) is { } name && seen.Add(name))
                .Select(m => (m.Text(key)!, m)),
        ];
    }
}
