using Loam.Mind.Gateway.Wire;

namespace Loam.Mind.Gateway.Providers;

/// <summary>Lets Ollama load a model and keep it for a while, so that the first question need not
/// wait: <see href="https://github.com/ollama/ollama/blob/main/docs/api.md">a generation without
/// a prompt</see>. Its /v1 has no such field.</summary>
public static class OllamaLoading
{
    /// <param name="root">Of the server, without /v1.</param>
    /// <exception cref="ModelException">It is not loaded.</exception>
    public static Task LoadAsync(ModelConnection connection, Uri root, string model, TimeSpan keep,
        CancellationToken cancel) => connection.TellAsync(
        new(root, "api/generate"), JsonWriting.Write(json =>
        {
            json.WriteString("model", model);
            json.WriteString("keep_alive",
                string.Create(System.Globalization.CultureInfo.InvariantCulture,
                    $"{(long)keep.TotalSeconds}s"));
            json.WriteBoolean("stream", false);
        }), cancel);
}
