using Loam.Mind.Interpreter.Language;
using Loam.Mind.Interpreter.Recognising;

namespace Loam.Mind.Interpreter.Parsing;

/// <summary>"Grafana should not be open to everybody, localhost only": what a service shall not be
/// fades where the same sentence says that only this machine reaches it.</summary>
internal static class Loopback
{
    public static List<Lexeme> Mark(List<Lexeme> sentence)
    {
        OnlyHere(sentence);
        var own = sentence.FindIndex(IsLoopback);
        if (own < 0)
        {
            return sentence;
        }
        var from = 0;
        while (from < own)
        {
            var to = from;
            while (to < own && !ClauseSplitter.IsJoint(sentence[to]))
            {
                to++;
            }
            if (to < own && Denies(sentence.GetRange(from, to - from)))
            {
                Roles.Fade(sentence, from, to, l => !l.IsMention);
                Answer(sentence, to, own);
            }
            from = to + 1;
        }
        return sentence;
    }

    /// <summary>"… only needs to be reachable from this machine".</summary>
    private static void OnlyHere(List<Lexeme> sentence)
    {
        for (var at = 2; at < sentence.Count; at++)
        {
            if (sentence[at].Is(Part.Topic, "here") && sentence[at].Text.Split(' ')[^1] is "machine"
                    or "box" or "host" or "server" && sentence[at - 1].Text is "from" or "on"
                && sentence.Take(at).Any(l => l.IsGlue("only"))
                && sentence.Take(at).Any(Reaches))
            {
                sentence[at - 1] = new($"{sentence[at - 1].Text} {sentence[at].Text}",
                    sentence[at].Original, [new(Part.Field, "localhost")]);
                sentence.RemoveAt(at);
            }
        }
    }

    /// <summary>"Just make it answer on 127.0.0.1": it is what stands there.</summary>
    private static void Answer(List<Lexeme> sentence, int from, int to) => Roles.Fade(sentence,
        from + 1, to, l => l.Is(Part.Reference) || l.Is(Part.Verb) && !l.IsMention);

    private static bool IsLoopback(Lexeme lexeme) => lexeme.IsField("localhost")
        || lexeme.Text is "127.0.0.1" or "::1";

    private static bool Denies(List<Lexeme> piece) => piece.Exists(l => l.IsMention)
        && piece.Exists(l => l.IsGlue("not") || l.Text.Split(' ').Contains("not"))
        && piece.Exists(Reaches)
        && piece.Exists(l => l.Is(Part.Topic, "anywhere") || l.Is(Part.Topic, "everyone")
            || l.IsField("network") || l.Text.Split(' ')[^1] is "outside" or "internet" or "lan"
                or "world" or "others" or "everybody" or "everyone" or "anyone" or "anybody");

    private static bool Reaches(Lexeme lexeme) => lexeme.IsVerb("publish")
        || lexeme.Is(Part.Topic, "open") || lexeme.Is(Part.Topic, "may")
        || lexeme.Text.Split(' ').Intersect(["reachable", "reached", "reach", "open", "exposed",
            "visible", "accessible", "public", "available", "listen", "answer"]).Any();
}
