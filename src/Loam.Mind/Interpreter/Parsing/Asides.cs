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
        return WithoutRest(sentence);
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
