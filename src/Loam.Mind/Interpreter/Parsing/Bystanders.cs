using Loam.Mind.Interpreter.Language;
using Loam.Mind.Interpreter.Recognising;

namespace Loam.Mind.Interpreter.Parsing;

/// <summary>"Remove karl, maria knows about it", "peter asked for sofia to have sudo": whoever only
/// wishes, knows or does something beside the wish is no object of it, and no name to anybody after
/// this. Nor is what is as it shall be: "…, redis stays at 128", "…, the worker's 256 is fine".
/// </summary>
internal static class Bystanders
{
    /// <summary>The same sentence, names of bystanders bearing no meaning.</summary>
    public static List<Lexeme> Mark(List<Lexeme> sentence)
    {
        for (var at = 1; at < sentence.Count; at++)
        {
            // "Ssh 12/minute, not 6": the one it was.
            if (at > 1 && sentence[at] is { IsNumber: true, Unit: "" }
                && sentence[at - 1].Text is "not" && sentence.FindLastIndex(at - 2,
                    l => !ClauseSplitter.IsJoint(l)) is >= 0 and var rate
                && sentence[rate].Text.Split('/') is [var count, "minute" or "min" or "second"
                    or "sec" or "hour" or "h" or "s" or "m"] && count.All(char.IsAsciiDigit))
            {
                sentence.RemoveRange(at - 1, 2);
                at -= 2;
                continue;
            }
            // "Nobody writes there since 2023", "the results for 2026"
            if (sentence[at] is { IsNumber: true, Unit: "" } year
                && (sentence[at - 1].Text == "since" && year.Value is > 1970 and < 2100
                    || sentence[at - 1].Text is "for" or "of" && year.Value is > 1990 and < 2036
                        && (at + 1 == sentence.Count || ClauseSplitter.IsJoint(sentence[at + 1]))))
            {
                Roles.Fade(sentence, at, at + 1);
            }
        }
        Spared(sentence, Pieces(sentence));
        var pieces = Pieces(sentence);
        for (var at = pieces.Count - 1; at >= 0; at--)
        {
            var (from, to) = pieces[at];
            Wishing(sentence, from, to);
            var others = sentence.Where((l, i) => (i < from || i >= to) && l.IsMention);
            if (from == 0 || !others.Any())
            {
                continue;
            }
            if (Rests(sentence, from, to))
            {
                Prefer(sentence, from, sentence.Find(l => sentence.IndexOf(l) >= from
                    && l.IsMention)!);
                sentence.RemoveRange(from, to - from);
            }
            else if (Tells(sentence, from, to))
            {
                Roles.Fade(sentence, from, to);
            }
        }
        return sentence;
    }

    /// <summary>"A pgadmin or adminer, adminer is fine": the other one is not wished.</summary>
    private static void Prefer(List<Lexeme> sentence, int end, Lexeme who)
    {
        var or = sentence.FindIndex(0, end, l => l.IsGlue("or"));
        var first = or < 1 ? -1 : sentence.FindLastIndex(or, l => l.IsMention);
        var second = or < 1 ? -1 : sentence.FindIndex(or, end - or, l => l.IsMention);
        if (first < 0 || second < 0 || second - first > 4)
        {
            return;
        }
        var other = sentence[first].Text == who.Text ? second
            : sentence[second].Text == who.Text ? first : -1;
        if (other >= 0)
        {
            Roles.Fade(sentence, other, other + 1);
            Roles.Fade(sentence, or, or + 1);
        }
    }

    private static List<(int From, int To)> Pieces(List<Lexeme> sentence) =>
        [.. ClauseSplitter.PiecesOf(sentence, at => ClauseSplitter.IsJoint(sentence[at])
            && !sentence[at].IsGlue("also"))];

    /// <summary>"Maria wants karl to have sudo": who wishes it, before whom it is for.</summary>
    private static void Wishing(List<Lexeme> sentence, int from, int to)
    {
        var who = sentence.FindIndex(from, to - from, l => l.IsMention);
        if (who < 0 || who + 1 >= to || sentence[who].Named(Known.User) is null
            || Roles.Said(sentence, who + 1, to) is not ("wishes", var next)
            || !sentence.Skip(next).Any(l => l.Named(Known.User) is not null))
        {
            return;
        }
        Roles.Fade(sentence, from, next);
    }

    /// <summary>A thing or a person, and what it does or is, without a word of what anybody here
    /// could change.</summary>
    private static bool Tells(List<Lexeme> sentence, int from, int to)
    {
        var who = from;
        while (who < to && sentence[who].Readings[0].Part == Part.Noise
            && !sentence[who].IsMention)
        {
            who++;
        }
        var does = who + 1;
        // "Radarr and sonarr were replaced": who stands before the "and" does so too.
        var both = who == from && from > 1 && sentence[from - 1].IsGlue("and")
            && sentence[from - 2].IsMention;
        if (does >= to || !sentence[who].IsMention || sentence[who].Possessive || both)
        {
            return false;
        }
        // "The worker will send its mails there"
        if (sentence[does].Text is "will" && from > 0 && to == sentence.Count
            && sentence.Take(from).Any(l => l.IsVerb("create") || l.IsVerb("have"))
            && Enumerable.Range(does + 1, to - does - 1).All(at => !sentence[at].IsMention
                && (sentence[at].Readings[0].Part is Part.Unknown or Part.Noise or Part.Topic
                    or Part.Glue or Part.Reference || sentence[at].IsVerb("have"))))
        {
            return true;
        }
        // "The worker was restarted yesterday", "redis has been replaced"
        var been = does + 1 < to && sentence[does].Text is "has" or "have"
            && sentence[does + 1].Text is "been" ? does + 1 : does;
        if (sentence[been].Text is "was" or "were" or "been" or "had")
        {
            return Enumerable.Range(been + 1, to - been - 1).All(at => IsWord(sentence[at])
                || sentence[at].Text is "last" or "week" or "weeks" or "month" or "months"
                || sentence[at].Is(Part.Verb) && !sentence[at].IsMention
                    && sentence[at].Text.EndsWith("ed", StringComparison.Ordinal));
        }
        // "Knows", "approves", "asked me": a form that only tells.
        var done = Roles.Said(sentence, does, to) is ("wishes", var next) ? next
            : IsDone(sentence[does]) ? does + 1 : -1;
        return done >= 0
            && Enumerable.Range(done, to - done).All(at => IsWord(sentence[at])
                || done > does && sentence[does].Text.EndsWith('s') && !sentence[at].IsMention
                    && sentence[at].Readings[0].Part == Part.Topic && !IsThingOfWish(sentence[at]));
    }

