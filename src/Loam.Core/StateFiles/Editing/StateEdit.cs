using System.Collections.Immutable;
using Loam.Core.Diagnostics;

namespace Loam.Core.StateFiles.Editing;

/// <summary>Edits of state files that leave every line alone that they need not touch: comments,
/// quotes, styles, line ends. Each result was read again and means what was asked.</summary>
public static class StateEdit
{
    /// <summary>Gives the place that value; parents and items that are missing are made. An item
    /// found by a field keeps that field, unless the value has another for it.</summary>
    /// <exception cref="EditException">The text cannot be read, or the path cannot exist.
    /// </exception>
    public static string Set(string text, EditPath path, EditValue value)
    {
        value = path.Segments is [.., { Select: Select.Item } last] ? Known(value, last) : value;
        var (tree, route, missing) = Resolve(text, path);
        if (missing == 0)
        {
            return Edit(text, body => TreeEdit.Assign(body, route, value),
                ExpectedResult.At(tree, route.AsSpan(), _ => value));
        }
        var left = path.Segments[^missing..];
        var inner = Wrapped(left.AsSpan()[1..], value);
        var holder = Holder(tree, route);
        var first = left[0];
        if (first.Select == Select.Key)
        {
            if (holder is not MapEdit && !Meaning.IsNothing(holder))
            {
                throw Impossible(path, missing, "is not a mapping of fields");
            }
            return Edit(text, body => TreeEdit.InsertEntry(body, route, first.Name, inner),
                ExpectedResult.At(tree, route.AsSpan(), old =>
                    Meaning.With(old as MapEdit ?? new([]), first.Name, inner)));
        }
        var count = (holder as ListEdit)?.Items.Length ?? 0;
        if (holder is not ListEdit && !Meaning.IsNothing(holder))
        {
            throw Impossible(path, missing, "is not a list");
        }
        if (first.Select == Select.Index && first.Index != count)
        {
            throw Impossible(path, missing, $"has {count} items");
        }
        var item = first.Select == Select.Item ? Known(inner, first) : inner;
        return InsertItem(text, tree, route, item);
    }

    /// <summary>Gives the place that text; see <see cref="EditValue.Of(string)"/>.</summary>
    /// <exception cref="EditException">The text cannot be read, or the path cannot exist.
    /// </exception>
    public static string Set(string text, EditPath path, string scalar) =>
        Set(text, path, EditValue.Of(scalar));

    /// <summary>Takes an entry or item away with its comments; what is not there stays away.
    /// A list left without items becomes <c>[]</c>, a mapping <c>{}</c>.</summary>
    /// <exception cref="EditException">The text cannot be read.</exception>
    public static string Remove(string text, EditPath path)
    {
        var (tree, route, missing) = Resolve(text, path);
        if (missing > 0)
        {
            return text;
        }
        if (route.IsEmpty)
        {
            throw new EditException("A whole file cannot be removed by an edit.");
        }
        return Edit(text, body => TreeEdit.Remove(body, route),
            ExpectedResult.At(tree, route.AsSpan(), _ => null));
    }

    /// <summary>Adds an item at the end of a list, which is made if it is missing or null.
    /// </summary>
    /// <exception cref="EditException">The text cannot be read, or no list can be there.
    /// </exception>
    public static string Append(string text, EditPath listPath, EditValue item)
    {
        var (tree, route, missing) = Resolve(text, listPath);
        if (missing > 0)
        {
            return Set(text, listPath, EditValue.List(item));
        }
        var present = Holder(tree, route);
        if (present is not ListEdit && !Meaning.IsNothing(present))
        {
            throw Impossible(listPath, 0, "is not a list");
        }
        return InsertItem(text, tree, route, item);
    }

    /// <summary>The text of a file that declares nothing yet.</summary>
    public static string NewFile(FileKind kind, string name) =>
        $"apiVersion: {FileKinds.ApiVersion}\nkind: {kind.Kind}\nmetadata:\n"
        + $"  name: {ScalarWriter.Inline((ScalarEdit)EditValue.Of(name), Quotes.None, false)}\n"
        + "spec: {}\n";

    /// <summary>What stands at that place; null when nothing does.</summary>
    public static Node? Find(MappingNode root, EditPath path)
    {
        var (route, missing) = Walk(root, path);
        if (missing > 0)
        {
            return null;
        }
        Node node = root;
        foreach (var index in route)
        {
            node = Child(node, index);
        }
        return node;
    }

