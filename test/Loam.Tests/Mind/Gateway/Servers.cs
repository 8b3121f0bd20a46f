using System.Collections.Immutable;
using Loam.Mind.Gateway;
using Loam.Mind.Gateway.Providers;
using Loam.Mind.Gateway.Wire;

namespace Loam.Tests.Mind.Gateway;

/// <summary>The servers of the recordings, and questions to them.</summary>
internal static class Servers
{
    public const string Key = "sk-secret-key";

    public static readonly ImmutableArray<string> Names =
        ["anthropic", "openai", "vllm", "llamacpp", "ollama"];

    public static IModel Model(
        string server, HttpMessageHandler handler, TimeProvider? time = null, ModelTimes? times = null)
    {
        var info = new ModelInfo(server, $"{server}-model", PrivacyClass.Cloud,
            new(3_000_000, 15_000_000), 200_000, true);
        var isAnthropic = server == "anthropic";
        var url = new Uri(server == "openai" ? "https://api.openai.com/v1/chat/completions"
            : isAnthropic ? "https://api.anthropic.com/v1/messages"
            : "http://127.0.0.1:8000/v1/chat/completions");
        var connection = new ModelConnection($"{server} {info.Model}", url,
            [new(isAnthropic ? "x-api-key" : "authorization", isAnthropic ? Key : $"Bearer {Key}")],
            Key, handler, times ?? ModelTimes.Cloud, time ?? TimeProvider.System);
        return isAnthropic ? new AnthropicModel(info, connection)
            : new ChatModel(info, ChatWays.Of(url, info.Model), connection);
    }

    public static ModelRequest Question { get; } = new()
    {
        System = "Be brief.",
        Messages = [ModelMessage.User("Hello \"you\" 🌍")],
        MaxTokens = 100,
        LocalOnly = false,
    };

    public static ModelRequest WithTools { get; } = Question with
    {
        Temperature = 0.3,
        Tools =
        [
            new("read_file", "Reads a state file.",
                """{"type":"object","properties":{"path":{"type":"string"}}}"""),
            new("list_files", "Lists them.", """{"type":"object"}"""),
        ],
        Messages =
        [
            ModelMessage.User("What is there?"),
            new(Speaker.Assistant,
                [new TextPart("I look."), new ToolCallPart("c1", "list_files", "{\"a\":"),
                    new ToolCallPart("c2", "read_file", """{"path":"x"}""")]),
            new(Speaker.User, [new ToolResultPart("c1", "no such thing", true),
                new ToolResultPart("c2", "text", false), new TextPart("Go on.")]),
        ],
    };

    /// <summary>All that comes, with neighbouring texts as one.</summary>
    public static async Task<List<ModelEvent>> AllAsync(IAsyncEnumerable<ModelEvent> events)
    {
        var all = new List<ModelEvent>();
        await foreach (var happened in events)
        {
            if (happened is TextDelta next && all is [.., TextDelta last])
            {
                all[^1] = new TextDelta(last.Text + next.Text);
            }
            else
            {
                all.Add(happened);
            }
        }
        return all;
    }
}
