using Loam.Mind.Interpreter.Language;
using Loam.Mind.Interpreter.Recognising;

namespace Loam.Mind.Interpreter.Parsing;

/// <summary>"The api doesn't need redis any more, remove it": what goes is what is not needed, and
/// never who needed it.</summary>
internal static class Unneeded
{
    private const int Near = 3;

    /// <summary>Where what somebody no longer needs is named; -1: nobody says so.</summary>
    private static int Place(Clause clause, out int who)
    {
        who = clause.Lexemes.ToList().FindIndex(l => l.Named(Known.Service) is not null);
        var not = who < 0 ? -1 : clause.Lexemes.ToList().FindIndex(who + 1, l => l.IsGlue("not")
            || l.IsGlue("without")
            || l.Text.Split(' ') is ["no", "longer", ..] or ["not", ..] or [.., "without"]);
        if (not < 0 || clause.Question is not null)
        {
            return -1;
        }
        var needs = clause[not].IsGlue("without") || clause.Lexemes.Skip(not).Take(Near).Any(
            l => l.Text.Split(' ')[^1] is "need" or "needs" or "use" or "uses" or "require"
                or "requires" or "want" or "wants");
        var what = clause.Lexemes.ToList().FindIndex(not + 1, l => l.IsMention);
        return needs && what > not && what - not <= Near + 1
            && !clause.Lexemes.Skip(who).Take(what - who).Any(l => l.IsGlue("comma")
                || l.IsGlue("and")) ? what : -1;
    }

    /// <summary>What is said to be needed no more; null: it is not said.</summary>
    public static Target? Of(Clause clause) => Place(clause, out _) is >= 0 and var at
        ? clause.Targets.Find(t => t.Text == clause[at].Text)
            ?? new(clause[at].Text, clause[at].Namings, null, false, null) : null;

    /// <summary>In one clause with the wish: who needed it is no target of that.</summary>
    public static void Settle(Clause clause)
    {
        if (clause.Verb is not ("remove" or "stop") || Place(clause, out var who) is not
            (>= 0 and var what) || !clause.Lexemes.Skip(what + 1).Any(
                l => l.IsVerb(clause.Verb)))
        {
            return;
        }
        clause.Targets.RemoveAll(t => t.Reference is "it" || t.Text == clause[who].Text);
    }
}
