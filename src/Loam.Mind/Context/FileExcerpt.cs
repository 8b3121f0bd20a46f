using System.Collections.Immutable;
using Loam.Core.Diagnostics;
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

    /// <param name="nonce">In the lines, so that nothing in the file looks like one.</param>
    public static ShownFile Of(
        string file, string text, string nonce, ImmutableHashSet<string> names)
    {
        var lines = PlainText.Lines(text).Split('\n');
        var root = YamlReader.Read(file, text, new DiagnosticBag());
        var kept = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        var shown = new List<string>();
        var at = 0;
        foreach (var run in Runs(root, lines, names))
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
        MappingNode? root, string[] lines, ImmutableHashSet<string> names)
    {
        var lists = (root?["spec"] as MappingNode)?.Entries.Select(e => e.Value)
            .OfType<SequenceNode>().Where(l => l.Items.Length > 0 && IsBlock(l, lines)) ?? [];
        foreach (var list in lists.OrderBy(l => l.Span.Line))
        {
            Run? run = null;
            for (var i = 0; i < list.Items.Length; i++)
            {
                var first = FirstLine(list, i, lines);
                var end = i + 1 < list.Items.Length ? FirstLine(list, i + 1, lines)
                    : Math.Max(list.Items[i].Span.EndLine, first + 1);
                var name = NameOf(list.Items[i]);
                if (name is not null && !names.Contains(name))
                {
                    var indent = lines[list.Items[i].Span.Line - 1].IndexOf('-');
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

    private static string? NameOf(Node item) => item is not MappingNode map ? null
        : ((map["name"] ?? map["target"] ?? map["service"] ?? map["host"]) as ScalarNode)?.Text;

    /// <summary>Each item begins a line with its dash.</summary>
    private static bool IsBlock(SequenceNode list, string[] lines) => list.Items.All(i =>
        i is MappingNode && lines[i.Span.Line - 1].AsSpan().TrimStart().StartsWith("- "))
        && list.Items.Select(i => i.Span.Line).Distinct().Count() == list.Items.Length;

    /// <summary>Comments right above an item belong to it.</summary>
    private static int FirstLine(SequenceNode list, int item, string[] lines)
    {
        var first = list.Items[item].Span.Line - 1;
        var least = item == 0 ? list.Span.Line - 1 : list.Items[item - 1].Span.EndLine;
        while (item > 0 && first > least && lines[first - 1].AsSpan().TrimStart().StartsWith("#"))
        {
            first--;
        }
        return first;
    }
}
