using Loam.Mind.Interpreter.Language;
using Loam.Mind.Interpreter.Recognising;
using Loam.Mind.Interpreter.Subjects;

namespace Loam.Mind.Interpreter.Parsing;

/// <summary>"…, portal too", "the same for worker": what was said just before holds of this as
/// well.</summary>
internal static class Likewise
{
    /// <summary>It names things, and says no more of them than that.</summary>
    public static bool IsSaid(Clause clause) => clause is { Question: null, Subject: null,
            Attributes.Count: 0, Negated: false } && clause.Verb is "" or "have" or "set"
        && clause.Targets.Count > 0 && clause.Targets.TrueForAll(t => t.Reference is null)
        && (IsMark(clause[clause.Count - 1]) || clause.Lexemes.Any(l => l.Text.Split(' ')[0] is
            "same" or "likewise" or "ditto" or "similarly"))
        && clause.Lexemes.All(l => l.IsMention || IsMark(l) || l.Readings[0].Part is Part.Noise
            or Part.Glue or Part.Verb || l.Text.Split(' ')[0] is "same" or "likewise" or "ditto"
                or "similarly");

    private static bool IsMark(Lexeme lexeme) => lexeme.Text is "too" or "also" or "as well"
        or "likewise" or "ditto" or "similarly" or "same" or "the same" or "as well as";

    /// <summary>"Jellyfin 2 GB, grafana half of that", "… and gitea 4": the measure, or its unit,
    /// is that of the clause before.</summary>
    private static void Measure(Clause clause, Discourse discourse)
    {
        // A turn that begins with another thing goes on as a clause would.
        var isNext = discourse.Before.Count == 0;
        if ((isNext ? discourse.Session.LastWishes : discourse.Before) is not
                [.., { Subject: null, Question: null } last]
            || (isNext && !NamesAnother(clause, last))
            || last.Attributes.OfType<LimitAttribute>().ToList() is not [{ Amount.Kind:
                AmountKind.Absolute } said])
        {
            return;
        }
        for (var at = 0; at < clause.Attributes.Count; at++)
        {
            clause.Attributes[at] = clause.Attributes[at] switch
            {
                LimitAttribute { Amount.Kind: AmountKind.Factor } part when part.Limit == said.Limit
                    && IsOfThat(clause) =>
                    said with { Amount = said.Amount with
                        { Value = said.Amount.Value * part.Amount.Value } },
                BareAttribute { Unit: "" } bare when clause.Targets.Count > 0 && !isNext
                    && !bare.Text.Contains('.', StringComparison.Ordinal) =>
                    said with { Amount = said.Amount with { Value = bare.Value } },
                BareAttribute { Unit: "x" } bare when clause.Targets.Count > 0
                    && (!isNext || IsOfThat(clause)) =>
                    said with { Amount = said.Amount with
                        { Value = said.Amount.Value * bare.Value } },
                var other => other,
            };
        }
    }

    /// <summary>"Drop the worker's LOG_LEVEL, set the api's to debug": the same variable.</summary>
    private static void Name(Clause clause, Discourse discourse)
    {
        var to = clause.Lexemes.ToList().FindLastIndex(l => l.IsGlue("to"));
        if (to < 1 || to + 2 != clause.Count || !clause.IsFree(to + 1) || !clause[to - 1].Possessive
            || clause.Attributes.Count > 0 || clause.Verb is not ("set" or "have" or "")
                && !clause.IsInherited
            || !(clause[to + 1].Is(Part.Unknown) || VariableWords.English.Value(
                clause[to + 1].Text) is not null)
            || discourse.Before is not [.., { Subject: null } last]
            || last.Attributes.OfType<VariableAttribute>().LastOrDefault() is not { } said)
        {
            return;
        }
        clause.Use(to + 1);
        clause.Verb = "set";
        clause.Attributes.Add(said with { Value = clause[to + 1].Original });
    }

    /// <summary>"Half of that".</summary>
    private static bool IsOfThat(Clause clause) => clause.Lexemes.Any(
        l => l.Key(Part.Amount)?[0] == 'x' && l.Text.Split(' ')[^1] is "that");

    private static bool NamesAnother(Clause clause, Clause last) => clause.Targets.Count > 0
        && clause.Targets.TrueForAll(t => t.Named(Known.Service) is { } name
            && !last.Targets.Exists(l => l.Named(Known.Service) == name));

    /// <summary>Takes over what the clause before says.</summary>
    public static void Follow(Clause clause, Discourse discourse)
    {
        Measure(clause, discourse);
        Name(clause, discourse);
        if (!IsSaid(clause) || discourse.Before is not [.., { Subject: null, Question: null } last]
            || last.Targets.Count == 0)
        {
            return;
        }
        var said = last.Attributes.Where(a => a is LimitAttribute or VersionAttribute
            or VariableAttribute or ReadOnlyAttribute or RestartAttribute or LabelAttribute
            or ProbeAttribute or NetworkAttribute).ToList();
        if (said.Count == 0 && last.Verb is not ("restart" or "stop" or "start" or "remove"))
        {
            return;
        }
        clause.Verb = last.Verb;
        clause.IsInherited = true;
        clause.Attributes.AddRange(said);
        if (last.Targets.Find(t => t.Version is not null)?.Version is { } version)
        {
            clause.Attributes.Add(new VersionAttribute(version));
        }
    }
}
