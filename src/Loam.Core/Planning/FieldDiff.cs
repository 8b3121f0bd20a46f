using System.Collections.Immutable;
using Loam.Core.Resources;
using Loam.Core.StateFiles;

namespace Loam.Core.Planning;

/// <summary>The fields in which two specs of one thing differ, for the plan's display.</summary>
internal static class FieldDiff
{
    private const int Most = 40;

    public static ImmutableArray<FieldChange> Of(ResourceId id, Resource before, Resource after)
    {
        if (id.Kind == ResourceKind.Secret)
        {
            return [new("value", "(a secret)", "(another secret)")];
        }
        var changes = new List<FieldChange>();
        Walk("", before.Spec, after.Spec, changes);
        return [.. changes.Take(Most)];
    }

    private static void Walk(string path, Value? before, Value? after, List<FieldChange> changes)
    {
        if (before is MapValue a && after is MapValue b)
        {
            var keys = a.Entries.Concat(b.Entries).Select(e => e.Key).Distinct();
            foreach (var key in keys)
            {
                Walk(path.Length == 0 ? key : $"{path}.{key}", a[key], b[key], changes);
            }
        }
        else if (before?.Canonical() != after?.Canonical())
        {
            changes.Add(new(path, Show(before), Show(after)));
        }
    }

    private static string? Show(Value? value) => value switch
    {
        null => null,
        TextValue text => text.Text,
        ListValue list => string.Join(", ", list.Items.Select(Show)),
        MapValue map when map.Number("container") is not null =>
            (map.Number("host") is { } host ? $"{host} → " : "") + map.Number("container"),
        MapValue map when map.Text("source") is not null =>
            $"{map.Text("source")} at {map.Text("target")}",
        _ => value.Canonical(),
    };
}
