using System.Collections.Immutable;

namespace Loam.Core.StateFiles.Editing;

/// <summary>Single edits at places given by indices from the root. Each returns the new text.
/// </summary>
internal static class TreeEdit
{
    /// <summary>Gives a place another value, changing only what differs inside it.</summary>
    public static string Assign(string text, ImmutableArray<int> route, EditValue value)
    {
        var layout = Layout.Of(text);
        var part = layout.At(route.AsSpan());
        var present = EditValue.From(part.Node);
        if (Meaning.Same(present, value))
        {
            return text;
        }
        switch (present, value)
        {
            case (MapEdit { Entries.IsEmpty: false } old, MapEdit { Entries.IsEmpty: false } map):
                return AssignMap(text, route, old, map);
            case (ListEdit { Items.IsEmpty: false } old, ListEdit { Items.IsEmpty: false } list):
                return AssignList(text, route, old, list);
            case (MapEdit, MapEdit map) when route.IsEmpty:
                return AssignMap(text, route, new([]), map);
            default:
                return Replace(layout, route, value);
        }
    }

    public static string InsertEntry(
        string text, ImmutableArray<int> route, string key, EditValue value)
    {
        var layout = Layout.Of(text);
        var part = layout.At(route.AsSpan());
        var writer = new BlockWriter(layout.Style);
        if (part.Slots.IsEmpty && route.IsEmpty)
        {
            var lines = writer.Entry(key, value, 0);
            return part.IsEmpty ? BlockEdits.Begin(layout, lines)
                : Splice.Apply(text, new Splice(part.Start, part.End,
                    string.Join(layout.Style.NewLine, lines)));
        }
        if (part.Slots.IsEmpty)
        {
            return Replace(layout, route, EditValue.Map((key, value)));
        }
        return part.Flow
            ? FlowEdits.Insert(layout, part, part.Slots.Length, BlockWriter.FlowEntry(key, value))
            : BlockEdits.Insert(layout, part, part.Slots.Length,
                writer.Entry(key, value, layout.Column(part.Slots[0])));
    }

    public static string InsertItem(
        string text, ImmutableArray<int> route, int index, EditValue value)
    {
        var layout = Layout.Of(text);
        var part = layout.At(route.AsSpan());
        if (part.Slots.IsEmpty)
        {
            return Replace(layout, route, EditValue.List(value));
        }
        return part.Flow
            ? FlowEdits.Insert(layout, part, index, BlockWriter.Flow(value))
            : BlockEdits.Insert(layout, part, index,
                new BlockWriter(ItemStyle(layout, part)).Item(value,
                    layout.Column(part.Slots[0])));
    }

    public static string Remove(string text, ImmutableArray<int> route)
    {
        var layout = Layout.Of(text);
        var holder = route[..^1];
        var part = layout.At(holder.AsSpan());
        if (part.Slots.Length > 1)
        {
            return part.Flow ? FlowEdits.Remove(layout, part, route[^1])
                : BlockEdits.Remove(layout, part, route[^1]);
        }
        var empty = part.Node is SequenceNode ? "[]" : "{}";
        if (part.Flow)
        {
            return text.AsSpan()[part.Start..part.End].IndexOfAny('\n', '\r') >= 0
                ? FlowEdits.Remove(layout, part, 0)
                : Splice.Apply(text, new Splice(part.Start, part.End, empty));
        }
        return !holder.IsEmpty ? Replace(layout, holder, empty == "[]" ? new ListEdit([])
            : new MapEdit([]))
            : BlockEdits.RemoveLines(layout, layout.FirstLine(part, 0),
                layout.LastLine(part.Slots[0]));
    }

    private static string AssignMap(
        string text, ImmutableArray<int> route, MapEdit old, MapEdit map)
    {
        foreach (var (key, value) in map.Entries)
        {
            var index = IndexOf(text, route, key);
            text = index < 0 ? InsertEntry(text, route, key, value)
                : Assign(text, route.Add(index), value);
        }
        foreach (var (key, _) in old.Entries.Where(e => map[e.Key] is null))
        {
            text = Remove(text, route.Add(IndexOf(text, route, key)));
        }
        return text;
    }

