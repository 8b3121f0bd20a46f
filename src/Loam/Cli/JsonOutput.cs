using System.Buffers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Loam.Api;
using Loam.Core.Reconciling;

namespace Loam.Cli;

/// <summary>Answers for programs: one JSON object, or one a line for streams.</summary>
internal static class JsonOutput
{
    public static string Of<T>(T value, JsonTypeInfo<T> type) =>
        JsonSerializer.Serialize(value, type);

    public static string Failure(ExitCode exit, string message, string remedy) =>
        Write(json =>
        {
            json.WriteString("error", message);
            json.WriteString("remedy", remedy);
            json.WriteNumber("exit_code", (int)exit);
        });

    /// <summary>A plan that waits, or what became of it.</summary>
    public static string Change(PlannedChange change, ApplyResult? result) =>
        Write(json =>
        {
            json.WriteString("outcome", result is null
                ? change.IsNothing ? "nothing" : change.CanApply ? "needs_approval" : "refused"
                : JsonNamingPolicy.SnakeCaseLower.ConvertName(result.Status.ToString()));
            json.WritePropertyName("change");
            JsonSerializer.Serialize(json, change, ApiJson.Default.PlannedChange);
            if (result is not null)
            {
                json.WritePropertyName("result");
                JsonSerializer.Serialize(json, result, ApiJson.Default.ApplyResult);
            }
        });

    /// <summary>An object whose members the caller writes.</summary>
    public static string Write(Action<Utf8JsonWriter> members)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            members(json);
            json.WriteEndObject();
        }
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }
}
