using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Loam.Mind.Gateway.Grammar;

/// <summary>From a JSON Schema to a grammar that accepts texts of it, and no other: what a model
/// says under it can always be read. Properties come in the order of the schema.</summary>
/// <remarks>Not held: <c>uniqueItems</c>, <c>format</c>, and a length beside a pattern. A keyword
/// that would be passed over otherwise is refused.</remarks>
public sealed class JsonGrammar
{
    private const int MostDepth = 48;

    /// <summary>Above it llama.cpp refuses a repetition.</summary>
    private const int MostRepeats = 1000;

    private static readonly HashSet<string> s_known = new(StringComparer.Ordinal)
    {
        "$schema", "$id", "$defs", "definitions", "$ref", "$comment", "title", "description",
        "default", "examples", "deprecated", "type", "enum", "const", "properties", "required",
        "additionalProperties", "items", "minItems", "maxItems", "uniqueItems", "minLength",
        "maxLength", "pattern", "format", "minimum", "maximum", "anyOf", "oneOf", "strict", "name",
    };

    private readonly GrammarRules _rules = new();
    private readonly Dictionary<string, string> _references = new(StringComparer.Ordinal);
    private JsonElement _root;
    private int _depth;

    private JsonGrammar()
    {
    }

    /// <exception cref="GrammarException">It is no schema, or says what a grammar cannot.
    /// </exception>
    public static string Of(string schema) => Read(() =>
    {
        using var document = Parse(schema);
        var grammar = new JsonGrammar { _root = document.RootElement };
        return grammar._rules.Text(grammar.Value(document.RootElement));
    });

    /// <summary>One call of one of these tools: an object with <c>name</c> and <c>arguments</c>.
    /// </summary>
    /// <exception cref="GrammarException">As above.</exception>
    public static string OfCall(IEnumerable<(string Name, string Schema)> tools) => Read(() =>
    {
        var grammar = new JsonGrammar();
        var ways = new List<string>();
        foreach (var (name, schema) in tools)
        {
            using var document = Parse(schema);
            grammar._root = document.RootElement;
            grammar._references.Clear();
            ways.Add($"{Text("name")} {grammar.Colon} {Text(name)} {grammar.Comma} "
                + $"{Text("arguments")} {grammar.Colon} {grammar.Value(document.RootElement)}");
        }
        return grammar._rules.Text(
            $"\"{{\" {grammar.Space} ({string.Join(" | ", ways)}) {grammar.Space} \"}}\"");
    });

    private static string Read(Func<string> read)
    {
        try
        {
            return read();
        }
        // A keyword with a value of another kind, or a number that is none.
        catch (Exception e) when (e is InvalidOperationException or OverflowException)
        {
            throw new GrammarException("The schema has a keyword with a value it cannot have.");
        }
    }

    private static JsonDocument Parse(string schema)
    {
        try
        {
            return JsonDocument.Parse(schema, new() { MaxDepth = 64 });
        }
        catch (JsonException)
        {
            throw new GrammarException("The schema is no JSON.");
        }
    }

    /// <summary>A blank or a line's end with its indent, and no more: a model that has nothing to
    /// say must not be able to say it for ever.</summary>
    private string Space => _rules.Rule("(\" \" | \"\\n\" \" \"{0,16})?");

    private string Colon => _rules.Rule($"{Space} \":\" {Space}");

    private string Comma => _rules.Rule($"{Space} \",\" {Space}");

    private string AnyText => _rules.Rule($"\"\\\"\" {Character}* \"\\\"\"");

    /// <summary>Half of a character, written as an escape, is none.</summary>
    private string Character => _rules.Rule("[^\\x00-\\x1F\\x22\\x5C]"
        + " | \"\\\\\" ([\\x22\\x5C/bfnrt]"
        + " | \"u\" ([0-9a-cA-CefEF] [0-9a-fA-F]{3} | [dD] [0-7] [0-9a-fA-F]{2}"
        + " | [dD] [89abAB] [0-9a-fA-F]{2} \"\\\\u\" [dD] [c-fC-F] [0-9a-fA-F]{2}))");

