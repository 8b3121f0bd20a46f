using System.Text.RegularExpressions;
using Loam.Core.Diagnostics;
using Loam.Core.Resources;
using Loam.Core.StateFiles.Editing;
using Loam.Core.StateFiles.Types;

namespace Loam.Core.StateFiles;

/// <param name="Secret">The declared secret it is the value of; null: it is none's.</param>
internal readonly record struct SecretSpot(
    int Start, int End, string? Secret, string? Key, bool IsWhole);

/// <summary>Where secrets stand in the text of a state file.</summary>
internal static partial class SecretSpots
{
    /// <summary>In no order; they may overlap.</summary>
    public static IEnumerable<SecretSpot> In(string file, string text)
    {
        var lines = new TextLines(text);
        var spots = new List<SecretSpot>();
        var mark = text.StartsWith('\uFEFF') ? 1 : 0;
        int Offset(int line, int column) =>
            lines.OffsetOf(line, column) + (line == 1 ? mark : 0);
        if (Read(file, text) is { } root)
        {
            foreach (var (name, value) in Secrets(file, root))
            {
                spots.Add(Spot(value, name, "value"));
            }
            foreach (var (key, value) in Variables(root))
            {
                spots.Add(Spot(value, null, key));
            }
            foreach (var (key, scalar) in Scalars(root))
            {
                var (from, to) = Ends(scalar);
                spots.AddRange(Loose(text, from, to - from).Select(l =>
                    new SecretSpot(l.Start, l.End, null, key, false)));
            }
        }
        spots.AddRange(Loose(text, 0, text.Length)
            .Where(l => !spots.Exists(s => s.Start <= l.Start && l.End <= s.End))
            .Select(l => new SecretSpot(l.Start, l.End, null, null, false)).ToList());
        return spots;

        (int, int) Ends(ScalarNode value) => (Offset(value.Span.Line, value.Span.Column),
            Offset(value.Span.EndLine, value.Span.EndColumn));
        SecretSpot Spot(ScalarNode value, string? secret, string key)
        {
            var (from, to) = Ends(value);
            return new(from, to, secret, key, true);
        }
    }

    /// <summary>Every scalar that is a field's value, or in a list that is.</summary>
    public static IEnumerable<(string Key, ScalarNode Value)> Scalars(string file, string text) =>
        Read(file, text) is { } root ? Scalars(root) : [];

    private static MappingNode? Read(string file, string text) =>
        YamlReader.Read(file, text, new DiagnosticBag());

    private static IEnumerable<(string Key, ScalarNode Value)> Secrets(
        string file, MappingNode root)
    {
        if (file != SecurityFile.File
            || (root["spec"] as MappingNode)?["secrets"] is not SequenceNode list)
        {
            yield break;
        }
        foreach (var item in list.Items.OfType<MappingNode>())
        {
            if (item["name"] is ScalarNode name && item["value"] is ScalarNode value
                && value.Text.StartsWith(SecretValueType.Encrypted, StringComparison.Ordinal))
            {
                yield return (name.Text, value);
            }
        }
    }

    private static IEnumerable<(string Key, ScalarNode Value)> Variables(Node node) => node switch
    {
        SequenceNode list => list.Items.SelectMany(Variables),
        MappingNode map => map.Entries.SelectMany(e =>
            e.Key.Text == "environment" && e.Value is MappingNode variables
                ? variables.Entries.Where(IsSecret)
                    .Select(v => (v.Key.Text, (ScalarNode)v.Value))
                : Variables(e.Value)),
        _ => [],
    };

    private static bool IsSecret(MappingEntry entry) => SecretNames.IsSecret(entry.Key.Text)
        && entry.Value is ScalarNode { Text: { Length: > 0 } text }
        && !text.Contains("${secrets.", StringComparison.Ordinal)
        // NAME_FILE names a file, and a flag tells nothing.
        && !entry.Key.Text.EndsWith("_FILE", StringComparison.OrdinalIgnoreCase)
        && !bool.TryParse(text, out _);

    private static IEnumerable<(string Key, ScalarNode Value)> Scalars(MappingNode map) =>
        map.Entries.SelectMany(e => Under(e.Key.Text, e.Value));

    private static IEnumerable<(string Key, ScalarNode Value)> Under(string key, Node node) =>
        node switch
        {
            ScalarNode scalar => [(key, scalar)],
            SequenceNode list => list.Items.SelectMany(i => Under(key, i)),
            MappingNode map => Scalars(map),
            _ => [],
        };

    private static IEnumerable<(int Start, int End)> Loose(string text, int from, int length)
    {
        foreach (Match match in PrivateKey().Matches(text.Substring(from, length)))
        {
            yield return (from + match.Index, from + match.Index + match.Length);
        }
        foreach (Match match in Ciphertext().Matches(text.Substring(from, length)))
        {
            yield return (from + match.Index, from + match.Index + match.Length);
        }
        foreach (Match match in InAddress().Matches(text.Substring(from, length)))
        {
            var password = match.Groups[1];
            yield return (from + password.Index, from + password.Index + password.Length);
        }
    }

    [GeneratedRegex("-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----[^-]*-----END [A-Z ]{0,40}-----"
        + "|AGE-SECRET-KEY-1[0-9A-Z]+")]
    private static partial Regex PrivateKey();

    /// <summary>Also in comments, where a reader of YAML does not look.</summary>
    [GeneratedRegex("encrypted:v1:[A-Za-z0-9+/=]+")]
    private static partial Regex Ciphertext();

    [GeneratedRegex(@"://[^\s/:@'""]{0,256}:([^\s/@'""${}]{1,256})@")]
    private static partial Regex InAddress();
}
