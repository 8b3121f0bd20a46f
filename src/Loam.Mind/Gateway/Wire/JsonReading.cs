using System.Text.Json;

namespace Loam.Mind.Gateway.Wire;

/// <summary>JSON of others: what is missing or of another kind is null.</summary>
internal static class JsonReading
{
    public static JsonElement? Child(this JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var child)
            && child.ValueKind != JsonValueKind.Null ? child : null;

    public static string? AsText(this JsonElement element)
    {
        if (element.ValueKind != JsonValueKind.String)
        {
            return null;
        }
        try
        {
            return element.GetString();
        }
        catch (InvalidOperationException)
        {
            // Half of a character.
            throw new JsonException("a text is not Unicode");
        }
    }

    public static string? TextOf(this JsonElement element, string name) =>
        element.Child(name)?.AsText();

    /// <summary>A count; never below 0.</summary>
    public static long? CountOf(this JsonElement element, string name) =>
        element.Child(name) is { ValueKind: JsonValueKind.Number } number
            && number.TryGetInt64(out var count) && count >= 0 ? count : null;

    public static JsonElement.ArrayEnumerator ItemsOf(this JsonElement element, string name) =>
        element.Child(name) is { ValueKind: JsonValueKind.Array } list
            ? list.EnumerateArray() : default;
}
