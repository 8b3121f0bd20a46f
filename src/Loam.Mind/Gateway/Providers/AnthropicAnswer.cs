using System.Text;
using System.Text.Json;
using Loam.Mind.Gateway.Wire;

namespace Loam.Mind.Gateway.Providers;

/// <summary>The events of a streamed message, taken in one after another. Names that it does not
/// know are passed over, as the documentation asks.</summary>
internal sealed class AnthropicAnswer(string who)
{
    private readonly Dictionary<long, Call> _calls = [];
    private readonly AnswerSize _size = new(who);
    private long? _input;
    private long? _output;
    private EndReason? _reason;

    private sealed record Call(string Id, string Name, StringBuilder Arguments);

    /// <summary>The last event came.</summary>
    public bool IsOver { get; private set; }

    /// <exception cref="ModelException">An error of the provider's, or what no message has.
    /// </exception>
    public IReadOnlyList<ModelEvent> Read(SseEvent piece)
    {
        try
        {
            using var document = JsonDocument.Parse(piece.Data);
            var root = document.RootElement;
            return (root.TextOf("type") ?? piece.Name) switch
            {
                "message_start" => Nothing(() => Count(root.Child("message")?.Child("usage"))),
                "content_block_start" => Begin(root),
                "content_block_delta" => Go(root),
                "content_block_stop" => End(root),
                "message_delta" => Nothing(() => Finish(root)),
                "message_stop" => Stop(),
                "error" => throw ProviderErrors.Of(who, piece.Data),
                _ => [],
            };
        }
        catch (JsonException)
        {
            throw Strange("an event that is no JSON");
        }
    }

    private static IReadOnlyList<ModelEvent> Nothing(Action does)
    {
        does();
        return [];
    }

    private void Count(JsonElement? usage)
    {
        if (usage is not { } counts)
        {
            return;
        }
        if (counts.CountOf("input_tokens") is { } input)
        {
            _input = input + (counts.CountOf("cache_creation_input_tokens") ?? 0)
                + (counts.CountOf("cache_read_input_tokens") ?? 0);
        }
        _output = counts.CountOf("output_tokens") ?? _output;
    }

    private IReadOnlyList<ModelEvent> Begin(JsonElement root)
    {
        var block = root.Child("content_block") ?? throw Strange("a block without content");
        switch (block.TextOf("type"))
        {
            case "text":
                return Text(block.TextOf("text"));
            case "tool_use":
                var name = block.TextOf("name") ?? throw Strange("a tool call without a name");
                var id = block.TextOf("id") ?? throw Strange("a tool call without an id");
                _calls[root.CountOf("index") ?? 0] = new(_size.Text(id), _size.Text(name),
                    _size.Call());
                return [];
            default:
                return [];
        }
    }

    private IReadOnlyList<ModelEvent> Go(JsonElement root)
    {
        var delta = root.Child("delta") ?? throw Strange("a delta that is empty");
        switch (delta.TextOf("type"))
        {
            case "text_delta":
                return Text(delta.TextOf("text"));
            case "input_json_delta":
                var call = _calls.GetValueOrDefault(root.CountOf("index") ?? 0)
                    ?? throw Strange("arguments of no tool call");
                call.Arguments.Append(_size.Text(delta.TextOf("partial_json") ?? ""));
                return [];
            default:
                return [];
        }
    }

    private IReadOnlyList<ModelEvent> End(JsonElement root) =>
        !_calls.Remove(root.CountOf("index") ?? 0, out var call) ? []
            : [new ToolCall(call.Id, call.Name,
                call.Arguments.Length == 0 ? "{}" : call.Arguments.ToString())];

    private IReadOnlyList<ModelEvent> Text(string? text) =>
        string.IsNullOrEmpty(text) ? [] : [new TextDelta(_size.Text(text))];

    private void Finish(JsonElement root)
    {
        Count(root.Child("usage"));
        _reason = root.Child("delta")?.TextOf("stop_reason") switch
        {
            null => _reason,
            "max_tokens" or "model_context_window_exceeded" => EndReason.MaxTokens,
            "tool_use" => EndReason.ToolCalls,
            "refusal" => EndReason.Refused,
            _ => EndReason.Complete,
        };
    }

    private IReadOnlyList<ModelEvent> Stop()
    {
        IsOver = true;
        var end = new ModelEnd(_reason ?? throw Strange("an end without a reason"));
        return _input is { } input && _output is { } output
            ? [new ModelUsage(input, output), end] : [end];
    }

    private ModelException Strange(string what) => new(ModelFault.Malformed,
        $"The answer of {who} is not read: it has {what}.",
        "See what stands behind llm.base_url of manifest.yaml.") { MayCost = true };
}
