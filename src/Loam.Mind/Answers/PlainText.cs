using System.Globalization;
using System.Text;

namespace Loam.Mind.Answers;

/// <summary>Text of models and machines made fit to be read: nothing in it moves a cursor, hides
/// or turns around what stands beside it.</summary>
public static class PlainText
{
    /// <summary>Without control and invisible characters other than line ends and tabs; CRLF and
    /// CR become LF.</summary>
    public static string Of(string text)
    {
        var isFit = true;
        foreach (var c in text)
        {
            if (c < ' ' ? c is not ('\n' or '\t') : c >= '\u007F')
            {
                isFit = false;
                break;
            }
        }
        if (isFit)
        {
            return text;
        }
        var plain = new StringBuilder(text.Length);
        foreach (var rune in Lines(text).EnumerateRunes())
        {
            if (rune.Value is '\n' or '\t' || !IsHidden(rune))
            {
                plain.Append(rune.ToString());
            }
        }
        return plain.ToString();
    }

    /// <summary>Line ends as LF alone.</summary>
    public static string Lines(string text) => text.Contains('\r', StringComparison.Ordinal)
        ? text.Replace("\r\n", "\n", StringComparison.Ordinal).Replace('\r', '\n') : text;

    /// <summary>On one line, and no longer than that many characters.</summary>
    public static string OneLine(string text, int most)
    {
        var cut = text.Length > most * 4 ? text[..(most * 4)] : text;
        var line = Of(cut).Replace('\n', ' ').Replace('\t', ' ').Trim();
        return line.Length <= most ? line : Cut(line, most - 1) + "…";
    }

    /// <summary>The first characters, never half of one.</summary>
    public static string Cut(string text, int most) => text.Length <= most ? text
        : text[..(char.IsHighSurrogate(text[most - 1]) ? most - 1 : most)];

    private static bool IsHidden(Rune rune) => Rune.GetUnicodeCategory(rune) is
        UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate
        or UnicodeCategory.PrivateUse or UnicodeCategory.LineSeparator
        or UnicodeCategory.ParagraphSeparator;
}
