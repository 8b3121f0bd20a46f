using Loam.Mind.Interpreter.Language;
using Loam.Mind.Interpreter.Recognising;

namespace Loam.Mind.Interpreter.Parsing;

/// <summary>What is said to whoever listens and not of any thing: "whenever you have a minute",
/// "if you get round to it", "as you can see". Known by its place, whatever its words.</summary>
internal static class Asides
{
    private const int Longest = 8;

    public static List<Lexeme> Mark(List<Lexeme> sentence)
    {
        for (var at = 0; at + 2 < sentence.Count; at++)
        {
            if (!Opens(sentence, at))
            {
                continue;
            }
            var end = at;
            while (end < sentence.Count && !ClauseSplitter.IsJoint(sentence[end]))
            {
                end++;
            }
            if (end - at > Longest || sentence.GetRange(at, end - at).Exists(IsOfWish))
            {
                continue;
            }
            for (var i = at; i < end; i++)
            {
                sentence[i] = Noise(sentence[i]);
            }
        }
        return WithoutRest(WithoutWorry(Elsewhere(sentence)));
    }

    /// <summary>"The normal port is blocked at my school": how it is somewhere else.</summary>
    private static List<Lexeme> Elsewhere(List<Lexeme> sentence)
    {
        for (var at = 1; at < sentence.Count; at++)
        {
            if (!(sentence[at].Is(Part.Topic, "block") || sentence[at].Text is "blocked" or "closed"
                    or "filtered" or "forbidden" or "banned")
                || !(sentence[at - 1].IsGlue("is") || sentence[at].Text.StartsWith("is ",
                    StringComparison.Ordinal)))
            {
                continue;
            }
            var (from, to) = (at, at);
            while (from > 0 && !ClauseSplitter.IsJoint(sentence[from - 1]))
            {
                from--;
            }
            while (to < sentence.Count && !ClauseSplitter.IsJoint(sentence[to]))
            {
                to++;
            }
            var place = to > at + 1 && sentence[at + 1].Text is "at" or "in" or "by" or "on"
                && !sentence.GetRange(at, to - at).Exists(IsOfWish);
            if ((place || sentence.GetRange(from, at - from).Exists(l => l.Text is "normal"
                    or "usual" or "standard" or "default" or "normally" or "original"))
                && (from > 1 || to < sentence.Count)
                && !sentence.GetRange(from, to - from).Exists(l => l.IsMention))
            {
                for (var word = from; word < to; word++)
                {
                    sentence[word] = Noise(sentence[word]);
                }
            }
        }
        return sentence;
    }

    /// <summary>"Don't worry about the machine itself": nothing is wished of it.</summary>
    private static List<Lexeme> WithoutWorry(List<Lexeme> sentence)
    {
        for (var at = 0; at + 1 < sentence.Count; at++)
        {
            var worry = sentence[at].Text is "do not worry" ? at + 1
                : sentence[at].Text is "do not" or "not" or "no need to"
                    && sentence[at + 1].Text.Split(' ')[0] is "worry" ? at + 2 : -1;
            var to = worry;
            while (to > 0 && to < sentence.Count && !ClauseSplitter.IsJoint(sentence[to]))
            {
                to++;
            }
            if (worry > 0 && (at == 0 || ClauseSplitter.IsJoint(sentence[at - 1]))
                && !sentence.GetRange(worry, to - worry).Exists(IsOfWish))
            {
                for (var word = at; word < to; word++)
                {
                    sentence[word] = Noise(sentence[word]);
                }
            }
        }
        return sentence;
    }

    /// <summary>"All of it is open already, so just 8081": it says how little is left to do, and
    /// takes nothing away of what is so already.</summary>
    private static List<Lexeme> WithoutRest(List<Lexeme> sentence)
    {
        var already = sentence.FindIndex(l => l.Text.Split(' ').Contains("already"));
        for (var at = already + 2; already >= 0 && at < sentence.Count; at++)
        {
            if (sentence[at].IsGlue("only") && (ClauseSplitter.IsJoint(sentence[at - 1])
                || sentence[at - 1].Text is "so" or "then" or "therefore"))
            {
                sentence[at] = Noise(sentence[at]);
            }
        }
        return sentence;
    }

    private static Lexeme Noise(Lexeme lexeme) =>
        new(lexeme.Text, lexeme.Original, [new(Part.Noise, "noise")]);

    /// <summary>"When(ever) you …", "once you …", "as you …".</summary>
    private static bool Opens(List<Lexeme> sentence, int at) =>
        sentence[at].Text is "when" or "whenever" or "once" or "if" or "as" or "as soon as"
            or "unless" or "until" or "while"
        && sentence[at + 1].Text is "you" or "you have" or "you get" or "you are" or "you can"
            or "you find" or "you could" or "you would" or "you feel" or "you guys";

    /// <summary>Something that only a wish says.</summary>
    private static bool IsOfWish(Lexeme lexeme) => lexeme.IsMention
        || lexeme is { IsNumber: true, Unit: not ("min" or "s" or "h" or "") }
        || lexeme.Readings[0].Part is Part.Address or Part.Cidr or Part.Assignment or Part.Path
            or Part.Image or Part.Mount or Part.Key or Part.PortPair or Part.PortRange
            or Part.Quoted or Part.Command or Part.Domain;
}
