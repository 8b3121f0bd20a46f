using System.Collections.Immutable;
using System.Text;
using Loam.Core.Diagnostics;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Loam.Core.StateFiles;

/// <summary>YAML text to nodes with places, over YamlDotNet's event parser. Only what a person
/// reads at sight is accepted: no anchors, aliases, tags or several documents.</summary>
public static class YamlReader
{
    /// <summary>Reads one file. An empty file is an empty mapping.</summary>
    /// <returns>Null only with errors, all of them in <paramref name="found"/>; a mapping with
    /// a key that stands twice is returned, with that error.</returns>
    public static MappingNode? Read(string file, string text, DiagnosticBag found)
    {
        if (Encoding.UTF8.GetByteCount(text) > Limits.StateFileBytes)
        {
            found.Error(Codes.TooLarge, new(file, 1, 1, 1, 1),
                $"{file} is larger than {Limits.StateFileBytes / 1024} KiB.",
                "Split off what does not belong into it.");
            return null;
        }
        var body = text.StartsWith('\uFEFF') ? text[1..] : text;
        if (YamlFaults.FindUnreadable(file, body) is { } unreadable)
        {
            found.AddRange([unreadable]);
            return null;
        }
        var reading = new Reading(file, body, found);
        try
        {
            return reading.Document(new Parser(new StringReader(body)));
        }
        catch (YamlException fault)
        {
            reading.Syntax(fault.Start, fault.End, fault.Message);
        }
        catch (StopReadingException)
        {
            // The finding is already in the bag.
        }
        // The library's scanner lets these out on malformed flow collections.
        catch (Exception fault) when (fault is InvalidOperationException or ArgumentException
            or IndexOutOfRangeException or OverflowException or FormatException
            or NullReferenceException or InvalidCastException)
        {
            reading.Syntax(reading.Last, reading.Last, "");
        }
        return null;
    }

    private sealed class StopReadingException : Exception;

    private sealed class Reading(string file, string text, DiagnosticBag found)
    {
        private int _nodes;

        public Mark Last { get; private set; } = new();

        public MappingNode? Document(Parser parser)
        {
            RefuseDirective();
            Next(parser);
            if (!Next(parser) || parser.Current is StreamEnd)
            {
                return new(new(file, 1, 1, 1, 1), []);
            }
            Next(parser);
            var root = Node(parser, 0);
            if (parser.Current is DocumentEnd)
            {
                Next(parser);
            }
            if (parser.Current is DocumentStart second)
            {
                Stop(Codes.YamlFeature, SpanOf(second),
                    "A second document begins here.", "Keep one document in a file.");
            }
            if (root is MappingNode mapping)
            {
                return mapping;
            }
            if (root is ScalarNode { Text.Length: 0 })
            {
                return new(root.Span, []);
            }
            Stop(Codes.WrongType, root.Span, $"{file} is not a mapping of fields.",
                "Begin with apiVersion: loam/v1 and kind.");
            return null;
        }

        /// <summary>The library skips over directives, even where no document follows.</summary>
        private void RefuseDirective()
        {
            var number = 0;
            foreach (var line in text.AsSpan().EnumerateLines())
            {
                number++;
                if (line.StartsWith("%"))
                {
                    Stop(Codes.YamlFeature, new(file, number, 1, number, line.Length + 1),
                        "A line that begins with % is a directive.", "Remove it.");
                }
                if (line.TrimStart() is [not '#', ..])
                {
                    return;
                }
            }
        }

        private bool Next(Parser parser)
        {
            var more = parser.MoveNext();
            if (more && parser.Current is { } current)
            {
                Last = current.Start;
            }
            return more;
        }

        private Node Node(Parser parser, int depth)
        {
            var current = parser.Current;
            Refuse(current, depth);
            switch (current)
            {
                case Scalar scalar:
                    Next(parser);
                    return ToScalar(scalar);
                case SequenceStart start:
                    return Sequence(parser, start, depth);
                case MappingStart start:
                    return Mapping(parser, start, depth);
                default:
                    Stop(Codes.Syntax, current is null ? null : SpanOf(current),
                        "Something is missing here.", "Complete or remove the line before.");
                    throw new StopReadingException();
            }
        }

        private SequenceNode Sequence(Parser parser, SequenceStart start, int depth)
        {
            var items = ImmutableArray.CreateBuilder<Node>();
            Next(parser);
            while (parser.Current is not SequenceEnd)
            {
                items.Add(Node(parser, depth + 1));
            }
            var span = start.Style == SequenceStyle.Flow
                ? Bracketed(start, parser.Current!)
                : Enclose(SpanOf(start), items.Count > 0 ? items[^1].Span : null);
            Next(parser);
            return new(span, items.ToImmutable());
        }

