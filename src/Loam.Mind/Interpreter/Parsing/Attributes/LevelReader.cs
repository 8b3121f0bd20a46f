using Loam.Core.Resources;
using Loam.Mind.Interpreter.Language;
using Loam.Mind.Interpreter.Recognising;
using Loam.Mind.Interpreter.Resolving;
using Loam.Mind.Interpreter.Subjects;

namespace Loam.Mind.Interpreter.Parsing.Attributes;

/// <summary>"Only warnings in the worker's log": how much a service writes, where one of its
/// variables says so.</summary>
internal static class LevelReader
{
    /// <param name="Variable">Its name in the state.</param>
    internal sealed record Level(string Service, string Variable, string Value);

    /// <summary>The level that is wished; null: none is.</summary>
    public static Level? Find(Clause clause, Discourse said)
    {
        var log = clause.Lexemes.Any(l => !l.IsMention && (l.IsField("log")
            || l.Text is "logs" or "logging" or "log" or "logger"));
        var bound = clause.Lexemes.Any(l => l.IsGlue("only") || l.Is(Part.Topic, "enough")
            || l.Text is "nothing but" or "no more than" or "too much" or "less") || Wants(clause);
        if (!log || !bound || clause.AsksMark
            || clause.Lexemes.Any(l => l.Is(Part.Assignment) || l.Is(Part.Identifier)
                || l.Text.Contains("level", StringComparison.Ordinal)))
        {
            return null;
        }
        var values = clause.Lexemes.Where(l => !l.IsMention).Select(
            l => VariableWords.English.Value(l.Text)).Where(v => v is "debug" or "trace" or "info"
                or "warn" or "error").Distinct().ToList();
        var state = said.Session.Draft.State;
        var services = TargetResolver.Named(state, clause.Lexemes).ToList();
        if (values is not [{ } value] || services is not [var service])
        {
            return null;
        }
        var variable = state.Services[service].Environment.Keys.Where(
            IsLevel).ToList();
        return variable is [var name] ? new(service, name, value) : null;
    }

    /// <summary>"I'd like to see debug logs": they are not there yet.</summary>
    private static bool Wants(Clause clause) => clause.Lexemes.Any(l => l.Text is "debug"
        or "debugging" or "trace") && clause.Lexemes.Any(l => l.IsGlue("wish")
            || l.Text is "i want to see" or "i would like to see");

    private static bool IsLevel(string variable) =>
        variable.Contains("LOG", StringComparison.OrdinalIgnoreCase)
        && variable.Contains("LEVEL", StringComparison.OrdinalIgnoreCase);

    public static void Read(Clause clause, Level level)
    {
        for (var at = 0; at < clause.Count; at++)
        {
            if (!clause[at].Is(Part.Unknown)
                || VariableWords.English.Value(clause[at].Text) is not null)
            {
                clause.Use(at);
            }
        }
        clause.Verb = "set";
        clause.Owners ??= [null];
        clause.Targets.Add(new(level.Service, [new(Known.Service, level.Service)], null, false,
            null));
        clause.Attributes.Add(new VariableAttribute(level.Variable, level.Value));
    }
}
