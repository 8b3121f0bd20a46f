using Loam.Mind.Interpreter.Language;
using Loam.Mind.Interpreter.Recognising;

namespace Loam.Mind.Interpreter.Parsing;

/// <summary>"8080 for nginx instead of 80", "on 8899, not 8888", "60 instead of 30 gigs": a number
/// and the one it takes the place of stand apart. They are put side by side, with one unit, before
/// anybody reads them; what is only told of the former one fades.</summary>
internal static class Exchange
{
    public static List<Lexeme> Join(List<Lexeme> sentence)
    {
        Insufficient(sentence);
        Moved(sentence);
        Outdated(sentence);
        for (var at = 1; at + 1 < sentence.Count; at++)
        {
            var joined = ClauseSplitter.IsJoint(sentence[at - 1]);
            var not = sentence[at].Text is "not" or "no longer" && (joined
                || IsNumber(sentence[at - 1]) && IsNumber(sentence[at + 1]));
            if (!not && !sentence[at].IsGlue("insteadof"))
            {
                continue;
            }
            var old = Number(sentence, at + 1);
            if (old < 0 || not && !EndsPiece(sentence, old))
            {
                continue;
            }
            var put = sentence.FindLastIndex(at - 1, l => l.IsNumber && !l.IsMention);
            if (put < 0 || !IsNumber(sentence[put]) || !Alike(sentence[put], sentence[old])
                || sentence.GetRange(put, at - put).Exists(l => l.Is(Part.Verb) && !l.IsMention)
                || !not && sentence.GetRange(put, at - put).Exists(ClauseSplitter.IsJoint))
            {
                continue;
            }
            Move(sentence, put, not && joined ? at - 1 : at, at, old);
        }
        return sentence;
    }

    /// <summary>"Off 80 and onto 8080" is one move.</summary>
    private static void Moved(List<Lexeme> sentence)
    {
        for (var at = 2; at + 2 < sentence.Count; at++)
        {
            if (sentence[at].IsGlue("and") && IsNumber(sentence[at - 1])
                && sentence[at + 1].Text is "onto" or "on" or "to" or "over to"
                && Number(sentence, at + 2) is var put and > 0 && put <= at + 3
                && sentence.GetRange(Math.Max(0, at - 3), at - Math.Max(0, at - 3))
                    .Exists(l => l.Text is "off"))
            {
                sentence.RemoveAt(at);
            }
        }
    }

    /// <summary>"256 is not enough, make it 400": how it is, and the unit of what it shall be.
    /// </summary>
    private static void Insufficient(List<Lexeme> sentence)
    {
        for (var at = 0; at + 1 < sentence.Count; at++)
        {
            var end = at + 1;
            while (end < sentence.Count && !ClauseSplitter.IsJoint(sentence[end]))
            {
                end++;
            }
            var words = string.Join(' ', sentence.GetRange(at + 1, end - at - 1)
                .Select(l => l.Text));
            var put = IsNumber(sentence[at]) && words is "is not enough" or "are not enough"
                or "is too little" or "is too few" or "are too few" or "is too much"
                or "are too many" or "is not sufficient" or "will not do" or "does not suffice"
                ? sentence.FindIndex(end, IsNumber) : -1;
            if (put < 0 || sentence[put].Unit.Length > 0 && sentence[at].Unit.Length > 0
                && sentence[put].Unit != sentence[at].Unit)
            {
                continue;
            }
            if (sentence[put].Unit.Length == 0)
            {
                sentence[put] = sentence[put] with { Unit = sentence[at].Unit };
            }
            Roles.Fade(sentence, at, end);
        }
    }

    /// <summary>"Redis 7 is old, take 7.4-alpine": the version it has.</summary>
    private static void Outdated(List<Lexeme> sentence)
    {
        for (var at = 0; at + 2 < sentence.Count; at++)
        {
            if (!(IsNumber(sentence[at]) || sentence[at].Is(Part.Version)))
            {
                continue;
            }
            var end = at + 1;
            while (end < sentence.Count && (sentence[end].Text == "too"
                || !ClauseSplitter.IsJoint(sentence[end])))
            {
                end++;
            }
            var words = string.Join(' ', sentence.GetRange(at + 1, end - at - 1)
                .Where(l => l.Text is not ("too" or "very" or "so" or "by now" or "really"))
                .Select(l => l.Text));
            if (words is "is old" or "is outdated" or "is obsolete" or "is out of date"
                    or "is ancient" or "is ages old" or "is no longer supported" or "has bugs"
                && sentence.Skip(end).Any(l => l.Is(Part.Version) || IsNumber(l)))
            {
                Roles.Fade(sentence, at, end);
            }
        }
    }

    /// <summary>The old value comes behind the new one, and lends it its unit.</summary>
    private static void Move(List<Lexeme> sentence, int put, int from, int at, int old)
    {
        var former = sentence[old];
        if (sentence[put].Unit.Length == 0 && former.Unit.Length > 0)
        {
            sentence[put] = sentence[put] with { Unit = former.Unit };
        }
        var link = sentence[at].IsGlue("insteadof") ? sentence[at]
            : new("instead of", sentence[at].Original, [new(Part.Glue, "insteadof")]);
        sentence.RemoveRange(from, old - from + 1);
        sentence.InsertRange(put + 1, [link, former]);
    }

    private static int Number(List<Lexeme> sentence, int at)
    {
        while (at < sentence.Count && (sentence[at].Readings[0].Part == Part.Noise
            || sentence[at].IsGlue("on") || sentence[at].IsField("port")))
        {
            at++;
        }
        return at < sentence.Count && IsNumber(sentence[at]) ? at : -1;
    }

    /// <summary>Written in digits.</summary>
    public static bool IsNumber(Lexeme lexeme) => lexeme.IsNumber && !lexeme.IsMention
        && char.IsAsciiDigit(lexeme.Text[0]);

    private static bool EndsPiece(List<Lexeme> sentence, int at) =>
        at + 1 == sentence.Count || ClauseSplitter.IsJoint(sentence[at + 1]);

    private static bool Alike(Lexeme put, Lexeme old) => put.Unit == old.Unit
        || put.Unit.Length == 0 && old.Unit.Length > 0 && !put.Text.Contains('.');
}
