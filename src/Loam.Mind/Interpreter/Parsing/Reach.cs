using Loam.Mind.Interpreter.Language;
using Loam.Mind.Interpreter.Recognising;

namespace Loam.Mind.Interpreter.Parsing;

/// <summary>How far something that is made may be reached: "nothing published", "only from this
/// machine", "no open ports". Such a piece has no object of its own.</summary>
internal static class Reach
{
    /// <summary>The piece at a place says only how far what is made before it may be reached.
    /// </summary>
    public static bool Says(List<Lexeme> all, int start, int at)
    {
        var from = at;
        while (from > start && !ClauseSplitter.IsJoint(all[from - 1])
            && !all[from - 1].IsGlue("with") && all[from - 1].Text is not ("that" or "which"))
        {
            from--;
        }
        var to = at;
        while (to < all.Count && !ClauseSplitter.IsJoint(all[to]))
        {
            to++;
        }
        var piece = all.GetRange(from, to - from);
        var before = all.GetRange(start, from - start);
        return from > start && piece.Exists(l => Opens(l) || l.IsVerb("unpublish")
                || l.IsField("localhost") || l.IsField("port"))
            && (piece.Exists(Denies) || piece.Exists(l => l.IsVerb("unpublish")
                || l.IsField("localhost") || l.IsGlue("only")))
            && piece.TrueForAll(l => !l.IsMention && !l.IsNumber && !l.Is(Part.Image)
                && !(l.Is(Part.Reference) && !(l.IsReference("it")
                    && piece.Exists(n => n.Is(Part.Topic, "nobody"))))
                && !l.Is(Part.PortPair) && !l.Is(Part.Cidr))
            && before.Exists(ClauseSplitter.IsMakeable)
            && (ClauseSplitter.VerbOf(before) is "create" or "have" or "start" or ""
                || IsTold(before));
    }

    /// <summary>"A redis 7, nothing published": of what is not there, no rule says it.</summary>
    public static bool OfNew(Clause clause) =>
        clause.Lexemes.FirstOrDefault(l => l.IsMention || l.Is(Part.Image)) is { } thing
        && (thing.Is(Part.Image) || thing.Named(Known.App) is not null
            && thing.Named(Known.Service) is null)
        && clause.Lexemes.Zip(clause.Lexemes.Skip(1)).Any(p => p.First.Text is "nothing" or "not"
            && p.Second.IsVerb("publish"))
        && !clause.Lexemes.Any(l => l.Is(Part.Cidr) || l.Is(Part.Address)
            || l.Is(Part.Topic, "firewall") || l.Is(Part.Topic, "allow")
            || l.Is(Part.Topic, "block"));

    /// <summary>"IMAGE as pdf, listens on 3000": of its ports only that is said.</summary>
    private static bool IsTold(List<Lexeme> before) => before.Exists(l => l.Is(Part.Image))
        && before.FindAll(l => l.IsVerb("publish")) is { Count: > 0 } verbs
        && verbs.TrueForAll(l => l.Text is "listens" or "listening" or "listen" or "answers");

    /// <summary>"…, both not reachable from outside": of everything named before.</summary>
    public static bool OfAll(List<Lexeme> all, int at) => all[at].Text is "both" or "all of them"
            or "each of them" or "both of them" or "all three" or "neither" or "none of them"
        && all.Skip(at + 1).TakeWhile(l => !ClauseSplitter.IsJoint(l)).ToList() is var rest
        && rest.Exists(l => Opens(l) || l.IsVerb("unpublish") || l.IsField("localhost"))
        && rest.TrueForAll(l => !l.IsMention && !l.IsNumber);

    /// <summary>"…, both with a gig", "…, twice the memory for both": a value of everything named
    /// before, where each has had one of its own.</summary>
    public static bool ValueOfAll(List<Lexeme> all, int at)
    {
        var rest = all.Skip(at).TakeWhile(l => !ClauseSplitter.IsJoint(l)).ToList();
        return rest.Exists(IsAll) && rest.TrueForAll(l => !l.IsMention && !l.Is(Part.Image))
            && rest.Exists(l => ClauseSplitter.IsValue(l) || l.Is(Part.Amount)
                || l.IsField("restartpolicy") || l.IsField("onfailure") || l.IsVerb("restart")
                || l.Text is "keep" or "keeps" or "restarted")
            && all.Take(at).Where(l => l.IsMention || l.Is(Part.Image)).Skip(1).Any()
            && all.Take(at).Any(ClauseSplitter.IsValue);
    }

    private static bool IsAll(Lexeme lexeme) => lexeme.Text is "both" or "both of them"
        or "each of them" or "all of them" or "all three" or "all four" or "for both"
        || lexeme.Text is "all" or "each" && lexeme.Is(Part.Reference);

    public static bool Denies(Lexeme lexeme) => lexeme.IsGlue("not") || lexeme.IsGlue("without")
        || lexeme.Text is "nothing" or "none" or "no" or "nobody" or "no one" or "not any"
            or "without any" or "nobody outside" or "nothing is";

    /// <summary>It speaks of being reached from elsewhere.</summary>
    public static bool Opens(Lexeme lexeme) => lexeme.IsVerb("publish")
        || lexeme.Text.Split(' ')[^1] is "reach" or "reached" or "reachable" or "exposed"
            or "exposing" or "publishing" or "published" or "public" or "exposure" or "see"
            or "seen" or "visible" or "accessible";

    /// <summary>The word that narrows who may reach a thing; -1: none does.</summary>
    public static int Narrows(Clause clause)
    {
        for (var at = 0; at < clause.Count; at++)
        {
            if (clause[at].IsMention)
            {
                continue;
            }
            var denied = Enumerable.Range(Math.Max(0, at - 3), at - Math.Max(0, at - 3))
                .Any(i => Denies(clause[i]) && !clause[i].IsMention);
            if (clause[at].IsField("localhost") && !char.IsAsciiDigit(clause[at].Text[0])
                || clause[at].IsVerb("unpublish") || Opens(clause[at]) && denied
                || clause.Denied.Contains(at) && clause[at].IsField("port"))
            {
                return at;
            }
        }
        return -1;
    }
}
