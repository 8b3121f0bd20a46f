using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using Loam.Mind.Gateway.Grammar;

namespace Loam.ModelHost;

/// <summary>How tools are spoken of with a model that knows text alone: a call is one JSON object
/// with <c>name</c> and <c>arguments</c>.</summary>
internal static class ChatTools
{
    /// <summary>What the model is told.</summary>
    public static string Instructions(ImmutableArray<OfferedTool> tools, bool mustCall)
    {
        var words = new StringBuilder(mustCall
            ? "Answer with one JSON object and nothing else:\n"
            : "To use a tool, answer with one JSON object and nothing else:\n");
        words.Append("{\"name\": \"TOOL\", \"arguments\": {…}}\nThe tools, with the schema of "
            + "their arguments:\n");
        foreach (var tool in tools)
        {
            words.Append(tool.Name).Append(": ").Append(tool.Description).Append('\n')
                .Append(tool.Schema).Append('\n');
        }
        return words.ToString();
    }

    public static string Grammar(ImmutableArray<OfferedTool> tools) =>
        JsonGrammar.OfCall(tools.Select(t => (t.Name, t.Schema)));

    /// <summary>A call of an earlier turn, as the model wrote it.</summary>
    public static string Said(JsonElement call)
    {
        var name = JsonEncodedText.Encode(call.Child("function")?.Text("name") ?? "");
        return $"{{\"name\": \"{name}\", \"arguments\": "
            + $"{call.Child("function")?.Text("arguments") ?? "{}"}}}";
    }

    /// <summary>A call in an answer, which may be cut off.</summary>
    /// <returns>Null: it is words.</returns>
    public static (string Name, string Arguments)? Find(
        string answer, ImmutableArray<OfferedTool> tools)
    {
        var bytes = Encoding.UTF8.GetBytes(answer.Trim());
        var json = new Utf8JsonReader(bytes, isFinalBlock: false, new());
        try
        {
            if (!(json.Read() && json.TokenType == JsonTokenType.StartObject
                && json.Read() && json.ValueTextEquals("name"u8)
                && json.Read() && json.TokenType == JsonTokenType.String))
            {
                return null;
            }
            var name = json.GetString()!;
            if (!tools.Any(t => t.Name == name) || !json.Read()
                || !json.ValueTextEquals("arguments"u8))
            {
                return null;
            }
            var begin = (int)json.BytesConsumed;
            var end = json.Read() && json.TrySkip() ? (int)json.BytesConsumed : bytes.Length;
            var arguments = Encoding.UTF8.GetString(bytes, begin, end - begin);
            return (name, arguments.TrimStart().TrimStart(':').Trim());
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
