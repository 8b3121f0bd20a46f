using System.Buffers;
using System.Globalization;
using Loam.Core.Diagnostics;

namespace Loam.Core.StateFiles;

/// <summary>What is wrong with a text that is not YAML, in words that help. The library's own
/// sentences name what the scanner was doing, not what a person did.</summary>
internal static class YamlFaults
{
    /// <summary>Control characters, line ends that few editors show, and marks that change the
    /// order in which a line reads. What a person reads must be what is meant.</summary>
    private static readonly SearchValues<char> Unreadable = SearchValues.Create(
    [
        .. Enumerable.Range(0, 0x20).Select(c => (char)c).Where(c => c is not ('\t' or '\n')),
        .. Enumerable.Range(0x7F, 0x21).Select(c => (char)c),
        '\u2028', '\u2029', '\u202A', '\u202B', '\u202C', '\u202D', '\u202E',
        '\u2066', '\u2067', '\u2068', '\u2069', '\uFEFF', '\uFFFE', '\uFFFF',
    ]);

    public static bool IsUnreadable(char c) => Unreadable.Contains(c);

    /// <summary>The first character that must not stand in a state file; a carriage return may
    /// stand before a line feed only.</summary>
    public static Diagnostic? FindUnreadable(string file, string text)
    {
        var at = 0;
        while (true)
        {
            var next = text.AsSpan(at).IndexOfAny(Unreadable);
            if (next < 0)
            {
                return null;
            }
            at += next;
            if (text[at] != '\r' || at + 1 >= text.Length || text[at + 1] != '\n')
            {
                return Unwanted(PlaceOf(file, text, at), text[at]);
            }
            at++;
        }
    }

    private static Diagnostic Unwanted(Span at, char c) => c switch
    {
        '\r' => Error(at, "A carriage return stands here without a line feed.",
            "Save the file with the line ends of Linux (LF) or of Windows (CRLF)."),
        < ' ' or '\u007F' => Error(at,
            $"The control character {Name(c)} stands here, which YAML does not allow.",
            "Remove it; it is often left by a program that writes binary data."),
        _ => Error(at, $"The invisible character {Name(c)} stands here.",
            "Remove it, or write it as \\u and four digits between double quotes."),
    };

    private static string Name(char c) =>
        string.Create(CultureInfo.InvariantCulture, $"U+{(int)c:X4}");

    private static Span PlaceOf(string file, string text, int index)
    {
        var before = text.AsSpan(0, index);
        var line = before.Count('\n') + 1;
        var column = index - before.LastIndexOf('\n');
        return new(file, line, column, line, column + 1);
    }

    /// <summary>Turns the library's complaint into a finding, by the line it stopped at.</summary>
    /// <param name="message">The library's sentence; empty when it had none.</param>
    public static Diagnostic Explain(Span at, string text, string message)
    {
        var lines = text.Split('\n');
        foreach (var near in new[] { at.Line, at.Line - 1, at.Line + 1 })
        {
            if (near >= 1 && near <= lines.Length && Indentation(lines[near - 1]).Contains('\t')
                && lines[near - 1].AsSpan().Trim().Length > 0)
            {
                return Error(at with { Line = near, Column = 1, EndLine = near, EndColumn = 2 },
                    "A tab stands in the indentation.",
                    "YAML does not allow tabs for indentation; use spaces.");
            }
        }
        var line = at.Line <= lines.Length ? lines[at.Line - 1] : "";
        var before = at.Line >= 2 && at.Line - 2 < lines.Length ? lines[at.Line - 2] : "";
        return Quotation(at, message) ?? Start(at, line, message) ?? Brackets(at, lines, message)
            ?? Colon(at, line, before) ?? Indented(at, line, before, message)
            ?? Error(at, $"This is not YAML: {Plain(message)}",
                "Check this line and the one before: indentation, colons and quotation marks.");
    }

    private static Diagnostic? Quotation(Span at, string message)
    {
        if (message.Contains("escape", StringComparison.Ordinal))
        {
            return Error(at, "A backslash between double quotes begins something unknown.",
                "Write two backslashes for one, or use single quotes.");
        }
        return message.Contains("quoted scalar", StringComparison.Ordinal)
            || message.Contains("double-quoted", StringComparison.Ordinal)
            || message.Contains("single-quoted", StringComparison.Ordinal)
            ? Error(at, "A quotation mark is opened here and not closed.",
                "Close the quotation mark on the same line.")
            : null;
    }

