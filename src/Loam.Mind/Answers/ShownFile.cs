using System.Collections.Immutable;

namespace Loam.Mind.Answers;

/// <summary>What of a state file a model was shown. In place of items that had no room stands a
/// comment line for each run of them, which stays where it stands in the model's text and is then
/// replaced by exactly what it stood for.</summary>
/// <param name="Text">As shown.</param>
/// <param name="Kept">By the words a line begins with, the lines it stands for.</param>
public sealed record ShownFile(
    string File, string Text, ImmutableSortedDictionary<string, string> Kept)
{
    public bool IsWhole => Kept.IsEmpty;

    /// <summary>A line stands for entries.</summary>
    public bool IsKept(ReadOnlySpan<char> line)
    {
        foreach (var mark in Kept.Keys)
        {
            if (line.TrimStart().StartsWith(mark, StringComparison.Ordinal))
            {
                return true;
            }
        }
        return false;
    }

    /// <summary>The text with what was left out put back. A line that is missing puts nothing
    /// back, and is noticed as a loss; one that stands twice declares things twice.</summary>
    public string PutBack(string text)
    {
        if (IsWhole || !Kept.Keys.Any(k => text.Contains(k, StringComparison.Ordinal)))
        {
            return text;
        }
        var lines = text.Split('\n');
        for (var i = 0; i < lines.Length; i++)
        {
            var line = lines[i].AsSpan().Trim();
            foreach (var (mark, kept) in Kept)
            {
                if (line.StartsWith(mark, StringComparison.Ordinal))
                {
                    lines[i] = kept;
                    break;
                }
            }
        }
        return string.Join('\n', lines);
    }
}
