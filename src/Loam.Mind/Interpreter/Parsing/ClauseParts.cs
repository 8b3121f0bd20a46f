using Loam.Mind.Interpreter.Language;
using Loam.Mind.Interpreter.Recognising;

namespace Loam.Mind.Interpreter.Parsing;

/// <summary>A clause that says several things of one kind, as a clause for each.</summary>
internal static class ClauseParts
{
    /// <summary>What stands between commas and "and"; a colon parts nothing.</summary>
    public static List<Clause> Listed(Clause clause) =>
        [.. ClauseSplitter.PiecesOf(clause.Lexemes, at => clause[at].Text != ":"
                && (clause[at].IsGlue("comma") || clause[at].IsGlue("and")))
            .Select(p => clause.Lexemes.Skip(p.From).Take(p.To - p.From).ToList())
            .Where(p => p.Count > 0).Select(p => new Clause(p)
            {
                Verb = p.Select(l => l.Key(Part.Verb)).FirstOrDefault(v => v is not null) ?? "",
                Subject = clause.Subject,
            })];

    /// <summary>"Eth0 dhcp, eth1 static 10.0.0.1/24", "eth0 and eth1 dhcp": each thing that is
    /// named, with what is said behind it or, if nothing is, behind the next.</summary>
    /// <param name="name">The thing that a word names; null: none.</param>
    /// <param name="says">Whether words say something of the thing before them.</param>
    /// <returns>Empty: fewer than two are named.</returns>
    public static List<Clause> ByName(
        Clause clause, Func<Lexeme, string?> name, Predicate<List<Lexeme>> says)
    {
        var starts = Enumerable.Range(0, clause.Count).Where(i => name(clause[i]) is not null)
            .DistinctBy(i => name(clause[i])).ToList();
        if (starts.Count < 2)
        {
            return [];
        }
        var parts = new List<Clause>();
        List<Lexeme> said = [];
        for (var at = starts.Count - 1; at >= 0; at--)
        {
            var end = at + 1 < starts.Count ? starts[at + 1] : clause.Count;
            var own = clause.Lexemes.Skip(starts[at] + 1).Take(end - starts[at] - 1).ToList();
            said = says(own) ? own : said;
            // What stands before the first is said of all: "remove the bans for …".
            parts.Insert(0, new([.. clause.Lexemes.Take(starts[0]), clause[starts[at]], .. said])
            {
                Verb = clause.Verb,
                Negated = clause.Negated,
                Subject = clause.Subject,
            });
        }
        return parts;
    }
}
