using System.Collections.Immutable;
using Loam.Core.Resources;

namespace Loam.Drivers.Users;

/// <summary>Loam's part of an authorized_keys file, between two marks. What stands around it is a
/// person's.</summary>
internal static class KeyBlock
{
    private const string Begin = "# loam: begin", End = "# loam: end";

    private const string First =
        Begin + " - declared in security.yaml; what is changed in here is taken back";

    /// <summary>The lines in the block and the keys around it.</summary>
    public static (ImmutableArray<string> Ours, ImmutableArray<string> Others) Read(string? text)
    {
        var (ours, others) = Split(text);
        return ([.. ours], [.. others.Where(SshKeys.IsKey)]);
    }

    /// <returns>The text with this block; null: nothing is left of it.</returns>
    public static string? With(string? text, ImmutableArray<string> keys)
    {
        var (_, others) = Split(text);
        if (keys.IsEmpty)
        {
            return others.Count == 0 ? null : string.Concat(others.Select(l => l + "\n"));
        }
        // At the end: a file without a final line break must not swallow the first mark.
        return string.Concat(((string[])[.. others, First, .. keys, End]).Select(l => l + "\n"));
    }

    private static (List<string> Ours, List<string> Others) Split(string? text)
    {
        var (ours, others) = (new List<string>(), new List<string>());
        var lines = text is null ? [] : text.ReplaceLineEndings("\n").TrimEnd('\n').Split('\n');
        for (var i = 0; i < lines.Length; i++)
        {
            if (!lines[i].StartsWith(Begin, StringComparison.Ordinal))
            {
                others.Add(lines[i]);
                continue;
            }
            var end = Array.FindIndex(
                lines, i, l => l.StartsWith(End, StringComparison.Ordinal));
            if (end < 0)
            {
                // Somebody took the second mark away: the block ends where keys end.
                end = Array.FindIndex(lines, i + 1, l => !SshKeys.IsKey(l));
                end = end < 0 ? lines.Length : end - 1;
            }
            ours.AddRange(lines[(i + 1)..Math.Max(i + 1, Math.Min(end, lines.Length))]);
            i = end;
        }
        return text is null or "" ? ([], []) : (ours, others);
    }
}
