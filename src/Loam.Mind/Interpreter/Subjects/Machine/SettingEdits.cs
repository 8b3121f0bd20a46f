using System.Globalization;
using Loam.Core.Planning;
using Loam.Core.Resources;
using Loam.Core.StateFiles.Editing;
using Loam.Mind.Interpreter.Editing;
using Loam.Mind.Interpreter.Language;
using Loam.Mind.Interpreter.Parsing;
using Loam.Mind.Interpreter.Recognising;
using Loam.Mind.Interpreter.Resolving;

namespace Loam.Mind.Interpreter.Subjects.Machine;

/// <summary>Settings of the manifest that are one value: the words are data, with the field and
/// what kind of value it takes.</summary>
internal static class SettingEdits
{
    private const string Prefix = "setting:";

    /// <summary>The field that is spoken of and the kind of its value; null: none is.</summary>
    public static (string Field, string Kind)? Of(Clause clause)
    {
        var keys = clause.Lexemes.SelectMany(l => l.Readings).Where(r => r.Part == Part.Topic
            && r.Key.StartsWith(Prefix, StringComparison.Ordinal)).Select(r => r.Key).ToList();
        foreach (var key in keys)
        {
            var parts = key.Split(':');
            if (parts[2] == "flag" || Value(clause, parts[2]) is not null)
            {
                return (parts[1], parts[2]);
            }
        }
        return null;
    }

    /// <summary>"Redact on, approve before sending always": each part that has a setting.
    /// </summary>
    public static IEnumerable<Reply> All(Clause clause, Draft draft)
    {
        var parts = ClauseParts.Listed(clause);
        if (parts.Count < 2 || !parts.TrueForAll(p => Of(p) is not null)
            || parts.Select(p => Of(p)!.Value.Field).Distinct().Count() < parts.Count)
        {
            return [Apply(clause, draft)];
        }
        clause.Sweep();
        return parts.ConvertAll(p => Apply(p, draft));
    }

    private static Reply Apply(Clause clause, Draft draft)
    {
        if (Of(clause) is not var (field, kind))
        {
            // What it was to be set to belongs to another wish.
            clause.Sweep();
            return Reply.Ask("Which setting do you mean, and what should it be?", []);
        }
        var value = kind == "flag"
            ? (clause.Negated || clause.Verb is "stop" or "remove" or "unset"
                || clause.Lexemes.Any(l => l.IsGlue("not") || l.IsGlue("without")
                    || l.Text is "no" or "off" or "false")) ? "false" : "true"
            : Value(clause, kind)!;
        clause.Sweep();
        var path = EditPath.Parse($"spec.{field}");
        if (Written(draft, field) == value)
        {
            return Reply.Same($"{field} is {value} already.");
        }
        draft.Set(ManifestFile.File, path, kind switch
        {
            "flag" => EditValue.Of(value == "true"),
            "integer" => EditValue.Of(int.Parse(value, CultureInfo.InvariantCulture)),
            "decimal" => new ScalarEdit(value),
            _ => EditValue.Of(value),
        });
        return Reply.Done($"set {field} to {value}").With(Risk.Medium);
    }

    private static string? Written(Draft draft, string field)
    {
        var map = draft.State.Specs.GetValueOrDefault(ManifestFile.File);
        var names = field.Split('.');
        foreach (var name in names[..^1])
        {
            map = map?.Map(name);
        }
        return map?[names[^1]] is not { At: not null } ? null
            : map.Text(names[^1]) ?? map.Number(names[^1])?.ToString("0.###",
                CultureInfo.InvariantCulture) ?? (map.Flag(names[^1]) is { } flag
                    ? flag ? "true" : "false" : null);
    }

    private static string? Value(Clause clause, string kind)
    {
        // "From 0.3 to 0.1": the last one holds, what it is instead of does not.
        var end = Enumerable.Range(0, clause.Count).FirstOrDefault(
            i => clause[i].IsGlue("insteadof"), clause.Count);
        var said = clause.Lexemes.Take(end).ToList();
        return kind switch
        {
            "integer" => said.LastOrDefault(l => l.IsNumber && l.Unit is "" or "k" or "Ki"
                && l.Value > 0 && decimal.IsInteger(l.Value)) is { } whole
                ? Text(whole.Unit.Length > 0 ? whole.Value * 1024 : whole.Value) : null,
            "decimal" => said.LastOrDefault(l => l is { IsNumber: true, Unit: "" }) is { } number
                ? Text(number.Value) : null,
            "path" => said.LastOrDefault(l => l.Is(Part.Path))?.Original,
            "url" => said.LastOrDefault(l => l.Is(Part.Url))?.Original,
            "secret" => said.LastOrDefault(l => l.Is(Part.Identifier)
                || l.Named(Known.Secret) is not null)?.Original,
            _ => said.Select(l => l.Text).LastOrDefault(t => kind.Split(',').Contains(t)),
        };
    }

    private static string Text(decimal value) =>
        value.ToString("0.###", CultureInfo.InvariantCulture);
}
