using System.Collections.Immutable;
using System.Globalization;
using Loam.Core.Resources;
using Loam.Core.StateFiles;
using Loam.Core.StateFiles.Types;

namespace Loam.Core.Approving;

/// <summary>The difference in meaning of two states, in parts that can be judged one by one.
/// Nothing that a plan could act upon is missing from it: a test holds it to the states' canonical
/// forms.</summary>
public static class FieldEdits
{
    public static ImmutableArray<FieldEdit> Between(DesiredState before, DesiredState after)
    {
        var edits = ImmutableArray.CreateBuilder<FieldEdit>();
        foreach (var id in before.Resources.Keys.Union(after.Resources.Keys).Order())
        {
            var then = before.Resources.GetValueOrDefault(id)?.Spec;
            var now = after.Resources.GetValueOrDefault(id)?.Spec;
            if (now is null)
            {
                edits.Add(new(id, DiffKind.Removed, FieldEdit.Whole, null, then, null));
            }
            else if (then is null)
            {
                edits.Add(new(id, DiffKind.Added, FieldEdit.Whole, null, null, null));
                Walk(new(id, DiffKind.Added, edits), StateDiff.SchemaOf(id), null, now, "");
            }
            else if (!ReferenceEquals(then, now) && then.Canonical() != now.Canonical())
            {
                var count = edits.Count;
                Walk(new(id, DiffKind.Changed, edits), StateDiff.SchemaOf(id), then, now, "");
                if (edits.Count == count)
                {
                    // It differs in what the tables do not name apart.
                    edits.Add(new(id, DiffKind.Changed, FieldEdit.List, null, then, now));
                }
            }
        }
        AddLists(before, after, edits);
        return edits.ToImmutable();
    }

    /// <summary>Lists that begin or cease to be kept by Loam: no resource shows it.</summary>
    private static void AddLists(DesiredState before, DesiredState after,
        ImmutableArray<FieldEdit>.Builder edits)
    {
        foreach (var (kind, was, is_) in (ReadOnlySpan<(ResourceKind, bool, bool)>)
        [
            (ResourceKind.Service, before.ManagesServices, after.ManagesServices),
            (ResourceKind.Network, before.ManagesNetworks, after.ManagesNetworks),
            (ResourceKind.User, before.ManagesUsers, after.ManagesUsers),
            (ResourceKind.Certificate, before.ManagesCertificates, after.ManagesCertificates),
            (ResourceKind.Interface, before.ManagesInterfaces, after.ManagesInterfaces),
            (ResourceKind.Mount, before.ManagesMounts, after.ManagesMounts),
        ])
        {
            if (was != is_)
            {
                edits.Add(new(new(kind, FieldEdit.List), is_ ? DiffKind.Added : DiffKind.Removed,
                    FieldEdit.List, null, new BoolValue(was), new BoolValue(is_)));
            }
        }
    }

    private sealed record Place(
        ResourceId Id, DiffKind Kind, ImmutableArray<FieldEdit>.Builder Edits)
    {
        public void Add(string field, string? key, Value? before, Value? after) =>
            Edits.Add(new(Id, Kind, field, key, before, after));
    }

    private static void Walk(
        Place place, Schema schema, MapValue? before, MapValue? after, string path)
    {
        foreach (var field in schema.Fields)
        {
            var (then, now) = (before?[field.Name], after?[field.Name]);
            var name = path + field.Name;
            if (then?.Canonical() == now?.Canonical()
                || (then is null && now is { At: null } and not MapValue))
            {
                continue;
            }
            switch (field.Type)
            {
                case ObjectType group when then is MapValue or null && now is MapValue or null:
                    var count = place.Edits.Count;
                    Walk(place, group.Schema, then as MapValue, now as MapValue, name + ".");
                    if (place.Edits.Count == count && (then ?? now)?.At is not null
                        && (then is null) != (now is null))
                    {
                        place.Add(name, null, then, now);
                    }
                    break;
                case MapType when then is MapValue or null && now is MapValue or null:
                    WalkMap(place, then as MapValue, now as MapValue, name);
                    break;
                case ListType list when then is ListValue or null && now is ListValue or null:
                    WalkList(place, list, then as ListValue, now as ListValue, name);
                    break;
                default:
                    place.Add(name, null, then, now);
                    break;
            }
        }
    }

    private static void WalkMap(Place place, MapValue? before, MapValue? after, string name)
    {
        var keys = (before?.Entries ?? []).Concat(after?.Entries ?? []).Select(e => e.Key)
            .Distinct().Order(StringComparer.Ordinal);
        foreach (var key in keys)
        {
            if (before?[key]?.Canonical() != after?[key]?.Canonical())
            {
                place.Add(name, key, before?[key], after?[key]);
            }
        }
    }

    private static void WalkList(
        Place place, ListType type, ListValue? before, ListValue? after, string name)
    {
        var (then, now) = (Known(type, before), Known(type, after));
        if (then is null || now is null)
        {
            place.Add(name, null, before, after);
            return;
        }
        var count = place.Edits.Count;
        foreach (var key in then.Keys.Union(now.Keys))
        {
            var (old, fresh) = (then.GetValueOrDefault(key), now.GetValueOrDefault(key));
            if (old?.Canonical() != fresh?.Canonical())
            {
                place.Add(name, key, old, fresh);
            }
        }
        var isMoved = !then.Keys.Where(now.ContainsKey)
            .SequenceEqual(now.Keys.Where(then.ContainsKey));
        // Of rules the first that matches decides, so where a new one stands is a part of it.
        var isPlaced = place.Id.Kind == ResourceKind.Firewall && name == "rules"
            && now.Keys.Any(k => !then.ContainsKey(k));
        if (isMoved || isPlaced
            || (place.Edits.Count == count && (before?.Items.Length ?? 0) > 0))
        {
            place.Add(name, null, before, after);
        }
        else if (place.Edits.Count == count && place.Id.Kind != ResourceKind.Service)
        {
            place.Add(name, null, before, after);
        }
    }

    /// <summary>Items by what they are known by; null: they cannot be told apart.</summary>
    private static Dictionary<string, Value>? Known(ListType type, ListValue? list)
    {
        var known = new Dictionary<string, Value>(StringComparer.Ordinal);
        foreach (var item in list?.Items ?? [])
        {
            if (KeyOf(type, item) is not { } key || !known.TryAdd(key, item))
            {
                return null;
            }
        }
        return known;
    }

    private static string? KeyOf(ListType type, Value item) => (item, type.Item) switch
    {
        (MapValue map, ObjectType { Schema.Key: { } key }) => map.Text(key),
        (MapValue map, ObjectType) when map.Number("container") is { } port => string.Create(
            CultureInfo.InvariantCulture, $"{port}/{map.Text("protocol") ?? "tcp"}"),
        (TextValue text, _) when type.Unique => text.Text,
        _ => null,
    };
}
