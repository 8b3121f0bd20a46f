using Loam.Core.Planning;
using Loam.Core.Resources;
using Loam.Core.StateFiles.Editing;
using Loam.Mind.Interpreter.Editing;
using Loam.Mind.Interpreter.Language;
using Loam.Mind.Interpreter.Parsing;
using Loam.Mind.Interpreter.Recognising;
using Loam.Mind.Interpreter.Resolving;

namespace Loam.Mind.Interpreter.Subjects.Machine;

/// <summary>How changes are guarded.</summary>
internal static class SafetyEdits
{
    private static readonly EditPath s_safety = EditPath.Parse("spec.safety");

    /// <summary>"Max 5 changes an hour, restricted files storage.yaml": each of them.</summary>
    public static IEnumerable<Reply> All(Clause clause, Draft draft)
    {
        var parts = new List<(string? Kind, List<Lexeme> Words)>();
        foreach (var part in ClauseParts.Listed(clause))
        {
            var kind = Files(part).Count > 0 ? "files"
                : part.Lexemes.Any(l => l.IsNumber) ? "changes"
                : part.Lexemes.Any(l => l.Is(Part.Topic, "rollbacks")) ? "rollbacks" : null;
            if (parts.Count > 0 && (kind is null || parts[^1].Kind is null
                || kind == parts[^1].Kind))
            {
                parts[^1] = (parts[^1].Kind ?? kind, [.. parts[^1].Words, .. part.Lexemes]);
            }
            else
            {
                parts.Add((kind, [.. part.Lexemes]));
            }
        }
        if (parts.Count < 2)
        {
            return [Safety(clause, draft)];
        }
        clause.Sweep();
        return parts.ConvertAll(p => Safety(new(p.Words)
        {
            Verb = clause.Verb,
            Negated = clause.Negated,
            Subject = clause.Subject,
        }, draft));
    }

    private static Reply Safety(Clause clause, Draft draft)
    {
        var present = draft.State.Specs.GetValueOrDefault(ManifestFile.File)?.Map("safety");
        var number = clause.Lexemes.ToList().FindIndex(l => l.IsNumber);
        clause.Sweep();
        if (number >= 0)
        {
            var most = (int)Math.Clamp(clause[number].Value, 0, 1_000_000);
            return most is < 1 or > 10_000
                ? Reply.Refuse("Between 1 and 10000 changes an hour can be allowed.")
                : Put(draft, "spec.safety.max_changes_per_hour", EditValue.Of(most),
                    present?.Number("max_changes_per_hour") == most,
                    $"allow at most {most} changes an hour");
        }
        if (clause.Lexemes.Any(l => l.Is(Part.Topic, "restricted")) || Files(clause).Count > 0)
        {
            return Restricted(clause, draft);
        }
        if (clause.Lexemes.Any(l => l.Is(Part.Topic, "rollbacks")))
        {
            return Put(draft, "spec.safety.rollback_on_health_failure", EditValue.Of(true),
                present?.Flag("rollback_on_health_failure") != false,
                "take changes back after which a service is not healthy");
        }
        var path = s_safety.Key("auto_approve_categories");
        var old = (present?.Texts("auto_approve_categories") ?? []).ToList();
        var said = clause.Lexemes.SelectMany(l => l.Readings).Where(r => r.Part == Part.Topic
            && r.Key.StartsWith("category:", StringComparison.Ordinal))
            .Select(r => r.Key["category:".Length..]).Distinct().ToList();
        var off = clause.Negated || clause.Verb is "stop" or "remove";
        // "Restarts go unasked, but log views should be asked about."
        var but = Enumerable.Range(0, clause.Count).FirstOrDefault(
            i => clause[i].IsGlue("but"), -1);
        var others = but < 0 || off ? [] : clause.Lexemes.Skip(but).SelectMany(l => l.Readings)
            .Where(r => r.Part == Part.Topic && r.Key.StartsWith("category:",
                StringComparison.Ordinal)).Select(r => r.Key["category:".Length..]).ToList();
        List<string> wanted = others.Count > 0 ? [.. old.Union(said).Except(others)]
            : off ? said.Count == 0 ? [] : [.. old.Except(said)]
            : [.. old.Union(said)];
        if (wanted.SequenceEqual(old))
        {
            return Reply.Same(old.Count == 0 ? "Every change is asked about."
                : $"Without asking go: {Wording.List(old)}.");
        }
        draft.Set(ManifestFile.File, path, EditValue.List([.. wanted.Select(EditValue.Of)]));
        return Reply.Done(wanted.Count == 0 ? "ask before every change"
            : $"let {Wording.List(wanted)} go through without asking")
            .With(off ? Risk.Medium : Risk.High);
    }

    /// <summary>State files that are named.</summary>
    public static List<string> Files(Clause clause) =>
        [.. clause.Lexemes.Select(l => l.Text).Where(IsFile)];

    public static bool IsFile(string text) => text is "manifest.yaml" or "services.yaml"
        or "network.yaml" or "storage.yaml" or "security.yaml" or "scheduled.yaml";

    private static Reply Restricted(Clause clause, Draft draft)
    {
        var files = Files(clause);
        var old = (draft.State.Specs.GetValueOrDefault(ManifestFile.File)?.Map("safety")
            ?.Texts("restricted_files") ?? []).ToList();
        if (files.Count == 0)
        {
            return Reply.Ask("Which file shall be restricted?",
                ["storage.yaml", "network.yaml", "services.yaml"]);
        }
        var off = clause.Negated || clause.Verb is "remove" or "stop";
        var wanted = off ? old.Except(files).ToList() : [.. old.Union(files)];
        return Put(draft, "spec.safety.restricted_files",
            EditValue.List([.. wanted.Select(EditValue.Of)]), wanted.SequenceEqual(old),
            off ? $"no longer restrict {Wording.List(files)}"
                : $"restrict {Wording.List(files)}: changes then need the file's name typed");
    }

    public static Reply Put(Draft draft, string path, EditValue value, bool same, string done)
    {
        if (same)
        {
            return Reply.Same("That is so already.");
        }
        draft.Set(ManifestFile.File, EditPath.Parse(path), value);
        return Reply.Done(done).With(Risk.Medium);
    }
}
