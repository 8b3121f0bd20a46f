using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using Loam.Core.Diagnostics;

namespace Loam.Core.StateFiles.Editing;

/// <summary>One value of a text and the characters it takes up.</summary>
/// <param name="Start">Offset of its first character.</param>
/// <param name="End">Offset after its last one. A block scalar ends with its last line that is
/// not empty, before the break; with <c>|+</c> the empty lines belong to it.</param>
/// <param name="Flow">Written in brackets or braces.</param>
/// <param name="Literal">A block scalar, <c>|</c> or <c>&gt;</c>.</param>
internal sealed record Part(
    Node Node, int Start, int End, bool Flow, bool Literal, ImmutableArray<Slot> Slots)
{
    public bool IsEmpty => Start == End;

    public bool IsBlock => !Flow && Node is not ScalarNode;
}

/// <summary>One entry of a mapping or item of a list.</summary>
/// <param name="Start">Offset of the key, of the dash, or of a flow list's item.</param>
/// <param name="KeyEnd">Offset after the key; of an item, its start.</param>
/// <param name="Mark">Offset after the colon or the dash; -1 where there is none.</param>
internal sealed record Slot(ScalarNode? Key, int Start, int KeyEnd, int Mark, Part Value)
{
    public int End => Math.Max(Math.Max(KeyEnd, Mark), Value.End);
}

/// <summary>A text and where all its parts are.</summary>
internal sealed class Layout
{
    /// <summary>One edit asks for the same text several times, and the next edit for what the
    /// last one made.</summary>
    private static readonly ConditionalWeakTable<string, MappingNode> s_read = [];

    private Layout(TextLines lines, MappingNode root)
    {
        Lines = lines;
        Root = root.Entries.Length == 0 && !IsBrace(root)
            ? new(root, 0, 0, false, false, []) : Build(root, 0);
        Style = FileStyle.Of(this);
    }

    public TextLines Lines { get; }

    public string Text => Lines.Text;

    public Part Root { get; }

    public FileStyle Style { get; }

    /// <exception cref="EditException">The text cannot be read.</exception>
    public static Layout Of(string text)
    {
        var found = new DiagnosticBag();
        var root = Read(text, found);
        if (root is null || found.HasErrors)
        {
            var first = found.ToList().First(d => d.IsError);
            throw new EditException(first.At is { } at
                ? $"Line {at.Line} cannot be read: {first.Message} {first.Remedy}"
                : $"{first.Message} {first.Remedy}");
        }
        return new(new TextLines(text), root);
    }

    /// <summary>As <see cref="YamlReader.Read"/>, but a text without findings once only.
    /// </summary>
    public static MappingNode? Read(string text, DiagnosticBag found)
    {
        if (s_read.TryGetValue(text, out var known))
        {
            return known;
        }
        var own = new DiagnosticBag();
        var root = YamlReader.Read("The text", text, own);
        var findings = own.ToList();
        if (root is not null && findings.Count == 0)
        {
            s_read.AddOrUpdate(text, root);
        }
        found.AddRange(findings);
        return root;
    }

    public Part At(ReadOnlySpan<int> route)
    {
        var part = Root;
        foreach (var index in route)
        {
            part = part.Slots[index].Value;
        }
        return part;
    }

    public int Column(Slot slot) => Lines.ColumnOf(slot.Start);

    /// <summary>Whether only spaces stand before the slot on its line.</summary>
    public bool BeginsLine(Slot slot) =>
        Lines.IndentOf(Lines.LineOf(slot.Start)) == Column(slot);

    /// <summary>The first line that belongs to a slot of a block: comments directly above it do,
    /// unless they are further indented.</summary>
    public int FirstLine(Part part, int index)
    {
        var slot = part.Slots[index];
        var line = Lines.LineOf(slot.Start);
        if (!BeginsLine(slot))
        {
            return line;
        }
        var before = index > 0 ? Lines.LineOf(part.Slots[index - 1].End) : -1;
        while (line - 1 > before && Lines.IsComment(line - 1)
            && Lines.IndentOf(line - 1) <= Column(slot))
        {
            line--;
        }
        return line;
    }

