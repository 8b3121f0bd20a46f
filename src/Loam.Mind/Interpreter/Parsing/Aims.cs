using Loam.Mind.Interpreter.Language;
using Loam.Mind.Interpreter.Recognising;

namespace Loam.Mind.Interpreter.Parsing;

/// <summary>"Pihole to kill the ads", "jellyfin to stop paying for films": what something new is
/// there for is no wish of its own.</summary>
internal static class Aims
{
    /// <summary>The same sentence, aims bearing no meaning.</summary>
    public static List<Lexeme> Mark(List<Lexeme> sentence)
    {
        foreach (var (from, to) in ClauseSplitter.PiecesOf(sentence))
        {
            Users(sentence, from, to);
            for (var at = from + 1; at + 2 < to; at++)
            {
                if (sentence[at].Text == "to" && (IsNew(sentence[at - 1])
                        || IsPlace(sentence, from, to))
                    && sentence[at + 1].Is(Part.Verb) && !sentence[at + 1].IsMention
                    && sentence[at + 1].Text is not ("have" or "use" or "be")
                    && !sentence.Take(at).Any(l => l.Is(Part.Verb) && !l.IsMention
                        && l.Key(Part.Verb) is not ("create" or "have"))
                    && !sentence.GetRange(at + 2, to - at - 2).Exists(Says))
                {
                    Roles.Fade(sentence, at, to);
                }
            }
        }
        return sentence;
    }

    /// <summary>"A redis 7 that n8n can use as its queue later": who will use what is new.
    /// </summary>
    private static void Users(List<Lexeme> sentence, int from, int to)
    {
        for (var at = from; at + 2 < to; at++)
        {
            var who = sentence[at + 1].Text is "the" or "our" or "my" ? at + 2 : at + 1;
            if (sentence[at].Text is "that" or "which" or "where"
                && (at == from ? from > 0 && sentence.Take(from).Any(IsNew)
                    : IsNew(sentence[at - 1]) || at > from + 1 && IsNew(sentence[at - 2]))
                && who + 1 < to && sentence[who].Named(Known.Service) is not null
                && sentence[who + 1].Text.Split(' ') is [.., "use" or "uses" or "need" or "needs"
                    or "reach" or "talk" or "connect" or "can" or "find" or "finds"]
                && !sentence.GetRange(at + 2, to - at - 2).Exists(ClauseSplitter.IsValue))
            {
                Roles.Fade(sentence, at, to);
            }
        }
    }

    private static bool IsNew(Lexeme lexeme) => lexeme.Named(Known.App) is not null
        && lexeme.Named(Known.Service) is null || lexeme.Is(Part.Image);

    /// <summary>"Some corner to park my code in, gitea will do".</summary>
    private static bool IsPlace(List<Lexeme> sentence, int from, int to) => sentence[from].Text is
            "some" or "something" or "somewhere" or "someplace" or "anything"
        && !sentence.GetRange(from, to - from).Exists(l => l.IsMention)
        && sentence.Skip(to).Any(IsNew);

    /// <summary>Something of how it shall be.</summary>
    private static bool Says(Lexeme lexeme) => ClauseSplitter.IsValue(lexeme)
        || lexeme.Named(Known.Service) is not null || lexeme.Named(Known.Volume) is not null
        || lexeme.Named(Known.Network) is not null || lexeme.Is(Part.Image)
        || lexeme.Is(Part.Cidr) || lexeme.Is(Part.Address) || lexeme.Is(Part.Reference)
        || lexeme.Is(Part.Field) && !lexeme.Is(Part.Noise);
}
