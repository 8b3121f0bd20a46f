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
                Walk(file.Spec, file.Kind.Spec, "", isItem: false, found);
            }
        }
        return [.. found.ToList()];
    }

    private static void Walk(
        MapValue map, Schema schema, string what, bool isItem, DiagnosticBag found)
    {
        foreach (var (name, value) in map.Entries)
        {
            // What nobody wrote has no place.
            if (value.At is null || schema[name] is not { } field)
            {
                continue;
            }
            var called = isItem ? Wording.FieldOf(name, what) : Wording.FieldIn(what, name);
            if (!field.Applied && !SaysNothing(value, field))
            {
                found.Error(Codes.NotYet, value.At,
                    $"{Wording.Upper(called)} is valid, but this version of Loam cannot apply it.",
                    field.Default is null or "[]" or "{}" ? $"Remove {name}."
                        : $"Remove {name}, or write its default, {field.Default}.");
            }
            else if (field.Applied && value is MapValue group && field.Type is ObjectType type)
            {
                if (HasUnapplied(type.Schema))
                {
                    Walk(group, type.Schema, called, isItem: false, found);
                }
            }
            else if (field.Applied && value is ListValue list
                && field.Type is ListType { Item: ObjectType entry } && HasUnapplied(entry.Schema))
            {
                foreach (var item in list.Items.OfType<MapValue>())
                {
                    var key = entry.Schema.Key is { } k ? item.Text(k) : null;
                    Walk(item, entry.Schema, $"{entry.Schema.Name} {key}".TrimEnd(),
                        isItem: true, found);
                }
            }
        }
    }

    /// <summary>Most tables have no such field, and services are many.</summary>
    private static bool HasUnapplied(Schema schema) =>
        schema.Fields.Any(f => !f.Applied || f.Type switch
        {
            ObjectType group => HasUnapplied(group.Schema),
            ListType { Item: ObjectType item } => HasUnapplied(item.Schema),
            _ => false,
        });

    /// <summary>The value asks for nothing beyond what holds without it.</summary>
    public static bool SaysNothing(Value value, Field field) => value switch
    {
        { At: not null } when field.IsRequest => false,
        ListValue { Items.IsEmpty: true } => true,
        MapValue map when map.Flag("enabled") == false && !field.Applied => true,
        MapValue map when field.Type is ObjectType type => map.Entries.All(e =>
            e.Value.At is null || SaysNothing(e.Value, type.Schema[e.Key]!)),
        _ => ObjectType.DefaultOf(field)?.Canonical() == value.Canonical(),
    };
}
