using System.Collections.Immutable;
using Loam.Core.Diagnostics;
using Loam.Core.StateFiles;
using Loam.Core.StateFiles.Types;

namespace Loam.Mind.Evaluating.Facts;

/// <summary>Values as facts write them, read and compared as the field's type does.</summary>
public static class FactValue
{
    private static readonly Span s_here = new("", 1, 1, 1, 1);

    /// <exception cref="FactException">The type does not accept it.</exception>
    public static Value Read(FieldType type, string text, string what)
    {
        var found = new DiagnosticBag();
        var value = type.Read(NodeOf(type, text, what), what, found);
        if (value is null || found.HasErrors)
        {
            var error = found.ToList().First(f => f.IsError);
            throw new FactException(error.Message, error.Remedy);
        }
        return value;
    }

    /// <summary>Lists and mappings stand in brackets; anything else is taken as it is written, so
    /// that <c>*/5 * * * *</c> needs no quotes.</summary>
    private static Node NodeOf(FieldType type, string text, string what)
    {
        if (type is ListType or MapType or ObjectType or CommandType
            && (text.StartsWith('[') || text.StartsWith('{')))
        {
            return Flow(text, what);
        }
        if (type is ListType { OneWillDo: false })
        {
            throw new FactException($"{what} is a list.",
                $"Write [{text}] for all of it, or has {text} for one of its items.");
        }
        return text is ['"', .., '"'] ? new ScalarNode(s_here, text[1..^1], false)
            : new ScalarNode(s_here, text, true);
    }

    public static Node Flow(string text, string what)
    {
        var found = new DiagnosticBag();
        var root = YamlReader.Read("fact", $"v: {text}\n", found);
        return root is not null && !found.HasErrors && root["v"] is { } node ? node
            : throw new FactException($"{what} is '{text}', which cannot be read: "
                + $"{found.ToList()[0].Message}", "Write it as in YAML's flow style.");
    }

    /// <summary>Splits at <c> | </c> outside of quotes and brackets.</summary>
    public static IEnumerable<string> Alternatives(string text)
    {
        var (depth, quoted, start) = (0, false, 0);
        for (var at = 0; at < text.Length; at++)
        {
            switch (text[at])
            {
                case '"':
                    quoted = !quoted;
                    break;
                case '[' or '{' when !quoted:
                    depth++;
                    break;
                case ']' or '}' when !quoted:
                    depth--;
                    break;
                case '|' when !quoted && depth <= 0 && at > 0 && text[at - 1] == ' '
                    && at + 1 < text.Length && text[at + 1] == ' ':
                    yield return text[start..at].Trim();
                    start = at + 1;
                    break;
            }
        }
        yield return text[start..].Trim();
    }

    /// <summary>Whether two values of a type mean the same. Lists whose items stand once each are
    /// sets; a command is the same if it reads the same, with the shell's help or without.
    /// </summary>
    public static bool Same(FieldType type, Value seen, Value wanted) =>
        seen.Canonical() == wanted.Canonical() || (type switch
        {
            ListType { Item: not ObjectType } list when list.Unique || list.OneWillDo =>
                Set((ListValue)seen).SetEquals(Set((ListValue)wanted)),
            CommandType command => command.Show(seen) == command.Show(wanted),
            _ => false,
        });

    private static HashSet<string> Set(ListValue list) =>
        [.. list.Items.Select(i => i.Canonical())];

    /// <summary>As a message shows it.</summary>
    public static string Show(FieldType type, Value? value) => value switch
    {
        null => "not there",
        ListValue { Items.IsEmpty: true } => "[]",
        _ => type.Show(value),
    };

    /// <summary>What <c>has</c> and <c>lacks</c> ask of an item: its name, its value, or some of
    /// its fields.</summary>
    /// <exception cref="FactException">No item can be like that.</exception>
    public static Func<Value, bool> Matcher(FieldType item, string text, string what)
    {
        if (item is not ObjectType { Schema: var schema })
        {
            var wanted = Read(item, text, $"an item of {what}");
            return seen => Same(item, seen, wanted);
        }
        if (text.StartsWith('{'))
        {
            return Flow(text, $"an item of {what}") is MappingNode fields
                ? Fields(schema, fields, what)
                : throw new FactException($"An item of {what} is '{text}'.", "Write {field: …}.");
        }
        if (schema.Key is not { } key)
        {
            throw new FactException($"The items of {what} have no names.",
                $"Write some of its fields, such as {{{schema.Fields[0].Name}: …}}.");
        }
        var name = Read(schema[key]!.Type, text, $"{key} of a {schema.Name}");
        return seen => seen is MapValue map && map[key]?.Canonical() == name.Canonical();
    }

    private static Func<Value, bool> Fields(Schema schema, MappingNode node, string what)
    {
        var tests = ImmutableArray.CreateBuilder<(string Name, Func<Value, bool> Test)>();
        foreach (var (key, child) in node.Entries)
        {
            var field = schema[key.Text] ?? throw new FactException(
                $"{schema.Name} in {what} has no field '{key.Text}'.",
                Nearest.To(key.Text, schema.Fields.Select(f => f.Name)) is { } meant
                    ? $"Write {meant}."
                    : $"The fields are {string.Join(", ", schema.Fields.Select(f => f.Name))}.");
            tests.Add((field.Name, field.Type is ObjectType inner && child is MappingNode group
                ? Fields(inner.Schema, group, $"{what}.{field.Name}")
                : Whole(field, child)));
        }
        return seen => seen is MapValue map
            && tests.All(t => map[t.Name] is { } value && t.Test(value));
    }

    private static Func<Value, bool> Whole(Field field, Node node)
    {
        var found = new DiagnosticBag();
        var wanted = field.Type.Read(node, field.Name, found);
        if (wanted is null || found.HasErrors)
        {
            var error = found.ToList().First(f => f.IsError);
            throw new FactException(error.Message, error.Remedy);
        }
        return seen => Same(field.Type, seen, wanted);
    }
}