    /// <summary>The last line that belongs to a slot of a block: comments below it do when they
    /// are further indented.</summary>
    public int LastLine(Slot slot)
    {
        var last = Lines.LineOf(slot.End);
        for (var line = last + 1; line < Lines.Count; line++)
        {
            if (Lines.IsBlank(line))
            {
                continue;
            }
            if (!Lines.IsComment(line) || Lines.IndentOf(line) <= Column(slot))
            {
                break;
            }
            last = line;
        }
        return last;
    }

    /// <summary>Whether a part ends with a block scalar to which blank lines below it would
    /// belong.</summary>
    public bool TakesBlanks(Part part)
    {
        while (!part.Slots.IsEmpty)
        {
            part = part.Slots[^1].Value;
        }
        return part.Literal && KeepsBlanks(part.Start);
    }

    private int StartOf(Node node) => Lines.OffsetOf(node.Span.Line, node.Span.Column);

    private int EndOf(Node node) => Lines.OffsetOf(node.Span.EndLine, node.Span.EndColumn);

    private bool IsBrace(Node node) =>
        StartOf(node) < Text.Length && Text[StartOf(node)] == '{';

    /// <param name="from">Where an empty value stands: after the colon or the dash.</param>
    private Part Build(Node node, int from)
    {
        var start = StartOf(node);
        switch (node)
        {
            case ScalarNode { Plain: true, Text: "" }:
                return new(node, from, from, false, false, []);
            case ScalarNode { Plain: false } when Text[start] is '|' or '>':
                return new(node, start, LiteralEnd(node), false, true, []);
            case ScalarNode:
                return new(node, start, EndOf(node), false, false, []);
            case SequenceNode sequence when Text[start] == '[':
                return new(node, start, EndOf(node), true, false, [.. sequence.Items.Select(item =>
                    new Slot(null, StartOf(item), StartOf(item), -1, Build(item, StartOf(item))))]);
            case SequenceNode sequence:
                return Block(node, start, BlockItems(sequence, start));
            case MappingNode mapping when Text[start] == '{':
                return new(node, start, EndOf(node), true, false,
                    [.. mapping.Entries.Select(Entry)]);
            case MappingNode mapping:
                return Block(node, start, [.. mapping.Entries.Select(Entry)]);
            default:
                throw new InvariantException("A node is a scalar, a list or a mapping.");
        }
    }

    private static Part Block(Node node, int start, ImmutableArray<Slot> slots) =>
        new(node, start, slots[^1].End, false, false, slots);

    private ImmutableArray<Slot> BlockItems(SequenceNode sequence, int start)
    {
        var column = Lines.ColumnOf(start);
        var slots = ImmutableArray.CreateBuilder<Slot>(sequence.Items.Length);
        var dash = start;
        foreach (var item in sequence.Items)
        {
            if (slots.Count > 0)
            {
                var line = Lines.LineOf(slots[^1].End) + 1;
                while (line < Lines.Count
                    && !(Lines.IndentOf(line) == column && Lines[line][column..].StartsWith("-")))
                {
                    line++;
                }
                dash = Lines.StartOf(line) + column;
            }
            Invariant.Require(dash < Text.Length, "Every item of a block list has a dash.");
            slots.Add(new(null, dash, dash, dash + 1, Build(item, dash + 1)));
        }
        return slots.MoveToImmutable();
    }

    private Slot Entry(MappingEntry entry)
    {
        var end = EndOf(entry.Key);
        var colon = end;
        while (colon < Text.Length && Text[colon] is ' ' or '\t' or '\r' or '\n')
        {
            colon++;
        }
        var mark = colon < Text.Length && Text[colon] == ':' ? colon + 1 : -1;
        return new(entry.Key, StartOf(entry.Key), end, mark,
            Build(entry.Value, mark < 0 ? end : mark));
    }

    private int LiteralEnd(Node node)
    {
        var last = node.Span.EndLine - 1;
        while (KeepsBlanks(StartOf(node)) && last + 2 < Lines.Count && Lines.IsBlank(last + 1))
        {
            last++;
        }
        return Lines.EndOf(last);
    }

    private bool KeepsBlanks(int literal)
    {
        var header = Text.AsSpan(literal);
        return header.Length > 2 && (header[1] == '+' || header[2] == '+');
    }
}
