using Loam.Mind.Interpreter.Language;
using Loam.Mind.Interpreter.Recognising;

namespace Loam.Mind.Interpreter.Parsing;

/// <summary>"…, at present it is mounted read-only", "right now it only listens on 127.0.0.1",
/// "currently it has 512 MB": how things are. Their values are nobody's wish.</summary>
internal static class Present
{
    private static readonly string[] s_now =
        ["at present", "presently", "right now", "currently", "at the moment", "so far",
         "until now", "up to now", "till now", "as of now", "as of today", "at this moment",
         "for now", "today", "as it stands", "as things are"];

    private static readonly string[] s_is =
        ["is", "are", "has", "have", "listens", "runs", "uses", "gets", "allows", "keeps",
         "goes", "points", "stands", "shows", "takes", "only"];

    /// <summary>The same sentence, without the values of how things are.</summary>
    public static List<Lexeme> Mark(List<Lexeme> sentence)
    {
        foreach (var (from, to) in ClauseSplitter.PiecesOf(sentence))
        {
            if (from < to && IsOthers(sentence, from, to))
            {
                Roles.Fade(sentence, from, to);
                continue;
            }
            if (from < to && (from > 0 || to < sentence.Count) && IsTold(sentence, from, to)
                && sentence.Where((l, i) => i < from || i >= to).Any(Wishes))
            {
                Lend(sentence, from, to);
                Roles.Fade(sentence, from, to, l => !l.IsMention && !l.Is(Part.Reference));
            }
        }
        return sentence;
    }

    /// <summary>"It has 2 copies right now, make it 3": what is counted is the same.</summary>
    private static void Lend(List<Lexeme> sentence, int from, int to)
    {
        var told = sentence.FindIndex(from, to - from, l => l.IsNumber && !l.IsMention);
        var put = to < sentence.Count ? sentence.FindIndex(to, l => l.IsNumber && !l.IsMention)
            : -1;
        if (told < 0 || put < 0 || sentence[put].Unit.Length > 0
            || sentence.Skip(put + 1).Any(l => l.IsNumber || l.Is(Part.Field)))
        {
            return;
        }
        if (sentence[told].Unit.Length > 0)
        {
            sentence[put] = sentence[put] with { Unit = sentence[told].Unit };
        }
        else if (told + 1 < to && sentence[told + 1] is { IsMention: false } field
            && field.Key(Part.Field) is "replicas" or "cpu" or "memory" or "pids")
        {
            sentence.Insert(put + 1, field);
        }
    }

    private static bool Wishes(Lexeme lexeme) => lexeme.Is(Part.Verb) && !lexeme.IsMention
        || lexeme.IsGlue("wish") || ClauseSplitter.IsValue(lexeme);

    private static bool IsTold(List<Lexeme> sentence, int from, int to)
    {
        var words = sentence.GetRange(from, to - from).ConvertAll(l => l.Text);
        var said = string.Join(' ', words);
        if (IsJudged(sentence, from, to))
        {
            return true;
        }
        var now = s_now.Any(n => said.StartsWith(n + " ", StringComparison.Ordinal)
            || said.EndsWith(" " + n, StringComparison.Ordinal));
        return now && Enumerable.Range(from, to - from).Any(at => IsSubject(sentence, at, to))
            && !sentence.GetRange(from, to - from).Exists(l => l.IsGlue("wish"));
    }

    /// <summary>"64 megs are a bit tight": what it has, and that it is too little.</summary>
    private static bool IsJudged(List<Lexeme> sentence, int from, int to)
    {
        var piece = sentence.GetRange(from, to - from).FindAll(
            l => !ClauseSplitter.IsJoint(l) && l.Readings[0].Part != Part.Noise);
        return piece.Count > 1 && piece[0] is { IsNumber: true, IsMention: false }
            && piece[1].IsGlue("is")
            && Enumerable.Range(from, to - from).Any(
                at => Roles.Said(sentence, at, to) is ("judged", var end) && end == to);
    }

    /// <summary>"It is", "the api has", "it only listens".</summary>
    private static bool IsSubject(List<Lexeme> sentence, int at, int to)
    {
        var said = sentence[at].IsMention ? [] : sentence[at].Text.Split(' ');
        var does = said is ["it" or "that" or "this" or "they", var own] ? own
            : at + 1 < to && (sentence[at].IsMention || said is ["it" or "that" or "this"
                or "they"]) ? sentence[at + 1].Text.Split(' ')[0] : "";
        return s_is.Contains(does);
    }

    /// <summary>"I'll open the firewall myself", "caddy gets to it anyway": nobody's wish.
    /// </summary>
    private static bool IsOthers(List<Lexeme> sentence, int from, int to)
    {
        var piece = sentence.GetRange(from, to - from);
        var anyway = from > 0 && piece.Count > 2 && piece[^1].Text is "anyway" or "anyhow"
            && piece.FindIndex(l => l.Readings[0].Part != Part.Noise || l.IsMention) is var who
            && who >= 0 && piece[who].IsMention;
        var self = piece.Exists(l => l.Text is "myself" or "ourselves")
            && piece.Find(l => !ClauseSplitter.IsJoint(l))?.Text.Split(' ')[0] is "i" or "we"
            && piece.Exists(l => l.Text.Split(' ')[0] is "will" or "do" or "take"
                || l.Text is "i will" or "we will");
        return (anyway || self) && !piece.Exists(l => l.IsGlue("wish"));
    }
}