    private static Diagnostic? Start(Span at, string line, string message)
    {
        if (message.Contains("sequence entries are not allowed", StringComparison.Ordinal))
        {
            return Error(at, "A list begins on the line of its name.",
                "Begin it on the next line, or write it as [one, two].");
        }
        if (message.Contains("expected node content", StringComparison.Ordinal)
            && at.Column <= line.Length)
        {
            return Error(at, $"A value is expected here, and {line[at.Column - 1]} stands.",
                "Write the value, or remove the character.");
        }
        if (!message.Contains("cannot start any token", StringComparison.Ordinal)
            || at.Column > line.Length)
        {
            return null;
        }
        return Error(at, $"A value cannot begin with {line[at.Column - 1]}.",
            "Put the whole value between double quotes.");
    }

    private static Diagnostic? Brackets(Span at, string[] lines, string message)
    {
        if (message.Length > 0 && !message.Contains("flow", StringComparison.Ordinal))
        {
            return null;
        }
        for (var i = Math.Min(at.Line, lines.Length); i >= 1 && i > at.Line - 3; i--)
        {
            var line = lines[i - 1];
            if (line.Count(c => c is '[' or '{') != line.Count(c => c is ']' or '}'))
            {
                return Error(at with { Line = i, Column = 1, EndLine = i, EndColumn = 1 },
                    "A [ or { is not closed, or closed twice.",
                    "Close every [ with ] and every { with }, with commas between the items.");
            }
        }
        return Error(at, "A list in [ ] or a mapping in { } is broken here.",
            "Write commas between the items and close every [ and {.");
    }

    private static Diagnostic? Colon(Span at, string line, string before)
    {
        foreach (var (text, number) in new[] { (line, at.Line), (before, at.Line - 1) })
        {
            var content = text.AsSpan().Trim();
            var item = content.StartsWith("- ");
            content = item ? content[2..].TrimStart() : content;
            if (content.Length == 0 || content[0] is '#' or '-' || content[^1] == ':'
                || content.Contains(": ", StringComparison.Ordinal))
            {
                continue;
            }
            var column = text.AsSpan().IndexOf(content) + 1;
            var place = at with
            {
                Line = number,
                Column = column,
                EndLine = number,
                EndColumn = column,
            };
            var colon = content.IndexOf(':');
            if (colon > 0)
            {
                return Error(place, $"There is no space after {content[..(colon + 1)]}.",
                    "Put a space after the colon.");
            }
            if (!item && IsWord(content))
            {
                return Error(place, $"After {content} a colon is missing.",
                    "Write name: value.");
            }
        }
        return null;
    }

    private static Diagnostic? Indented(Span at, string line, string before, string message)
    {
        var first = line.IndexOf(": ", StringComparison.Ordinal);
        if (message.Contains("plain scalar value", StringComparison.Ordinal) && first >= 0
            && first + 1 < at.Column)
        {
            return Error(at, "Two colons stand in one line.",
                "Put the value between double quotes, or the second field on its own line.");
        }
        if (Indentation(line).Length > Indentation(before).Length
            && before.AsSpan().TrimEnd() is { Length: > 0 } above && above[^1] != ':')
        {
            return Error(at, "This line is indented deeper than the one before, which has a value.",
                "Give it the indentation of the line it belongs to.");
        }
        return message.Contains("block", StringComparison.Ordinal)
            || message.Contains("mapping", StringComparison.Ordinal)
            ? Error(at, "This line does not fit the lines before it.",
                "Give all fields of one thing, and all items of one list, the same indentation.")
            : null;
    }

    private static bool IsWord(ReadOnlySpan<char> text) =>
        text.IndexOfAnyExcept(Word) < 0;

    private static readonly SearchValues<char> Word = SearchValues.Create(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-/");

    private static string Indentation(string line) =>
        line[..(line.Length - line.AsSpan().TrimStart(" \t").Length)];

    /// <summary>The library's sentence without the place, which stands before it already.
    /// </summary>
    private static string Plain(string message)
    {
        var cut = message.StartsWith("(Line", StringComparison.Ordinal)
            ? message.IndexOf("): ", StringComparison.Ordinal) : -1;
        var plain = (cut < 0 ? message : message[(cut + 3)..]).TrimEnd('.');
        return plain.Length > 0 ? plain + "." : "the text breaks off.";
    }

    private static Diagnostic Error(Span at, string message, string remedy) =>
        new(Codes.Syntax, Severity.Error, at, message, remedy);
}
