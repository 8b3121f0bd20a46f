using System.Globalization;
using System.Text;

namespace Loam.Cli;

/// <summary>What a piece of text means; the terminal decides how that looks.</summary>
internal enum Ink { Plain, Dim, Bold, Good, Bad, Warn, Accent }

internal readonly record struct Run(string Text, Ink Ink);

/// <summary>One line for a person: runs of text with a meaning. Whatever it holds, it reaches the
/// terminal without control characters (<see cref="Terminal"/>).</summary>
internal sealed class Line
{
    private readonly List<Run> _runs = [];

    public static readonly Line Empty = new();

    public Line()
    {
    }

    public Line(string text, Ink ink = Ink.Plain) => Add(text, ink);

    public IReadOnlyList<Run> Runs => _runs;
    public int Width => _runs.Sum(r => Glyphs.Width(r.Text));
    public string Text => string.Concat(_runs.Select(r => r.Text));

    public Line Add(string text, Ink ink = Ink.Plain)
    {
        if (text.Length > 0)
        {
            _runs.Add(new(text, ink));
        }
        return this;
    }

    public Line Add(Line other)
    {
        _runs.AddRange(other._runs);
        return this;
    }

    public Line PadTo(int column) => Add(new string(' ', Math.Max(0, column - Width)));
}

/// <summary>Cells that text takes, and text that is safe to show.</summary>
internal static class Glyphs
{
    /// <summary>Terminal cells: wide East Asian characters and emoji take two, combining marks
    /// none.</summary>
    public static int Width(string text)
    {
        var width = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            width += Width(rune);
        }
        return width;
    }

    public static int Width(Rune rune) => rune.Value switch
    {
        < 0x300 => 1,
        _ when Rune.GetUnicodeCategory(rune) is UnicodeCategory.NonSpacingMark
            or UnicodeCategory.EnclosingMark or UnicodeCategory.Format => 0,
        >= 0x1100 and <= 0x115F or >= 0x2E80 and <= 0xA4CF or >= 0xAC00 and <= 0xD7A3
            or >= 0xF900 and <= 0xFAFF or >= 0xFE30 and <= 0xFE6F or >= 0xFF00 and <= 0xFF60
            or >= 0xFFE0 and <= 0xFFE6 or >= 0x1F300 and <= 0x1FAFF
            or >= 0x20000 and <= 0x3FFFD => 2,
        _ => 1,
    };

    /// <summary>Makes control characters visible instead of effective: a container's name or log
    /// must not move the cursor, set a title or reverse the reading order.</summary>
    public static string Neutral(string text)
    {
        if (!text.EnumerateRunes().Any(IsHostile))
        {
            return text;
        }
        var safe = new StringBuilder(text.Length + 16);
        foreach (var rune in text.EnumerateRunes())
        {
            if (rune.Value == '\t')
            {
                safe.Append("    ");
            }
            else if (IsHostile(rune))
            {
                safe.Append(rune.Value < 0x100
                    ? $"\\x{rune.Value:x2}" : $"\\u{{{rune.Value:x}}}");
            }
            else
            {
                safe.Append(rune);
            }
        }
        return safe.ToString();
    }

    private static bool IsHostile(Rune rune) => rune.Value is < 0x20 or >= 0x7f and < 0xa0
        or >= 0x200b and <= 0x200f or >= 0x2028 and <= 0x202e or >= 0x2060 and <= 0x206f
        or 0xfeff or >= 0xfff9 and <= 0xfffb or 0xfffd or >= 0xe0000 and <= 0xe0fff;

    /// <summary>The same in ASCII, for terminals that are not UTF-8.</summary>
    public static string Ascii(string text)
    {
        if (System.Text.Ascii.IsValid(text))
        {
            return text;
        }
        var plain = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            plain.Append(rune.Value switch
            {
                < 0x80 => rune.ToString(),
                '→' => "->",
                '✓' => "+",
                '✗' => "x",
                '●' => "*",
                '○' => "o",
                '◐' or '◓' or '◑' or '◒' => "~",
                '·' => "-",
                '…' => "...",
                '–' or '—' or '─' => "-",
                '│' => "|",
                '›' => ">",
                '¼' => "1/4",
                '½' => "1/2",
                '¾' => "3/4",
                '█' or '━' => "#",
                '░' or '╌' => ".",
                '“' or '”' => "\"",
                '‘' or '’' => "'",
                '≤' => "<=",
                _ => "?",
            });
        }
        return plain.ToString();
    }

    /// <summary>At most so many cells; what is cut is said with an ellipsis.</summary>
    public static string Fit(string text, int cells)
    {
        if (Width(text) <= cells)
        {
            return text;
        }
        var kept = new StringBuilder();
        var width = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            if (width + Width(rune) > cells - 1)
            {
                break;
            }
            kept.Append(rune);
            width += Width(rune);
        }
        return kept.Append('…').ToString();
    }

    /// <summary>A word in parts no longer than that.</summary>
    public static IEnumerable<string> Parts(string word, int cells)
    {
        var rest = word;
        while (Width(rest) > cells)
        {
            var part = new StringBuilder();
            var width = 0;
            foreach (var rune in rest.EnumerateRunes())
            {
                if (width + Width(rune) > Math.Max(cells, 2))
                {
                    break;
                }
                part.Append(rune);
                width += Width(rune);
            }
            yield return part.ToString();
            rest = rest[part.Length..];
        }
        if (rest.Length > 0)
        {
            yield return rest;
        }
    }
}
