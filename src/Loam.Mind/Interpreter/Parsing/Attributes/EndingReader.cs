using Loam.Mind.Interpreter.Language;
using Loam.Mind.Interpreter.Recognising;

namespace Loam.Mind.Interpreter.Parsing.Attributes;

/// <summary>Clauses without a verb: "mosquitto out", "grafana off", "away with it", "no more
/// worker". One small word says what shall become of what is named.</summary>
internal static class EndingReader
{
    private static readonly Lazy<Dictionary<string, string>> s_endings = new(() =>
    {
        var endings = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (key, phrase) in WordFile.Read("en", "endings"))
        {
            endings.TryAdd(phrase, key);
        }
        return endings;
    });

    public static void Read(Clause clause)
    {
        if (clause.Question is not null || clause.AsksMark)
        {
            return;
        }
        NoMore(clause);
        if (clause.Verb.Length > 0 && !clause.IsInherited)
        {
            return;
        }
        var meant = Enumerable.Range(0, clause.Count).Where(i => !IsFilling(clause[i])).ToList();
        var things = meant.Where(i => clause[i].Named(Known.Service) is not null
            || clause[i].Named(Known.App) is not null || clause[i].Named(Known.Role) is not null)
            .ToList();
        var word = meant.Except(things).ToList();
        if (things.Count == 0 && clause.Lexemes.Any(l => l.Is(Part.Reference)))
        {
            word.RemoveAll(i => clause[i].Is(Part.Reference));
        }
        if (word is [var at] && (things.Count > 0 || meant.Count > 1)
            && s_endings.Value.TryGetValue(clause[at].Text, out var verb)
            && (at > (things.Count > 0 ? things[^1] : -1) || verb == "remove"))
        {
            clause.Use(at);
            clause.Verb = verb;
            clause.IsInherited = false;
        }
    }

    private static bool IsFilling(Lexeme lexeme) => !lexeme.IsMention
        && !lexeme.Is(Part.Reference) && !s_endings.Value.ContainsKey(lexeme.Text)
        && (lexeme.Readings[0].Part is Part.Noise or Part.Stop || lexeme.IsGlue("and")
            || lexeme.IsGlue("comma") || lexeme.IsGlue("wish") || lexeme.IsGlue("with")
            || lexeme.IsGlue("each") || lexeme.IsGlue("is"));

    /// <summary>"No more worker": what is named goes.</summary>
    private static void NoMore(Clause clause)
    {
        for (var at = 0; at + 1 < clause.Count; at++)
        {
            var said = clause[at].Text is "no more" or "no longer any"
                || (clause[at].Text is "no" && clause[at + 1].Text is "more");
            var thing = said ? clause.Next(clause[at].Text is "no" ? at + 1 : at) : -1;
            if (thing > 0 && clause.Verb is "" or "have" && clause[thing].IsMention
                && clause[thing].Named(Known.Service) is not null)
            {
                clause.Use(at, thing - 1);
                clause.Verb = "remove";
                return;
            }
        }
    }
}
