using System.Collections.Immutable;
using Loam.Core.Diagnostics;

namespace Loam.Core.StateFiles;

/// <summary>What a new machine is given to begin with, in the form of cloud-init's user data:
/// keys that open it, and state files.</summary>
/// <param name="Keys">Public SSH keys, a line each.</param>
/// <param name="Files">Texts of state files by name.</param>
/// <param name="LeftOut">What else stood there, a sentence each.</param>
public sealed record Seed(ImmutableArray<string> Keys,
    ImmutableSortedDictionary<string, string> Files, ImmutableArray<string> LeftOut)
{
    private const string File = "user-data", First = "#cloud-config", Place = "/etc/loam.d/";
    private const string KeysName = "ssh_authorized_keys", FilesName = "write_files";

    /// <returns>Null only with errors, all of them in <paramref name="found"/>.</returns>
    public static Seed? Read(string text, DiagnosticBag found)
    {
        var rest = new List<string>();
        if (!text.StartsWith(First, StringComparison.Ordinal))
        {
            return new([], ImmutableSortedDictionary<string, string>.Empty,
                [$"It does not begin with {First}: nothing in it is for Loam."]);
        }
        if (YamlReader.Read(File, text, found) is not { } root)
        {
            return null;
        }
        rest.AddRange(root.Entries.Select(e => e.Key.Text)
            .Where(k => k is not (KeysName or FilesName))
            .Select(k => $"{k} is not read: what the machine is stands in its state files."));
        var files = ImmutableSortedDictionary.CreateBuilder<string, string>(
            StringComparer.Ordinal);
        foreach (var item in Items(root, FilesName, rest))
        {
            if (item is not MappingNode entry)
            {
                rest.Add($"{FilesName}: line {item.Span.Line} is not written: it is no entry "
                    + "with a path and a content.");
            }
            else if (Name(entry, out var why) is { } name)
            {
                files[name] = Text(entry["content"])!;
            }
            else
            {
                rest.Add($"{FilesName}: '{Text(entry["path"])}' is not written: {why}");
            }
        }
        var keys = new List<string>();
        foreach (var item in Items(root, KeysName, rest))
        {
            if (Text(item) is { } key)
            {
                keys.Add(key.Trim());
            }
            else
            {
                rest.Add($"{KeysName}: line {item.Span.Line} is not read: it is no text.");
            }
        }
        return new([.. keys], files.ToImmutable(), [.. rest]);
    }

    /// <returns>Of the state file that an entry is; null: it is none.</returns>
    private static string? Name(MappingNode entry, out string why)
    {
        var path = Text(entry["path"]) ?? "";
        var name = path.StartsWith(Place, StringComparison.Ordinal) ? path[Place.Length..] : "";
        why = FileKinds.Of(name) is null || Text(entry["content"]) is null
                ? $"only state files in {Place} are, with a content of text."
            : entry["encoding"] is { } encoding && Text(encoding) is not ("text/plain" or "")
                ? "its content has an encoding, and only plain text is read."
            : entry["append"] is { } append && Text(append) is not ("false" or "")
                ? "a state file is written whole, and nothing is put at its end." : "";
        return why.Length == 0 ? name : null;
    }

    private static string? Text(Node? node) => (node as ScalarNode)?.Text;

    /// <summary>What is no list is left out whole.</summary>
    private static ImmutableArray<Node> Items(MappingNode root, string key, List<string> rest)
    {
        if (root[key] is SequenceNode list)
        {
            return list.Items;
        }
        if (root[key] is not null)
        {
            rest.Add($"{key} is not read: it is no list.");
        }
        return [];
    }
}
