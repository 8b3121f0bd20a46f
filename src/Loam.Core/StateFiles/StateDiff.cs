using System.Collections.Immutable;
using System.Globalization;
using Loam.Core.Planning;
using Loam.Core.Resources;
using Loam.Core.StateFiles.Types;

namespace Loam.Core.StateFiles;

public enum DiffKind { Added, Removed, Changed }

/// <summary>What differs in one resource.</summary>
/// <param name="Fields">Changed: the fields that differ; Added: what is written; Removed: none.
/// </param>
public sealed record ResourceDiff(
    ResourceId Id, DiffKind Kind, ImmutableArray<FieldChange> Fields);

/// <summary>The difference in meaning of two states: order, comments, defaults and units do not
/// count.</summary>
public static class StateDiff
{
    private const string Hidden = "changed";

    public static ImmutableArray<ResourceDiff> Between(DesiredState before, DesiredState after)
    {
        var diffs = ImmutableArray.CreateBuilder<ResourceDiff>();
        foreach (var id in before.Resources.Keys.Union(after.Resources.Keys).Order())
        {
            var old = before.Resources.GetValueOrDefault(id);
            var fresh = after.Resources.GetValueOrDefault(id);
            if (fresh is null)
            {
                diffs.Add(new(id, DiffKind.Removed, []));
            }
            else if (old is null)
            {
                diffs.Add(new(id, DiffKind.Added, Fields(id, null, fresh.Spec)));
            }
            else if (Fields(id, old.Spec, fresh.Spec) is { IsEmpty: false } fields)
            {
                diffs.Add(new(id, DiffKind.Changed, fields));
            }
        }
        return diffs.ToImmutable();
    }

    /// <summary>The fields in which two specs of one resource differ.</summary>
    /// <param name="before">Null: the resource is new.</param>
    public static ImmutableArray<FieldChange> Fields(
        ResourceId id, MapValue? before, MapValue after)
    {
        if (ReferenceEquals(before, after))
        {
            return [];
        }
        var changes = ImmutableArray.CreateBuilder<FieldChange>();
        if (id.Kind == ResourceKind.Secret)
        {
            if (before is not null && before.Text("value") != after.Text("value"))
            {
                changes.Add(new("value", null, Hidden));
            }
            return changes.ToImmutable();
        }
        Walk(SchemaOf(id), before, after, "", changes);
        return changes.ToImmutable();
    }

    /// <summary>The table a resource's spec follows.</summary>
    public static Schema SchemaOf(ResourceId id) => id.Kind switch
    {
        ResourceKind.Service => ServicesFile.Service,
        ResourceKind.Network => ServicesFile.Network,
        ResourceKind.Group => StorageFile.Group,
        ResourceKind.Volume => StorageFile.Volume,
        ResourceKind.Mount => StorageFile.Mount,
        ResourceKind.Secret => SecurityFile.Secret,
        ResourceKind.Firewall => NetworkFile.Firewall,
        ResourceKind.Job => ScheduledFile.Job,
        ResourceKind.User => SecurityFile.User,
        ResourceKind.Certificate => SecurityFile.Certificate,
        ResourceKind.Interface => NetworkFile.Link,
        ResourceKind.Dns => NetworkFile.Dns,
        ResourceKind.Ban => NetworkFile.Ban,
        ResourceKind.Identity => ManifestFile.Kind.Spec,
        _ when id.Name == "metadata" => FileKinds.Metadata,
        _ => ManifestFile.Kind.Spec[id.Name]?.Type is ObjectType group ? group.Schema
            : ManifestFile.Kind.Spec,
    };

