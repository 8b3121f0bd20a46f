using System.Text;
using System.Text.RegularExpressions;

namespace Loam.Mind.Interpreter.Normalising;

/// <summary>"1. … 2. …", "a) … b) …", "- … - …": what numbers a list is no part of what is said.
/// </summary>
internal static partial class Enumerations
{
    private const int Fewest = 2;

    /// <summary>The line, each mark of a list made the end of a sentence of the same length.
    /// </summary>
    public static string Unmarked(string line) => Numbered(line) ?? Bulleted(line) ?? line;

    private static string? Numbered(string line)
    {
        var marks = new List<Match>();
        foreach (Match mark in Mark().Matches(line))
        {
            var next = mark.Groups["n"].Value;
            var wanted = marks.Count + 1;
            if (next == $"{wanted}" || next.ToLowerInvariant() == $"{(char)('a' + wanted - 1)}")
            {
                marks.Add(mark);
            }
        }
        if (marks.Count < Fewest)
        {
            return null;
        }
        var before = line[..marks[0].Index].TrimEnd();
        var heads = before.Length == 0 || before[^1] is ':' or '.' or ';' or '\n' or '-' or ',';
        if (!heads && !marks.TrueForAll(m => m.Value.TrimStart().StartsWith('(')))
        {
            return null;
        }
        return Replaced(line, marks.ConvertAll(m => (m.Index, m.Length)), heads ? '.' : ',');
    }

    private static string? Bulleted(string line)
    {
        if (line.TrimStart() is not ['-' or '*' or '•', ' ', ..])
        {
            return null;
        }
        var bullet = line.TrimStart()[0];
        var marks = new List<(int, int)>();
        for (var at = 0; at + 1 < line.Length; at++)
        {
            if (line[at] == bullet && line[at + 1] == ' ' && (at == 0
                || char.IsWhiteSpace(line[at - 1])))
            {
                marks.Add((at, 1));
            }
        }
        return marks.Count < Fewest ? null : Replaced(line, marks, '.');
    }

    private static string Replaced(string line, List<(int At, int Length)> marks, char mark)
    {
        var text = new StringBuilder(line);
        for (var index = 0; index < marks.Count; index++)
        {
            var (at, length) = marks[index];
            for (var place = at; place < at + length; place++)
            {
                text[place] = ' ';
            }
            if (index > 0 || mark == ',')
            {
                text[at] = mark;
            }
        }
        return text.ToString();
    }

    [GeneratedRegex(@"(?<=^|[\s:;,.])(?:(?:step|item|point)\s+(?<n>\d{1,2})\s?[:.)-]"
        + @"|\((?<n>\d{1,2}|[a-hA-H])\)|(?<n>\d{1,2}|[a-hA-H])\)|(?<n>\d{1,2})\.)(?=\s)",
        RegexOptions.IgnoreCase)]
    private static partial Regex Mark();
}
