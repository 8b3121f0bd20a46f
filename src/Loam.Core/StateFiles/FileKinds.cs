using Loam.Core.Resources;
using Loam.Core.StateFiles.Types;

namespace Loam.Core.StateFiles;

/// <summary>The six state files, in the order people read them.</summary>
public static class FileKinds
{
    public const string ApiVersion = "loam/v1";

    public static IReadOnlyList<FileKind> All { get; } =
    [
        ManifestFile.Kind, ServicesFile.Kind, NetworkFile.Kind, StorageFile.Kind,
        SecurityFile.Kind, ScheduledFile.Kind,
    ];

    /// <summary>The kind of a file name; null when it is none of the six.</summary>
    public static FileKind? Of(string file) => All.FirstOrDefault(k => k.File == file);

    /// <summary>Who made a file and what for; every file's head.</summary>
    public static readonly Schema Metadata = new("metadata", "Who made the file and what for.",
    [
        Recorded("name", Formats.Text, "The machine's name in a manifest, free in other files."),
        Recorded("description", Formats.Text, "One sentence for people."),
        Recorded("labels", new MapType(Formats.Text, Verdict.Good), "Free marks."),
        Recorded("created", Formats.Text, "Accepted; the history knows."),
        Recorded("modified", Formats.Text, "Accepted; the history knows."),
    ]);

    private static Field Recorded(string name, FieldType type, string sentence) =>
        new(name, type, sentence) { Change = Change.Record };

    internal static readonly ObjectType MetadataType = new(Metadata);

    private static readonly Dictionary<string, ObjectType> Specs =
        All.ToDictionary(k => k.File, k => new ObjectType(k.Spec), StringComparer.Ordinal);

    internal static ObjectType SpecType(FileKind kind) => Specs[kind.File];
}
