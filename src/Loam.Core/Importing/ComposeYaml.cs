using System.Collections.Immutable;
using Loam.Core.Diagnostics;
using Loam.Core.StateFiles;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Loam.Core.Importing;

/// <summary>The YAML of compose files, which unlike state files use anchors, aliases and merge
/// keys: all of them are resolved here, and what they stand for has the place of the original.
/// </summary>
internal static class ComposeYaml
{
    /// <summary>The key whose mapping, or list of mappings, is taken over where the own entries say
    /// nothing.</summary>
    private const string MergeKey = "<<";

    /// <exception cref="ComposeException">It is no YAML, no mapping, or far too large.</exception>
    public static MappingNode Read(string file, string text)
    {
        if (text.Length > Limits.StateFileBytes)
        {
            throw new ComposeException(null,
                $"{file} is larger than {Limits.StateFileBytes / 1024} KiB.",
                "Name the compose file itself.");
        }
        var reading = new Reading(file);
        try
        {
            var parser = new Parser(new StringReader(text.TrimStart('\uFEFF')));
            parser.Consume<StreamStart>();
            if (!parser.Accept<DocumentStart>(out _))
            {
                return new(new(file, 1, 1, 1, 1), []);
            }
            parser.Consume<DocumentStart>();
            return reading.Node(parser, 0) as MappingNode ?? throw new ComposeException(
                new(file, 1, 1, 1, 1), $"{file} is not a mapping of fields.",
                "A compose file begins with services:.");
        }
        catch (YamlException fault)
        {
            throw new ComposeException(Place(file, fault.Start),
                $"{file} is not YAML: {fault.InnerException?.Message ?? fault.Message}",
                "Mend that line; `docker compose config` says the same.");
        }
        // The library's scanner lets these out on malformed flow collections.
        catch (Exception fault) when (fault is InvalidOperationException or ArgumentException
            or IndexOutOfRangeException or OverflowException or FormatException
            or NullReferenceException or InvalidCastException)
        {
            throw new ComposeException(null, $"{file} is not YAML.",
                "`docker compose config` says where it is broken.");
        }
    }

    private static Span Place(string file, Mark mark) =>
        new(file, (int)mark.Line, (int)mark.Column, (int)mark.Line, (int)mark.Column);

    private sealed class Reading(string file)
    {
        private readonly Dictionary<string, Node> _anchors = new(StringComparer.Ordinal);
        private readonly Dictionary<Node, int> _sizes = new(ReferenceEqualityComparer.Instance);

        public Node Node(Parser parser, int depth)
        {
            if (depth > Limits.StateFileDepth)
            {
                throw new ComposeException(Place(file, parser.Current!.Start),
                    $"{file} is nested deeper than {Limits.StateFileDepth} levels.",
                    "Make it flatter.");
            }
            var anchor = parser.Current is NodeEvent { Anchor.IsEmpty: false } named
                ? named.Anchor.Value : null;
            Node node;
            if (parser.TryConsume<AnchorAlias>(out var alias))
            {
                return _anchors.GetValueOrDefault(alias.Value.Value) ?? throw new ComposeException(
                    Place(file, alias.Start), $"Nothing is marked &{alias.Value}.",
                    "Put the anchor before its use.");
            }
            if (parser.TryConsume<Scalar>(out var scalar))
            {
                node = new ScalarNode(Place(file, scalar.Start), scalar.Value,
                    scalar.Style == ScalarStyle.Plain);
            }
            else if (parser.TryConsume<SequenceStart>(out var list))
            {
                node = Sequence(parser, list, depth);
            }
            else
            {
                node = Mapping(parser, parser.Consume<MappingStart>(), depth);
            }
            Weigh(node);
            if (anchor is not null)
            {
                _anchors[anchor] = node;
            }
            return node;
        }

        private SequenceNode Sequence(Parser parser, SequenceStart start, int depth)
        {
            var items = ImmutableArray.CreateBuilder<Node>();
            while (!parser.TryConsume<SequenceEnd>(out _))
            {
                items.Add(Node(parser, depth + 1));
            }
            return new(Place(file, start.Start), items.ToImmutable());
        }

        private MappingNode Mapping(Parser parser, MappingStart start, int depth)
        {
            var own = new List<MappingEntry>();
            var merged = new List<MappingNode>();
            while (!parser.TryConsume<MappingEnd>(out _))
            {
                var key = Node(parser, depth + 1) as ScalarNode ?? throw new ComposeException(
                    Place(file, start.Start), "A key here is not a text.", "Write a plain name.");
                var value = Node(parser, depth + 1);
                if (key is { Text: MergeKey, Plain: true })
                {
                    merged.AddRange(value is SequenceNode several
                        ? several.Items.OfType<MappingNode>()
                        : value is MappingNode one ? [one] : []);
                    continue;
                }
                own.RemoveAll(e => e.Key.Text == key.Text);
                own.Add(new(key, value));
            }
            var inherited = merged.SelectMany(m => m.Entries)
                .Where(e => own.TrueForAll(o => o.Key.Text != e.Key.Text))
                .DistinctBy(e => e.Key.Text);
            return new(Place(file, start.Start), [.. inherited, .. own]);
        }

        /// <summary>A few lines of aliases to aliases can stand for a thousand million nodes.
        /// </summary>
        private void Weigh(Node node)
        {
            var size = 1L + (node switch
            {
                SequenceNode list => list.Items.Sum(i => (long)_sizes.GetValueOrDefault(i, 1)),
                MappingNode map => map.Entries.Sum(e => (long)_sizes.GetValueOrDefault(e.Value, 1)),
                _ => 0,
            });
            if (size > Limits.StateFileNodes)
            {
                throw new ComposeException(node.Span,
                    $"{file} has more than {Limits.StateFileNodes} parts once its aliases are "
                    + "resolved.", "Import a part of it.");
            }
            _sizes[node] = (int)size;
        }
    }
}
