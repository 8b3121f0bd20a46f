using System.Text.Json;
using System.Text.RegularExpressions;

namespace Loam.Tests.Mind.Gateway;

/// <summary>Whether a value is of a schema, as JSON Schema says it, for the keywords that our own
/// schemas use.</summary>
internal static class SchemaJudge
{
    public static bool Fits(JsonElement value, JsonElement schema)
    {
        if (schema.TryGetProperty("const", out var only))
        {
            return JsonElement.DeepEquals(value, only);
        }
        if (schema.TryGetProperty("enum", out var list))
        {
            return list.EnumerateArray().Any(c => JsonElement.DeepEquals(value, c));
        }
        if (schema.TryGetProperty("anyOf", out var ways))
        {
            return ways.EnumerateArray().Any(w => Fits(value, w));
        }
        return IsOfType(value, schema) && value.ValueKind switch
        {
            JsonValueKind.String => FitsText(value.GetString()!, schema),
            JsonValueKind.Number => FitsNumber(value.GetDecimal(), schema),
            JsonValueKind.Array => FitsList(value, schema),
            JsonValueKind.Object => FitsObject(value, schema),
            _ => true,
        };
    }

    private static bool IsOfType(JsonElement value, JsonElement schema)
    {
        if (!schema.TryGetProperty("type", out var type))
        {
            return true;
        }
        IEnumerable<string> types = type.ValueKind == JsonValueKind.Array
            ? type.EnumerateArray().Select(t => t.GetString()!) : [type.GetString()!];
        return types.Any(t => t switch
        {
            "integer" => value.ValueKind == JsonValueKind.Number
                && decimal.IsInteger(value.GetDecimal()),
            "boolean" => value.ValueKind is JsonValueKind.True or JsonValueKind.False,
            _ => value.ValueKind.ToString().Equals(t, StringComparison.OrdinalIgnoreCase),
        });
    }

    private static bool FitsText(string text, JsonElement schema) =>
        (!schema.TryGetProperty("pattern", out var pattern)
            || Regex.IsMatch(text, pattern.GetString()!))
        && (!schema.TryGetProperty("minLength", out var least)
            || text.EnumerateRunes().Count() >= least.GetInt32())
        && (!schema.TryGetProperty("maxLength", out var most)
            || text.EnumerateRunes().Count() <= most.GetInt32());

    private static bool FitsNumber(decimal number, JsonElement schema) =>
        (!schema.TryGetProperty("minimum", out var least) || number >= least.GetDecimal())
        && (!schema.TryGetProperty("maximum", out var most) || number <= most.GetDecimal());

    private static bool FitsList(JsonElement value, JsonElement schema) =>
        (!schema.TryGetProperty("minItems", out var least)
            || value.GetArrayLength() >= least.GetInt32())
        && (!schema.TryGetProperty("maxItems", out var most)
            || value.GetArrayLength() <= most.GetInt32())
        && (!schema.TryGetProperty("items", out var items)
            || value.EnumerateArray().All(i => Fits(i, items)));

    private static bool FitsObject(JsonElement value, JsonElement schema)
    {
        var hasProperties = schema.TryGetProperty("properties", out var properties);
        var hasOthers = schema.TryGetProperty("additionalProperties", out var others);
        return (!schema.TryGetProperty("required", out var required)
                || required.EnumerateArray().All(r => value.TryGetProperty(r.GetString()!, out _)))
            && value.EnumerateObject().All(p =>
                hasProperties && properties.TryGetProperty(p.Name, out var known)
                    ? Fits(p.Value, known)
                    : !hasOthers || others.ValueKind == JsonValueKind.True
                        || (others.ValueKind == JsonValueKind.Object && Fits(p.Value, others)));
    }
}
