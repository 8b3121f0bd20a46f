using Loam.Mind.Interpreter.Language;
using Loam.Mind.Interpreter.Recognising;

namespace Loam.Mind.Interpreter.Parsing;

/// <summary>"The photos aren't backed up, are they? Please change that", "are they backed up? If
/// not, do so", "git-data isn't saved, nightly would be good": how things are, and that it shall
/// be otherwise, is a wish for the opposite.</summary>
internal static class Complaints
{
    private const int LongestTag = 3;
    private const int MostOfCase = 6;

    private static readonly HashSet<string> s_change = ["if", "not", "then", "please", "do", "so",
        "it", "that", "this", "change", "fix", "mend", "sort", "out", "pls", "can", "could", "you",
        "if not", "change that", "fix that", "do that", "do it", "do so", "something", "about",
        "something about it", "about it", "make", "happen", "would", "be", "good", "should",
        "correct", "put", "right", "let us", "to", "and", "so then", "well", "we", "i", "want",
        "need", "like", "otherwise", "make it so", "set", "up", "remedy", "the", "a", "now"];

    private static readonly HashSet<string> s_acts = ["change", "fix", "mend", "sort", "do", "make",
        "correct", "remedy", "set", "put"];

    private static readonly HashSet<string> s_nowhere = ["anywhere", "at all", "yet", "so far",
        "ever", "never"];

    /// <summary>Turns what is complained of into what is wished.</summary>
    public static List<Sentence> Mend(List<Sentence> sentences)
    {
        for (var at = 0; at < sentences.Count; at++)
        {
            var all = sentences[at].Lexemes;
            if (at + 1 < sentences.Count && IsCase(sentences[at])
                && sentences[at + 1].Lexemes.Exists(l => l.Is(Part.Topic, "notify")
                    || l.Is(Part.Topic, "alert")))
            {
                sentences[at] = new([.. sentences[at + 1].Lexemes, .. all], Asks: false);
                sentences.RemoveAt(at + 1);
                continue;
            }
            if (at + 1 == sentences.Count || When(sentences[at + 1].Lexemes) is not { } when)
            {
                sentences[at] = sentences[at] with { Lexemes = Wanted(all) };
                continue;
            }
            if (IndexOfNot(all, all.Count) is var not and > 0)
            {
                sentences[at] = new([.. Affirmed(WithoutTag(all), not), .. when], Asks: false);
                sentences.RemoveAt(at + 1);
            }
            else if (sentences[at].Asks && all.Count > 2 && IsAuxiliary(all[0].Text)
                && all.Exists(l => l.IsMention) && all.Exists(l => l.Is(Part.Verb)))
            {
                sentences[at] = new([.. all[1..], .. when], Asks: false);
                sentences.RemoveAt(at + 1);
            }
        }
        return sentences;
    }

    /// <summary>"Failed log-cleanup? Send a message": a case, and no question.</summary>
    private static bool IsCase(Sentence sentence) => sentence.Asks
        && sentence.Lexemes.Count < MostOfCase
        && sentence.Lexemes.Exists(l => l.Named(Known.Job) is not null)
        && sentence.Lexemes.Exists(l => l.Is(Part.Topic, "fail") || l.Is(Part.Topic, "success"))
        && !sentence.Lexemes.Exists(l => l.Is(Part.Question) || IsAuxiliary(l.Text));

    /// <summary>"Git-data isn't saved anywhere, nightly at 2 would be good".</summary>
    private static List<Lexeme> Wanted(List<Lexeme> all)
    {
        var comma = all.FindIndex(l => l.IsGlue("comma"));
        if (comma < 0 || IndexOfNot(all, comma) is not (> 0 and var not)
            || !all.GetRange(not, comma - not).Exists(l => l.IsVerb("backup"))
            || !IsTime(all.GetRange(comma, all.Count - comma)))
        {
            return all;
        }
        var said = Affirmed(all, not);
        said.RemoveAt(said.FindIndex(l => l.IsGlue("comma")));
        return said;
    }

    private static bool IsTime(List<Lexeme> said) =>
        !said.Exists(l => l.Is(Part.Verb) || l.IsMention)
        && said.Exists(l => l.IsNumber || char.IsAsciiDigit(l.Text[0]) || l.IsField("schedule")
            || Times.TimeWords.English.Of(l.Text, "often") is not null
            || l.Text is "daily" or "nightly" or "weekly" or "hourly" or "monthly");

    /// <summary>"Please change that", "change that, at 3 in the morning": when, said behind it.
    /// </summary>
    /// <returns>Null: nothing is to be changed.</returns>
    private static List<Lexeme>? When(List<Lexeme> all)
    {
        if (AsksToChange(all))
        {
            return [];
        }
        var end = Enumerable.Range(1, Math.Max(0, all.Count - 1)).FirstOrDefault(at =>
            AsksToChange(all[..at]) && IsTime(all[at..]), -1);
        return end < 0 ? null : [.. all[end..].SkipWhile(l => l.IsGlue("comma"))];
    }

    private static List<Lexeme> Affirmed(List<Lexeme> all, int not) =>
        [.. all.Where((l, at) => at != not && !s_nowhere.Contains(l.Text))];

    /// <summary>Of "photos are not backed up": where a thing is said to be otherwise.</summary>
    private static int IndexOfNot(List<Lexeme> all, int end)
    {
        var not = all.FindIndex(0, end, l => l.IsGlue("not"));
        // "Once a month is not enough. Make it every Sunday"
        if (not < 1 || all.Skip(not + 1).Take(2).Any(
            l => l.Text.Split(' ')[0] is "enough" or "sufficient"))
        {
            return -1;
        }
        // "Are not" may be one saying.
        var about = all[not].Text.Split(' ') is [var first, "not"] && IsAuxiliary(first) ? not
            : IsAuxiliary(all[not - 1].Text) ? not - 1 : 0;
        return all.Take(about).Any(l => l.IsMention || l.Is(Part.Reference)) ? not : -1;
    }

    private static bool IsAuxiliary(string word) => word is "is" or "are" or "was"
        or "were" or "has been" or "have been" or "has" or "have" or "does" or "do" or "been";

    /// <summary>"…, are they", "…, right".</summary>
    private static List<Lexeme> WithoutTag(List<Lexeme> all)
    {
        var comma = all.FindLastIndex(l => l.IsGlue("comma"));
        return comma > 0 && all.Count - comma - 1 <= LongestTag && all.Skip(comma + 1).All(l =>
            IsAuxiliary(l.Text) || l.Text is "they" or "it" or "right" or "correct" or "not"
                or "yet" or "that") ? all[..comma] : all;
    }

    private static bool AsksToChange(List<Lexeme> all) => all.Count is > 0 and < 9
        && all.SelectMany(l => l.Text.Split(' ')).ToList() is var words
        && words.Exists(s_acts.Contains) && words.TrueForAll(s_change.Contains)
        && words.Exists(w => w is "that" or "it" or "so" or "this" or "something");
}