    /// <summary>"Redis stays at 128", "the worker's 256 is fine", "pgdata is fine".</summary>
    private static bool Rests(List<Lexeme> sentence, int from, int to)
    {
        var piece = sentence.GetRange(from, to - from)
            .Where(l => l.Readings[0].Part != Part.Noise || l.IsMention || IsFine(l)).ToList();
        if (piece is not [{ IsMention: true } who, ..])
        {
            return false;
        }
        var rest = piece[1..];
        var stays = rest.Count > 1 && rest[0].Text is "stays" or "stay" or "remains" or "remain"
            or "keeps" && rest.Skip(1).All(l => IsValue(l)
                || l.Readings[0].Part == Part.Glue) && rest.Exists(IsValue);
        // "Karl may keep his"
        var own = rest.SkipWhile(l => l.IsGlue("is") || l.IsGlue("wish") || l.IsGlue("only"))
            .Select(l => l.Text).ToList() is ["keep" or "keeps", "his" or "her" or "hers" or "its"
                or "theirs" or "their" or "it" or "them"];
        // "The worker's 256 is fine as it is"
        var still = rest.Count > 0 && rest[^1].Text is "as it is" or "as they are" ? 1 : 0;
        var fine = rest.Count > still && IsFine(rest[^(1 + still)])
            && rest.SkipLast(1 + still).All(l => l.IsGlue("is") || who.Possessive && IsValue(l));
        return stays || fine || own || IsStill(rest);
    }

    /// <summary>"Student1 is still with us", "redis is still needed".</summary>
    private static bool IsStill(List<Lexeme> rest) => rest.Count > 1 && rest[0].IsGlue("is")
        && rest[1].Text is "still" && rest.Skip(2).All(l => !l.IsMention && !l.IsNumber
            && (l.Readings[0].Part is Part.Glue or Part.Unknown or Part.Noise
                || l.Text.Split(' ')[0] is "needed" or "used" or "in" or "here" or "there"));

    /// <summary>"Close 3001, 22 and 443 stay": ports that stay as they are.</summary>
    private static void Spared(List<Lexeme> sentence, List<(int From, int To)> pieces)
    {
        for (var at = pieces.Count - 1; at > 0; at--)
        {
            var (from, to) = pieces[at];
            var stays = sentence.FindIndex(from, to - from, l => l.Text is "stay" or "stays"
                or "remain" or "remains" or "stay open" or "stays open");
            if (stays <= from || !sentence.GetRange(from, stays - from).TrueForAll(IsPort)
                || !sentence.GetRange(stays + 1, to - stays - 1).TrueForAll(l => l.Text is "open"
                    or "as it is" or "as they are" or "reachable" or "untouched"))
            {
                continue;
            }
            var first = at;
            while (first > 1 && sentence[pieces[first].From - 1].IsGlue("and")
                && pieces[first - 1] is var (start, end)
                && sentence.GetRange(start, end - start).TrueForAll(IsPort))
            {
                first--;
            }
            sentence.RemoveRange(pieces[first].From, to - pieces[first].From);
            at = first;
        }
    }

    private static bool IsPort(Lexeme lexeme) => lexeme.IsNumber || Topics.IsPort(lexeme)
        || lexeme.IsField("port");

    /// <summary>A person's rights: nobody loses or gets them in passing.</summary>
    private static bool IsThingOfWish(Lexeme lexeme) => lexeme.Is(Part.Topic, "admin")
        || lexeme.Is(Part.Topic, "group") || lexeme.Is(Part.Topic, "account")
        || lexeme.Is(Part.Topic, "key") || lexeme.Is(Part.Topic, "shell");

    private static bool IsFine(Lexeme lexeme) => lexeme.Text is "fine" or "ok" or "okay" or "good"
        or "enough" or "plenty" or "is fine" or "is ok" or "is good" or "is enough"
        or "are fine" or "are enough" or "is good enough" or "fine as it is";

    private static bool IsValue(Lexeme lexeme) => lexeme.IsNumber && !lexeme.IsMention
        || lexeme.Readings[0].Part is Part.Version or Part.Image;

    private static bool IsDone(Lexeme lexeme) => !lexeme.IsMention && lexeme.Text.Length > 3
        && lexeme.Readings[0].Part == Part.Unknown && !lexeme.Corrected
        && (lexeme.Text.EndsWith('s') || lexeme.Text.EndsWith("ed", StringComparison.Ordinal));

    private static bool IsWord(Lexeme lexeme) => !lexeme.IsMention
        && (lexeme.Readings[0].Part is Part.Unknown or Part.Noise
            || lexeme.Readings[0].Part == Part.Glue && !lexeme.IsGlue("also")
                && !lexeme.IsGlue("wish") && !lexeme.IsGlue("not")
            || lexeme.Is(Part.Reference) || lexeme.Is(Part.Topic, "somebody")
            || lexeme.Is(Part.Topic, "person"));
}
