using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Loam.Core.StateFiles;

/// <summary>A kind's table as JSON Schema 2020-12, for editors and models. It accepts whatever the
/// reader accepts; rules that JSON Schema cannot say are left to the reader.</summary>
public static class JsonSchema
{
    private static readonly JsonWriterOptions Readable = new()
    {
        Indented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public static string For(FileKind kind)
    {
        var buffer = new ArrayBufferWriter<byte>(16 * 1024);
        using (var json = new Utf8JsonWriter(buffer, Readable))
        {
            json.WriteStartObject();
            json.WriteString("$schema", "https://json-schema.org/draft/2020-12/schema");
            json.WriteString("$id", $"urn:loam:v1:{kind.Kind}");
            json.WriteString("title", $"{kind.File} ({kind.Kind})");
            json.WriteString("description", kind.Spec.Sentence);
            json.WriteString("type", "object");
            json.WriteStartObject("properties");
            Constant(json, "apiVersion", FileKinds.ApiVersion, "Version of the file format.");
            Constant(json, "kind", kind.Kind, "What the file declares.");
            Group(json, "metadata", FileKinds.Metadata.Sentence, FileKinds.MetadataType);
            Group(json, "spec", kind.Spec.Sentence, FileKinds.SpecType(kind));
            json.WriteEndObject();
            json.WriteBoolean("additionalProperties", false);
            json.WriteStartArray("required");
            json.WriteStringValue("apiVersion");
            json.WriteStringValue("kind");
            json.WriteStringValue("spec");
            json.WriteEndArray();
            json.WriteEndObject();
        }
        return Encoding.UTF8.GetString(buffer.WrittenSpan) + "\n";
    }

    private static void Constant(
        Utf8JsonWriter json, string field, string value, string description)
    {
        json.WriteStartObject(field);
        json.WriteString("description", description);
        json.WriteString("const", value);
        json.WriteEndObject();
    }

    private static void Group(
        Utf8JsonWriter json, string field, string description, FieldType type)
    {
        json.WriteStartObject(field);
        json.WriteString("description", description);
        type.WriteSchema(json);
        json.WriteEndObject();
    }
}
