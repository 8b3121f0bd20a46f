using System.Buffers;
using System.Security.Cryptography;
using System.Text.Encodings.Web;
using System.Text.Json;
using Loam.ModelHost.Llama;

namespace Loam.ModelHost;

/// <summary>What goes back for one request, in the words of chat completions.</summary>
internal sealed class ChatReply(string model, DateTimeOffset at)
{
    private static readonly JsonWriterOptions s_options = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    private readonly string _id =
        $"chatcmpl-{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(12))}";

    /// <summary>A piece of the words.</summary>
    public ReadOnlyMemory<byte> Words(string text) => Chunk(json => json.WriteString(
        "content", text), null);

    public ReadOnlyMemory<byte> Call(string name, string arguments) =>
        Chunk(json => Calls(json, name, arguments, isPiece: true), null);

    public ReadOnlyMemory<byte> End(string reason) => Chunk(_ => { }, reason);

    public ReadOnlyMemory<byte> Usage(int asked, int answered) => Write(json =>
    {
        Head(json, "chat.completion.chunk");
        json.WriteStartArray("choices");
        json.WriteEndArray();
        Count(json, asked, answered);
    });

    /// <summary>All at once.</summary>
    public ReadOnlyMemory<byte> Whole(string words, (string Name, string Arguments)? call,
        string reason, int asked, int answered) => Write(json =>
    {
        Head(json, "chat.completion");
        json.WriteStartArray("choices");
        json.WriteStartObject();
        json.WriteNumber("index", 0);
        json.WriteStartObject("message");
        json.WriteString("role", "assistant");
        if (call is var (name, arguments))
        {
            json.WriteNull("content");
            Calls(json, name, arguments, isPiece: false);
        }
        else
        {
            json.WriteString("content", words);
        }
        json.WriteEndObject();
        json.WriteString("finish_reason", reason);
        json.WriteEndObject();
        json.WriteEndArray();
        Count(json, asked, answered);
    });

    public static ReadOnlyMemory<byte> Fault(string type, string message) => Write(json =>
    {
        json.WriteStartObject("error");
        json.WriteString("message", message);
        json.WriteString("type", type);
        json.WriteEndObject();
    });

    public static ReadOnlyMemory<byte> Models(
        string name, DateTimeOffset since, int contextTokens, bool hasTemplate) => Write(json =>
    {
        json.WriteString("object", "list");
        json.WriteStartArray("data");
        json.WriteStartObject();
        json.WriteString("id", name);
        json.WriteString("object", "model");
        json.WriteNumber("created", since.ToUnixTimeSeconds());
        json.WriteString("owned_by", "loam");
        json.WriteNumber("context_tokens", contextTokens);
        json.WriteString("template", hasTemplate ? "the model's own" : "plain");
        json.WriteEndObject();
        json.WriteEndArray();
    });

    public static string Reason(StopReason reason, bool isCall) =>
        reason == StopReason.Length ? "length" : isCall ? "tool_calls" : "stop";

    private ReadOnlyMemory<byte> Chunk(Action<Utf8JsonWriter> delta, string? reason) =>
        Write(json =>
        {
            Head(json, "chat.completion.chunk");
            json.WriteStartArray("choices");
            json.WriteStartObject();
            json.WriteNumber("index", 0);
            json.WriteStartObject("delta");
            delta(json);
            json.WriteEndObject();
            json.WriteString("finish_reason", reason);
            json.WriteEndObject();
            json.WriteEndArray();
        });

    private static void Calls(
        Utf8JsonWriter json, string name, string arguments, bool isPiece)
    {
        json.WriteStartArray("tool_calls");
        json.WriteStartObject();
        if (isPiece)
        {
            json.WriteNumber("index", 0);
        }
        json.WriteString("id",
            $"call_{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8))}");
        json.WriteString("type", "function");
        json.WriteStartObject("function");
        json.WriteString("name", name);
        json.WriteString("arguments", arguments);
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteEndArray();
    }

    private static void Count(Utf8JsonWriter json, int asked, int answered)
    {
        json.WriteStartObject("usage");
        json.WriteNumber("prompt_tokens", asked);
        json.WriteNumber("completion_tokens", answered);
        json.WriteNumber("total_tokens", asked + answered);
        json.WriteEndObject();
    }

    private void Head(Utf8JsonWriter json, string kind)
    {
        json.WriteString("id", _id);
        json.WriteString("object", kind);
        json.WriteNumber("created", at.ToUnixTimeSeconds());
        json.WriteString("model", model);
    }

    private static ReadOnlyMemory<byte> Write(Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        using (var json = new Utf8JsonWriter(buffer, s_options))
        {
            json.WriteStartObject();
            write(json);
            json.WriteEndObject();
        }
        return buffer.WrittenMemory;
    }
}
