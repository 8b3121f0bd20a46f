using Loam.Core.StateFiles;
using Loam.Mind.Evaluating.Facts;

namespace Loam.Mind.Evaluating.Judging;

/// <summary>Which lines of a file speak of what.</summary>
internal sealed class FileMap
{
    private readonly string[] _lines;
    private readonly HashSet<string> _trimmed;

    public FileMap(MappingNode root, string text)
    {
        _lines = text.Split('\n');
        _trimmed = _lines.Select(l => l.Trim()).ToHashSet(StringComparer.Ordinal);
        Sections =
        [
            new(1, null, root, false), .. Read(root["spec"] as MappingNode).OrderBy(s => s.Line),
        ];
    }

    /// <summary>In the order of the file; the head of the file is the first.</summary>
    public IReadOnlyList<Section> Sections { get; }

    /// <summary>A line with that text stands somewhere, however it is indented.</summary>
    public bool Has(string text) => _trimmed.Contains(text);

    /// <summary>The section of the same thing.</summary>
    public Section? Find(Section other) =>
        Sections.FirstOrDefault(s => s.Thing == other.Thing);

    public Section? After(Section section) => Sections.FirstOrDefault(s => s.Line > section.Line);

    /// <summary>From its first line to the next section's.</summary>
    public string[] LinesOf(Section section) =>
        _lines[(section.Line - 1)..((After(section)?.Line ?? _lines.Length + 1) - 1)];

    private IEnumerable<Section> Read(MappingNode? spec)
    {
        foreach (var (key, node) in spec?.Entries ?? [])
        {
            if (Topic.All.FirstOrDefault(t => t.Name == key.Text) is not { } topic)
            {
                continue;
            }
            yield return new(key.Span.Line, new(topic.Name, null), node, IsFlow(node));
            foreach (var item in (node as SequenceNode)?.Items ?? [])
            {
                if (topic.Items?.Key is { } field
                    && (item as MappingNode)?[field] is ScalarNode { Text: var name })
                {
                    yield return new(item.Span.Line, new(topic.Name, name), item, IsFlow(item));
                }
            }
        }
    }

    private bool IsFlow(Node node) => node is not ScalarNode
        && _lines[node.Span.Line - 1] is var line && node.Span.Column <= line.Length
        && line[node.Span.Column - 1] is '{' or '[';
}

/// <summary>The lines from one on that belong to a thing, or that open a list of things.</summary>
/// <param name="Line">From 1.</param>
/// <param name="Thing">Null: the head of the file.</param>
/// <param name="IsFlow">In braces, so that a change of one part may move the others.</param>
internal sealed record Section(int Line, Thing? Thing, Node Node, bool IsFlow)
{
    public bool IsHeader =>
        Thing is { Name: null } thing && Topic.Of(thing.Topic).Items is not null;

    /// <summary>Whether what stands at a line, or else next below it, is there no more.</summary>
    public bool HasLeft(Section made, int line, bool exactly)
    {
        var at = Leaves(Node, made.Node, isWhole: true)
            .Where(l => exactly ? l.Line == line : l.Line > line).ToList();
        var first = at.Count == 0 ? 0 : at.Min(l => l.Line);
        return at.Exists(l => l.Line == first && l.IsGone);
    }

    /// <summary>Whether all that stands at a line still stands in the file as it was.</summary>
    public bool SaysTheSame(Section made, int line)
    {
        var at = Leaves(Node, made.Node, isWhole: true).Where(l => l.Line == line).ToList();
        return at.Count > 0 && at.TrueForAll(l => l.IsSame);
    }

    /// <param name="IsGone">Nothing stands at its place, or its list became shorter.</param>
    private readonly record struct Leaf(int Line, bool IsGone, bool IsSame);

    /// <summary>The scalars below a node, and the lists and mappings that have more or fewer
    /// parts than they had (in flow style they share their line), each beside what is at the
    /// same place now.</summary>
    /// <param name="isWhole">All lists on the way have as many items as they had, so that an
    /// index still means the same item.</param>
    private static IEnumerable<Leaf> Leaves(Node before, Node? after, bool isWhole)
    {
        switch (before)
        {
            case MappingNode map:
                if (map.Entries.Length != (after as MappingNode)?.Entries.Length)
                {
                    yield return new(map.Span.Line, after is null, false);
                }
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
                if (items.Length != list.Items.Length)
                {
                    yield return new(
                        list.Span.Line, items.Length < list.Items.Length, false);
                }
                for (var i = 0; i < list.Items.Length; i++)
                {
                    foreach (var leaf in Leaves(list.Items[i],
                        i < items.Length ? items[i] : null,
                        isWhole && items.Length >= list.Items.Length))
                    {
                        yield return leaf;
                    }
                }
                break;
            case ScalarNode scalar:
                yield return new(scalar.Span.Line, after is null || !isWhole,
                    isWhole && (after as ScalarNode)?.Text == scalar.Text);
                break;
        }
    }
}
