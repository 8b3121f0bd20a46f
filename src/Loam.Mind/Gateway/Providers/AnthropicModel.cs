using System.Runtime.CompilerServices;
using System.Text.Json;
using Loam.Mind.Gateway.Wire;

namespace Loam.Mind.Gateway.Providers;

/// <summary>A model of Anthropic's, over <see href="https://docs.anthropic.com/en/api/messages">
/// the messages API</see>, version 2023-06-01.</summary>
public sealed class AnthropicModel(ModelInfo info, ModelConnection connection) : IModel, IDisposable
{
    /// <summary>Of the interface, as its header names it.</summary>
    public const string Version = "2023-06-01";

    public ModelInfo Info => info;

    public void Dispose() => connection.Dispose();

    public async IAsyncEnumerable<ModelEvent> AskAsync(
        ModelRequest request, [EnumeratorCancellation] CancellationToken cancel)
    {
        using var stream = await connection.OpenAsync(Body(info.Model, request), cancel);
        var answer = new AnthropicAnswer(connection.Who);
        while (await stream.NextAsync() is { } piece)
        {
            foreach (var happened in answer.Read(piece))
            {
                yield return happened;
            }
            if (answer.IsOver)
            {
                yield break;
            }
        }
        throw stream.CutOff();
    }

    internal static ReadOnlyMemory<byte> Body(string model, ModelRequest request) =>
        JsonWriting.Write(json =>
        {
            json.WriteString("model", model);
            json.WriteNumber("max_tokens", request.MaxTokens);
            json.WriteBoolean("stream", true);
            if (request.Temperature is { } temperature)
            {
                json.WriteNumber("temperature", Math.Clamp(temperature, 0, 1));
            }
            if (request.System.Length > 0)
            {
                json.WriteString("system", request.System);
            }
            json.WriteStartArray("messages");
            foreach (var message in request.Messages)
            {
                Message(json, message);
            }
            json.WriteEndArray();
            Tools(json, request);
        });

    private static void Message(Utf8JsonWriter json, ModelMessage message)
    {
        json.WriteStartObject();
        json.WriteString("role", message.Speaker == Speaker.User ? "user" : "assistant");
        json.WriteStartArray("content");
        // Results must come first, and empty texts are refused.
        foreach (var part in message.Parts.OfType<ToolResultPart>())
        {
            json.WriteStartObject();
            json.WriteString("type", "tool_result");
            json.WriteString("tool_use_id", part.Id);
            json.WriteString("content", part.Text);
            json.WriteBoolean("is_error", part.IsError);
            json.WriteEndObject();
        }
        foreach (var part in message.Parts)
        {
            switch (part)
            {
                case TextPart { Text.Length: > 0 } text:
                    json.WriteStartObject();
                    json.WriteString("type", "text");
                    json.WriteString("text", text.Text);
                    json.WriteEndObject();
                    break;
                case ToolCallPart call:
                    json.WriteStartObject();
                    json.WriteString("type", "tool_use");
                    json.WriteString("id", call.Id);
                    json.WriteString("name", call.Name);
                    json.WriteArguments("input", call.Arguments);
                    json.WriteEndObject();
                    break;
            }
        }
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void Tools(Utf8JsonWriter json, ModelRequest request)
    {
        if (request.Tools.IsEmpty)
        {
            return;
        }
        json.WriteStartArray("tools");
        foreach (var tool in request.Tools)
        {
            json.WriteStartObject();
            json.WriteString("name", tool.Name);
            json.WriteString("description", tool.Description);
            json.WriteJson("input_schema", tool.Schema);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }
}
