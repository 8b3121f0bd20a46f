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
    /// <returns>Null when there were errors, all of them in <paramref name="found"/>.</returns>
    public static MappingNode? Read(string file, string text, DiagnosticBag found)
    {
        if (Encoding.UTF8.GetByteCount(text) > Limits.StateFileBytes)
        {
            found.Error(Codes.TooLarge, new(file, 1, 1, 1, 1),
                $"{file} is larger than {Limits.StateFileBytes / 1024} KiB.",
                "Split off what does not belong into it.");
            return null;
        }
        if (text.AsSpan().IndexOfAny("\0\u001b") >= 0)
        {
            found.Error(Codes.Syntax, PlaceOf(file, text, text.AsSpan().IndexOfAny("\0\u001b")),
                "The text holds a control character that YAML does not allow.",
                "Remove it; it is often left by a program that writes binary data.");
            return null;
        }
        var reading = new Reading(file, found);
        try
        {
            return reading.Document(new Parser(new StringReader(text.TrimStart('\uFEFF'))));
        }
        catch (YamlException fault)
        {
            reading.Syntax(fault.Start, fault.End, fault.Message, text);
        }
        catch (StopReadingException)
        {
            // The finding is already in the bag.
        }
        // The library's scanner lets these out on malformed flow collections.
        catch (Exception fault) when (fault is InvalidOperationException or ArgumentException
            or IndexOutOfRangeException or OverflowException or FormatException)
        {
            reading.Syntax(reading.Last, reading.Last, fault.Message, text);
        }
        return null;
    }

    private static Span PlaceOf(string file, string text, int index)
    {
        var before = text.AsSpan(0, index);
        var line = before.Count('\n') + 1;
        var column = index - before.LastIndexOf('\n');
        return new(file, line, column, line, column + 1);
    }

    private sealed class StopReadingException : Exception;

    private sealed class Reading(string file, DiagnosticBag found)
    {
        private int _nodes;

        public Mark Last { get; private set; } = new();

        public MappingNode? Document(Parser parser)
        {
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
            var span = Enclose(start, parser.Current, items.Count > 0 ? items[^1].Span : null,
                start.Style == SequenceStyle.Flow);
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
                if (!keys.Add(key.Text))
                {
                    found.Error(Codes.Duplicate, key.Span,
                        $"The field {Shown(key.Text)} stands twice in one place.",
                        "Remove one of the two.");
                }
                entries.Add(new(key, Node(parser, depth + 1)));
            }
            var span = Enclose(start, parser.Current,
                entries.Count > 0 ? entries[^1].Value.Span : null,
                start.Style == MappingStyle.Flow);
            Next(parser);
            return new(span, entries.ToImmutable());
        }

        private ScalarNode ToScalar(Scalar scalar) =>
            new(SpanOf(scalar), scalar.Value, scalar.Style == ScalarStyle.Plain);

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
            found.Error(code, at ?? new(file, Line(Last.Line), Line(Last.Column), Line(Last.Line),
                Line(Last.Column)), message, remedy);
            throw new StopReadingException();
        }

        public void Syntax(Mark start, Mark end, string message, string text)
        {
            var span = new Span(file, Line(start.Line), Line(start.Column),
                Line(end.Line), Line(end.Column));
            var line = text.Split('\n').ElementAtOrDefault(span.Line - 1) ?? "";
            found.Error(Codes.Syntax, span, $"This is not YAML: {Plain(message)}",
                Remedy(line, message));
        }

        /// <summary>The library's sentence without the place, which stands before it already.
        /// </summary>
        private static string Plain(string message)
        {
            var cut = message.StartsWith("(Line", StringComparison.Ordinal)
                ? message.IndexOf("): ", StringComparison.Ordinal) : -1;
            var plain = (cut < 0 ? message : message[(cut + 3)..]).TrimEnd('.');
            return plain.Length > 0 ? plain + "." : "the text breaks off.";
        }

        private static string Remedy(string line, string message)
        {
            if (line.TrimStart(' ').StartsWith('\t'))
            {
                return "Indent with spaces: YAML does not allow tabs there.";
            }
            if (line.Count(c => c == '"') % 2 == 1 || line.Count(c => c == '\'') % 2 == 1)
            {
                return "Close the quotation mark, or quote the whole value.";
            }
            if (line.Count(c => c == '[') != line.Count(c => c == ']')
                || line.Count(c => c == '{') != line.Count(c => c == '}'))
            {
                return "Close every [ and { on this line.";
            }
            if (message.Contains("mapping", StringComparison.Ordinal))
            {
                return "Check this line and the one before: indentation, the colon and the space "
                    + "after it; quote a value that contains ': '.";
            }
            return "Check this line and the one before: indentation, colons and quotation marks.";
        }

        private static string Shown(string text) => text.Length > 40 ? text[..40] + "…" : text;

        /// <summary>Flow collections end at their bracket; block ones at their last item, not at
        /// the next key, where the library says they end.</summary>
        private Span Enclose(ParsingEvent start, ParsingEvent? end, Span? last, bool flow)
        {
            var whole = SpanOf(start);
            if (flow && end is not null)
            {
                return whole with { EndLine = Line(end.End.Line), EndColumn = Line(end.End.Column) };
            }
            return last is null ? whole
                : whole with { EndLine = last.EndLine, EndColumn = last.EndColumn };
        }

        private Span SpanOf(ParsingEvent what) => new(file, Line(what.Start.Line),
            Line(what.Start.Column), Line(what.End.Line), Line(what.End.Column));

        private static int Line(long number) => (int)Math.Clamp(number, 1, int.MaxValue);
    }
}
