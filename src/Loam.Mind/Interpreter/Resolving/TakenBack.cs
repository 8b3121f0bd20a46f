using System.Text.RegularExpressions;
using Loam.Mind.Interpreter.Language;

namespace Loam.Mind.Interpreter.Resolving;

/// <summary>A turn that corrects itself: "pause the… no, delete it", "port 80, sorry, 8080". It is
/// two turns said in one breath.</summary>
/// <param name="Wish">What was said first.</param>
/// <param name="Correction">What holds.</param>
internal sealed partial record TakenBack(string Wish, string Correction)
{
    private const int LongestPhrase = 4;

    private static readonly Lazy<HashSet<string>> s_phrases = new(() =>
        [.. WordFile.Read("en", "corrections").Select(w => w.Phrase)]);

    /// <summary>The last place where it corrects itself; null: it does not.</summary>
    public static TakenBack? Of(string turn)
    {
        var breaks = Breaks().Matches(turn);
        for (var at = breaks.Count - 1; at >= 0; at--)
        {
            var start = breaks[at].Index + breaks[at].Length;
            var end = at + 1 < breaks.Count ? breaks[at + 1].Index : turn.Length;
            var length = Phrase(turn[start..end], IsBroken(breaks[at].Value));
            if (length == 0)
            {
                continue;
            }
            var rest = turn[(start + length)..].TrimStart(' ', ',', ':', ';', '.', '!', '…', '-');
            // "…, no, sorry, 8080" is one correction.
            var first = at;
            while (first > 0 && Phrase(turn[(breaks[first - 1].Index + breaks[first - 1].Length)
                ..breaks[first].Index], broken: true) is > 0 and var whole
                && turn[(breaks[first - 1].Index + breaks[first - 1].Length)
                    ..breaks[first].Index].Trim().Length <= whole)
            {
                first--;
            }
            var wish = turn[..breaks[first].Index].Trim();
            if (rest.Length > 0 && Words().Count(wish) is > 0 and var said
                && !(said <= LongestPhrase && Phrase(wish, broken: true) == wish.Length))
            {
                return new(wish, rest);
            }
        }
        return null;
    }

    private static bool IsBroken(string mark) => mark.Trim() is "..." or "…" or "-" or "–" or "—";

    /// <summary>Characters of the words that take back; 0: there are none. One word alone takes
    /// back only where it is set off on both sides, or the sentence breaks off: "…, no backups"
    /// corrects nothing.</summary>
    private static int Phrase(string text, bool broken)
    {
        var words = Words().Matches(text);
        for (var count = Math.Min(LongestPhrase, words.Count); count > 0; count--)
        {
            var said = string.Join(' ', words.Take(count).Select(w => w.Value.ToLowerInvariant()));
            if (s_phrases.Value.Contains(said) && (count > 1 || broken || words.Count == 1))
            {
                return words[count - 1].Index + words[count - 1].Length;
            }
        }
        return 0;
    }

    [GeneratedRegex(@"\.\.\.|…|[,;?!:](?=\s)|\.(?=\s)|\s[-–—]+(?=\s)|—")]
    private static partial Regex Breaks();

    [GeneratedRegex(@"[A-Za-z']+")]
    private static partial Regex Words();
}
