using System.Collections.Immutable;

namespace Loam.Core.StateFiles.Editing;

/// <summary>Whether two values mean the same. Keys' order, quotes and styles mean nothing; a
/// quoted <c>"null"</c> is a text, a plain one is nothing.</summary>
internal static class Meaning
{
    public static bool Same(EditValue a, EditValue b) => (a, b) switch
    {
        (ScalarEdit one, ScalarEdit other) =>
            IsNothing(one) == IsNothing(other) && (IsNothing(one) || one.Text == other.Text),
        (ListEdit one, ListEdit other) => one.Items.Length == other.Items.Length
            && one.Items.Zip(other.Items).All(pair => Same(pair.First, pair.Second)),
        (MapEdit one, MapEdit other) => one.Entries.Length == other.Entries.Length
            && SameEntries(one, other),
        _ => false,
    };

    public static bool IsNothing(EditValue value) =>
        value is ScalarEdit { Quote: false, Text: not "" } scalar
        && ScalarKinds.IsNothing(scalar.Text);

    /// <summary>The value with that entry set, added or, for null, removed.</summary>
    public static MapEdit With(MapEdit map, string key, EditValue? value)
    {
        var at = IndexOf(map, key);
        if (value is null)
        {
            return at < 0 ? map : new(map.Entries.RemoveAt(at));
        }
        var entry = KeyValuePair.Create(key, value);
        return new(at < 0 ? map.Entries.Add(entry) : map.Entries.SetItem(at, entry));
    }

    private static int IndexOf(MapEdit map, string key)
    {
        for (var i = 0; i < map.Entries.Length; i++)
        {
            if (map.Entries[i].Key == key)
            {
                return i;
            }
        }
        return -1;
    }

    private static bool SameEntries(MapEdit one, MapEdit other)
    {
        var theirs = other.Entries.ToDictionary(e => e.Key, e => e.Value, StringComparer.Ordinal);
        return one.Entries.All(e =>
            theirs.TryGetValue(e.Key, out var value) && Same(e.Value, value));
    }
}