    private string Anything
    {
        get
        {
            if (!_references.TryGetValue("", out var name))
            {
                name = _rules.Reserve();
                _references.Add("", name);
                _rules.Set(name, $"{AnyText} | {NumberGrammar.Decimal(null, null)} | \"true\" "
                    + $"| \"false\" | \"null\" | {List(name, 0, null)} | {Map(name)}");
            }
            return name;
        }
    }

    private string Value(JsonElement schema)
    {
        if (schema.ValueKind == JsonValueKind.True)
        {
            return Anything;
        }
        if (schema.ValueKind != JsonValueKind.Object || ++_depth > MostDepth)
        {
            throw new GrammarException(schema.ValueKind == JsonValueKind.Object
                ? "The schema is nested too deeply." : "A schema is no object.");
        }
        if (schema.EnumerateObject().FirstOrDefault(p => !s_known.Contains(p.Name)) is
            { Value.ValueKind: not JsonValueKind.Undefined } strange)
        {
            throw new GrammarException($"Grammars cannot say `{strange.Name}`.");
        }
        var made = Reference(schema) ?? Given(schema) ?? Choice(schema)
            ?? _rules.Rule(string.Join(" | ", Types(schema).Select(t => Typed(t, schema))));
        _depth--;
        return made;
    }

    private string? Reference(JsonElement schema)
    {
        if (!schema.TryGetProperty("$ref", out var reference))
        {
            return null;
        }
        var path = reference.GetString() ?? "";
        if (_references.TryGetValue(path, out var name))
        {
            return name;
        }
        if (!path.StartsWith('#'))
        {
            throw new GrammarException($"The schema refers to {path}, which is not in it.");
        }
        var at = _root;
        foreach (var step in path.Split('/').Skip(1))
        {
            if (at.ValueKind != JsonValueKind.Object || !at.TryGetProperty(step, out at))
            {
                throw new GrammarException($"The schema refers to {path}, which is not in it.");
            }
        }
        name = _rules.Reserve();
        _references.Add(path, name);
        _rules.Set(name, Value(at));
        return name;
    }

    private string? Given(JsonElement schema)
    {
        if (schema.TryGetProperty("const", out var only))
        {
            return _rules.Rule(Exactly(only));
        }
        return schema.TryGetProperty("enum", out var list)
            ? _rules.Rule(string.Join(" | ", list.EnumerateArray().Select(Exactly))) : null;
    }

    private string? Choice(JsonElement schema)
    {
        foreach (var word in (string[])["anyOf", "oneOf"])
        {
            if (schema.TryGetProperty(word, out var list))
            {
                return _rules.Rule(string.Join(" | ", list.EnumerateArray().Select(Value)));
            }
        }
        return null;
    }

    private static List<string> Types(JsonElement schema)
    {
        if (schema.TryGetProperty("type", out var type))
        {
            return type.ValueKind == JsonValueKind.Array
                ? [.. type.EnumerateArray().Select(t => t.GetString() ?? "")]
                : [type.GetString() ?? ""];
        }
        return schema.TryGetProperty("properties", out _) ? ["object"]
            : schema.TryGetProperty("items", out _) ? ["array"]
            : schema.TryGetProperty("pattern", out _) ? ["string"] : ["any"];
    }

    private string Typed(string type, JsonElement schema) => type switch
    {
        "string" => String(schema),
        "integer" => NumberGrammar.Whole((long?)Bound(schema, "minimum"),
            (long?)Bound(schema, "maximum")),
        "number" => NumberGrammar.Decimal(Bound(schema, "minimum"), Bound(schema, "maximum")),
        "boolean" => "\"true\" | \"false\"",
        "null" => "\"null\"",
        "array" => List(schema.TryGetProperty("items", out var items) ? Value(items) : Anything,
            Count(schema, "minItems") ?? 0, Count(schema, "maxItems")),
        "object" => Object(schema),
        "any" => Anything,
        _ => throw new GrammarException($"There is no type `{type}`."),
    };

