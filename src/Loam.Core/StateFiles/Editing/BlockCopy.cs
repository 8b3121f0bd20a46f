namespace Loam.Core.StateFiles.Editing;

/// <summary>Gives what was written anew the words in which a person wrote it: comments, quotes and
/// order of fields.</summary>
internal static class BlockCopy
{
    /// <summary>Replaces the lines of an entry or item by those it has in another text; the text
    /// as it was when that would mean something else.</summary>
    public static string Copy(string text, EditPath path, string source, EditValue wanted)
    {
        if (Lines(source, path) is not { } from || Lines(text, path) is not { } to)
        {
            return text;
        }
        var newLine = to.Layout.Style.NewLine;
        var indent = new string(' ', to.Column);
        var copied = new List<string>();
        for (var line = from.First; line <= from.Last; line++)
        {
            var original = from.Layout.Lines[line].ToString();
            var blank = original.AsSpan().Trim(" \t").Length == 0;
            var own = Math.Min(from.Layout.Lines.IndentOf(line), from.Column);
            copied.Add(blank ? original : indent + original[own..]);
        }
        var start = to.Layout.Lines.StartOf(to.First);
        var end = to.Layout.Lines.EndOf(to.Last);
        var result = Splice.Apply(text, new Splice(start, end, string.Join(newLine, copied)));
        return StateEdit.Means(result, wanted) ? result : text;
    }

    /// <summary>Null where the place has no lines of its own.</summary>
    private static (Layout Layout, int First, int Last, int Column)? Lines(
        string text, EditPath path)
    {
        var (_, route, missing) = StateEdit.Resolve(text, path);
        if (missing > 0 || route.IsEmpty)
        {
            return null;
        }
        var layout = Layout.Of(text);
        var part = layout.At(route.AsSpan()[..^1]);
        var slot = part.Slots[route[^1]];
        return part.Flow || !layout.BeginsLine(slot) ? null
            : (layout, layout.FirstLine(part, route[^1]), layout.LastLine(slot),
                layout.Column(slot));
    }
}
