using System.Collections.Immutable;

namespace Loam.Core.StateFiles.Editing;

/// <summary>What an edit is to do, without regard to the text: what the result is compared with.
/// </summary>
internal static class ExpectedResult
{
    /// <summary>The tree with the value at that place replaced; null removes it.</summary>
    public static EditValue At(
        EditValue tree, ReadOnlySpan<int> route, Func<EditValue, EditValue?> change)
    {
        if (route.IsEmpty)
        {
            return change(tree)
                ?? throw new InvariantException("What is removed has a parent.");
        }
        var index = route[0];
        if (tree is MapEdit map)
        {
            var (key, inner) = map.Entries[index];
            var result = route.Length == 1 ? change(inner) : At(inner, route[1..], change);
            return Meaning.With(map, key, result);
        }
        var list = (ListEdit)tree;
        var item = route.Length == 1 ? change(list.Items[index])
            : At(list.Items[index], route[1..], change);
        return new ListEdit(item is null ? list.Items.RemoveAt(index)
            : list.Items.SetItem(index, item));
    }
}
