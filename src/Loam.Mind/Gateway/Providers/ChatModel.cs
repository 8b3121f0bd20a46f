using System.Runtime.CompilerServices;
using System.Text.Json;
using Loam.Mind.Gateway.Wire;

namespace Loam.Mind.Gateway.Providers;

/// <summary>A model behind <see href="https://platform.openai.com/docs/api-reference/chat">chat
/// completions</see>, which OpenAI, vLLM, llama-server and Ollama (under /v1) all speak.</summary>
/// <param name="ways">How this server wants what they do not agree on.</param>
public sealed class ChatModel(ModelInfo info, ChatWays ways, ModelConnection connection)
    : IModel, IDisposable
{
    public ModelInfo Info => info;

    public void Dispose() => connection.Dispose();

    public async IAsyncEnumerable<ModelEvent> AskAsync(
        ModelRequest request, [EnumeratorCancellation] CancellationToken cancel)
    {
        using var stream = await connection.OpenAsync(Body(info, ways, request), cancel);
        var answer = new ChatAnswer(connection.Who);
        while (!answer.IsOver && await stream.NextAsync() is { } piece)
        {
            foreach (var happened in answer.Read(piece))
            {
                yield return happened;
            }
        }
        foreach (var last in answer.End() ?? throw stream.CutOff())
        {
            yield return last;
        }
    }

    internal static ReadOnlyMemory<byte> Body(
        ModelInfo info, ChatWays ways, ModelRequest request) => JsonWriting.Write(json =>
    {
        json.WriteString("model", info.Model);
        json.WriteBoolean("stream", true);
        json.WriteStartObject("stream_options");
        json.WriteBoolean("include_usage", true);
        json.WriteEndObject();
        json.WriteNumber(
            ways.CountsThoughts ? "max_completion_tokens" : "max_tokens", request.MaxTokens);
        if (request.Temperature is { } temperature && !ways.HasOwnTemperature)
        {
            json.WriteNumber("temperature", temperature);
        }
        json.WriteStartArray("messages");
        if (request.System.Length > 0)
        {
            Said(json, "system", request.System);
        }
        foreach (var message in request.Messages)
        {
            Message(json, message);
        }
        json.WriteEndArray();
        Tools(json, request, ways.MustCall);
    });

    private static void Said(Utf8JsonWriter json, string role, string text)
    {
        json.WriteStartObject();
        json.WriteString("role", role);
        json.WriteString("content", text);
        json.WriteEndObject();
    }

    private static void Message(Utf8JsonWriter json, ModelMessage message)
    {
        foreach (var result in message.Parts.OfType<ToolResultPart>())
        {
            json.WriteStartObject();
            json.WriteString("role", "tool");
            json.WriteString("tool_call_id", result.Id);
            json.WriteString("content", result.IsError ? $"Error: {result.Text}" : result.Text);
            json.WriteEndObject();
        }
        var text = string.Join("\n\n", message.Parts.OfType<TextPart>().Select(p => p.Text));
        if (message.Speaker == Speaker.User)
        {
            if (text.Length > 0 || !message.Parts.OfType<ToolResultPart>().Any())
            {
                Said(json, "user", text);
            }
            return;
        }
        json.WriteStartObject();
        json.WriteString("role", "assistant");
        json.WriteString("content", text);
        if (message.Parts.OfType<ToolCallPart>().Any())
        {
            json.WriteStartArray("tool_calls");
            foreach (var call in message.Parts.OfType<ToolCallPart>())
            {
                json.WriteStartObject();
                json.WriteString("id", call.Id);
                json.WriteString("type", "function");
                json.WriteStartObject("function");
                json.WriteString("name", call.Name);
                // Servers that fill it into a template read it as JSON.
                json.WriteString("arguments",
                    JsonWriting.IsObject(call.Arguments) ? call.Arguments : "{}");
                json.WriteEndObject();
                json.WriteEndObject();
            }
            json.WriteEndArray();
        }
        json.WriteEndObject();
    }

    private static void Tools(Utf8JsonWriter json, ModelRequest request, bool mustCall)
    {
        if (request.Tools.IsEmpty)
        {
            return;
        }
        json.WriteStartArray("tools");
        foreach (var tool in request.Tools)
        {
            json.WriteStartObject();
            json.WriteString("type", "function");
            json.WriteStartObject("function");
            json.WriteString("name", tool.Name);
            json.WriteString("description", tool.Description);
            json.WriteJson("parameters", tool.Schema);
            json.WriteEndObject();
            json.WriteEndObject();
        }
        json.WriteEndArray();
        if (mustCall)
        {
            json.WriteString("tool_choice", "required");
        }
    }
}

/// <param name="CountsThoughts">The longest answer is <c>max_completion_tokens</c>, as OpenAI
/// wants it by now, and not <c>max_tokens</c>, which all others know.</param>
/// <param name="HasOwnTemperature">It refuses any other.</param>
public sealed record ChatWays(bool CountsThoughts, bool HasOwnTemperature)
{
    public static ChatWays Usual { get; } = new(false, false);

    /// <summary>Our own host: by its grammar a tool is used rightly.</summary>
    public static ChatWays Hosted { get; } = Usual with { MustCall = true };

    /// <summary>Where tools are offered, one of them is to be used.</summary>
    public bool MustCall { get; init; }

    public static ChatWays Of(Uri url, string model)
    {
        var isOpenAi = url.Host == "api.openai.com"
            || url.Host.EndsWith(".openai.azure.com", StringComparison.Ordinal);
        return new(isOpenAi, isOpenAi && (model.StartsWith("gpt-5", StringComparison.Ordinal)
            || model is ['o', >= '1' and <= '9', ..]));
    }
}
