using System.Collections.Immutable;
using Loam.Core.Diagnostics;
using Loam.Core.StateFiles.Checks;
using Loam.Core.StateFiles.Types;

namespace Loam.Core.StateFiles;

/// <summary>Written fields that no driver makes true yet (decision 8). A value that asks for
/// nothing (its default, an empty list, a group that is switched off) is no such field.</summary>
internal static class Unapplied
{
    public static ImmutableArray<Diagnostic> Find(Declared declared)
    {
        var found = new DiagnosticBag();
        foreach (var file in declared.Files)
        {
            if (file.Spec is not null)
            {
                Walk(file.Spec, file.Kind.Spec, "", isItem: false, inherited: false, found);
            }
        }
        return [.. found.ToList()];
    }

    private static void Walk(
        MapValue map, Schema schema, string what, bool isItem, bool inherited, DiagnosticBag found)
    {
        foreach (var field in schema.Fields)
        {
            // What nobody wrote has no place.
            if (map[field.Name] is not { At: not null } value)
            {
                continue;
            }
            var called = isItem ? Wording.FieldOf(field.Name, what)
                : Wording.FieldIn(what, field.Name);
            var refused = inherited || !field.Applied;
            if (value is MapValue group && field.Type is ObjectType type)
            {
                if (group.Flag("enabled") != false || !refused)
                {
                    Walk(group, type.Schema, called, isItem: false, refused, found);
                }
            }
            else if (refused && !SaysNothing(value, field))
            {
                found.Error(Codes.NotYet, value.At,
                    $"{Wording.Upper(called)} is valid, but this version of Loam cannot apply it.",
                    $"Remove {field.Name}, or leave it at what it would be without.");
            }
            else if (!refused && value is ListValue list
                && field.Type is ListType { Item: ObjectType entry })
            {
                foreach (var item in list.Items.OfType<MapValue>())
                {
                    var name = entry.Schema.Key is { } key ? item.Text(key) : null;
                    Walk(item, entry.Schema, $"{entry.Schema.Name} {name}".TrimEnd(),
                        isItem: true, inherited: false, found);
                }
            }
        }
    }

    /// <summary>The value asks for nothing beyond what holds without it.</summary>
    public static bool SaysNothing(Value value, Field field) => value switch
    {
        ListValue { Items.IsEmpty: true } => true,
        MapValue map when map.Flag("enabled") == false && !field.Applied => true,
        MapValue map when field.Type is ObjectType type => map.Entries.All(e =>
            e.Value.At is null || SaysNothing(e.Value, type.Schema[e.Key]!)),
        _ => ObjectType.DefaultOf(field)?.Canonical() == value.Canonical(),
    };
}
