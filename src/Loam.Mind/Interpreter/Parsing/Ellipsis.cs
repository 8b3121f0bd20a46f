using Loam.Mind.Interpreter.Language;
using Loam.Mind.Interpreter.Recognising;

namespace Loam.Mind.Interpreter.Parsing;

/// <summary>"…, prometheus too, and jellyfin 2 GB": a piece that says no more than of whom else is
/// the wish before it, said of somebody else. It is written out before anybody reads it, so that
/// each wish has its own object and its own values, whatever it is about.</summary>
internal static class Ellipsis
{
    /// <summary>What begins here says "the same" of something else.</summary>
    public static bool Begins(List<Lexeme> all, int at)
    {
        var end = at;
        while (end < all.Count && !Parts(all[end]))
        {
            end++;
        }
        var piece = all.GetRange(at, end - at);
        return IsSaid(piece) || IsTurned(piece) && all.Take(at).Any(IsWay);
    }

    /// <summary>What stands before is such a piece, and ends here.</summary>
    public static bool Ends(List<Lexeme> all, int start, int at) => start > 0
        && IsSaid(all.GetRange(start, at - start)) && !Marks(all[at]);

    private static bool Parts(Lexeme lexeme) =>
        ClauseSplitter.IsJoint(lexeme) && !Marks(lexeme) && lexeme.Text != ":";

    private static bool Marks(Lexeme lexeme) => !lexeme.IsMention && lexeme.Text is "too"
        or "as well" or "also" or "likewise" or "ditto" or "similarly" or "same" or "the same"
        or "same for" or "the same for" or "same goes for" or "the same goes for" or "same again";

    private static bool IsSaid(List<Lexeme> piece)
    {
        var thing = piece.FindIndex(l => l.IsMention && l.Role == Role.None);
        var mark = piece.FindLastIndex(Marks);
        return thing >= 0 && mark >= 0
            && (mark > thing || piece[mark].Text is not ("also" or "too" or "as well"))
            && piece.TrueForAll(l => l.IsMention || Marks(l) || l.Readings[0].Part is Part.Noise
                || l.Readings[0].Part == Part.Glue && !l.IsGlue("not") && !l.IsGlue("except")
                    && !l.IsGlue("insteadof") && !l.IsGlue("without") && !l.IsGlue("if")
                || l.IsVerb("have") && !l.IsMention || l.Text is "goes");
    }

    /// <summary>"…, karl in": what the clause before did to somebody, the other way round.
    /// </summary>
    private static bool IsTurned(List<Lexeme> piece) => piece.Count > 1
        && piece[^1].Text is "in" or "out" && piece.Exists(l => l.Named(Known.User) is not null)
        && piece.SkipLast(1).All(l => l.Named(Known.User) is not null
            || l.Readings[0].Part is Part.Noise || ClauseSplitter.IsJoint(l)
            || l.Text is "put" or "puts" or "comes" or "goes" or "gets" or "take" or "takes"
                or "let" or "steps" or "moves");

    private static bool IsWay(Lexeme lexeme) => !lexeme.IsMention
        && (lexeme.IsGlue("from") || lexeme.IsGlue("to") || lexeme.IsGlue("in"))
        && lexeme.Text is not ("via" or "until" or "up to" or "under");

    private static List<Lexeme> Turned(List<Lexeme> piece, IReadOnlyList<Lexeme> before)
    {
        var way = before.ToList().FindLastIndex(IsWay);
        if (way < 0 || before.Skip(way + 1).Any(l => l.Named(Known.User) is not null))
        {
            return piece;
        }
        var into = piece[^1].Text == "in";
        return [.. piece.Where(l => l.Named(Known.User) is not null || ClauseSplitter.IsJoint(l)),
            into ? new("into", "into", [new(Part.Glue, "to")])
                : new("out of", "out of", [new(Part.Glue, "from")]),
            .. before.Skip(way + 1)];
    }

    /// <summary>The words of a clause as they were meant: those of the clause before, of what is
    /// named here. The same words, if they say something of their own.</summary>
    public static List<Lexeme> WrittenOut(List<Lexeme> piece, IReadOnlyList<Lexeme> before)
    {
        if (IsTurned(piece))
        {
            return Turned(piece, before);
        }
        if (!IsSaid(piece))
        {
            return Measured(piece, before);
        }
        var things = piece.FindAll(l => l.IsMention);
        var run = Run([.. before], things[0]);
        if (run is not var (from, to))
        {
            return piece;
        }
        var written = before.Take(from).ToList();
        for (var at = 0; at < things.Count; at++)
        {
            if (at > 0)
            {
                written.Add(new("and", "and", [new(Part.Glue, "and")]));
            }
            written.Add(things[at] with { Possessive = before[to].Possessive });
        }
        written.AddRange(before.Skip(to + 1));
        return written;
    }

    /// <summary>"Blog 20 GB, web 12": a bare number has the unit of the one before.</summary>
    private static List<Lexeme> Measured(List<Lexeme> piece, IReadOnlyList<Lexeme> before)
    {
        var at = piece.FindIndex(l => l.IsNumber && !l.IsMention);
        if (at > 0 && piece[at] is { Unit: "", Value: >= 1 and < 1000 } number
            && decimal.IsInteger(number.Value) && !number.Text.Contains('.')
            && piece.Exists(l => l.IsMention)
            && piece.TrueForAll(l => l == number || l.IsMention || l.IsVerb("have")
                || ClauseSplitter.IsJoint(l) || l.IsGlue("to") || l.Readings[0].Part == Part.Noise)
            && before.Where(l => l.IsNumber && !l.IsMention).ToList() is
                [{ Unit: "Mi" or "Gi" or "Ti" } measure]
            && Run([.. before], piece.Find(l => l.IsMention)!) is not null)
        {
            piece[at] = number with { Unit = measure.Unit };
        }
        return piece;
    }

    /// <summary>Where the one thing, or the one list of things, of the same kind stands.
    /// </summary>
    private static (int From, int To)? Run(List<Lexeme> before, Lexeme thing)
    {
        bool IsAlike(Lexeme l) => l.IsMention && l.Role == Role.None
            && l.Namings.Any(n => thing.Namings.Any(t => IsOneKind(n.Known, t.Known)));
        var from = before.FindIndex(IsAlike);
        if (from < 0)
        {
            return null;
        }
        var to = from;
        for (var at = from + 1; at < before.Count; at++)
        {
            if (!IsAlike(before[at]))
            {
                continue;
            }
            if (before.GetRange(to + 1, at - to - 1).Exists(l => !ClauseSplitter.IsJoint(l)
                && l.Readings[0].Part != Part.Noise))
            {
                return null;
            }
            to = at;
        }
        return (from, to);
    }

    private static bool IsOneKind(Known one, Known other) => one == other
        || one is Known.Service or Known.App && other is Known.Service or Known.App;
}
