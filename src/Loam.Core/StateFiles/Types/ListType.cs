using System.Collections.Immutable;
using System.Text.Json;
using Loam.Core.Diagnostics;

namespace Loam.Core.StateFiles.Types;

/// <summary>A list. Items with a key (see <see cref="Schema.Key"/>) have unique keys; other items
/// are plain values, each of which stands once.</summary>
public sealed record ListType(FieldType Item) : FieldType
{
    /// <summary>A single value may stand for a list of one.</summary>
    public bool OneWillDo { get; init; }

    /// <summary>Saying an item twice is a mistake.</summary>
    public bool Unique { get; init; }

    public override Value? Read(Node node, string what, DiagnosticBag found)
    {
        if (node is ScalarNode && OneWillDo && !Wording.IsNothing(node))
        {
            var only = Item.Read(node, what, found);
            return only is null ? null : new ListValue([only], node.Span);
        }
        if (node is not SequenceNode sequence)
        {
            var remedy = Wording.IsNothing(node)
                ? "Write [] for none, or remove the line to leave it unmanaged." : null;
            Wording.WrongShape(node, what, Describe(), found, remedy);
            return null;
        }
        var items = ImmutableArray.CreateBuilder<Value>(sequence.Items.Length);
        for (var i = 0; i < sequence.Items.Length; i++)
        {
            var item = Item is ObjectType entry
                ? entry.ReadItem(sequence.Items[i], i, what, found)
                : Item.Read(sequence.Items[i], what, found);
            if (item is not null)
            {
                items.Add(item);
            }
        }
        FindDuplicates(items, what, found);
        return new ListValue(items.DrainToImmutable(), node.Span);
    }

    private void FindDuplicates(
        IReadOnlyList<Value> items, string what, DiagnosticBag found)
    {
        var key = (Item as ObjectType)?.Schema.Key;
        if (items.Count < 2 || (key is null && !Unique))
        {
            return;
        }
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var item in items)
        {
            var name = key is null ? (item as TextValue)?.Text : (item as MapValue)?.Text(key);
            if (name is null || seen.Add(name))
            {
                continue;
            }
            var at = key is null ? item.At : ((MapValue)item)[key]!.At;
            found.Error(Codes.Duplicate, at,
                $"{Wording.Upper(what)} has {Wording.Quote(name)} twice.",
                key is null ? "Remove one of them."
                    : "Give one of them another name, or remove it.");
        }
    }

    public override void WriteSchema(Utf8JsonWriter json)
    {
        if (OneWillDo)
        {
            json.WriteStartArray("anyOf");
            json.WriteStartObject();
            Item.WriteSchema(json);
            json.WriteEndObject();
            json.WriteStartObject();
        }
        json.WriteString("type", "array");
        json.WriteStartObject("items");
        Item.WriteSchema(json);
        json.WriteEndObject();
        if (Unique)
        {
            json.WriteBoolean("uniqueItems", true);
        }
        if (OneWillDo)
        {
            json.WriteEndObject();
            json.WriteEndArray();
        }
    }

    public override string Describe() =>
        OneWillDo ? $"{Item.Describe()}, or a list of them" : $"a list, each {Item.Describe()}";

    public override string Show(Value value) => value is ListValue list
        ? $"[{string.Join(", ", list.Items.Select(Item.Show))}]" : "[]";
}

/// <summary>Free keys with values of one type.</summary>
/// <param name="JudgeKey">What is wrong with a key and what to write, or a good verdict.</param>
public sealed record MapType(FieldType Item, Func<string, Verdict> JudgeKey) : FieldType
{
    public override Value? Read(Node node, string what, DiagnosticBag found)
    {
        if (node is not MappingNode mapping)
        {
            Wording.WrongShape(node, what, Describe(), found, node is SequenceNode
                ? "Write `NAME: value` on a line of its own for each." : null);
            return null;
        }
        var entries = new List<KeyValuePair<string, Value>>(mapping.Entries.Length);
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (key, child) in mapping.Entries)
        {
            var verdict = JudgeKey(key.Text);
            if (verdict.Normal is null)
            {
                found.Error(Codes.BadValue, key.Span,
                    $"{Wording.Upper(what)} has the name {Wording.Quote(key.Text)}: "
                    + $"{verdict.Problem}.", verdict.Remedy);
                continue;
            }
            // A second one was reported when the text was read.
            if (seen.Add(key.Text)
                && Item.Read(child, Wording.FieldIn(what, key.Text), found) is { } value)
            {
                entries.Add(new(key.Text, value));
            }
        }
        return new MapValue(entries, node.Span);
    }

    public override void WriteSchema(Utf8JsonWriter json)
    {
        json.WriteString("type", "object");
        json.WriteStartObject("additionalProperties");
        Item.WriteSchema(json);
        json.WriteEndObject();
    }

    public override string Describe() => $"names, each with {Item.Describe()}";

    public override string Show(Value value) => value is MapValue map
        ? string.Join(", ", map.Entries.Select(e => $"{e.Key}={Item.Show(e.Value)}")) : "";
}

/// <summary>A command: a list runs as it is, a string runs in the shell of the container or
/// sandbox it is meant for. The normal form is the argument vector.</summary>
public sealed record CommandType : FieldType
{
    private const string Shell = "/bin/sh";
    private const string ShellFlag = "-c";

    public override Value? Read(Node node, string what, DiagnosticBag found)
    {
        switch (node)
        {
            case ScalarNode scalar when !Wording.IsNothing(node):
                if (scalar.Text.AsSpan().Trim().IsEmpty)
                {
                    break;
                }
                return Formats.Text.Read(node, what, found) is not { } line ? null
                    : new ListValue([new TextValue(Shell), new TextValue(ShellFlag), line],
                        node.Span);
            case SequenceNode { Items.Length: > 0 } sequence:
                var items = ImmutableArray.CreateBuilder<Value>(sequence.Items.Length);
                foreach (var item in sequence.Items)
                {
                    // "" is a proper argument, so only a missing one is refused.
                    if (Formats.Text.Read(item, what, found) is { } argument)
                    {
                        items.Add(argument);
                    }
                }
                return new ListValue(items.DrainToImmutable(), node.Span);
        }
        Wording.WrongShape(node, what, Describe(), found,
            node is SequenceNode or ScalarNode ? $"Write {Describe()}, or remove the line." : null);
        return null;
    }

    public override void WriteSchema(Utf8JsonWriter json)
    {
        json.WriteStartArray("anyOf");
        json.WriteStartObject();
        json.WriteString("type", "string");
        json.WriteNumber("minLength", 1);
        json.WriteEndObject();
        json.WriteStartObject();
        json.WriteString("type", "array");
        json.WriteNumber("minItems", 1);
        json.WriteStartObject("items");
        Editor.ScalarKinds(json);
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteEndArray();
    }

    public override string Describe() =>
        "a list of arguments, or a string for the shell of the container";

    public override string Show(Value value)
    {
        var items = ((ListValue)value).Items;
        return items is [TextValue { Text: Shell }, TextValue { Text: ShellFlag }, TextValue line]
            ? line.Text
            : string.Join(' ', items.OfType<TextValue>().Select(t =>
                t.Text.Length == 0 || t.Text.AsSpan().IndexOfAny(" \t\n'\"") >= 0
                    ? $"\"{t.Text}\"" : t.Text));
    }
}
