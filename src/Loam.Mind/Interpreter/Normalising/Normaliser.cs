using System.Net;
using System.Text;
using Loam.Mind.Interpreter.Language;

namespace Loam.Mind.Interpreter.Normalising;

/// <summary>First stage: a typed line becomes words. Case, quotation marks, contractions and
/// punctuation are evened out; values such as <c>8080:80</c> stay whole.</summary>
internal static class Normaliser
{
    private const string Trailing = ",.;:!?)]}";

    public static List<Word> Words(string line, Lexicon lexicon)
    {
        var words = new List<Word>();
        line = Enumerations.Unmarked(line);
        var (text, places) = Even(line.Trim());
        var start = line.Length - line.TrimStart().Length;
        var at = 0;
        if (text.Length > 2 && text[0] is ('"' or '\'') && text[^1] == text[0]
            && text.Count(c => c == text[0]) == 2)
        {
            (text, at) = (text[..^1], 1);
        }
        at = Math.Max(at, Heading(text, lexicon));
        while (at < text.Length)
        {
            if (char.IsWhiteSpace(text[at]))
            {
                at++;
                continue;
            }
            var (from, known) = (at, words.Count);
            at = OpensQuote(text, at) ? Quoted(text, at, words) : Bare(text, at, words, lexicon);
            var place = (start + places[from], start + places[Math.Min(at, text.Length) - 1] + 1);
            for (var i = known; i < words.Count; i++)
            {
                words[i] = words[i] with { Place = place };
            }
        }
        return Parted(words);
    }

    /// <summary>"tobias / developers / zsh": several slashes that stand alone part a list.
    /// </summary>
    private static List<Word> Parted(List<Word> words)
    {
        for (var at = 0; at + 1 < words.Count; at++)
        {
            // "1.30 am"
            if (words[at].Text.Split('.') is [{ Length: 1 or 2 } hour, { Length: 2 } minute]
                && hour.All(char.IsAsciiDigit) && minute.All(char.IsAsciiDigit)
                && words[at + 1].Text is "am" or "pm" or "a.m" or "p.m" or "o'clock" or "uhr")
            {
                words[at] = words[at] with { Text = $"{hour}:{minute}" };
            }
        }
        return Lists(words);
    }

    private static List<Word> Lists(List<Word> words) =>
        words.Count(w => w is { Text: "/", Quoted: false }) < 2 ? words
            : words.ConvertAll(w => w is { Text: "/", Quoted: false }
                ? Word.Of(",") with { Place = w.Place } : w);

    /// <summary>Where the wish begins after "Ticket #4471:" or "Re:"; 0: there is no such head.
    /// </summary>
    private static int Heading(string text, Lexicon lexicon)
    {
        var colon = text.IndexOf(": ", StringComparison.Ordinal);
        if (colon is < 0 or > 60)
        {
            return 0;
        }
        // "TICKET 4471, prio 3, requester radiology: …": each part with a word that heads it.
        var parts = text[..colon].ToLowerInvariant().Split(", ");
        if (parts.Length > 1 && parts.All(p => p.Split(' ') is { Length: < 4 } said
            && lexicon.IsHeading(said[0].Trim('#', '[', ']', '('))))
        {
            return colon + 1;
        }
        if (colon > 30)
        {
            return 0;
        }
        var words = text[..colon].ToLowerInvariant().Split(' ', '-', '#', '[', ']', '(', ')')
            .Where(w => w.Length > 0).ToList();
        return words.Count > 0 && words.TrueForAll(w => lexicon.IsHeading(w)
            || w.All(c => char.IsAsciiDigit(c))) && words.Exists(lexicon.IsHeading)
            ? colon + 1 : 0;
    }

    /// <summary>Typographic marks become plain ones, control characters become spaces; what
    /// stands in quotation marks stays. With each character's place in the line.</summary>
    private static (string Text, List<int> Places) Even(string line)
    {
        var text = new StringBuilder(line.Length + 8);
        var places = new List<int>(line.Length + 8);
        var closing = -1;
        var depth = 0;
        for (var at = 0; at < line.Length; at++)
        {
            closing = at > closing && line[at] is '"' or '`'
                ? Math.Max(closing, line.IndexOf(line[at], at + 1)) : closing;
            var kept = at < closing && line[at] is '(' or ')' or '–' or '—' or '…';
            // "$(date)" is one word of a shell.
            var opens = line[at] == '(' && at > 0 && (line[at - 1] == '$' || depth > 0);
            var closes = line[at] == ')' && depth > 0;
            depth += opens ? 1 : closes ? -1 : 0;
            if (kept || opens || closes)
            {
                text.Append(line[at]);
            }
            else
            {
                Append(text, line[at]);
            }
            while (places.Count < text.Length)
            {
                places.Add(at);
            }
        }
        return (text.ToString(), places);
    }

