using Loam.Core.StateFiles;
using Loam.Scoring.Facts;

namespace Loam.Scoring.Judging;

/// <summary>The lines from one on that belong to a thing, or that open a list of things.</summary>
/// <param name="Line">From 1.</param>
internal sealed record Section(int Line, Thing Thing, Node Before, Node? After)
{
    public bool IsHeader => Thing.Name is null && Topic.Of(Thing.Topic).Items is not null;
}

/// <summary>Which lines of a file speak of what, and what became of it.</summary>
internal sealed class FileMap
{
    private readonly List<Section> _sections;

    public FileMap(MappingNode before, MappingNode after) => _sections =
    [
        .. Sections(before["spec"] as MappingNode, after["spec"] as MappingNode)
            .OrderBy(s => s.Line),
    ];

    /// <summary>Null: the head of the file.</summary>
    public Section? SectionAt(int line) => _sections.FindLast(s => s.Line <= line);

    public Section? SectionAfter(int line) => _sections.Find(s => s.Line > line);

    private static IEnumerable<Section> Sections(MappingNode? before, MappingNode? after)
    {
        foreach (var (key, node) in before?.Entries ?? [])
        {
            if (Topic.All.FirstOrDefault(t => t.Name == key.Text) is not { } topic)
            {
                continue;
            }
            var made = after?[key.Text];
            yield return new(key.Span.Line, new(topic.Name, null), node, made);
            foreach (var item in (node as SequenceNode)?.Items ?? [])
            {
                if (topic.Items?.Key is { } field && Name(item, field) is { } name)
                {
                    yield return new(item.Span.Line, new(topic.Name, name), item,
                        (made as SequenceNode)?.Items.FirstOrDefault(i => Name(i, field) == name));
                }
            }
        }
    }

    private static string? Name(Node item, string field) =>
        ((item as MappingNode)?[field] as ScalarNode)?.Text;

    /// <summary>Whether what stands at a line, or else below it, is there no more.</summary>
    public bool HasLeft(Section section, int line, bool exactly)
    {
        var at = Leaves(section.Before, section.After, isWhole: true)
            .Where(l => exactly ? l.Line == line : l.Line > line).ToList();
        var first = at.Count == 0 ? 0 : at.Min(l => l.Line);
        return at.Exists(l => l.Line == first && l.IsGone);
    }

    /// <summary>Whether all that stands at a line still stands in the file as it was.</summary>
    public bool SaysTheSame(Section section, int line)
    {
        var at = Leaves(section.Before, section.After, isWhole: true)
            .Where(l => l.Line == line).ToList();
        return at.Count > 0 && at.TrueForAll(l => l.IsSame);
    }

    /// <param name="IsGone">Nothing stands at its place, or its list became shorter.</param>
    private readonly record struct Leaf(int Line, bool IsGone, bool IsSame);

    /// <summary>The scalars below a node, each beside what is at the same place now.</summary>
    /// <param name="isWhole">All lists on the way have as many items as they had, so that an
    /// index still means the same item.</param>
    private static IEnumerable<Leaf> Leaves(Node before, Node? after, bool isWhole)
    {
        switch (before)
        {
            case MappingNode map:
                foreach (var (key, child) in map.Entries)
                {
                    var made = (after as MappingNode)?[key.Text];
                    if (child is not ScalarNode && child.Span.Line != key.Span.Line)
                    {
                        yield return new(key.Span.Line, made is null, false);
                    }
                    foreach (var leaf in Leaves(child, made, isWhole))
                    {
                        yield return leaf;
                    }
                }
                break;
            case SequenceNode list:
                var items = (after as SequenceNode)?.Items ?? [];
                for (var i = 0; i < list.Items.Length; i++)
                {
                    foreach (var leaf in Leaves(list.Items[i],
                        i < items.Length ? items[i] : null,
                        isWhole && items.Length == list.Items.Length))
                    {
                        yield return leaf;
                    }
                }
                break;
            case ScalarNode scalar:
                yield return new(scalar.Span.Line,
                    after is null || !isWhole,
                    isWhole && after is ScalarNode made2 && made2.Text == scalar.Text);
                break;
        }
    }
}
