namespace Loam.Core.StateFiles.Editing;

/// <summary>Edits of lists and mappings written line by line. Each returns the new text.</summary>
internal static class BlockEdits
{
    /// <summary>Replaces all that stands after a colon or dash; what stands after it on the same
    /// line as a comment stays.</summary>
    public static string Replace(
        Layout layout, Part part, int index, (string Inline, List<string> Below) value)
    {
        var (slot, lines) = (part.Slots[index], layout.Lines);
        var (old, text) = (slot.Value, layout.Text);
        var holder = lines.LineOf(slot.Mark);
        var oldLine = lines.LineOf(old.Start);
        var below = string.Concat(value.Below.Select(line => layout.Style.NewLine + line));
        if (old.IsEmpty)
        {
            return Splice.Apply(text,
                new Splice(slot.Mark, slot.Mark, Spaced(value.Inline)),
                new Splice(lines.EndOf(holder), lines.EndOf(holder), below));
        }
        if (oldLine == holder && !old.IsBlock)
        {
            var headEnd = old.Literal ? HeaderEnd(text, old.Start) : old.End;
            var start = value.Inline is [not ' ', ..] ? old.Start : slot.Mark;
            var head = new Splice(start, headEnd,
                start == slot.Mark ? Spaced(value.Inline) : value.Inline);
            var lineEnd = lines.EndOf(lines.LineOf(headEnd));
            var bodyEnd = Math.Max(lineEnd, old.End);
            if (headEnd == lineEnd)
            {
                return Splice.Apply(text, new Splice(start, bodyEnd, head.Text + below));
            }
            return Splice.Apply(text, head, new Splice(lineEnd, bodyEnd, below));
        }
        if (oldLine > holder && value.Below.Count == 0 && !old.IsBlock && !old.Literal)
        {
            return Splice.Apply(text, new Splice(old.Start, old.End, value.Inline));
        }
        var last = lines.EndOf(old.IsBlock ? layout.LastLine(slot) : lines.LineOf(old.End));
        if (oldLine == holder)
        {
            return Splice.Apply(text, new Splice(slot.Mark, last, Spaced(value.Inline) + below));
        }
        return Splice.Apply(text,
            new Splice(slot.Mark, slot.Mark, Spaced(value.Inline)),
            new Splice(lines.EndOf(holder), last, below));
    }

    /// <summary>Puts lines of a new entry or item before the slot of that index.</summary>
    /// <param name="fresh">The lines, indented as the others are.</param>
    public static string Insert(Layout layout, Part part, int index, List<string> fresh)
    {
        var (lines, newLine) = (layout.Lines, layout.Style.NewLine);
        var body = string.Join(newLine, fresh);
        var gap = HasGaps(layout, part) ? newLine : "";
        if (index > 0)
        {
            gap = layout.TakesBlanks(part.Slots[index - 1].Value) ? "" : gap;
            var at = lines.EndOf(layout.LastLine(part.Slots[index - 1]));
            return Splice.Apply(layout.Text, new Splice(at, at, newLine + gap + body));
        }
        var first = part.Slots[0];
        if (!layout.BeginsLine(first))
        {
            var column = layout.Column(first);
            return Splice.Apply(layout.Text, new Splice(first.Start, first.Start,
                $"{body[column..]}{newLine}{BlockWriter.Spaces(column)}"));
        }
        var start = lines.StartOf(layout.FirstLine(part, 0));
        return Splice.Apply(layout.Text, new Splice(start, start, body + newLine + gap));
    }

    /// <summary>Puts the first entry into a file that has none, below all its comments.</summary>
    public static string Begin(Layout layout, List<string> fresh)
    {
        var (lines, newLine) = (layout.Lines, layout.Style.NewLine);
        var body = string.Join(newLine, fresh);
        for (var line = 0; line < lines.Count; line++)
        {
            if (lines[line].StartsWith("..."))
            {
                var at = lines.StartOf(line);
                return Splice.Apply(layout.Text, new Splice(at, at, body + newLine));
            }
        }
        var text = layout.Text;
        return text.Length == 0 || lines.StartOf(lines.Count - 1) == text.Length
            ? text + body + newLine : text + newLine + body;
    }

    /// <summary>Takes one of several slots away, with its comments and the blank lines that
    /// separated it.</summary>
    public static string Remove(Layout layout, Part part, int index)
    {
        var (slot, lines) = (part.Slots[index], layout.Lines);
        var last = layout.LastLine(slot);
        if (!layout.BeginsLine(slot))
        {
            return RemoveBeside(layout, part, last);
        }
        var first = layout.FirstLine(part, index);
        var isLast = index == part.Slots.Length - 1;
        var blankBelow = last + 1 < lines.Count && lines.IsBlank(last + 1)
            && lines.EndOf(last) < layout.Text.Length;
        var floor = index > 0 ? lines.LineOf(part.Slots[index - 1].End) : int.MaxValue;
        if (isLast || blankBelow)
        {
            while (first - 1 > floor && lines.IsBlank(first - 1))
            {
                first--;
            }
        }
        var takesBlanks = index > 0 && layout.TakesBlanks(part.Slots[index - 1].Value);
        if (takesBlanks || (index == 0 && !isLast))
        {
            while (last + 1 < lines.Count - 1 && lines.IsBlank(last + 1))
            {
                last++;
            }
        }
        return RemoveLines(layout, first, last);
    }

    /// <summary>Takes lines away; a text without a last line break stays without.</summary>
    public static string RemoveLines(Layout layout, int first, int last)
    {
        var lines = layout.Lines;
        var (start, end) = (lines.StartOf(first), lines.StartOf(last + 1));
        if (last + 1 >= lines.Count && first > 0 && start <= layout.Text.Length)
        {
            start = lines.EndOf(first - 1);
        }
        return Splice.Apply(layout.Text, new Splice(start, end, ""));
    }

    /// <summary>Removes the first entry of what begins beside a dash.</summary>
    private static string RemoveBeside(Layout layout, Part part, int last)
    {
        var (slot, next, lines) = (part.Slots[0], part.Slots[1], layout.Lines);
        if (lines.LineOf(next.Start) == last + 1)
        {
            return Splice.Apply(layout.Text, new Splice(slot.Start, next.Start, ""));
        }
        var start = slot.Start;
        while (layout.Text[start - 1] == ' ')
        {
            start--;
        }
        return Splice.Apply(layout.Text, new Splice(start, lines.EndOf(last), ""));
    }

    /// <summary>Whether empty lines separate all slots.</summary>
    private static bool HasGaps(Layout layout, Part part)
    {
        for (var i = 1; i < part.Slots.Length; i++)
        {
            var first = layout.FirstLine(part, i);
            if (first == 0 || !layout.Lines.IsBlank(first - 1))
            {
                return false;
            }
        }
        return part.Slots.Length > 1;
    }

    private static string Spaced(string text) => text is [not ' ', ..] ? " " + text : text;

    private static int HeaderEnd(string text, int start)
    {
        var end = start;
        while (end < text.Length && text[end] is not (' ' or '\t' or '\r' or '\n'))
        {
            end++;
        }
        return end;
    }
}
