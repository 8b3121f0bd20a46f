using System.Collections.Immutable;

namespace Loam.Core.StateFiles.Editing;

internal enum ClashKind
{
    /// <summary>Both sides gave it a value, and not the same one.</summary>
    BothChanged,
    /// <summary>Mine is gone, theirs changed.</summary>
    RemovedHere,
    /// <summary>Theirs is gone, mine changed.</summary>
    RemovedThere,
    /// <summary>The items stand in two new orders.</summary>
    Order,
}

/// <param name="Path">In the version that has the value.</param>
internal sealed record Clash(EditPath Path, ClashKind Kind);

/// <summary>Merges values: what one side left as it was follows the other side.</summary>
/// <param name="mineFirst">Of new items at one place, whose come first. It decides nothing about
/// meaning, but a merge of lines may have them in either order.</param>
internal sealed class TreeMerge(FileKind? kind, bool mineFirst)
{
    private readonly List<Clash> _clashes = [];
    private readonly List<EditPath> _added = [];

    public IReadOnlyList<Clash> Clashes => _clashes;

    /// <summary>Entries and items that only my version has.</summary>
    public IReadOnlyList<EditPath> Added => _added;

    public EditValue Root(EditValue origin, EditValue theirs, EditValue mine) =>
        Merge(origin, theirs, mine, EditPath.Root, null, isItem: false) ?? new MapEdit([]);

    /// <param name="type">Null where the tables say nothing.</param>
    /// <returns>Null when nothing stands there.</returns>
    private EditValue? Merge(EditValue? origin, EditValue? theirs, EditValue? mine,
        EditPath path, FieldType? type, bool isItem)
    {
        if (Same(origin, mine) || Same(theirs, mine))
        {
            return theirs;
        }
        if (Same(origin, theirs))
        {
            if (origin is null)
            {
                _added.Add(path);
            }
            return mine;
        }
        // Two new items of one name are two things, not two halves of one.
        if (theirs is MapEdit theirMap && mine is MapEdit myMap
            && origin is MapEdit or null && !(isItem && origin is null))
        {
            return Maps(origin as MapEdit ?? new([]), theirMap, myMap, path, type);
        }
        if (theirs is ListEdit theirList && mine is ListEdit myList && origin is ListEdit or null
            && Lists(origin as ListEdit ?? new([]), theirList, myList, path, type) is { } list)
        {
            return list;
        }
        _clashes.Add(new(path, mine is null ? ClashKind.RemovedHere
            : theirs is null ? ClashKind.RemovedThere : ClashKind.BothChanged));
        return theirs;
    }

    private MapEdit Maps(
        MapEdit origin, MapEdit theirs, MapEdit mine, EditPath path, FieldType? type)
    {
        var merged = new Dictionary<string, EditValue>(StringComparer.Ordinal);
        var keys = Keys(theirs).Concat(Keys(mine)).Concat(Keys(origin)).Distinct();
        foreach (var key in keys)
        {
            var field = path == EditPath.Root ? ListIdentity.Top(kind, key)
                : ListIdentity.Field(type, key);
            if (Merge(origin[key], theirs[key], mine[key], path.Key(key), field, isItem: false)
                is { } value)
            {
                merged.Add(key, value);
            }
        }
        var order = Weave([.. Keys(theirs)], [.. Keys(mine)], merged);
        return new([.. order.Select(key => KeyValuePair.Create(key, merged[key]))]);
    }

    /// <returns>Null when the items cannot be told apart.</returns>
    private ListEdit? Lists(
        ListEdit origin, ListEdit theirs, ListEdit mine, EditPath path, FieldType? type)
    {
        if (ListIdentity.Of(origin, type) is not { } before
            || ListIdentity.Of(theirs, type) is not { } there
            || ListIdentity.Of(mine, type) is not { } here)
        {
            return null;
        }
        var merged = new Dictionary<string, EditValue>(StringComparer.Ordinal);
        foreach (var name in there.Concat(here).Concat(before).Distinct())
        {
            var (one, other, old) = (At(theirs, there, name), At(mine, here, name),
                At(origin, before, name));
            var index = other is null ? Math.Max(there.IndexOf(name), 0) : here.IndexOf(name);
            var item = ListIdentity.Path(path, (other ?? one ?? old)!, type, index);
            if (Merge(old, one, other, item, ListIdentity.Item(type), isItem: true) is { } value)
            {
                merged.Add(name, value);
            }
        }
        var order = Order(before, there, here, merged);
        if (order is null)
        {
            _clashes.Add(new(path, ClashKind.Order));
            return theirs;
        }
        return new([.. order.Value.Select(name => merged[name])]);
    }

    /// <summary>Who moved items decides on the order; null when both did, and differently.
    /// </summary>
    private ImmutableArray<string>? Order(ImmutableArray<string> before,
        ImmutableArray<string> there, ImmutableArray<string> here,
        Dictionary<string, EditValue> merged)
    {
        var kept = before.Where(n => there.Contains(n) && here.Contains(n)).ToHashSet();
        var theirMove = there.Where(kept.Contains).ToList();
        var myMove = here.Where(kept.Contains).ToList();
        var still = before.Where(kept.Contains).ToList();
        if (myMove.SequenceEqual(still) || myMove.SequenceEqual(theirMove))
        {
            return Weave(there, here, merged);
        }
        return theirMove.SequenceEqual(still) ? Weave(here, there, merged, !mineFirst) : null;
    }

    private ImmutableArray<string> Weave(ImmutableArray<string> frame, ImmutableArray<string> other,
        Dictionary<string, EditValue> merged) => Weave(frame, other, merged, mineFirst);

    /// <summary>The names of the frame with those that only the other has, each after the one it
    /// follows there.</summary>
    /// <param name="otherFirst">Before those that only the frame has at the same place.</param>
    private static ImmutableArray<string> Weave(ImmutableArray<string> frame,
        ImmutableArray<string> other, Dictionary<string, EditValue> merged, bool otherFirst)
    {
        var woven = frame.Where(merged.ContainsKey).ToList();
        var inFrame = frame.ToHashSet(StringComparer.Ordinal);
        var inOther = other.ToHashSet(StringComparer.Ordinal);
        var at = 0;
        foreach (var name in other)
        {
            if (!merged.ContainsKey(name))
            {
                continue;
            }
            if (inFrame.Contains(name))
            {
                at = woven.IndexOf(name) + 1;
                continue;
            }
            while (!otherFirst && at < woven.Count && !inOther.Contains(woven[at]))
            {
                at++;
            }
            woven.Insert(at++, name);
        }
        return [.. woven];
    }

    private static EditValue? At(ListEdit list, ImmutableArray<string> names, string name)
    {
        var index = names.IndexOf(name);
        return index < 0 ? null : list.Items[index];
    }

    private static IEnumerable<string> Keys(MapEdit map) => map.Entries.Select(e => e.Key);

    private static bool Same(EditValue? one, EditValue? other) =>
        one is null || other is null ? one is null && other is null : Meaning.Same(one, other);
}
