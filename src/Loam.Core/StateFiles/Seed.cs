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
        foreach (var entry in Items(root[FilesName]).OfType<MappingNode>())
        {
            var path = (entry["path"] as ScalarNode)?.Text ?? "";
            var name = path.StartsWith(Place, StringComparison.Ordinal) ? path[Place.Length..] : "";
            if (FileKinds.Of(name) is not null && entry["content"] is ScalarNode content)
            {
                files[name] = content.Text;
            }
            else
            {
                rest.Add($"{FilesName}: '{path}' is not written: only state files in {Place} are, "
                    + "with a content of text.");
            }
        }
        return new([.. Items(root[KeysName]).OfType<ScalarNode>().Select(k => k.Text.Trim())],
            files.ToImmutable(), [.. rest]);
    }

    private static ImmutableArray<Node> Items(Node? node) =>
        node is SequenceNode list ? list.Items : [];
}
