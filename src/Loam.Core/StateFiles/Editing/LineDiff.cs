using System.Collections.Immutable;
using System.Globalization;
using System.Text;

namespace Loam.Core.StateFiles.Editing;

public enum DiffKind { Same, Removed, Added }

/// <summary>One line of a difference.</summary>
/// <param name="Text">The line without its line feed; a carriage return before it is kept.</param>
/// <param name="OldLine">Its number in the old text, from 1; 0 when it is not there.</param>
/// <param name="NewLine">Its number in the new text, from 1; 0 when it is not there.</param>
/// <param name="IsOpen">The last line of a text that does not end with a line feed.</param>
public sealed record DiffLine(DiffKind Kind, string Text, int OldLine, int NewLine, bool IsOpen);

/// <summary>Changed lines that stand close together, with lines around them.</summary>
/// <param name="OldStart">First line in the old text, from 1; with no lines there, the line before.
/// </param>
public sealed record Hunk(
    int OldStart, int OldCount, int NewStart, int NewCount, ImmutableArray<DiffLine> Lines)
{
    /// <summary><c>@@ -3,7 +3,8 @@</c></summary>
    public string Header => string.Create(CultureInfo.InvariantCulture,
        $"@@ -{OldStart},{OldCount} +{NewStart},{NewCount} @@");

    /// <summary>The hunk in unified form, as <c>patch</c> reads it.</summary>
    public override string ToString()
    {
        var text = new StringBuilder(Header).Append('\n');
        foreach (var line in Lines)
        {
            text.Append(line.Kind switch
            {
                DiffKind.Removed => '-',
                DiffKind.Added => '+',
                _ => ' ',
            });
            text.Append(line.Text).Append('\n');
            text.Append(line.IsOpen ? "\\ No newline at end of file\n" : "");
        }
        return text.ToString();
    }
}

/// <summary>What changed between two texts, line by line, for people to read. The shortest such
/// difference, by Myers, "An O(ND) Difference Algorithm and Its Variations", 1986.</summary>
public static class LineDiff
{
    /// <param name="context">Unchanged lines shown on either side of a change.</param>
    public static IReadOnlyList<Hunk> Of(string old, string fresh, int context)
    {
        Invariant.Require(context >= 0, "A difference shows no negative number of lines.");
        var before = Split(old);
        var after = Split(fresh);
        return Group(Compare(before, after), context);
    }

    /// <summary>Lines with their line feeds, so that a missing last one is a difference.
    /// </summary>
    private static List<string> Split(string text)
    {
        var lines = new List<string>();
        for (var at = 0; at < text.Length;)
        {
            var end = text.IndexOf('\n', at);
            var next = end < 0 ? text.Length : end + 1;
            lines.Add(text[at..next]);
            at = next;
        }
        return lines;
    }

    private static List<DiffLine> Compare(List<string> before, List<string> after)
    {
        var most = Math.Min(before.Count, after.Count);
        var head = 0;
        while (head < most && before[head] == after[head])
        {
            head++;
        }
        var tail = 0;
        while (tail < most - head && before[^(tail + 1)] == after[^(tail + 1)])
        {
            tail++;
        }
        var numbers = new Dictionary<string, int>(StringComparer.Ordinal);
        IEnumerable<DiffKind> script =
        [
            .. Enumerable.Repeat(DiffKind.Same, head),
            .. Shortest(Numbered(before, head, tail, numbers),
                Numbered(after, head, tail, numbers)),
            .. Enumerable.Repeat(DiffKind.Same, tail),
        ];
        var lines = new List<DiffLine>(before.Count + after.Count - head - tail);
        var (x, y) = (0, 0);
        foreach (var kind in script)
        {
            lines.Add(kind switch
            {
                DiffKind.Same => Line(kind, before[x], ++x, ++y),
                DiffKind.Removed => Line(kind, before[x], ++x, 0),
                _ => Line(kind, after[y], 0, ++y),
            });
        }
        return lines;
    }

    private static DiffLine Line(DiffKind kind, string text, int oldLine, int newLine)
    {
        var isOpen = !text.EndsWith('\n');
        return new(kind, isOpen ? text : text[..^1], oldLine, newLine, isOpen);
    }

