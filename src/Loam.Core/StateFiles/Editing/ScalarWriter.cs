using System.Globalization;
using System.Text;

namespace Loam.Core.StateFiles.Editing;

internal enum Quotes { None, Single, Double }

/// <summary>Scalars as YAML text, in the quotes they need.</summary>
internal static class ScalarWriter
{
    /// <summary>One line, in the wanted quotes where these can hold the text.</summary>
    public static string Inline(ScalarEdit scalar, Quotes wanted, bool flow)
    {
        var text = scalar.Text;
        if (wanted == Quotes.None && !scalar.Quote && IsPlainSafe(text, flow))
        {
            return text;
        }
        var single = wanted == Quotes.Single || (wanted == Quotes.None
            && text.AsSpan().IndexOfAny("\"\\") >= 0 && !text.Contains('\''));
        return single && IsOneLine(text)
            ? $"'{text.Replace("'", "''", StringComparison.Ordinal)}'" : InDouble(text);
    }

    /// <summary>The name of a field. The library reads a plain one with an asterisk after a space
    /// together with its colon and value.</summary>
    public static string Key(string key, bool flow)
    {
        var quote = ScalarKinds.IsNothing(key) || key.Contains(" *", StringComparison.Ordinal);
        var written = Inline(new(key, quote), Quotes.None, flow);
        return written.Length <= Limits.FieldNameLength ? written : throw new EditException(
            $"The name of a field is longer than {Limits.FieldNameLength} characters.");
    }

    /// <summary>Whether lines under <c>|</c> can hold the text as it is.</summary>
    public static bool IsLiteral(string text)
    {
        if (!text.Contains('\n') || text.EndsWith("\n\n", StringComparison.Ordinal)
            || text[0] is ' ' or '\n' or '\t')
        {
            return false;
        }
        foreach (var line in text.Split('\n'))
        {
            if (!line.All(c => c == '\t' || IsPrintable(c)) || !HasPairs(line)
                || (line.Length > 0 && line.AsSpan().Trim(" \t").Length == 0))
            {
                return false;
            }
        }
        return true;
    }

    private static bool IsOneLine(string text) => text.All(IsPrintable) && HasPairs(text);

    /// <summary>Characters beyond the first plane are printable when both halves are there.
    /// </summary>
    private static bool IsPrintable(char c) => c is >= ' ' and not '\u007f'
        && c is < '\u0080' or > '\u00a0' && c is not ('\u2028' or '\u2029' or '\ufeff')
        && c < '\ufffe' && char.GetUnicodeCategory(c) != UnicodeCategory.Format;

    private static bool HasPairs(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (!char.IsSurrogate(text[i]))
            {
                continue;
            }
            if (i + 1 >= text.Length || !char.IsSurrogatePair(text[i], text[i + 1]))
            {
                return false;
            }
            i++;
        }
        return true;
    }

    private static bool IsPlainSafe(string text, bool flow)
    {
        if (text.Length == 0 || text[0] == ' ' || text[^1] is ' ' or ':' || !IsOneLine(text)
            || text is "=" or "<<" || text.StartsWith("---", StringComparison.Ordinal)
            || text.StartsWith("...", StringComparison.Ordinal))
        {
            return false;
        }
        if (",[]{}#&*!|>'\"%@`?:".Contains(text[0])
            || (text[0] == '-' && (text.Length == 1 || !char.IsAsciiLetterOrDigit(text[1]))))
        {
            return false;
        }
        return !text.Contains(": ", StringComparison.Ordinal)
            && !text.Contains(" #", StringComparison.Ordinal)
            && (!flow || (text.AsSpan().IndexOfAny(",[]{}?") < 0 && text[^1] != '-'));
    }

    private static string InDouble(string text)
    {
        var written = new StringBuilder("\"", text.Length + 2);
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            var pair = i + 1 < text.Length && char.IsSurrogatePair(c, text[i + 1]);
            if (pair)
            {
                written.Append(c).Append(text[++i]);
                continue;
            }
            if (char.IsSurrogate(c))
            {
                throw new EditException("The text holds half of a character.");
            }
            written.Append(c switch
            {
                '"' => "\\\"",
                '\\' => "\\\\",
                '\n' => "\\n",
                '\t' => "\\t",
                '\r' => "\\r",
                _ when IsPrintable(c) => c.ToString(),
                _ => $"\\u{(int)c:x4}",
            });
        }
        return written.Append('"').ToString();
    }
}
