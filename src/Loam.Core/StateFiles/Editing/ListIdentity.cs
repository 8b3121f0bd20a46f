using System.Collections.Immutable;
using Loam.Core.StateFiles.Types;

namespace Loam.Core.StateFiles.Editing;

/// <summary>What the tables of fields say about the parts of a file, as far as a merge needs it.
/// </summary>
internal static class ListIdentity
{
    /// <summary>The type of a field; null when the tables do not know it.</summary>
    public static FieldType? Field(FieldType? holder, string key) => holder switch
    {
        ObjectType known => known.Schema[key]?.Type,
        MapType free => free.Item,
        _ => null,
    };

    /// <summary>The type of the top-level fields of a file.</summary>
    public static FieldType? Top(FileKind? kind, string key) => key switch
    {
        "metadata" => FileKinds.MetadataType,
        "spec" when kind is not null => FileKinds.SpecType(kind),
        _ => null,
    };

    public static FieldType? Item(FieldType? list) => (list as ListType)?.Item;

    /// <summary>The names of a list's items, by which they are matched with those of another
    /// version; null when the items have none, or not each its own, so that the list counts as
    /// one value. A command is such a list: its words mean nothing apart.</summary>
    public static ImmutableArray<string>? Of(ListEdit list, FieldType? type)
    {
        var names = ImmutableArray.CreateBuilder<string>(list.Items.Length);
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var item in list.Items)
        {
            if (Name(item, type) is not { } name || !seen.Add(name))
            {
                return null;
            }
            names.Add(name);
        }
        return names.MoveToImmutable();
    }

    private static string? Name(EditValue item, FieldType? type) => (item, type) switch
    {
        (MapEdit map, ListType { Item: ObjectType { Schema: var schema } }) =>
            schema.Key is not null ? Text(map, schema.Key)
            // A container's port may be published for both protocols.
            : Text(map, "container") is { } port ? $"{port}/{Text(map, "protocol") ?? "tcp"}"
            : null,
        (ScalarEdit scalar, ListType { Unique: true }) => scalar.Text,
        (MapEdit map, null) => Text(map, "name"),
        _ => null,
    };

    private static string? Text(MapEdit map, string field) => (map[field] as ScalarEdit)?.Text;

    /// <summary>The path of an item that has that name.</summary>
    public static EditPath Path(EditPath list, EditValue item, FieldType? type, int index)
    {
        var key = type is ListType { Item: ObjectType { Schema: var schema } }
            ? schema.Key ?? "container" : "name";
        return item switch
        {
            ScalarEdit scalar => list.Text(scalar.Text),
            MapEdit map when Text(map, key) is { } name => list.Item(key, name),
            _ => list.At(index),
        };
    }
}
