using System.Collections.Immutable;

namespace Loam.Core.StateFiles.Editing;

/// <summary>Which items of a list are the same things in another list.</summary>
internal static class ListAlignment
{
    private static readonly ImmutableArray<string> Names =
        ["name", "container", "target", "host", "source"];

    /// <summary>Pairs of indices in rising order, closed by the two lengths.</summary>
    public static List<(int Old, int New)> Of(
        ImmutableArray<EditValue> old, ImmutableArray<EditValue> fresh)
    {
        var pairs = new List<(int, int)>();
        var (head, shorter) = (0, Math.Min(old.Length, fresh.Length));
        while (head < shorter && Matches(old[head], fresh[head]))
        {
            pairs.Add((head, head++));
        }
        var tail = 0;
        while (tail < shorter - head && Matches(old[^(tail + 1)], fresh[^(tail + 1)]))
        {
            tail++;
        }
        Longest(old[head..^tail], fresh[head..^tail], head, pairs);
        for (; tail > 0; tail--)
        {
            pairs.Add((old.Length - tail, fresh.Length - tail));
        }
        pairs.Add((old.Length, fresh.Length));
        return pairs;
    }

    /// <summary>Whether an unmatched item may be rewritten into another: one text into another,
    /// or things that have no names.</summary>
    public static bool CanBecome(EditValue old, EditValue fresh) => (old, fresh) switch
    {
        (ScalarEdit, ScalarEdit) => true,
        (MapEdit, MapEdit) or (ListEdit, ListEdit) =>
            Identity(old) is null && Identity(fresh) is null,
        _ => false,
    };

    /// <summary>What an item is known by; null for one that has no name.</summary>
    public static (string Field, string Value)? Identity(EditValue item)
    {
        foreach (var name in item is MapEdit ? Names : [])
        {
            if (((MapEdit)item)[name] is ScalarEdit value)
            {
                return (name, value.Text);
            }
        }
        return null;
    }

    private static bool Matches(EditValue old, EditValue fresh) =>
        Identity(old) is { } one ? Identity(fresh) == one : Meaning.Same(old, fresh);

    private static void Longest(ImmutableArray<EditValue> old, ImmutableArray<EditValue> fresh,
        int offset, List<(int, int)> pairs)
    {
        if ((long)old.Length * fresh.Length > Limits.AlignmentCells)
        {
            return;
        }
        var best = new int[old.Length + 1, fresh.Length + 1];
        for (var i = old.Length - 1; i >= 0; i--)
        {
            for (var j = fresh.Length - 1; j >= 0; j--)
            {
                best[i, j] = Matches(old[i], fresh[j]) ? best[i + 1, j + 1] + 1
                    : Math.Max(best[i + 1, j], best[i, j + 1]);
            }
        }
        for (var (i, j) = (0, 0); i < old.Length && j < fresh.Length;)
        {
            if (Matches(old[i], fresh[j]))
            {
                pairs.Add((offset + i++, offset + j++));
            }
            else if (best[i + 1, j] >= best[i, j + 1])
            {
                i++;
            }
            else
            {
                j++;
            }
        }
    }
}
