using System.Text;
using System.Text.Json;
using Loam.Mind.Gateway.Wire;

namespace Loam.Mind.Gateway.Providers;

/// <summary>The chunks of a streamed completion, taken in one after another.</summary>
internal sealed class ChatAnswer(string who)
{
    private readonly List<Call> _calls = [];
    private readonly AnswerSize _size = new(who);
    private ModelUsage? _usage;
    private EndReason? _reason;

    private sealed class Call(long index, StringBuilder arguments)
    {
        public long Index => index;
        public StringBuilder Arguments => arguments;
        public string? Id { get; set; }
        public string? Name { get; set; }
    }

    /// <summary>The last chunk came.</summary>
    public bool IsOver { get; private set; }

    /// <exception cref="ModelException">An error of the provider's, or what no completion has.
    /// </exception>
    public IReadOnlyList<ModelEvent> Read(SseEvent piece)
    {
        if (piece.Data.Span.Trim((byte)' ').SequenceEqual("[DONE]"u8))
        {
            IsOver = true;
            return [];
        }
        try
        {
            using var document = JsonDocument.Parse(piece.Data);
            var root = document.RootElement;
            if (piece.Name == "error" || root.Child("error") is not null
                || root.TextOf("object") == "error")
            {
                throw ProviderErrors.Of(who, piece.Data);
            }
            Count(root);
            // Of the only answer that was asked for.
            foreach (var choice in root.ItemsOf("choices"))
            {
                return Take(choice);
            }
            return [];
        }
        catch (JsonException)
        {
            throw Strange("a chunk that is no JSON");
        }
    }

    /// <summary>Calls, usage and end; null: the end did not come.</summary>
    public IReadOnlyList<ModelEvent>? End()
    {
        if (_reason is not { } reason)
        {
            return null;
        }
        var last = new List<ModelEvent>();
        foreach (var (call, at) in _calls.Select((c, i) => (c, i)))
        {
            last.Add(new ToolCall(call.Id ?? $"call_{at}",
                call.Name ?? throw Strange("a tool call without a name"),
                call.Arguments.Length == 0 ? "{}" : call.Arguments.ToString()));
        }
        if (_usage is not null)
        {
            last.Add(_usage);
        }
        // Some servers end with "stop" what is to go on after its calls.
        last.Add(new ModelEnd(
            reason == EndReason.Complete && _calls.Count > 0 ? EndReason.ToolCalls : reason));
        return last;
    }

    private void Count(JsonElement root)
    {
        if (root.Child("usage") is { } usage && usage.CountOf("prompt_tokens") is { } input)
        {
            _usage = new(input, usage.CountOf("completion_tokens") ?? 0);
        }
    }

    private IReadOnlyList<ModelEvent> Take(JsonElement choice)
    {
        _reason = choice.TextOf("finish_reason") switch
        {
            null or "" => _reason,
            "length" => EndReason.MaxTokens,
            "tool_calls" or "function_call" => EndReason.ToolCalls,
            "content_filter" => EndReason.Refused,
            _ => EndReason.Complete,
        };
        if (choice.Child("delta") is not { } delta)
        {
            return [];
        }
        foreach (var call in delta.ItemsOf("tool_calls"))
        {
            Take(call, delta.ItemsOf("tool_calls").Count());
        }
        // What a model says when it refuses is its answer, too.
        var text = delta.TextOf("content") is { Length: > 0 } content ? content
            : delta.TextOf("refusal");
        return string.IsNullOrEmpty(text) ? [] : [new TextDelta(_size.Text(text))];
    }

    private void Take(JsonElement piece, int together)
    {
        var id = piece.TextOf("id") is { Length: > 0 } given ? given : null;
        var function = piece.Child("function");
        // Some servers count none: then an id, or many at once, tells that another begins.
        var index = piece.CountOf("index")
            ?? (_calls.Count == 0 || id is not null || together > 1 ? _calls.Count
                : _calls[^1].Index);
        var call = _calls.FindLast(c => c.Index == index);
        if (id is not null && call?.Id is not null && call.Id != id)
        {
            // Others say 0 of each.
            call = _calls.Find(c => c.Id == id);
        }
        if (call is null)
        {
            call = new(index, _size.Call());
            _calls.Add(call);
        }
        call.Id ??= id is null ? null : _size.Text(id);
        call.Name ??= function?.TextOf("name") is { Length: > 0 } name ? _size.Text(name) : null;
        call.Arguments.Append(_size.Text(ArgumentsOf(function)));
    }

    /// <summary>A text in pieces; of some servers an object at once.</summary>
    private static string ArgumentsOf(JsonElement? function) => function?.Child("arguments") switch
    {
        { ValueKind: JsonValueKind.Object } whole => whole.AsJson(),
        { } piece => piece.AsText() ?? "",
        null => "",
    };

    private ModelException Strange(string what) => new(ModelFault.Malformed,
        $"The answer of {who} is not read: it has {what}.",
        "See what stands behind llm.base_url of manifest.yaml.") { MayCost = true };
}