    private string String(JsonElement schema)
    {
        if (schema.TryGetProperty("pattern", out var pattern))
        {
            return $"\"\\\"\" {PatternGrammar.Of(pattern.GetString() ?? "")} \"\\\"\"";
        }
        var (least, most) = (Count(schema, "minLength") ?? 0, Count(schema, "maxLength"));
        return least == 0 && most is null ? AnyText
            : $"\"\\\"\" {Character}{Repeat(least, most)} \"\\\"\"";
    }

    private string List(string item, int least, int? most)
    {
        if (most == 0)
        {
            return $"\"[\" {Space} \"]\"";
        }
        var items = $"{item} ({Comma} {item}){Repeat(Math.Max(least - 1, 0), most - 1)}";
        return $"\"[\" {Space} {(least == 0 ? $"({items})?" : items)} {Space} \"]\"";
    }

    private string Map(string value)
    {
        var member = $"{AnyText} {Colon} {value}";
        return $"\"{{\" {Space} ({member} ({Comma} {member})*)? {Space} \"}}\"";
    }

    private string Object(JsonElement schema)
    {
        var others = schema.TryGetProperty("additionalProperties", out var additional)
            ? additional.ValueKind == JsonValueKind.False ? null : Value(additional)
            : schema.TryGetProperty("properties", out _) ? null : Anything;
        if (!schema.TryGetProperty("properties", out var properties))
        {
            return others is null ? $"\"{{\" {Space} \"}}\"" : Map(others);
        }
        var required = schema.TryGetProperty("required", out var list)
            ? list.EnumerateArray().Select(r => r.GetString() ?? "").ToHashSet() : [];
        var extra = others is null ? null : $"{AnyText} {Colon} {others}";
        // What may follow a property, and what may come first; from the last to the first.
        var after = extra is null ? "" : _rules.Rule($"({Comma} {extra})*");
        var first = extra is null ? "" : _rules.Rule($"({extra} {after})?");
        foreach (var property in properties.EnumerateObject().Reverse())
        {
            var member = $"{Text(property.Name)} {Colon} {Value(property.Value)}";
            var isRequired = required.Remove(property.Name);
            first = _rules.Rule(isRequired ? $"{member} {after}"
                : first.Length == 0 ? $"({member} {after})?" : $"{member} {after} | {first}");
            after = _rules.Rule(isRequired ? $"{Comma} {member} {after}"
                : $"({Comma} {member})? {after}");
        }
        return required.Count > 0
            ? throw new GrammarException($"`{required.First()}` is required and not described.")
            : $"\"{{\" {Space} {first} {Space} \"}}\"";
    }

    private static string Repeat(int least, int? most) => (least, most) switch
    {
        (0, null) => "*",
        ( > MostRepeats, _) => throw new GrammarException($"Grammars count to {MostRepeats}."),
        (_, null or > MostRepeats) => string.Create(CultureInfo.InvariantCulture, $"{{{least},}}"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{{{least},{most}}}"),
    };

    private static string Exactly(JsonElement value) => GrammarRules.Literal(
        value.ValueKind == JsonValueKind.String ? Quoted(value.GetString()!)
            : value.ValueKind is JsonValueKind.Object or JsonValueKind.Array
                ? throw new GrammarException("A value to choose is an object or a list.")
                : value.GetRawText());

    /// <summary>A text with its quotes, to the letter.</summary>
    private static string Text(string text) => GrammarRules.Literal(Quoted(text));

    private static string Quoted(string text) =>
        $"\"{JsonEncodedText.Encode(text, JavaScriptEncoder.UnsafeRelaxedJsonEscaping)}\"";

    private static decimal? Bound(JsonElement schema, string name) =>
        schema.TryGetProperty(name, out var bound) && bound.TryGetDecimal(out var number)
            ? number : null;

    private static int? Count(JsonElement schema, string name) =>
        schema.TryGetProperty(name, out var bound) && bound.TryGetInt32(out var number)
            && number >= 0 ? number : null;
}
