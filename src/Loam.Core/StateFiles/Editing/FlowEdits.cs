namespace Loam.Core.StateFiles.Editing;

/// <summary>Edits inside brackets and braces. Each returns the new text.</summary>
internal static class FlowEdits
{
    public static string Replace(Layout layout, Part part, int index, string value)
    {
        var slot = part.Slots[index];
        var splice = !slot.Value.IsEmpty ? new Splice(slot.Value.Start, slot.Value.End, value)
            : slot.Mark >= 0 ? new Splice(slot.Mark, slot.Mark, " " + value)
            : new Splice(slot.KeyEnd, slot.KeyEnd, ": " + value);
        return Splice.Apply(layout.Text, splice);
    }

    public static string Insert(Layout layout, Part part, int index, string value)
    {
        if (part.Slots.IsEmpty)
        {
            return Splice.Apply(layout.Text, new Splice(part.Start + 1, part.Start + 1, value));
        }
        var lines = layout.Lines;
        if (index < part.Slots.Length)
        {
            var next = part.Slots[index];
            var between = layout.BeginsLine(next)
                ? layout.Style.NewLine + BlockWriter.Spaces(layout.Column(next)) : " ";
            return Splice.Apply(layout.Text,
                new Splice(next.Start, next.Start, $"{value},{between}"));
        }
        var last = part.Slots[^1];
        if (!layout.BeginsLine(last))
        {
            return Splice.Apply(layout.Text, new Splice(last.End, last.End, ", " + value));
        }
        var comma = CommaAfter(layout.Text, last.End);
        var lineEnd = lines.EndOf(lines.LineOf(Math.Max(comma, last.End)));
        // A bracket may close on the item's own line; then the new item goes before it.
        var at = Math.Min(lineEnd, lines.LineOf(part.End) == lines.LineOf(lineEnd)
            ? Math.Max(comma + 1, last.End) : lineEnd);
        var line = layout.Style.NewLine + BlockWriter.Spaces(layout.Column(last)) + value;
        return comma >= 0
            ? Splice.Apply(layout.Text, new Splice(at, at, line + ","))
            : Splice.Apply(layout.Text, new Splice(last.End, last.End, ","),
                new Splice(at, at, line));
    }

    public static string Remove(Layout layout, Part part, int index)
    {
        var (slot, text, lines) = (part.Slots[index], layout.Text, layout.Lines);
        var comma = CommaAfter(text, slot.End);
        var end = Math.Max(comma + 1, slot.End);
        // Without a comma after it, the last item hands that place to the one before.
        var former = comma < 0 && index > 0 ? part.Slots[index - 1].End : -1;
        var formerComma = former >= 0 ? CommaAfter(text, former) : -1;
        if (StandsAlone(layout, slot, end))
        {
            var (first, last) = (layout.FirstLine(part, index), lines.LineOf(end));
            var removed = new Splice(lines.StartOf(first), lines.StartOf(last + 1), "");
            return formerComma >= 0
                ? Splice.Apply(text, new Splice(formerComma, formerComma + 1, ""), removed)
                : Splice.Apply(text, removed);
        }
        if (formerComma >= 0)
        {
            return OnlySpaces(text, formerComma + 1, slot.Start)
                ? Splice.Apply(text, new Splice(former, slot.End, ""))
                : Splice.Apply(text, new Splice(formerComma, formerComma + 1, ""),
                    new Splice(slot.Start, slot.End, ""));
        }
        while (end < text.Length && text[end] == ' ' && comma >= 0)
        {
            end++;
        }
        return Splice.Apply(text, new Splice(slot.Start, end, ""));
    }

    private static bool StandsAlone(Layout layout, Slot slot, int end)
    {
        var line = layout.Lines.LineOf(end);
        var rest = layout.Text.AsSpan()[end..layout.Lines.EndOf(line)].Trim(' ');
        return layout.BeginsLine(slot) && (rest.IsEmpty || rest[0] == '#');
    }

    private static bool OnlySpaces(string text, int start, int end) =>
        text.AsSpan()[start..end].Trim(' ').IsEmpty;

    /// <summary>Offset of the comma after an item; -1 when there is none. Comments may stand
    /// between.</summary>
    private static int CommaAfter(string text, int end)
    {
        for (var i = end; i < text.Length; i++)
        {
            if (text[i] == '#')
            {
                while (i < text.Length && text[i] is not ('\n' or '\r'))
                {
                    i++;
                }
                continue;
            }
            if (!char.IsWhiteSpace(text[i]))
            {
                return text[i] == ',' ? i : -1;
            }
        }
        return -1;
    }
}