    private static string AssignList(
        string text, ImmutableArray<int> route, ListEdit old, ListEdit list)
    {
        var doomed = new Stack<int>();
        var (from, to, at) = (0, 0, 0);
        foreach (var (next, target) in ListAlignment.Of(old.Items, list.Items))
        {
            while (from < next || to < target)
            {
                if (from < next && to < target
                    && ListAlignment.CanBecome(old.Items[from], list.Items[to]))
                {
                    text = Assign(text, route.Add(at), list.Items[to++]);
                    from++;
                }
                else if (from < next)
                {
                    doomed.Push(at);
                    from++;
                }
                else
                {
                    text = InsertItem(text, route, at, list.Items[to++]);
                }
                at++;
            }
            if (next < old.Items.Length)
            {
                text = Assign(text, route.Add(at++), list.Items[to++]);
                from++;
            }
        }
        // Last, so that the list is never empty meanwhile.
        while (doomed.TryPop(out var index))
        {
            text = Remove(text, route.Add(index));
        }
        return text;
    }

    private static int IndexOf(string text, ImmutableArray<int> route, string key)
    {
        var slots = Layout.Of(text).At(route.AsSpan()).Slots;
        for (var i = 0; i < slots.Length; i++)
        {
            if (slots[i].Key?.Text == key)
            {
                return i;
            }
        }
        return -1;
    }

    private static string Replace(Layout layout, ImmutableArray<int> route, EditValue value)
    {
        if (route.IsEmpty)
        {
            throw new EditException("A file is a mapping of fields; it cannot be anything else.");
        }
        var part = layout.At(route[..^1].AsSpan());
        var slot = part.Slots[route[^1]];
        var (wanted, scalar) = value is ScalarEdit given ? Quoting(layout, slot.Value, given)
            : (Quotes.None, null);
        if (part.Flow)
        {
            return FlowEdits.Replace(layout, part, route[^1], scalar is null
                ? BlockWriter.Flow(value) : ScalarWriter.Inline(scalar, wanted, true));
        }
        // A comment below a block scalar, indented as its lines are, would become one of them.
        var hasWordsBelow = layout.LastLine(slot) > layout.Lines.LineOf(slot.End);
        if (scalar is not null && (hasWordsBelow || !ScalarWriter.IsLiteral(scalar.Text)))
        {
            return BlockEdits.Replace(layout, part, route[^1],
                (ScalarWriter.Inline(scalar, wanted, false), []));
        }
        if (slot.Value.Flow && !slot.Value.Slots.IsEmpty)
        {
            return BlockEdits.Replace(layout, part, route[^1], (BlockWriter.Flow(value), []));
        }
        var rendered = new BlockWriter(layout.Style)
            .Value(value, layout.Column(slot), slot.Key is null);
        return BlockEdits.Replace(layout, part, route[^1], rendered);
    }

    /// <summary>The quotes of the former text stay, unless a number, yes or no, or nothing takes
    /// the place of a text; a plain number is followed by a plain one.</summary>
    private static (Quotes Wanted, ScalarEdit Scalar) Quoting(
        Layout layout, Part old, ScalarEdit fresh)
    {
        if (old.IsEmpty || old.Literal || old.Node is not ScalarNode former)
        {
            return (Quotes.None, fresh);
        }
        var (kind, formerKind) = (ScalarKinds.Of(fresh.Text), ScalarKinds.Of(former.Text));
        var isTyped = kind is ScalarKind.Number or ScalarKind.YesOrNo;
        if (former.Plain)
        {
            return (Quotes.None, isTyped && kind == formerKind && fresh.Quote
                ? fresh with { Quote = false } : fresh);
        }
        if (Meaning.IsNothing(fresh) || (!fresh.Quote && isTyped && kind != formerKind))
        {
            return (Quotes.None, fresh);
        }
        return (layout.Text[old.Start] == '\'' ? Quotes.Single : Quotes.Double, fresh);
    }

    /// <summary>New items are indented as the list's own are.</summary>
    private static FileStyle ItemStyle(Layout layout, Part part)
    {
        foreach (var slot in part.Slots)
        {
            var offset = layout.Lines.ColumnOf(slot.Value.Start) - layout.Column(slot);
            if (slot.Value.IsBlock
                && layout.Lines.LineOf(slot.Value.Start) == layout.Lines.LineOf(slot.Start))
            {
                return layout.Style with { Item = offset };
            }
        }
        return layout.Style;
    }
}