    private static void Walk(
        Schema schema, MapValue? before, MapValue? after, string path,
        ImmutableArray<FieldChange>.Builder changes)
    {
        foreach (var field in schema.Fields)
        {
            var old = before?[field.Name];
            var fresh = after?[field.Name];
            // A default that appears with its group says nothing.
            if ((old is null && fresh?.At is null && fresh is not MapValue)
                || (fresh is null && old?.At is null && old is not MapValue)
                || old?.Canonical() == fresh?.Canonical())
            {
                continue;
            }
            var name = path + field.Name;
            switch (field.Type)
            {
                case ObjectType group:
                    Walk(group.Schema, old as MapValue, fresh as MapValue, name + ".", changes);
                    break;
                case MapType map:
                    WalkMap(map, old as MapValue, fresh as MapValue, name, changes);
                    break;
                case ListType { Item: ObjectType item }:
                    WalkList(item, old as ListValue, fresh as ListValue, name, changes);
                    break;
                default:
                    changes.Add(new(name, old is null ? null : field.Type.Show(old),
                        fresh is null ? null : field.Type.Show(fresh)));
                    break;
            }
        }
    }

    private static void WalkMap(
        MapType type, MapValue? before, MapValue? after, string name,
        ImmutableArray<FieldChange>.Builder changes)
    {
        var keys = (before?.Entries ?? []).Concat(after?.Entries ?? []).Select(e => e.Key)
            .Distinct().Order(StringComparer.Ordinal);
        foreach (var key in keys)
        {
            var old = before?[key];
            var fresh = after?[key];
            if (old?.Canonical() != fresh?.Canonical())
            {
                changes.Add(new($"{name}.{key}", old is null ? null : type.Item.Show(old),
                    fresh is null ? null : type.Item.Show(fresh)));
            }
        }
    }

    /// <summary>Items of one key belong together; of several with one key, the first to the
    /// first. An item is shown whole: it is short.</summary>
    private static void WalkList(
        ObjectType item, ListValue? before, ListValue? after, string name,
        ImmutableArray<FieldChange>.Builder changes)
    {
        var start = changes.Count;
        var rest = Without(before, after);
        foreach (var fresh in Without(after, before).OfType<MapValue>())
        {
            var old = rest.Find(
                o => KeyOf(item.Schema, (MapValue)o) == KeyOf(item.Schema, fresh));
            if (old is not null)
            {
                rest.Remove(old);
            }
            changes.Add(new(name, old is null ? null : Show(item, old), Show(item, fresh)));
        }
        changes.AddRange(rest.Select(o => new FieldChange(name, Show(item, o), null)));
        // [] instead of no list changes what is managed, though no item differs.
        if (changes.Count == start && (before is null) != (after is null))
        {
            changes.Add(new(name, before is null ? null : "[]", after is null ? null : "[]"));
        }
        else if (changes.Count == start)
        {
            changes.Add(new(name, "in another order", "as written"));
        }
    }

    /// <summary>The items that the other list has not, as often as they are more.</summary>
    private static List<Value> Without(ListValue? list, ListValue? other)
    {
        var left = (other?.Items ?? []).GroupBy(i => i.Canonical(), StringComparer.Ordinal)
            .ToDictionary(g => g.Key, g => g.Count(), StringComparer.Ordinal);
        return [.. (list?.Items ?? []).Where(i => !left.TryGetValue(i.Canonical(), out var count)
            || (left[i.Canonical()] = count - 1) < 0)];
    }

    private static string KeyOf(Schema schema, MapValue item)
    {
        var key = schema.Key ?? "container";
        return item.Text(key) ?? item.Number(key)?.ToString(CultureInfo.InvariantCulture)
            ?? item.Canonical();
    }

    private static string Show(ObjectType type, Value item)
    {
        var map = (MapValue)item;
        if (map.Number("container") is { } container)
        {
            var address = map.Text("address") is { } a && a != "0.0.0.0" && map.Has("host")
                ? $"{a}:" : "";
            return address + new Port((int)container, (int?)map.Number("host"),
                map.Text("protocol") ?? "tcp", "");
        }
        return map.Text("source") is { } source && type.Schema.Key == "target"
            ? $"{source} at {map.Text("target")}"
                + (map.Flag("readonly") == true ? " (read only)" : "")
            : type.Show(map);
    }
}
