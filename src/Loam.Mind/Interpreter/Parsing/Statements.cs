using Loam.Mind.Interpreter.Language;
using Loam.Mind.Interpreter.Recognising;

namespace Loam.Mind.Interpreter.Parsing;

/// <summary>"Mail goes through a real server now, uninstall mailpit": a piece that tells how things
/// are, and of which nothing was taken for the wish, may use any words.</summary>
internal static class Statements
{
    /// <summary>The places of such pieces.</summary>
    public static HashSet<int> In(Clause clause)
    {
        var places = new HashSet<int>();
        foreach (var (from, to) in ClauseSplitter.PiecesOf(clause.Lexemes))
        {
            if ((from > 0 || to < clause.Count) && IsAside(clause, from, to))
            {
                places.UnionWith(Enumerable.Range(from, to - from));
            }
        }
        return places;
    }

    private static bool IsAside(Clause clause, int from, int to)
    {
        var piece = Enumerable.Range(from, to - from).Where(at => clause[at].Readings[0].Part
            is not (Part.Noise or Part.Glue) || clause[at].IsMention).ToList();
        return piece.Count > 0 && piece.TrueForAll(at => clause.IsFree(at) && IsWord(clause[at]))
            && Enumerable.Range(from, to - from).All(at => !clause[at].IsGlue("wish")
                && !clause[at].IsGlue("not") && !clause[at].IsGlue("if")
                && !clause[at].Is(Part.Reference))
            && IsSaid(clause, from, to);
    }

    /// <summary>No name, no value, no field: a word like any other.</summary>
    private static bool IsWord(Lexeme lexeme) => lexeme.Readings[0].Part is Part.Unknown
        or Part.Topic or Part.Verb && !lexeme.IsMention;

    /// <summary>Somebody or something is said to be or to do something.</summary>
    private static bool IsSaid(Clause clause, int from, int to)
    {
        var lexemes = clause.Lexemes.Skip(from).Take(to - from).ToList();
        var does = lexemes.FindIndex(1 < lexemes.Count ? 1 : 0, l => !l.IsMention
            && (l.IsGlue("is") || l.Text.Split(' ')[0] is "is" or "are" or "was" or "were"
                or "has" or "have" or "had" or "goes" or "went" or "gets" or "got" or "comes"
                or "came" or "moved" or "became" or "seems"));
        var who = lexemes.FindIndex(l => l.Text is "we" or "they" or "i" or "he" or "she"
            or "nobody" or "somebody" or "someone" or "everybody" or "people");
        return does > 0 || who >= 0 && who + 1 < lexemes.Count;
    }
}
