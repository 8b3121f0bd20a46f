using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using Loam.Cli;

namespace Loam.Mcp;

internal enum FieldKind { Text, Number, Texts, Files }

/// <summary>One argument of a tool: the schema that clients get and the check of what they send
/// come from it.</summary>
/// <param name="Most">Characters of a text or of each of several; or the largest number.</param>
internal sealed record Field(string Name, FieldKind Kind, string Sentence, int Most)
{
    public bool IsRequired { get; init; }

    /// <summary>Of a number.</summary>
    public int Least { get; init; }

    /// <summary>Texts that are taken and no others; empty: any.</summary>
    public ImmutableArray<string> Choices { get; init; } = [];

    public JsonObject Schema()
    {
        var schema = Kind switch
        {
            FieldKind.Text => new JsonObject { ["type"] = "string", ["maxLength"] = Most },
            FieldKind.Number => new JsonObject
            {
                ["type"] = "integer", ["minimum"] = Least, ["maximum"] = Most,
            },
            FieldKind.Texts => new JsonObject
            {
                ["type"] = "array", ["maxItems"] = Arguments.MostItems,
                ["items"] = new JsonObject { ["type"] = "string", ["maxLength"] = Most },
            },
            _ => new JsonObject
            {
                ["type"] = "object",
                ["additionalProperties"] = new JsonObject
                {
                    ["type"] = "string", ["maxLength"] = Most,
                },
            },
        };
        if (!Choices.IsEmpty)
        {
            schema["enum"] = new JsonArray([.. Choices.Select(c => (JsonNode)c)]);
        }
        schema["description"] = Sentence;
        return schema;
    }
}

/// <summary>What a client sent for a tool, held against its fields: whatever is none of them, is
/// of another kind or too much is refused with a sentence.</summary>
internal sealed class Arguments
{
    public const int MostItems = 20;

    private readonly Dictionary<string, JsonElement> _given = new(StringComparer.Ordinal);

    private Arguments()
    {
    }

    /// <exception cref="CommandFailure">Invalid: it is not what the fields say.</exception>
    public static Arguments Read(
        ImmutableArray<Field> fields, IEnumerable<KeyValuePair<string, JsonElement>>? given)
    {
        var read = new Arguments();
        foreach (var (name, value) in given ?? [])
        {
            var field = fields.FirstOrDefault(f => f.Name == name) ?? throw Faulty(
                $"There is no argument '{Shown(name)}'.", fields.IsEmpty ? "This tool takes none."
                    : $"It takes {string.Join(", ", fields.Select(f => f.Name))}.");
            if (value.ValueKind != JsonValueKind.Null)
            {
                Check(field, value);
                read._given[name] = value;
            }
        }
        return fields.FirstOrDefault(f => f.IsRequired && !read._given.ContainsKey(f.Name))
            is { } missing ? throw Faulty($"{missing.Name} is missing.", missing.Sentence) : read;
    }

    public string? Text(string name) =>
        _given.TryGetValue(name, out var value) ? value.GetString() : null;

    public int Number(string name, int without) =>
        _given.TryGetValue(name, out var value) ? value.GetInt32() : without;

    public bool Has(string name) => _given.ContainsKey(name);

    public ImmutableArray<string> Texts(string name) => _given.TryGetValue(name, out var value)
        ? [.. value.EnumerateArray().Select(v => v.GetString()!)] : [];

    public ImmutableSortedDictionary<string, string> Files(string name)
    {
        var files = ImmutableSortedDictionary.CreateBuilder<string, string>(
            StringComparer.Ordinal);
        if (_given.TryGetValue(name, out var value))
        {
            foreach (var file in value.EnumerateObject())
            {
                files[file.Name] = file.Value.GetString()!;
            }
        }
        return files.ToImmutable();
    }

    private static void Check(Field field, JsonElement value)
    {
        var isOk = field.Kind switch
        {
            FieldKind.Text => IsText(field, value),
            FieldKind.Number => value.ValueKind == JsonValueKind.Number
                && value.TryGetInt32(out var number) && number >= field.Least
                && number <= field.Most,
            FieldKind.Texts => value.ValueKind == JsonValueKind.Array
                && value.GetArrayLength() <= MostItems
                && value.EnumerateArray().All(v => IsText(field, v)),
            _ => value.ValueKind == JsonValueKind.Object
                && value.EnumerateObject().Take(MostItems + 1).Count() <= MostItems
                && value.EnumerateObject().All(f => IsText(field, f.Value)),
        };
        if (!isOk)
        {
            throw Faulty($"{field.Name} is not {Wanted(field)}.", field.Sentence);
        }
    }

    private static bool IsText(Field field, JsonElement value) =>
        value.ValueKind == JsonValueKind.String && value.GetString() is { } text
        && text.Length <= field.Most && (field.Choices.IsEmpty || field.Choices.Contains(text));

    private static string Wanted(Field field) => field.Kind switch
    {
        FieldKind.Text when !field.Choices.IsEmpty => $"one of {string.Join(", ", field.Choices)}",
        FieldKind.Text => $"a text of at most {field.Most} characters",
        FieldKind.Number => $"a whole number from {field.Least} to {field.Most}",
        FieldKind.Texts =>
            $"a list of at most {MostItems} texts of at most {field.Most} characters",
        _ => "an object of file names and whole texts",
    };

    private static string Shown(string name) => Glyphs.Fit(Glyphs.Neutral(name), 40);

    private static CommandFailure Faulty(string message, string remedy) =>
        new(ExitCode.Invalid, message, remedy);
}
