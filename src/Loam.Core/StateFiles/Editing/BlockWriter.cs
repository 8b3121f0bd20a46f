using System.Text;

namespace Loam.Core.StateFiles.Editing;

/// <summary>Values as new text, in the style of the file.</summary>
internal sealed class BlockWriter(FileStyle style)
{
    /// <summary>Lines of a new entry whose key stands at <paramref name="column"/>.</summary>
    public List<string> Entry(string key, EditValue value, int column)
    {
        var lines = new List<string>();
        Write(lines, $"{Spaces(column)}{ScalarWriter.Key(key, false)}:", value, column, false);
        return lines;
    }

    /// <summary>Lines of a new item whose dash stands at <paramref name="column"/>.</summary>
    public List<string> Item(EditValue value, int column)
    {
        var lines = new List<string>();
        Write(lines, $"{Spaces(column)}-", value, column, true);
        return lines;
    }

    /// <summary>What stands after a colon or dash, and the lines below it.</summary>
    /// <param name="column">Column of the key or dash.</param>
    /// <returns>An inline part that begins with a space stands right after the dash.</returns>
    public (string Inline, List<string> Below) Value(EditValue value, int column, bool inList)
    {
        var lines = new List<string>();
        if (value is ScalarEdit || IsEmpty(value))
        {
            Write(lines, "", value, column, inList);
            return (lines[0].TrimStart(' '), lines[1..]);
        }
        var child = ChildColumn(value, column, inList);
        Children(lines, value, child);
        // What a dash holds begins beside it, at the column of the lines below.
        return inList ? (Spaces(child - column - 1) + lines[0][child..], lines[1..]) : ("", lines);
    }

    public static bool IsEmpty(EditValue value) =>
        value is ListEdit { Items.IsEmpty: true } or MapEdit { Entries.IsEmpty: true };

    /// <summary>The value on one line, in brackets where it is more than a scalar.</summary>
    public static string Flow(EditValue value)
    {
        switch (value)
        {
            case ScalarEdit scalar:
                return ScalarWriter.Inline(scalar, Quotes.None, true);
            case ListEdit list:
                return $"[{string.Join(", ", list.Items.Select(Flow))}]";
            case MapEdit map:
                var entries = map.Entries.Select(e => FlowEntry(e.Key, e.Value));
                return $"{{{string.Join(", ", entries)}}}";
            default:
                throw new InvariantException("A value is a scalar, a list or a mapping.");
        }
    }

    public static string FlowEntry(string key, EditValue value) =>
        $"{ScalarWriter.Key(key, true)}: {Flow(value)}";

    public static string Spaces(int count) => new(' ', count);

    private int ChildColumn(EditValue value, int column, bool inList) =>
        column + (inList ? style.Item : value is ListEdit ? style.List : style.Step);

    private void Write(
        List<string> lines, string head, EditValue value, int column, bool inList)
    {
        if (IsEmpty(value))
        {
            lines.Add($"{head} {Flow(value)}");
            return;
        }
        if (value is ScalarEdit scalar)
        {
            Scalar(lines, head, scalar, column + (inList ? style.Item : style.Step));
            return;
        }
        var child = ChildColumn(value, column, inList);
        var start = lines.Count;
        if (!inList)
        {
            lines.Add(head);
        }
        Children(lines, value, child);
        if (inList)
        {
            // The first line of what the dash holds stands beside it.
            lines[start] = head.PadRight(child) + lines[start][child..];
        }
    }

    private void Children(List<string> lines, EditValue value, int column)
    {
        if (value is MapEdit map)
        {
            foreach (var (key, inner) in map.Entries)
            {
                lines.AddRange(Entry(key, inner, column));
            }
            return;
        }
        foreach (var item in ((ListEdit)value).Items)
        {
            lines.AddRange(Item(item, column));
        }
    }

    private static void Scalar(List<string> lines, string head, ScalarEdit scalar, int column)
    {
        if (!ScalarWriter.IsLiteral(scalar.Text))
        {
            lines.Add($"{head} {ScalarWriter.Inline(scalar, Quotes.None, false)}");
            return;
        }
        var ended = scalar.Text[^1] == '\n';
        lines.Add($"{head} {(ended ? "|" : "|-")}");
        foreach (var line in (ended ? scalar.Text[..^1] : scalar.Text).Split('\n'))
        {
            lines.Add(line.Length == 0 ? "" : Spaces(column) + line);
        }
    }
}
