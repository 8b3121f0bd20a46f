using Loam.Mind.Interpreter.Language;
using Loam.Mind.Interpreter.Recognising;

namespace Loam.Mind.Interpreter.Parsing;

/// <summary>How much is meant where it is said in a roundabout way: "not more than 6 GB", "a second
/// gig", "6 of the 8 cores", "one (1) cache".</summary>
internal static class Quantities
{
    public static List<Lexeme> Plain(List<Lexeme> sentence)
    {
        NoMore(sentence);
        Another(sentence);
        Share(sentence);
        Twice(sentence);
        return sentence;
    }

    /// <summary>"Jupyter must not swallow more than 6 GB": at most.</summary>
    private static void NoMore(List<Lexeme> sentence)
    {
        for (var at = 0; at + 4 < sentence.Count; at++)
        {
            if (sentence[at].IsGlue("not") && !sentence[at + 1].IsMention
                && sentence[at + 1].Readings[0].Part is not (Part.Number or Part.Glue)
                && sentence[at + 2].Text == "more" && sentence[at + 3].Text == "than"
                && sentence.Skip(at + 4).Take(3).ToList() is var much
                && much.Exists(l => l.IsNumber) && much.Exists(l => l.Unit.Length > 0
                    || l.Key(Part.Field) is "cpu" or "memory" or "pids" or "replicas"))
            {
                sentence.RemoveRange(at, 4);
                sentence.Insert(at, new("at most", "at most", [new(Part.Glue, "atmost")]));
            }
        }
    }

    /// <summary>"A second gig of memory": so much more.</summary>
    private static void Another(List<Lexeme> sentence)
    {
        for (var at = 0; at + 1 < sentence.Count; at++)
        {
            if (sentence[at].Text is "a second" or "another" or "one more" or "a further"
                && sentence[at + 1] is { IsMention: false } unit
                && unit.Readings[0].Part is Part.Unknown
                && Lexicon.English.Unit(unit.Text) is "Gi" or "Mi" or "Ti")
            {
                sentence[at] = new("another", "another", [new(Part.Glue, "also")]);
                sentence[at + 1] = new("1", unit.Original, [new(Part.Number, "1")])
                {
                    Value = 1,
                    Unit = Lexicon.English.Unit(unit.Text)!,
                };
            }
        }
    }

    /// <summary>"6 of the 8 cores", "it has 8 cores, give it 6 of them": so many there are.
    /// </summary>
    private static void Share(List<Lexeme> sentence)
    {
        for (var at = 0; at + 1 < sentence.Count; at++)
        {
            if (!Exchange.IsNumber(sentence[at]) || sentence[at].Unit.Length > 0
                || !sentence[at + 1].IsGlue("of"))
            {
                continue;
            }
            var all = at + 2;
            while (all < sentence.Count && sentence[all].Text is "the" or "its" or "our" or "these"
                or "those" or "my")
            {
                all++;
            }
            var them = all < sentence.Count && sentence[all].Text is "them" or "these" or "those";
            var whole = all < sentence.Count && IsMeasure(sentence, all) ? all
                : them ? sentence.FindLastIndex(at, l => Exchange.IsNumber(l)
                    && IsMeasure(sentence, sentence.IndexOf(l))) : -1;
            if (whole < 0 || sentence[whole].Value < sentence[at].Value)
            {
                continue;
            }
            var unit = sentence[whole].Unit.Length > 0 ? sentence[whole].Unit : "core";
            sentence[at] = sentence[at] with { Unit = unit };
            Roles.Fade(sentence, at + 1, all + 1);
            Roles.Fade(sentence, whole, whole + 1);
            // "8 cores", in two words
            if (whole + 1 < sentence.Count && sentence[whole + 1].IsField("cpu"))
            {
                Roles.Fade(sentence, whole + 1, whole + 2);
            }
        }
    }

    /// <summary>"One (1) cache": the same number again, in brackets.</summary>
    private static void Twice(List<Lexeme> sentence)
    {
        for (var at = 0; at + 2 < sentence.Count; at++)
        {
            var same = sentence[at].IsNumber ? sentence[at].Value
                : sentence[at].Text is "one" ? 1 : -1;
            if (same > 0 && sentence[at + 1].IsGlue("comma") && Exchange.IsNumber(sentence[at + 2])
                && sentence[at + 2].Value == same && sentence[at + 2].Unit.Length == 0)
            {
                var closed = at + 3 < sentence.Count && sentence[at + 3].IsGlue("comma");
                sentence.RemoveRange(at + 1, closed ? 3 : 2);
            }
        }
    }

    /// <summary>An amount of processors or memory.</summary>
    private static bool IsMeasure(List<Lexeme> sentence, int at) => Exchange.IsNumber(sentence[at])
        && (sentence[at].Unit is "core" or "Mi" or "Gi" || sentence[at].Unit.Length == 0
            && at + 1 < sentence.Count && sentence[at + 1].IsField("cpu"));
}
