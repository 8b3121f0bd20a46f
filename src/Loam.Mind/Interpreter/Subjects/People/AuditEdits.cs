using Loam.Core.Planning;
using Loam.Core.Resources;
using Loam.Core.StateFiles.Editing;
using Loam.Mind.Interpreter.Answering;
using Loam.Mind.Interpreter.Editing;
using Loam.Mind.Interpreter.Language;
using Loam.Mind.Interpreter.Parsing;
using Loam.Mind.Interpreter.Resolving;

namespace Loam.Mind.Interpreter.Subjects.People;

/// <summary>The record of who did what: how long it is kept, and what of.</summary>
internal static class AuditEdits
{
    private static readonly EditPath s_audit = EditPath.Parse("spec.audit");

    private static readonly string[] s_events = ["state.changed", "service.started",
        "service.stopped", "security.modified", "user.login", "user.sudo", "approval.given",
        "secret.read"];

    public static bool Speaks(Clause clause) =>
        clause.Lexemes.Any(l => l.Is(Part.Topic, "audit"));

    public static void Read(Clause clause)
    {
        int? days = null;
        var numbers = clause.All(Part.Number).ToList();
        foreach (var at in numbers)
        {
            // "90 days, not 365"
            if (numbers.Count > 1 && at > 0 && (clause[at - 1].IsGlue("not")
                || clause[at - 1].IsGlue("insteadof")))
            {
                clause.Use(at);
                continue;
            }
            var next = clause.Next(at);
            var unit = next < 0 ? "" : clause[next].Is(Part.Topic, "weeks") ? "w"
                : clause[next].Is(Part.Topic, "months") ? "m"
                : clause[next].Is(Part.Topic, "years") ? "y" : "";
            var factor = unit switch { "w" => 7, "m" => 30, "y" => 365, _ => 1 };
            days = (int)Math.Clamp(clause[at].Value * factor, 0, 1_000_000);
            clause.Use(at);
        }
        if (days is null && clause.Lexemes.Any(l => l.Is(Part.Topic, "years")))
        {
            days = 365;
        }
        // The words of "audit log" are not those of "log on".
        var events = AskingWords.Auditing.Of(new Clause(
            [.. clause.Lexemes.Where(l => !l.Is(Part.Topic, "audit"))])).Keys.ToList();
        // "Only logins, not service starts"
        var not = clause.Lexemes.ToList().FindIndex(l => l.IsGlue("not"));
        var only = not > 0 && clause.Lexemes.Take(not).Any(l => l.IsGlue("only"));
        if (only)
        {
            events = [.. AskingWords.Auditing.Of(new Clause([.. clause.Lexemes.Take(not)
                .Where(l => !l.Is(Part.Topic, "audit"))])).Keys];
        }
        var path = clause.Find(Part.Path);
        clause.Attributes.Add(new AuditAttribute
        {
            Days = days, Events = events, On = clause.Verb is "start" or "create" or "have"
                || !clause.Negated && clause.Lexemes[^1].Text is "on" or "enabled" or "active",
            Off = clause.Verb is "stop" or "remove" || clause.Negated
                || clause.Lexemes.Any(l => l.IsGlue("except"))
                || !only && events.Count > 0 && not >= 0,
            More = clause.Lexemes.Any(l => l.IsGlue("also") || l.Text is "add" or "include"),
            Path = path < 0 ? null : clause[path].Original,
        });
        for (var at = 0; at < clause.Count; at++)
        {
            if (clause[at].Is(Part.Topic) || clause[at].Is(Part.Field) || at == path
                || clause[at].Is(Part.Verb) || clause[at].IsGlue("not"))
            {
                clause.Use(at);
            }
        }
    }

    public static IEnumerable<Reply> Apply(Clause clause, AuditAttribute said, Draft draft)
    {
        if (said.Off && said.Events.Count == 0)
        {
            return [Reply.Refuse("I don't switch the audit log off in passing; `audit.enabled` in "
                + "security.yaml can be set by hand.")];
        }
        var present = draft.State.Specs.GetValueOrDefault(SecurityFile.File)?.Map("audit");
        var before = draft.Files;
        var done = new List<string>();
        if (said.Days is { } days)
        {
            if (days is < 1 or > 36_500)
            {
                return [Reply.Refuse($"The audit log is kept from 1 to 36500 days; {days} is "
                    + "neither.")];
            }
            Set(draft, "retention_days", EditValue.Of(days),
                present?.Number("retention_days") == days);
            done.Add($"keep the audit log for {days} days");
        }
        if (said.Path is { } path)
        {
            Set(draft, "log_path", EditValue.Of(path), present?.Text("log_path") == path);
            done.Add($"copy the audit log to {path}");
        }
        if (said.Events.Count > 0 && (said.More || said.Off))
        {
            var all = present?.Texts("log_events") is { Length: > 0 } some ? [.. some]
                : s_events.ToList();
            var wanted = said.Off ? all.Except(said.Events).ToList()
                : all.Union(said.Events).ToList();
            Set(draft, "log_events", EditValue.List([.. wanted.Select(EditValue.Of)]),
                wanted.Count == all.Count);
            done.Add($"{(said.Off ? "no longer" : "also")} record {Wording.List(said.Events)} in "
                + "the audit log");
        }
        else if (said.Events.Count > 0)
        {
            Set(draft, "log_events", EditValue.List([.. said.Events.Select(EditValue.Of)]),
                present?.Texts("log_events").Order().SequenceEqual(said.Events.Order()) == true);
            done.Add($"record {Wording.List(said.Events)} in the audit log and nothing else");
        }
        if (said.On && done.Count == 0)
        {
            Set(draft, "enabled", EditValue.Of(true), present?.Flag("enabled") != false);
            done.Add("keep the audit log");
        }
        return done.Count == 0 ? [Reply.Ask("What of the audit log: how many days it is kept, or "
                + "what it records?", ["keep the audit log for 90 days"])]
            : [draft.Files.ChangedFrom(before).Any()
                ? Reply.Done(Wording.List(done)).With(Risk.Medium)
                : Reply.Same("The audit log is set like that already.")];
    }

    private static void Set(Draft draft, string field, EditValue value, bool same)
    {
        if (!same)
        {
            draft.Set(SecurityFile.File, s_audit.Key(field), value);
        }
    }
}
