using System.Text.Json;

namespace Loam.ModelHost;

/// <summary>JSON of others: what is missing, or nothing, is null.</summary>
internal static class JsonReading
{
    public static JsonElement? Child(this JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var child)
            && child.ValueKind != JsonValueKind.Null ? child : null;

    public static string? Text(this JsonElement element, string name) =>
        element.Child(name)?.GetString();

    public static double? Number(this JsonElement element, string name) =>
        element.Child(name)?.GetDouble();

    public static JsonElement.ArrayEnumerator Items(this JsonElement element, string name) =>
        element.Child(name)?.EnumerateArray() ?? default;
}
