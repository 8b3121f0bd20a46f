using Loam.Mind.Interpreter.Language;
using Loam.Mind.Interpreter.Recognising;

namespace Loam.Mind.Interpreter.Parsing.Attributes;

/// <summary><c>version 15</c>, <c>to 2.4.0</c>.</summary>
internal static class VersionReader
{
    public static void Read(Clause clause)
    {
        var field = clause.Find(Part.Field, "version");
        if (field >= 0)
        {
            var next = clause.NextValue(field);
            if (next >= 0 && IsVersion(clause[next]))
            {
                Take(clause, next);
            }
            clause.Use(field);
            return;
        }
        var shaped = clause.Find(Part.Version);
        if (shaped >= 0)
        {
            if (!BehindApp(clause, shaped))
            {
                Take(clause, shaped);
            }
            return;
        }
        // "Move the database to postgres 17"
        if (clause.Verb == "move" && Enumerable.Range(1, Math.Max(0, clause.Count - 1))
            .FirstOrDefault(i => clause.IsFree(i) && IsVersion(clause[i]) && BehindApp(clause, i)
                && clause[i - 1].Named(Known.Service) is null
                && clause.NextBefore(i - 1)?.IsGlue("to") == true) is var moved and > 0)
        {
            Take(clause, moved);
            return;
        }
        if (clause.Verb is not ("upgrade" or "downgrade"))
        {
            return;
        }
        for (var at = clause.Count - 1; at >= 0; at--)
        {
            if (clause.IsFree(at) && IsVersion(clause[at]) && !BehindApp(clause, at))
            {
                Take(clause, at);
                return;
            }
        }
    }

    private static bool BehindApp(Clause clause, int at) =>
        at > 0 && clause.IsFree(at - 1) && clause[at - 1].Named(Known.App) is not null;

    private static bool IsVersion(Lexeme lexeme) => lexeme.Is(Part.Version)
        || lexeme.Is(Part.Quoted)
        || (lexeme.IsNumber && lexeme.Unit.Length == 0 && char.IsAsciiDigit(lexeme.Text[0]));

    private static void Take(Clause clause, int at)
    {
        clause.Use(at);
        clause.Attributes.Add(new VersionAttribute(clause[at].Original));
    }
}
