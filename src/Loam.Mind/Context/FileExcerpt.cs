using System.Collections.Immutable;
using Loam.Core.StateFiles;
using Loam.Mind.Answers;

namespace Loam.Mind.Context;

/// <summary>A state file without the entries of its lists that do not matter; where a run of them
/// stood, one comment line keeps their place.</summary>
internal static class FileExcerpt
{
    private const int Named = 6;

    public static ShownFile Whole(string file, string text) => new(
        file, PlainText.Lines(text), ImmutableSortedDictionary<string, string>.Empty);

    /// <param name="spec">The file as it was read.</param>
    /// <param name="nonce">In the lines, so that nothing in the file looks like one.</param>
    public static ShownFile Of(
        string file, string text, MapValue spec, string nonce, ImmutableHashSet<string> names)
    {
        var lines = PlainText.Lines(text).Split('\n');
        var kept = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        var shown = new List<string>();
        var at = 0;
        foreach (var run in Runs(spec, lines, names))
        {
            shown.AddRange(lines[at..run.First]);
            var mark = $"# kept {nonce}-{kept.Count + 1}:";
            kept[mark] = string.Join('\n', lines[run.First..run.End]);
            shown.Add(new string(' ', run.Indent) + mark + " "
                + string.Join(", ", run.Names.Take(Named))
                + (run.Names.Count > Named ? $" and {run.Names.Count - Named} more" : ""));
            at = run.End;
        }
        shown.AddRange(lines[at..]);
        return new(file, string.Join('\n', shown), kept.ToImmutable());
    }

    private sealed record Run(int First, int End, int Indent, List<string> Names);

    /// <summary>Runs of entries that do not matter, in order; lines count from 0.</summary>
    private static IEnumerable<Run> Runs(
        MapValue spec, string[] lines, ImmutableHashSet<string> names)
    {
        var lists = spec.Entries.Select(e => e.Value).OfType<ListValue>()
            .Where(l => l.At is not null && !l.Items.IsEmpty && IsBlock(l, lines));
        foreach (var list in lists.OrderBy(l => l.At!.Line))
        {
            Run? run = null;
            for (var i = 0; i < list.Items.Length; i++)
            {
                var first = FirstLine(list, i, lines);
                var end = i + 1 < list.Items.Length ? FirstLine(list, i + 1, lines)
                    : Math.Max(list.Items[i].At!.EndLine, first + 1);
                var name = NameOf(list.Items[i]);
                if (name is not null && !names.Contains(name))
                {
                    var indent = lines[list.Items[i].At!.Line - 1].IndexOf('-');
                    run ??= new(first, end, indent, []);
                    run.Names.Add(PlainText.OneLine(name, 40));
                    run = run with { End = end };
                }
                else if (run is not null)
                {
                    yield return run;
                    run = null;
                }
            }
            if (run is not null)
            {
                yield return run;
            }
        }
    }

    private static string? NameOf(Value item) => item is not MapValue map ? null
        : map.Text("name") ?? map.Text("target") ?? map.Text("service") ?? map.Text("host");

    /// <summary>Each item begins a line with its dash.</summary>
    private static bool IsBlock(ListValue list, string[] lines) => list.Items.All(i =>
        i is MapValue { At: { } at } && lines[at.Line - 1].AsSpan().TrimStart().StartsWith("- "))
        && list.Items.Select(i => i.At!.Line).Distinct().Count() == list.Items.Length;

    /// <summary>Comments right above an item belong to it.</summary>
    private static int FirstLine(ListValue list, int item, string[] lines)
    {
        var first = list.Items[item].At!.Line - 1;
        var least = item == 0 ? list.At!.Line - 1 : list.Items[item - 1].At!.EndLine;
        while (item > 0 && first > least && lines[first - 1].AsSpan().TrimStart().StartsWith("#"))
        {
            first--;
        }
        return first;
    }
}
