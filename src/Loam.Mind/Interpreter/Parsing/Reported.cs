using Loam.Mind.Interpreter.Language;
using Loam.Mind.Interpreter.Recognising;

namespace Loam.Mind.Interpreter.Parsing;

/// <summary>Questions that are told: "the auditor would like to know how long …", "my son asks
/// whether minecraft is running", "if I stop mqtt for an hour, who suffers?". They are asked like
/// any other; who wants to know it is left out.</summary>
internal static class Reported
{
    public static Sentence Of(Sentence sentence) =>
        Asked(sentence) ?? Supposed(sentence) ?? Tail(sentence) ?? sentence;

    /// <summary>"My colleague claims that the scan runs at night. When is it really?": what is
    /// told says what "it" is.</summary>
    public static List<Sentence> Join(List<Sentence> sentences)
    {
        for (var at = sentences.Count - 1; at > 0; at--)
        {
            var (told, asked) = (sentences[at - 1], sentences[at]);
            if (asked.Asks && !told.Asks && IsQuestion(asked.Lexemes, 0)
                && told.Lexemes.Exists(l => l.Text.Split(' ')[^1] is "claims" or "claim" or "says"
                    or "said" or "believes" or "believe" or "told" or "heard" or "insists"
                    or "swears" or "reckons" or "thinks")
                && Bound(told.Lexemes, asked.Lexemes) is { } bound)
            {
                sentences[at] = new(bound, Asks: true);
                sentences.RemoveAt(at - 1);
            }
        }
        return sentences;
    }

    /// <summary>"Minecraft won't connect, is it running at all?": only the end asks.</summary>
    private static Sentence? Tail(Sentence sentence)
    {
        var comma = sentence.Lexemes.FindLastIndex(l => l.Text is ",");
        return sentence.Asks && comma > 1 && comma + 2 < sentence.Lexemes.Count
            && IsQuestion(sentence.Lexemes, comma + 1)
            && Bound(sentence.Lexemes.GetRange(0, comma),
                sentence.Lexemes[(comma + 1)..]) is { } bound ? new(bound, Asks: true) : null;
    }

    private static bool IsQuestion(List<Lexeme> lexemes, int at) =>
        lexemes[at].Is(Part.Question) && lexemes[at].Key(Part.Question) is not ("show" or "help")
        && !lexemes[at].IsGlue("wish") && !lexemes.Skip(at).Any(l => l.IsNumber || l.IsMention
            || l.IsGlue("wish") && l.Text is not ("be" or "been" or "being"));

    /// <summary>The question, of what was told before it; null: what is told wishes something, or
    /// it is not clear what is meant.</summary>
    private static List<Lexeme>? Bound(List<Lexeme> told, List<Lexeme> asked)
    {
        var it = asked.FindIndex(l => l.IsReference("it") || l.Text is "it");
        var things = told.Where(l => l.IsMention && l.Named(Known.User) is null).ToList();
        var first = told.FindIndex(l => l.Readings[0].Part is not (Part.Noise or Part.Glue));
        if (it < 0 || things is not [var thing] || first < 0
            || told[first].Is(Part.Verb) && !told[first].IsMention
            || told.Exists(l => l.IsGlue("wish") || l.IsGlue("if") || l.Is(Part.Question)
                && !l.Is(Part.Glue) || l.Is(Part.Amount)
                || l.IsNumber && l.Unit.Length > 0))
        {
            return null;
        }
        var bound = asked.ToList();
        bound[it] = thing with { Possessive = asked[it].Text is "its" };
        return bound;
    }

    private static Sentence? Asked(Sentence sentence)
    {
        var lexemes = sentence.Lexemes;
        for (var at = 0; at + 2 < lexemes.Count; at++)
        {
            if (!Asks(lexemes, at) || Next(lexemes, at + 1) is not (>= 0 and var next))
            {
                continue;
            }
            var whether = lexemes[next].Text is "whether" or "if";
            // "… asked whether we could have bookstack" wishes it.
            if (whether && (next + 2 >= lexemes.Count || lexemes.Skip(next + 1).Take(3).Any(
                    l => l.Text.Split(' ').Intersect(["can", "could", "may", "might", "should",
                        "would"]).Any()))
                || !whether && !lexemes[next].Is(Part.Question)
                || lexemes.Take(at).Any(l => l.Is(Part.Verb) && !l.IsMention
                    && !l.IsVerb("have") && !l.Is(Part.Noise)))
            {
                continue;
            }
            var question = lexemes[next] with
            {
                Text = whether ? "is" : lexemes[next].Text,
                Readings = [new(Part.Question, whether ? "is"
                    : lexemes[next].Key(Part.Question)!)],
            };
            return new([question, .. lexemes.Skip(next + 1)], Asks: true);
        }
        return null;
    }

    /// <summary>Somebody is said to ask.</summary>
    private static bool Asks(List<Lexeme> sentence, int at) =>
        sentence[at].Text.Split(' ')[^1] is "asks" or "asked" or "asking" or "wonders"
            or "wondered" or "wondering" or "curious"
        || at > 0 && sentence[at].Text.Split(' ')[^1] is "know" or "sure" or "told"
            && sentence[at - 1].Text.Split(' ')[^1] is "to" or "be" or "get"
            && sentence.Take(at).Any(l => l.IsVerb("have") || l.IsGlue("wish"));

    /// <summary>Where the question begins; -1: something else is asked for.</summary>
    private static int Next(List<Lexeme> sentence, int at)
    {
        while (at < sentence.Count && (sentence[at].IsGlue("comma") || sentence[at].Text is "me"
            or "us" or "about" or "himself" or "herself" or "now" or "again"))
        {
            at++;
        }
        return at < sentence.Count ? at : -1;
    }

    /// <summary>"If mqtt is down, what else fails?": what would follow.</summary>
    private static Sentence? Supposed(Sentence sentence)
    {
        var lexemes = sentence.Lexemes;
        var first = lexemes.FindIndex(l => l.Readings[0].Part != Part.Noise);
        var comma = lexemes.FindIndex(l => l.Text is ",");
        if (!sentence.Asks || first < 0 || comma < first + 2 || comma + 1 >= lexemes.Count
            || lexemes[first].Text is not ("if" or "when" or "suppose" or "supposing" or "say"
                or "assuming" or "imagine")
            || !lexemes[comma + 1].Is(Part.Question)
            || lexemes[comma + 1].Key(Part.Question) is "when" or "why")
        {
            return null;
        }
        var piece = lexemes.GetRange(first + 1, comma - first - 1);
        return piece.Exists(l => l.IsMention) && piece.Exists(l => l.IsVerb("stop")
                || l.IsVerb("remove") || l.IsVerb("restart") || l.IsField("status")
                || l.Text.Split(' ')[^1] is "gone" or "dies" or "died" or "crashes" or "crashed"
                    or "fails" or "failed" or "away" or "down" or "off" or "missing" or "broken")
            ? new([lexemes[first] with { Readings = [new(Part.Question, "whatif")] }, .. piece],
                Asks: true)
            : null;
    }
}
