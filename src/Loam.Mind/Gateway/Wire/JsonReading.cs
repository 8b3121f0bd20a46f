using System.Text.Json;

namespace Loam.Mind.Gateway.Wire;

/// <summary>JSON of others: what is missing or of another kind is null.</summary>
internal static class JsonReading
{
    public static JsonElement? Child(this JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object
            && Unicode(() => element.TryGetProperty(name, out var found) ? found : default)
                is { ValueKind: not (JsonValueKind.Undefined or JsonValueKind.Null) } child
            ? child : null;

    public static string? AsText(this JsonElement element) =>
        element.ValueKind == JsonValueKind.String ? Unicode(element.GetString) : null;

    /// <summary>As it was written.</summary>
    public static string AsJson(this JsonElement element) => Unicode(element.GetRawText);

    public static string? TextOf(this JsonElement element, string name) =>
        element.Child(name)?.AsText();

    /// <summary>A count; never below 0.</summary>
    public static long? CountOf(this JsonElement element, string name) =>
        element.Child(name) is { ValueKind: JsonValueKind.Number } number
            && number.TryGetInt64(out var count) && count >= 0 ? count : null;

    public static JsonElement.ArrayEnumerator ItemsOf(this JsonElement element, string name) =>
        element.Child(name) is { ValueKind: JsonValueKind.Array } list
            ? list.EnumerateArray() : default;

    /// <summary>Names and texts are looked at only when they are asked for.</summary>
    private static T Unicode<T>(Func<T> read)
    {
        try
        {
            return read();
        }
        catch (InvalidOperationException)
        {
            // Half of a character, or bytes that are none.
            throw new JsonException("a text is not Unicode");
        }
    }
}
