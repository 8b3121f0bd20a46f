using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text.Json;
using Loam.Mind.Gateway.Grammar;
using Loam.ModelHost.Llama;

namespace Loam.ModelHost;

/// <param name="Schema">JSON schema of its arguments.</param>
internal sealed record OfferedTool(string Name, string Description, string Schema);

/// <summary>What is asked of the model, as
/// <see href="https://platform.openai.com/docs/api-reference/chat/create">chat completions</see>
/// have it, with <c>grammar</c> as llama-server adds it.</summary>
/// <param name="Tools">What it may answer with instead of words.</param>
/// <param name="MustCall">It must use one of them.</param>
/// <param name="Stops">Where an answer ends, without them.</param>
internal sealed record ChatRequest(
    ImmutableArray<(string Role, string Text)> Messages, Sampling Sampling,
    ImmutableArray<OfferedTool> Tools, bool MustCall, ImmutableArray<string> Stops, bool Streams,
    bool TellsUsage)
{
    private const int MostMessages = 1000, MostTools = 64, MostStops = 8;
    private const float UsualTemperature = 0.8f, UsualTopP = 0.95f;

    /// <exception cref="ChatFault">It is none, or asks for what is not done here.</exception>
    public static ChatRequest Read(ReadOnlyMemory<byte> body)
    {
        try
        {
            using var json = JsonDocument.Parse(body);
            return Read(json.RootElement);
        }
        catch (GrammarException fault)
        {
            throw ChatFault.Invalid(fault.Message);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException
            or FormatException)
        {
            throw ChatFault.Invalid("The request is no JSON object of the declared form.");
        }
    }

    private static ChatRequest Read(JsonElement asked)
    {
        if (asked.Number("n") is { } count and not 1)
        {
            throw ChatFault.Invalid($"One answer is given at a time, not {count}.");
        }
        var (tools, mustCall) = ToolsOf(asked);
        var messages = MessagesOf(asked).ToList();
        if (messages.Count is 0 or > MostMessages)
        {
            throw ChatFault.Invalid($"`messages` has from 1 to {MostMessages} of them.");
        }
        if (tools.Length > 0)
        {
            Teach(messages, ChatTools.Instructions(tools, mustCall));
        }
        var sampling = new Sampling(
            (float)Math.Clamp(asked.Number("temperature") ?? UsualTemperature, 0, 2),
            (float)Math.Clamp(asked.Number("top_p") ?? UsualTopP, 0, 1),
            asked.Number("seed") is { } seed ? (uint)(long)seed
                : (uint)RandomNumberGenerator.GetInt32(int.MaxValue),
            (int)Math.Clamp(asked.Number("max_completion_tokens")
                ?? asked.Number("max_tokens") ?? int.MaxValue, 1, int.MaxValue),
            mustCall ? ChatTools.Grammar(tools) : GrammarOf(asked, messages));
        return new([.. messages], sampling, tools, mustCall, StopsOf(asked),
            asked.Child("stream") is { ValueKind: JsonValueKind.True },
            asked.Child("stream_options")?.Child("include_usage")
                is { ValueKind: JsonValueKind.True });
    }

    /// <summary>Written before all that is said.</summary>
    private static void Teach(List<(string Role, string Text)> messages, string words)
    {
        if (messages[0].Role == "system")
        {
            messages[0] = ("system", $"{messages[0].Text}\n\n{words}");
            return;
        }
        messages.Insert(0, ("system", words));
    }

    private static IEnumerable<(string Role, string Text)> MessagesOf(JsonElement asked)
    {
        foreach (var message in asked.Items("messages"))
        {
            var role = message.Text("role");
            var text = TextOf(message.Child("content"));
            switch (role)
            {
                case "system" or "developer":
                    yield return ("system", text);
                    break;
                case "user":
                    yield return ("user", text);
                    break;
                case "tool" or "function":
                    yield return ("user", $"What came of it:\n{text}");
                    break;
                case "assistant":
                    var calls = message.Items("tool_calls").Select(ChatTools.Said);
                    yield return ("assistant", string.Join('\n', calls.Prepend(text)
                        .Where(t => t.Length > 0)));
                    break;
                default:
                    throw ChatFault.Invalid("A message's role is system, user, assistant or tool.");
            }
        }
    }

    private static string TextOf(JsonElement? content) => content switch
    {
        null => "",
        { ValueKind: JsonValueKind.String } text => text.GetString()!,
        { ValueKind: JsonValueKind.Array } parts => string.Join("\n\n",
            parts.EnumerateArray().Select(p => p.Text("type") is "text" or "input_text"
                ? p.Text("text") ?? ""
                : throw ChatFault.Invalid("This model reads text and nothing else."))),
        _ => throw ChatFault.Invalid("A message's content is text."),
    };

    private static (ImmutableArray<OfferedTool>, bool) ToolsOf(JsonElement asked)
    {
        var choice = asked.Child("tool_choice");
        var word = choice is { ValueKind: JsonValueKind.String } w ? w.GetString() : null;
        var only = choice?.Child("function")?.Text("name");
        if (word == "none")
        {
            return ([], false);
        }
        ImmutableArray<OfferedTool> tools = [.. asked.Items("tools")
            .Select(t => t.Child("function")).OfType<JsonElement>().Select(f => new OfferedTool(
                f.Text("name") ?? throw ChatFault.Invalid("A tool has no name."),
                f.Text("description") ?? "",
                f.Child("parameters")?.GetRawText() ?? """{"type":"object"}"""))
            .Where(t => only is null || t.Name == only)];
        return tools.Length > MostTools
            ? throw ChatFault.Invalid($"There are more than {MostTools} tools.")
            : only is not null && tools.IsEmpty
            ? throw ChatFault.Invalid($"`tool_choice` names {only}, which is not among the tools.")
            : (tools, tools.Length > 0 && (only is not null || word == "required"));
    }

    private static string? GrammarOf(
        JsonElement asked, List<(string Role, string Text)> messages)
    {
        if (asked.Text("grammar") is { Length: > 0 } grammar)
        {
            return grammar;
        }
        if (asked.Child("response_format") is not { } format)
        {
            return null;
        }
        switch (format.Text("type"))
        {
            case null or "text":
                return null;
            case "json_object":
                return JsonGrammar.Of("""{"type":"object"}""");
            case "json_schema":
                var schema = (format.Child("json_schema")?.Child("schema")
                    ?? format.Child("schema"))?.GetRawText()
                    ?? throw ChatFault.Invalid("`response_format` has no schema.");
                Teach(messages, $"Answer with JSON of this schema and nothing else:\n{schema}");
                return JsonGrammar.Of(schema);
            default:
                throw ChatFault.Invalid(
                    "`response_format` is of type text, json_object or json_schema.");
        }
    }

    private static ImmutableArray<string> StopsOf(JsonElement asked)
    {
        ImmutableArray<string> stops = asked.Child("stop") switch
        {
            { ValueKind: JsonValueKind.String } one => [one.GetString()!],
            { ValueKind: JsonValueKind.Array } => [.. asked.Items("stop")
                .Select(s => s.GetString()!)],
            _ => [],
        };
        return stops.Length <= MostStops && !stops.Contains("") ? stops
            : throw ChatFault.Invalid($"`stop` has up to {MostStops} texts, none of them empty.");
    }
}
