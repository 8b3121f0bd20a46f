using Loam.Mind.Interpreter.Language;
using Loam.Mind.Interpreter.Recognising;

namespace Loam.Mind.Interpreter.Parsing.Attributes;

/// <summary>"No port to the outside", "no more udp", "should not have any limits": what is named
/// shall not be there. "No, 8080 instead" denies nothing.</summary>
internal static class DenialReader
{
    private static readonly string[] s_others =
        ["service", "status", "name", "log", "history", "firewall", "job", "certificate", "user",
         "login", "group", "sshkey", "backup", "approval", "safety", "password", "secret",
         "internal", "schedule", "automatic", "always", "onfailure", "event", "drift", "disk"];

    public static void Read(Clause clause)
    {
        // Jobs have fields of the same names, and words of their own for them.
        if (clause.Lexemes.Any(l => l.Named(Known.Job) is not null
            && l.Named(Known.Service) is null))
        {
            return;
        }
        for (var at = 0; at + 1 < clause.Count; at++)
        {
            var no = clause.IsFree(at) && clause[at].Text is "no" or "no more" or "nothing"
                or "no host"
                or "without" or "without any" or "not any";
            var field = no ? Denied(clause, at + 1) : -1;
            if (field < 0)
            {
                continue;
            }
            clause.Use(at);
            Deny(clause, field);
        }
        // "It does not need any ports and …": whatever the verb of the rest is.
        var need = Enumerable.Range(1, Math.Max(0, clause.Count - 1)).FirstOrDefault(i =>
            clause[i - 1].IsGlue("not") && clause[i].IsVerb("have")
            && clause.Verb is not ("have" or "set" or "") && Denied(clause, i + 1) >= 0, -1);
        if (need > 0)
        {
            clause.Negated = false;
            clause.Use(need - 1, need);
            clause.Denied.Add(Denied(clause, need + 1));
            return;
        }
        var any = Enumerable.Range(0, clause.Count).FirstOrDefault(
            i => clause[i].Text is "any" && Denied(clause, i + 1) >= 0, -1);
        if (any >= 0 && clause.Negated && clause.Verb is "have" or "set")
        {
            clause.Negated = false;
            Deny(clause, Denied(clause, any + 1));
        }
    }

    private static void Deny(Clause clause, int field)
    {
        clause.Denied.Add(field);
        // "Postgres without a published port" is wished.
        var made = clause.Lexemes.Take(field).Any(l => l.Is(Part.Image) || l.IsMention
                && l.Named(Known.Service) is null && l.Named(Known.App) is not null)
            && (clause[field - 1].IsGlue("without") || clause.Lexemes.Take(field).Any(
                l => l.IsGlue("without")) || clause.Lexemes.Any(l => l.Is(Part.Image)));
        if (!made && clause.Verb is "" or "have" or "set" or "limit")
        {
            clause.Verb = "remove";
        }
    }

    /// <summary>The field right behind "no"; -1: something else is.</summary>
    private static int Denied(Clause clause, int at)
    {
        while (at < clause.Count && clause[at].Readings[0].Part is Part.Noise or Part.Amount
            && !clause[at].Is(Part.Field))
        {
            at++;
        }
        return at < clause.Count && clause.IsFree(at) && !clause[at].IsMention
            && clause[at].Key(Part.Field) is { } field && !s_others.Contains(field)
            && !clause[at].Is(Part.Verb) ? at : -1;
    }
}