    /// <summary>Equal lines get equal numbers, so that the search compares no texts.</summary>
    private static int[] Numbered(
        List<string> lines, int head, int tail, Dictionary<string, int> numbers)
    {
        var numbered = new int[lines.Count - head - tail];
        for (var i = 0; i < numbered.Length; i++)
        {
            if (!numbers.TryGetValue(lines[head + i], out numbered[i]))
            {
                numbers.Add(lines[head + i], numbered[i] = numbers.Count);
            }
        }
        return numbered;
    }

    private static List<DiffKind> Shortest(int[] before, int[] after)
    {
        var bound = Math.Min(before.Length + after.Length, Limits.DiffLines);
        var trace = new List<int[]>();
        // How far each diagonal reached, from -bound to bound.
        var reach = new int[2 * bound + 3];
        var zero = bound + 1;
        for (var steps = 0; steps <= bound; steps++)
        {
            for (var diagonal = -steps; diagonal <= steps; diagonal += 2)
            {
                var x = IsDown(reach, zero, diagonal, steps)
                    ? reach[zero + diagonal + 1] : reach[zero + diagonal - 1] + 1;
                while (x < before.Length && x - diagonal < after.Length
                    && before[x] == after[x - diagonal])
                {
                    x++;
                }
                reach[zero + diagonal] = x;
                if (x >= before.Length && x - diagonal >= after.Length)
                {
                    return Walk(trace, before.Length, after.Length);
                }
            }
            trace.Add(reach[(zero - steps)..(zero + steps + 1)]);
        }
        return [.. Enumerable.Repeat(DiffKind.Removed, before.Length),
            .. Enumerable.Repeat(DiffKind.Added, after.Length)];
    }

    /// <summary>Whether the furthest way onto a diagonal adds a line instead of removing one.
    /// </summary>
    private static bool IsDown(int[] reach, int zero, int diagonal, int steps) =>
        diagonal == -steps || (diagonal != steps
            && reach[zero + diagonal - 1] < reach[zero + diagonal + 1]);

    /// <summary>The way back from the end, through what each step reached.</summary>
    private static List<DiffKind> Walk(List<int[]> trace, int x, int y)
    {
        var script = new List<DiffKind>(x + y);
        for (var steps = trace.Count; steps > 0; steps--)
        {
            var (reach, zero) = (trace[steps - 1], steps - 1);
            var isDown = IsDown(reach, zero, x - y, steps);
            var from = x - y + (isDown ? 1 : -1);
            var start = reach[zero + from] + (isDown ? 0 : 1);
            for (; x > start; x--, y--)
            {
                script.Add(DiffKind.Same);
            }
            script.Add(isDown ? DiffKind.Added : DiffKind.Removed);
            x = reach[zero + from];
            y = x - from;
        }
        script.AddRange(Enumerable.Repeat(DiffKind.Same, x));
        script.Reverse();
        return script;
    }

    private static List<Hunk> Group(List<DiffLine> lines, int context)
    {
        var hunks = new List<Hunk>();
        for (var i = 0; i < lines.Count; i++)
        {
            if (lines[i].Kind == DiffKind.Same)
            {
                continue;
            }
            var start = Math.Max(i - context, 0);
            var last = i;
            // Changes whose contexts touch share a hunk.
            for (; i < lines.Count && i <= last + 2 * context + 1; i++)
            {
                last = lines[i].Kind == DiffKind.Same ? last : i;
            }
            i = last;
            var end = Math.Min(last + context + 1, lines.Count);
            hunks.Add(Cut(lines, start, end));
        }
        return hunks;
    }

    private static Hunk Cut(List<DiffLine> lines, int start, int end)
    {
        var cut = lines[start..end];
        var oldCount = cut.Count(l => l.Kind != DiffKind.Added);
        var newCount = cut.Count(l => l.Kind != DiffKind.Removed);
        var oldBefore = lines.Take(start).Count(l => l.Kind != DiffKind.Added);
        var newBefore = lines.Take(start).Count(l => l.Kind != DiffKind.Removed);
        return new(oldBefore + (oldCount > 0 ? 1 : 0), oldCount,
            newBefore + (newCount > 0 ? 1 : 0), newCount, [.. cut]);
    }
}
