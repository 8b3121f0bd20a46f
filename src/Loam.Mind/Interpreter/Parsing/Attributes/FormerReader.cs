using Loam.Mind.Interpreter.Language;
using Loam.Mind.Interpreter.Recognising;

namespace Loam.Mind.Interpreter.Parsing.Attributes;

/// <summary>Values as they were, said beside those that are wished: "1 GB instead of 512 MB",
/// "from 1 to 2 cores", "not as 1000 but as 1001". They are taken, and mean nothing more.
/// </summary>
internal static class FormerReader
{
    private const int MostBetween = 4;

    public static void Read(Clause clause)
    {
        if (clause.Verb is "publish" or "unpublish" or "move" || clause.Has(Part.Field, "port")
            || clause.Has(Part.Field, "containerport"))
        {
            return;
        }
        // "A whole core instead of half"
        for (var at = 1; at < clause.Count; at++)
        {
            if (clause[at].Key(Part.Amount) is ['x', ..] && clause[at - 1].IsGlue("insteadof")
                && clause.Lexemes.Take(at).Any(l => l.IsNumber && !l.IsMention))
            {
                clause.Use(at - 1, at);
            }
        }
        var values = Enumerable.Range(0, clause.Count)
            .Where(i => clause.IsFree(i) && IsValue(clause[i])).ToList();
        for (var index = 0; index < values.Count; index++)
        {
            var at = values[index];
            var other = index + 1 < values.Count ? values[index + 1]
                : index > 0 ? values[index - 1] : -1;
            if (other < 0 || !Alike(clause[at], clause[other]))
            {
                continue;
            }
            if (InsteadOf(clause, at) || From(clause, at, other) || NotBut(clause, at, other)
                || Arrow(clause, at, other))
            {
                clause.Use(at);
                return;
            }
        }
    }

    private static bool IsValue(Lexeme lexeme) => lexeme.IsNumber || lexeme.Is(Part.Version);

    /// <summary>Both count the same; one of them may have been said without its unit.</summary>
    private static bool Alike(Lexeme one, Lexeme two)
    {
        var ports = one is { IsNumber: true, Unit: "", Value: >= 1024 or 80 or 443 }
            && two is { IsNumber: true, Unit: "", Value: >= 1024 or 80 or 443 };
        return !ports && (one.Unit == two.Unit || one.Unit.Length == 0 || two.Unit.Length == 0
            || (one.Unit is "Ki" or "Mi" or "Gi" or "m" && two.Unit is "Ki" or "Mi" or "Gi"
                or "m"));
    }

    private static bool InsteadOf(Clause clause, int at)
    {
        for (var before = at - 1; before >= 0 && before >= at - MostBetween; before--)
        {
            if (clause[before].IsGlue("insteadof"))
            {
                clause.Use(before);
                return true;
            }
            if (clause[before].Readings[0].Part is not (Part.Noise or Part.Glue))
            {
                return false;
            }
        }
        return false;
    }

    private static bool From(Clause clause, int at, int other) => other > at
        && clause.Next(at, -1) is var before and >= 0 && clause[before].IsGlue("from")
        && Enumerable.Range(at + 1, other - at - 1).Any(i => clause[i].IsGlue("to"));

    /// <summary>"Retries 4 -> 6".</summary>
    private static bool Arrow(Clause clause, int at, int other) => other == at + 2
        && clause[at + 1].IsGlue("to") && !char.IsAsciiLetter(clause[at + 1].Text[0]);

    /// <summary>"Not 2 but 3": the wish itself is not denied.</summary>
    private static bool NotBut(Clause clause, int at, int other)
    {
        var but = other > at && Enumerable.Range(at + 1, other - at - 1)
            .Any(i => clause[i].IsGlue("but"));
        if (!but || !Enumerable.Range(0, at).Any(i => clause[i].IsGlue("not")))
        {
            return false;
        }
        foreach (var not in Enumerable.Range(0, at).Where(i => clause[i].IsGlue("not")))
        {
            clause.Use(not);
        }
        clause.Negated = false;
        return true;
    }
}
