using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Loam.Core.StateFiles;

namespace Loam.Tests.StateFiles;

/// <summary>As much of JSON Schema 2020-12 as the generated schemas use, with plain scalars typed
/// as YAML's core schema types them.</summary>
internal static class SchemaCheck
{
    public static List<string> Problems(JsonElement schema, Node node)
    {
        var problems = new List<string>();
        Check(schema, node, "", problems);
        return problems;
    }

    private static void Check(JsonElement schema, Node node, string path, List<string> problems)
    {
        foreach (var keyword in schema.EnumerateObject())
        {
            var value = keyword.Value;
            var text = (node as ScalarNode)?.Text;
            var good = keyword.Name switch
            {
                "$schema" or "$id" or "title" or "description" or "default"
                    or "additionalProperties" or "required" or "properties" => true,
                "type" => Kinds(node).Any(k => value.ValueKind == JsonValueKind.Array
                    ? value.EnumerateArray().Any(v => v.GetString() == k)
                    : value.GetString() == k),
                "const" => text == value.GetString(),
                "enum" => value.EnumerateArray().Any(v => v.GetString() == text),
                // Patterns speak of strings only.
                "pattern" => !Kinds(node).SequenceEqual(["string"])
                    || Regex.IsMatch(text!, value.GetString()!),
                "minimum" => !Number(text, out var n) || n >= value.GetDecimal(),
                "maximum" => !Number(text, out var n) || n <= value.GetDecimal(),
                "minLength" => text is null || text.Length >= value.GetInt32(),
                "minItems" => node is not SequenceNode s || s.Items.Length >= value.GetInt32(),
                "uniqueItems" => node is not SequenceNode s || s.Items.OfType<ScalarNode>()
                    .Select(i => i.Text).Distinct().Count() == s.Items.Length,
                "items" => true,
                "anyOf" => value.EnumerateArray().Any(v => Problems(v, node).Count == 0),
                _ => throw new NotSupportedException(keyword.Name),
            };
            if (!good)
            {
                problems.Add($"{path}: {keyword.Name} {value} against {text ?? node.ToString()}");
            }
        }
        if (node is SequenceNode list && schema.TryGetProperty("items", out var items))
        {
            foreach (var item in list.Items)
            {
                Check(items, item, path + "[]", problems);
            }
        }
        if (node is MappingNode map && schema.TryGetProperty("type", out var type)
            && type.ValueKind == JsonValueKind.String && type.GetString() == "object")
        {
            CheckFields(schema, map, path, problems);
        }
    }

    private static void CheckFields(
        JsonElement schema, MappingNode map, string path, List<string> problems)
    {
        var hasFields = schema.TryGetProperty("properties", out var properties);
        var others = schema.GetProperty("additionalProperties");
        foreach (var (key, child) in map.Entries)
        {
            var inner = $"{path}.{key.Text}";
            if (hasFields && properties.TryGetProperty(key.Text, out var field))
            {
                Check(field, child, inner, problems);
            }
            else if (others.ValueKind == JsonValueKind.False)
            {
                problems.Add($"{inner}: unknown");
            }
            else
            {
                Check(others, child, inner, problems);
            }
        }
        if (schema.TryGetProperty("required", out var required))
        {
            problems.AddRange(required.EnumerateArray().Select(r => r.GetString()!)
                .Where(r => map[r] is null).Select(r => $"{path}: no {r}"));
        }
    }

    private static bool Number(string? text, out decimal number) => decimal.TryParse(
        text, NumberStyles.Float, CultureInfo.InvariantCulture, out number);

    private static string[] Kinds(Node node) => node switch
    {
        MappingNode => ["object"],
        SequenceNode => ["array"],
        ScalarNode { Plain: true, Text: "true" or "false" } => ["boolean"],
        ScalarNode { Plain: true, Text: var text } when long.TryParse(text, out _) =>
            ["integer", "number"],
        ScalarNode { Plain: true, Text: var text } when Number(text, out _) => ["number"],
        _ => ["string"],
    };
}
