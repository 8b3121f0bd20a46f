using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Loam.Mind.Gateway.Wire;

/// <summary>JSON for others.</summary>
internal static class JsonWriting
{
    /// <summary>It goes into a body of its own and never into a page: no need to escape more than
    /// JSON asks for, and each escape would count as bytes.</summary>
    private static readonly JsonWriterOptions s_options = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = false,
    };

    public static ReadOnlyMemory<byte> Write(Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>(4096);
        using (var json = new Utf8JsonWriter(buffer, s_options))
        {
            json.WriteStartObject();
            write(json);
            json.WriteEndObject();
        }
        return buffer.WrittenMemory;
    }

    /// <summary>JSON as it is.</summary>
    /// <exception cref="JsonException">It is none.</exception>
    public static void WriteJson(this Utf8JsonWriter json, string name, string text)
    {
        json.WritePropertyName(name);
        json.WriteRawValue(text);
    }

    /// <summary>Arguments a model wrote: an object, or else an object that holds the text.
    /// </summary>
    public static void WriteArguments(this Utf8JsonWriter json, string name, string text)
    {
        if (IsObject(text))
        {
            json.WriteJson(name, text);
            return;
        }
        json.WriteStartObject(name);
        json.WriteString("malformed", text);
        json.WriteEndObject();
    }

    public static bool IsObject(string text)
    {
        try
        {
            using var document = JsonDocument.Parse(text);
            return document.RootElement.ValueKind == JsonValueKind.Object;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
