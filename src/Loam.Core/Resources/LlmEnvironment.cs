namespace Loam.Core.Resources;

/// <summary>What the environment says of models. It goes before the manifest.</summary>
/// <param name="AnthropicKey"><c>ANTHROPIC_API_KEY</c>.</param>
/// <param name="OpenAiKey"><c>OPENAI_API_KEY</c>.</param>
/// <param name="OllamaUrl"><c>OLLAMA_URL</c>; http:// may be left out.</param>
/// <param name="LocalModel"><c>LOAM_LOCAL_MODEL</c>: the path of a GGUF file.</param>
public sealed record LlmEnvironment(
    string? AnthropicKey, string? OpenAiKey, Uri? OllamaUrl, string? LocalModel)
{
    public static LlmEnvironment None { get; } = new(null, null, null, null);

    /// <param name="variable">Null or empty: not set.</param>
    public static LlmEnvironment Of(Func<string, string?> variable)
    {
        string? Set(string name) => variable(name) is { } value && value.Trim() is { Length: > 0 }
            trimmed ? trimmed : null;
        var ollama = Set("OLLAMA_URL");
        var url = ollama is null || ollama.Contains("://", StringComparison.Ordinal) ? ollama
            : $"http://{ollama}";
        return new(Set("ANTHROPIC_API_KEY"), Set("OPENAI_API_KEY"),
            Uri.TryCreate(url, UriKind.Absolute, out var parsed)
                && parsed.Scheme is "http" or "https" ? parsed : null,
            Set("LOAM_LOCAL_MODEL"));
    }

    /// <summary>The key for a model, before its secret; only for one that its provider serves
    /// itself: what stands elsewhere is somebody else.</summary>
    public string? KeyOf(LlmModel model) => !model.IsAtProvider ? null : model.Provider switch
    {
        "anthropic" => AnthropicKey,
        "openai" => OpenAiKey,
        _ => null,
    };

    /// <summary>The settings as they hold. Where the manifest does not say who answers, whom the
    /// environment names does; <c>provider: none</c> stays none.</summary>
    public LlmSettings Over(LlmSettings settings)
    {
        var models = settings.Models.Select(m => m.Provider switch
        {
            "ollama" when OllamaUrl is not null => m with { BaseUrl = OllamaUrl.ToString() },
            "local" when LocalModel is not null => m with { ModelPath = LocalModel },
            _ => m,
        }).ToList();
        if (!settings.IsWritten && models.Count == 0)
        {
            if (LocalModel is not null)
            {
                models.Add(new("local", null, null, null, LocalModel, null));
            }
            if (AnthropicKey is not null)
            {
                models.Add(new("anthropic", null, null, null, null, null));
            }
        }
        return settings with { Models = [.. models] };
    }
}
