using Loam.Core.Resources;
using Loam.Mind.Interpreter.Language;
using Loam.Mind.Interpreter.Recognising;
using Loam.Mind.Interpreter.Resolving;
using Loam.Mind.Interpreter.Subjects;
using Loam.Mind.Interpreter.Subjects.Machine;

namespace Loam.Mind.Interpreter.Parsing.Attributes;

/// <summary>The clock of a service: "sonarr and radarr to Europe/Berlin", "sonarr should think we
/// are in Berlin". The machine's own is another matter.</summary>
internal static class ZoneReader
{
    private const string Variable = "TZ";

    /// <returns>A zone was read.</returns>
    public static bool Read(Clause clause, Discourse said)
    {
        var at = Enumerable.Range(0, clause.Count).FirstOrDefault(i => clause.IsFree(i)
            && clause[i].Is(Part.Unknown) && clause[i].Original.Contains('/')
            && Zones.IsZone(clause[i].Original), -1);
        if (clause.Verb is "backup" or "mount" || at >= 0 && clause.Lexemes.Any(
            l => l.Is(Part.Identifier) || l.IsField("environment") || l.IsField("timezone")))
        {
            return false;
        }
        var zone = at >= 0 ? clause[at].Original
            : Speaks(clause, said) && Zones.Find(clause) is [var only] ? only : null;
        if (zone is null)
        {
            return false;
        }
        for (var word = 0; word < clause.Count; word++)
        {
            if (word == at || clause[word].Text is "tz" || at < 0 && IsOfTime(clause[word])
                || at < 0 && !clause[word].IsMention && Zones.Find(
                    new([clause[word]])).Contains(zone))
            {
                clause.Use(word);
            }
        }
        clause.Verb = at < 0 && clause.Verb is "" or "have" or "move" or "create" ? "set"
            : clause.Verb;
        clause.Attributes.Add(new VariableAttribute(Variable, zone));
        return true;
    }

    /// <summary>A service is named, here or right before, and where its clock stands.</summary>
    public static bool Speaks(Clause clause, Discourse said)
    {
        var state = said.Session.Draft.State;
        return clause.Question is null && clause.Lexemes.Any(IsOfTime)
            && !clause.Lexemes.Any(l => l.Is(Part.Image) || l.Is(Part.Identifier)
                || l.Named(Known.Job) is not null || l.IsNumber)
            && (IsOf(clause, state) || said.Before is [.., { Question: null, Subject: null,
                    Attributes.Count: 0 } before] && IsOf(before, state)
                && !clause.Lexemes.Any(l => l.IsMention || l.Text.Split(' ').Intersect(
                    ["machine", "box", "server"]).Any()));
    }

    private static bool IsOf(Clause clause, DesiredState state) =>
        TargetResolver.Named(state, clause.Lexemes).ToList() is { Count: > 0 } named
        && named.TrueForAll(n => state.Services[n].Environment.ContainsKey(Variable));

    private static bool IsOfTime(Lexeme lexeme) => !lexeme.IsMention
        && (lexeme.Is(Part.Topic, "timezone") || lexeme.Is(Part.Topic, "located")
            || lexeme.Text.Split(' ')[^1] is "time" or "clock" or "timezone" or "zone");
}