    /// <summary>Makes the edit and reads the result again.</summary>
    internal static string Edit(string text, Func<string, string> edit, EditValue expected)
    {
        var body = text.TrimStart('\uFEFF');
        var mark = text[..^body.Length];
        // A last line without a break is part of the value of a block scalar there: such a
        // scalar needs another mark when something comes below it, a fresh one needs the break.
        var result = edit(body);
        if (Means(result, expected))
        {
            return mark + result;
        }
        var newLine = Layout.Of(body).Style.NewLine;
        var marked = LastLiteral.Strip(body) is { } stripped ? edit(stripped) : result;
        foreach (var other in (string[])[result + newLine, marked, marked + newLine])
        {
            if (Means(other, expected))
            {
                return mark + other;
            }
        }
        throw new EditException("The edit would change more than it should at this place; "
            + "make it by hand.");
    }

    internal static (EditValue Tree, ImmutableArray<int> Route, int Missing) Resolve(
        string text, EditPath path)
    {
        var root = Layout.Of(text.TrimStart('\uFEFF')).Root.Node;
        var (route, missing) = Walk(root, path);
        return (EditValue.From(root), route, missing);
    }

    private static string InsertItem(
        string text, EditValue tree, ImmutableArray<int> route, EditValue item)
    {
        var count = (Holder(tree, route) as ListEdit)?.Items.Length ?? 0;
        return Edit(text, body => TreeEdit.InsertItem(body, route, count, item),
            ExpectedResult.At(tree, route.AsSpan(), old =>
                new ListEdit([.. (old as ListEdit)?.Items ?? [], item])));
    }

    internal static bool Means(string text, EditValue expected)
    {
        var found = new DiagnosticBag();
        var root = Layout.Read(text, found);
        return root is not null && !found.HasErrors
            && Meaning.Same(EditValue.From(root), expected);
    }

    private static EditValue Holder(EditValue tree, ImmutableArray<int> route)
    {
        foreach (var index in route)
        {
            tree = tree is MapEdit map ? map.Entries[index].Value : ((ListEdit)tree).Items[index];
        }
        return tree;
    }

    /// <summary>How far the path leads, and how many of its segments are not there.</summary>
    private static (ImmutableArray<int> Route, int Missing) Walk(Node node, EditPath path)
    {
        var route = ImmutableArray.CreateBuilder<int>(path.Segments.Length);
        foreach (var segment in path.Segments)
        {
            var index = IndexOf(node, segment);
            if (index < 0)
            {
                break;
            }
            route.Add(index);
            node = Child(node, index);
        }
        return (route.ToImmutable(), path.Segments.Length - route.Count);
    }

    private static Node Child(Node node, int index) => node is MappingNode mapping
        ? mapping.Entries[index].Value : ((SequenceNode)node).Items[index];

    private static int IndexOf(Node node, Segment segment) => (node, segment.Select) switch
    {
        (MappingNode mapping, Select.Key) =>
            First(mapping.Entries, e => e.Key.Text == segment.Name),
        (SequenceNode sequence, Select.Index) =>
            segment.Index < sequence.Items.Length ? segment.Index : -1,
        (SequenceNode sequence, Select.Text) =>
            First(sequence.Items, i => (i as ScalarNode)?.Text == segment.Value),
        (SequenceNode sequence, Select.Item) =>
            First(sequence.Items, i => i is MappingNode item
                && (item[segment.Name] as ScalarNode)?.Text == segment.Value),
        _ => -1,
    };

    private static int First<T>(ImmutableArray<T> items, Predicate<T> wanted)
    {
        for (var i = 0; i < items.Length; i++)
        {
            if (wanted(items[i]))
            {
                return i;
            }
        }
        return -1;
    }

    /// <summary>The value inside the parents that are missing around it.</summary>
    private static EditValue Wrapped(ReadOnlySpan<Segment> missing, EditValue value)
    {
        for (var i = missing.Length - 1; i >= 0; i--)
        {
            var segment = missing[i];
            if (segment is { Select: Select.Index, Index: > 0 })
            {
                throw new EditException($"There is no item {segment} of a list that is missing.");
            }
            value = segment.Select switch
            {
                Select.Key => EditValue.Map((segment.Name, value)),
                Select.Item => EditValue.List(Known(value, segment)),
                _ => EditValue.List(value),
            };
        }
        return value;
    }

    /// <summary>An item with the field it is found by.</summary>
    private static MapEdit Known(EditValue value, Segment segment)
    {
        if (value is not MapEdit map)
        {
            throw new EditException(
                $"The item {segment} has to be a mapping of fields, among them {segment.Name}.");
        }
        return map[segment.Name] is not null ? map : new(map.Entries.Insert(0,
            KeyValuePair.Create<string, EditValue>(segment.Name, new ScalarEdit(segment.Value,
                ScalarKinds.IsNothing(segment.Value)))));
    }

    private static EditException Impossible(EditPath path, int missing, string what)
    {
        var holder = EditPath.Root;
        foreach (var segment in path.Segments[..^missing])
        {
            holder = holder.With(segment);
        }
        var subject = holder == EditPath.Root ? "The file" : holder.ToString();
        return new($"{path} cannot be there: {subject} {what}.");
    }
}
