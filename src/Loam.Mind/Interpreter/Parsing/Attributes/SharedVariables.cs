using Loam.Core.Resources;
using Loam.Mind.Interpreter.Language;
using Loam.Mind.Interpreter.Recognising;
using Loam.Mind.Interpreter.Subjects;

namespace Loam.Mind.Interpreter.Parsing.Attributes;

/// <summary>"PUID, PGID and TZ like radarr", "the same environment as sonarr", "DATABASE_URL of
/// the api": variables that are to be what they are of a service that is there.</summary>
internal static class SharedVariables
{
    public static void Read(Clause clause, Discourse said)
    {
        var at = Enumerable.Range(0, clause.Count).FirstOrDefault(
            i => clause.IsFree(i) && clause[i].Named(Known.Service) is not null
                && (clause[i].Role == Role.Model || IsSource(clause, i)), -1);
        if (at < 1 || clause.Question is not null || clause.Negated
            || clause.Verb is not ("" or "create" or "have" or "set" or "start" or "connect")
            || !said.Session.Draft.State.Services.TryGetValue(
                clause[at].Named(Known.Service)!, out var model)
            || model.Environment.IsEmpty)
        {
            return;
        }
        var field = Enumerable.Range(0, at).LastOrDefault(i => clause.IsFree(i)
            && clause[i].IsField("environment") && !clause[i].IsMention, -1);
        var named = Enumerable.Range(0, at).Where(i => clause.IsFree(i)
            && NameOf(clause[i], model) is not null && !HasValue(clause, i)).ToList();
        if (named.Count == 0 && field < 0)
        {
            return;
        }
        var names = named.Count > 0 ? named.ConvertAll(i => NameOf(clause[i], model)!)
            : [.. model.Environment.Keys];
        clause.Attributes.AddRange(names.Select(
            n => new VariableAttribute(n, model.Environment[n])));
        named.ForEach(clause.Use);
        clause.Put(at, clause[at] with { Role = Role.Model });
        clause.Use(at);
        if (field >= 0)
        {
            clause.Use(field);
        }
        var first = named.Count > 0 ? named[0] : field;
        for (var i = Math.Max(0, first - 1); i < at; i++)
        {
            if (clause[i].Text is "like" or "of" or "from" or "as" or "same" or "the same"
                    or "as in" or "as with"
                || clause[i].Text.EndsWith(" as", StringComparison.Ordinal))
            {
                clause.Use(i);
            }
        }
        if (at + 1 < clause.Count && clause[at + 1].Text is "has" or "uses" or "does" or "gets"
            or "got" or "is using")
        {
            clause.Use(at + 1);
        }
    }

    /// <summary>"Prowlarr with the TZ of sonarr", "bazarr, PUID from radarr".</summary>
    private static bool IsSource(Clause clause, int at) => at > 2
        && (clause[at - 1].IsGlue("of") || clause[at - 1].IsGlue("from"))
        && (clause[at - 2].Is(Part.Identifier) || clause[at - 2].Text == "tz")
        && clause.Verb is "create" or "have" or ""
        && clause.Lexemes.Take(at - 2).Any(l => l.Named(Known.App) is not null
            && l.Named(Known.Service) is null || l.Is(Part.Image))
        && (at + 1 == clause.Count || ClauseSplitter.IsJoint(clause[at + 1]));

    /// <summary>A variable of the service by its name as it is written; null: none is.</summary>
    private static string? NameOf(Lexeme lexeme, Service service) =>
        !lexeme.Original.Any(char.IsAsciiLetterLower)
            && service.Environment.ContainsKey(lexeme.Original) ? lexeme.Original : null;

    /// <summary>"MODE to soil": it has a value of its own.</summary>
    private static bool HasValue(Clause clause, int at) => at + 2 < clause.Count
        && (clause[at + 1].Text is "=" or "to" or "is") && clause[at + 2].Role == Role.None;
}