        private MappingNode Mapping(Parser parser, MappingStart start, int depth)
        {
            var entries = ImmutableArray.CreateBuilder<MappingEntry>();
            var keys = new HashSet<string>(StringComparer.Ordinal);
            Next(parser);
            while (parser.Current is not MappingEnd)
            {
                Refuse(parser.Current, depth);
                if (parser.Current is not Scalar name)
                {
                    Stop(Codes.WrongType, SpanOf(parser.Current!),
                        "The name of a field is not a plain text.",
                        "Write the field as name: value.");
                    throw new StopReadingException();
                }
                Next(parser);
                var key = ToScalar(name);
                if (IsMarked(name.Start))
                {
                    Stop(Codes.YamlFeature, key.Span, "The name of a field is marked with ?.",
                        "Write the field as name: value.");
                }
                // The library gives such a pair no place of its own.
                if (depth > 0 && start.Start.Index == 0)
                {
                    Stop(Codes.YamlFeature, key.Span,
                        "A pair stands in a list without braces.", "Write it as {name: value}.");
                }
                if (!keys.Add(key.Text))
                {
                    found.Error(Codes.Duplicate, key.Span,
                        $"The field {Shown(key.Text)} stands twice in one place.",
                        "Remove one of the two.");
                }
                entries.Add(new(key, Node(parser, depth + 1)));
            }
            var span = start.Style == MappingStyle.Flow
                ? Bracketed(start, parser.Current!)
                : Enclose(entries.Count > 0 ? entries[0].Key.Span : SpanOf(start),
                    entries.Count > 0 ? entries[^1].Value.Span : null);
            Next(parser);
            return new(span, entries.ToImmutable());
        }

        /// <summary>Whether the question mark that YAML allows before a key stands there.
        /// </summary>
        private bool IsMarked(Mark key)
        {
            var before = text.AsSpan(0, (int)key.Index).TrimEnd(" \t\n\r");
            if (!before.EndsWith('?'))
            {
                return false;
            }
            // A value of the line before may end with one too.
            return text.AsSpan(before.Length, (int)key.Index - before.Length).IndexOf('\n') < 0
                || before[(before.LastIndexOf('\n') + 1)..].Trim(" \t-") is "?";
        }

        private ScalarNode ToScalar(Scalar scalar)
        {
            var span = SpanOf(scalar);
            if (scalar.Style is ScalarStyle.Literal or ScalarStyle.Folded)
            {
                span = WithoutBlankEnd(scalar, span);
            }
            return new(span, scalar.Value, scalar.Style == ScalarStyle.Plain);
        }

        private void Refuse(ParsingEvent? current, int depth)
        {
            if (current is AnchorAlias alias)
            {
                Stop(Codes.YamlFeature, SpanOf(alias), $"*{alias.Value} is an alias.",
                    "Write the value out where it is used.");
            }
            if (current is not NodeEvent node)
            {
                return;
            }
            if (!node.Anchor.IsEmpty)
            {
                Stop(Codes.YamlFeature, SpanOf(node), $"&{node.Anchor.Value} is an anchor.",
                    "Remove it, and write the value out where it is used.");
            }
            if (!node.Tag.IsEmpty)
            {
                Stop(Codes.YamlFeature, SpanOf(node), $"{Shown(node.Tag.Value)} is a tag.",
                    "Remove it; quote the value if it should be text.");
            }
            if (depth > Limits.StateFileDepth || ++_nodes > Limits.StateFileNodes)
            {
                Stop(Codes.TooLarge, SpanOf(node), "The text is nested too deeply or too long.",
                    $"Keep to {Limits.StateFileDepth} levels and {Limits.StateFileNodes} values.");
            }
        }

        private void Stop(Code code, Span? at, string message, string remedy)
        {
            found.Error(code, at ?? new(file, Number(Last.Line), Number(Last.Column),
                Number(Last.Line), Number(Last.Column)), message, remedy);
            throw new StopReadingException();
        }

        public void Syntax(Mark start, Mark end, string message)
        {
            var span = new Span(file, Number(start.Line), Number(start.Column),
                Number(end.Line), Number(end.Column));
            found.AddRange([YamlFaults.Explain(span, text, message)]);
        }

        private static string Shown(string text) => text.Length > 40 ? text[..40] + "…" : text;

        /// <summary>The library ends a flow collection before its closing bracket.</summary>
        private Span Bracketed(ParsingEvent start, ParsingEvent end) =>
            SpanOf(start) with
            {
                EndLine = Number(end.Start.Line),
                EndColumn = Number(end.Start.Column) + 1,
            };

        /// <summary>A block collection ends with its last item, not at the next key, where the
        /// library says it ends.</summary>
        private static Span Enclose(Span start, Span? last) => last is null ? start
            : start with { EndLine = last.EndLine, EndColumn = last.EndColumn };

        /// <summary>The library ends a block scalar where the next thing begins; here it ends
        /// with its last line that is not blank.</summary>
        private Span WithoutBlankEnd(Scalar scalar, Span span)
        {
            var start = (int)scalar.Start.Index;
            var length = text.AsSpan(start, (int)scalar.End.Index - start).TrimEnd().Length;
            var kept = text.AsSpan(start, length);
            var line = kept.LastIndexOf('\n');
            return line < 0
                ? span with { EndLine = span.Line, EndColumn = span.Column + length }
                : span with
                {
                    EndLine = span.Line + kept.Count('\n'),
                    EndColumn = length - line,
                };
        }

        private Span SpanOf(ParsingEvent what) => new(file, Number(what.Start.Line),
            Number(what.Start.Column), Number(what.End.Line), Number(what.End.Column));

        private static int Number(long number) => (int)Math.Clamp(number, 1, int.MaxValue);
    }
}