    private static void Append(StringBuilder text, char c)
    {
        switch (c)
        {
            case '’' or '‘' or '´':
                text.Append('\'');
                break;
            case '“' or '”' or '„' or '«' or '»':
                text.Append('"');
                break;
            case '–' or '—' or '(' or ')' or '…':
                text.Append(" , ");
                break;
            case '×':
                text.Append('x');
                break;
            case '→':
                text.Append(" to ");
                break;
            case '\n':
                text.Append(" . ");
                break;
            default:
                text.Append(char.IsControl(c) || char.IsSurrogate(c) ? ' ' : c);
                break;
        }
    }

    /// <summary>An apostrophe opens a quotation only where another closes it before a space.
    /// </summary>
    private static bool OpensQuote(string text, int at)
    {
        if (text[at] != '\'')
        {
            return text[at] is '"' or '`';
        }
        var end = text.IndexOf('\'', at + 1);
        return end > at + 1
            && (end + 1 == text.Length || !char.IsLetterOrDigit(text[end + 1]));
    }

    private static int Quoted(string text, int at, List<Word> words)
    {
        var end = text.IndexOf(text[at], at + 1);
        if (end < 0)
        {
            return at + 1;
        }
        var inner = text[(at + 1)..end].Trim();
        if (inner.Length > 0)
        {
            words.Add(new(inner.ToLowerInvariant(), inner, false, true));
        }
        return end + 1;
    }

    private static int Bare(string text, int at, List<Word> words, Lexicon lexicon)
    {
        var end = at;
        while (end < text.Length && !char.IsWhiteSpace(text[end]) && text[end] is not ('"' or '`'))
        {
            end++;
        }
        // KEY="some value" and KEY='some value' are one assignment.
        var opening = text.IndexOf("='", at, StringComparison.Ordinal) is var mark and >= 0
            && mark < end && text.IndexOf('\'', mark + 2) > 0 ? mark + 1 : end;
        end = opening;
        if (end < text.Length && text[end] is '"' or '\'' && text[end - 1] == '=')
        {
            var close = text.IndexOf(text[end], end + 1);
            if (close > 0)
            {
                var whole = text[at..end] + text[(end + 1)..close];
                words.Add(new(whole.ToLowerInvariant(), whole, false, false));
                return close + 1;
            }
        }
        Split(text[at..end], words, lexicon);
        return end;
    }

    private static void Split(string token, List<Word> words, Lexicon lexicon)
    {
        // "*/15" and "*.example.com" are values; other stars only emphasise.
        var starred = token is "*" or "*," || token.StartsWith("*/", StringComparison.Ordinal)
            || token.StartsWith("*.", StringComparison.Ordinal);
        token = starred ? token : token.TrimStart('(', '[', '\'', '*');
        // "Incl." ends no sentence.
        if (token.EndsWith('.') && lexicon.WrittenOut(token.ToLowerInvariant()) is not null)
        {
            AddWord(token, words, lexicon);
            return;
        }
        var marks = token.Length;
        while (marks > 0 && !IsAddress(token[..marks])
            && (Trailing.Contains(token[marks - 1], StringComparison.Ordinal)
                || token[marks - 1] == '\'' || (token[marks - 1] == '*' && !starred)))
        {
            marks--;
        }
        var tail = token[marks..];
        token = token[..marks];
        if (token.Length > 0)
        {
            AddWord(token, words, lexicon);
        }
        foreach (var mark in tail.Where(m => ",.;:!?".Contains(m, StringComparison.Ordinal)))
        {
            words.Add(Word.Of(mark.ToString()));
        }
    }

    private static bool IsNetwork(string text) => text.AsSpan().ContainsAny('.', ':')
        && (IPNetwork.TryParse(text, out _)
            || (text.Split('.').Length != 2 && IPAddress.TryParse(text, out _)));

    /// <summary>The colons at the end of <c>fe80::</c> are part of it.</summary>
    private static bool IsAddress(string token) =>
        token.EndsWith("::", StringComparison.Ordinal) && IPAddress.TryParse(token, out _);

    private static void AddWord(string token, List<Word> words, Lexicon lexicon)
    {
        var lower = token.ToLowerInvariant();
        if (lexicon.WrittenOut(lower) is { } full)
        {
            words.AddRange(full.Split(' ').Select(Word.Of));
            return;
        }
        var possessive = lower.EndsWith("'s", StringComparison.Ordinal);
        if (possessive)
        {
            lower = lower[..^2];
            token = token[..^2];
        }
        lower = lower.TrimEnd('\'');
        // "cpu/memory" and "nginx,redis" are two words; paths, images and values are one.
        var comma = lower.IndexOf(',', StringComparison.Ordinal);
        if (comma > 0 && !lower.Contains('=', StringComparison.Ordinal)
            && (!char.IsAsciiDigit(lower[comma - 1]) || IsNetwork(lower[..comma])))
        {
            Split(token[..comma] + ",", words, lexicon);
            Split(token[(comma + 1)..], words, lexicon);
            return;
        }
        if (lower is "&" or "+")
        {
            lower = "and";
        }
        if (lower is "-" or "--")
        {
            words.Add(Word.Of(","));
            return;
        }
        words.Add(new(lower, token, possessive, false));
    }
}
