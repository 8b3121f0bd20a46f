using Loam.Core.Planning;
using Loam.Core.Resources;
using Loam.Core.StateFiles.Editing;
using Loam.Mind.Interpreter.Editing;
using Loam.Mind.Interpreter.Language;
using Loam.Mind.Interpreter.Parsing;
using Loam.Mind.Interpreter.Recognising;
using Loam.Mind.Interpreter.Resolving;

namespace Loam.Mind.Interpreter.Subjects.Machine;

/// <summary>What is kept of what is seen.</summary>
internal static class ObserveEdits
{
    private static readonly string[] s_topics = ["metrics", "loglines", "eventsnoted", "anomaly"];

    /// <summary>"Metrics 48h, log lines 2000": each part that has a topic of its own.</summary>
    public static IEnumerable<Reply> All(Clause clause, Draft draft)
    {
        var parts = ClauseParts.Listed(clause);
        var whole = parts.Count < 2 || !parts.TrueForAll(p => p.Lexemes.Any(l =>
            Array.Exists(s_topics, t => l.Is(Part.Topic, t))));
        clause.Sweep();
        return whole ? [Apply(clause, draft)] : parts.ConvertAll(p => Apply(p, draft));
    }

    private static Reply Apply(Clause clause, Draft draft)
    {
        var present = draft.State.Specs.GetValueOrDefault(ManifestFile.File)?.Map("observe");
        var number = clause.Lexemes.ToList().FindIndex(l => l.IsNumber);
        if (number < 0 && clause.Lexemes.Any(l => l.Is(Part.Topic, "metrics"))
            && MachineValues.Span(clause) is { } span)
        {
            return SafetyEdits.Put(draft, "spec.observe.metrics_retention", EditValue.Of(span),
                present?.Text("metrics_retention") == span, $"keep measurements for {span}");
        }
        if (clause.Lexemes.Any(l => l.Is(Part.Topic, "anomaly")))
        {
            var on = !clause.Negated && clause.Verb is not ("stop" or "remove")
                && !clause.Lexemes.Any(l => l.IsVerb("stop") || l.IsVerb("remove")
                    || l.Text is "off" or "no");
            return SafetyEdits.Put(draft, "spec.observe.anomaly_detection", EditValue.Of(on),
                (present?.Flag("anomaly_detection") ?? true) == on,
                on ? "report unusual behaviour" : "no longer report unusual behaviour");
        }
        if (number < 0)
        {
            return Reply.Ask("How much of it is kept: how many, or for how long?", ["48 hours"]);
        }
        var value = (int)Math.Clamp(clause[number].Value, 0, 1_000_000);
        if (clause.Lexemes.Any(l => l.Is(Part.Topic, "metrics")))
        {
            var unit = clause[number].Unit is "d" ? "d" : clause[number].Unit is "m" ? "m" : "h";
            return SafetyEdits.Put(draft, "spec.observe.metrics_retention",
                EditValue.Of($"{value}{unit}"), false, $"keep measurements for {value}{unit}");
        }
        var lines = clause.Lexemes.Any(l => l.Is(Part.Topic, "loglines"));
        var field = lines ? "log_lines_per_service" : "event_retention";
        return SafetyEdits.Put(draft, $"spec.observe.{field}", EditValue.Of(value),
            present?.Number(field) == value,
            lines ? $"keep {value} log lines per service" : $"keep {value} events");
    }
}
