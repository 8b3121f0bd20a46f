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
                sentence[i] = new(sentence[i].Text, sentence[i].Original,
                    [new(Part.Noise, "noise")]);
            }
        }
        return sentence;
    }

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
