using System.Text;

namespace Loam.Core.StateFiles.Editing;

/// <summary>Changes of lines from two sides put into one text, blind to what the lines mean. It
/// keeps comments and layout of both sides; whether the result means what it should is judged by
/// the caller.</summary>
internal static class LineMerge
{
    /// <summary>Lines of the base from Start up to End give way to Text.</summary>
    private sealed record Patch(int Start, int End, string Text);

    /// <summary>Where both sides changed the same lines, <paramref name="theirs"/> stand. What
    /// both put at one place stands one after the other, theirs first.</summary>
    public static string Merge(string origin, string theirs, string mine)
    {
        var wanted = Patches(origin, theirs);
        var fitting = Patches(origin, mine)
            .Where(m => !wanted.Contains(m) && !wanted.Exists(t => Clash(t, m))).ToList();
        var lines = Lines(origin);
        var newLine = theirs.Contains("\r\n", StringComparison.Ordinal) ? "\r\n" : "\n";
        var merged = new StringBuilder(theirs.Length + mine.Length);
        var at = 0;
        // A stable order: of two patches at one place theirs come first.
        foreach (var patch in wanted.Concat(fitting).OrderBy(p => p.Start).ThenBy(p => p.End))
        {
            lines[at..patch.Start].ForEach(line => Add(merged, line, newLine));
            Add(merged, patch.Text, newLine);
            at = patch.End;
        }
        lines[at..].ForEach(line => Add(merged, line, newLine));
        return merged.ToString();
    }

    private static bool Clash(Patch one, Patch other) =>
        one.Start < other.End && other.Start < one.End;

    /// <summary>The last line of one side may lack the line feed it needs in the middle.</summary>
    private static void Add(StringBuilder merged, string text, string newLine)
    {
        if (text.Length > 0 && merged.Length > 0 && merged[^1] != '\n')
        {
            merged.Append(newLine);
        }
        merged.Append(text);
    }

    private static List<Patch> Patches(string origin, string changed) =>
        [.. LineDiff.Of(origin, changed, 0).Select(hunk =>
        {
            var start = hunk.OldCount == 0 ? hunk.OldStart : hunk.OldStart - 1;
            return new Patch(start, start + hunk.OldCount, string.Concat(hunk.Lines
                .Where(l => l.Kind == DiffKind.Added)
                .Select(l => l.IsOpen ? l.Text : l.Text + "\n")));
        })];

    private static List<string> Lines(string text)
    {
        var lines = text.Split('\n').Select(line => line + "\n").ToList();
        lines[^1] = lines[^1][..^1];
        return lines[^1].Length == 0 ? lines[..^1] : lines;
    }
}
