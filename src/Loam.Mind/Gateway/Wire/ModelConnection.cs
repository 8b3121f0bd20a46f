using System.Collections.Immutable;
using System.Net.Http;
using System.Net.Http.Headers;

namespace Loam.Mind.Gateway.Wire;

/// <summary>The way to one endpoint: JSON goes, a stream of events comes.</summary>
/// <param name="who">As errors name it: <c>anthropic claude-sonnet-4-5</c>.</param>
/// <param name="key">Null: none. Never shown, wherever the provider repeats it.</param>
/// <param name="handler">Ours to end; follows no redirects.</param>
public sealed class ModelConnection(
    string who, Uri url, ImmutableArray<KeyValuePair<string, string>> headers, string? key,
    HttpMessageHandler handler, ModelTimes times, TimeProvider time) : IDisposable
{
    private const int MostErrorBytes = 64 * 1024;

    private readonly HttpMessageInvoker _http = new(handler, disposeHandler: true);

    internal string Who => who;

    public void Dispose() => _http.Dispose();

    /// <summary>Asks, and reads up to the head of the answer.</summary>
    /// <exception cref="ModelException">Anything but a stream of events.</exception>
    internal async Task<ModelStream> OpenAsync(ReadOnlyMemory<byte> body, CancellationToken cancel)
    {
        var watch = new CallWatch(times, time, cancel);
        HttpResponseMessage? response = null;
        try
        {
            response = await PostAsync(body, watch);
            var type = response.Content.Headers.ContentType?.MediaType;
            if (!response.IsSuccessStatusCode || type != "text/event-stream")
            {
                throw await FailureAsync(response, watch);
            }
            var stream = await response.Content.ReadAsStreamAsync(watch.Token);
            return new(this, response, stream, watch);
        }
        catch (Exception e)
        {
            response?.Dispose();
            var failure = Meaning(e, watch, hasBegun: response is not null);
            watch.Dispose();
            if (ReferenceEquals(failure, e))
            {
                throw;
            }
            throw failure;
        }
    }

    private async Task<HttpResponseMessage> PostAsync(
        ReadOnlyMemory<byte> body, CallWatch watch)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, url);
        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }
        request.Content = new ReadOnlyMemoryContent(body);
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        return await _http.SendAsync(request, watch.Token);
    }

    private async Task<ModelException> FailureAsync(HttpResponseMessage response, CallWatch watch)
    {
        var body = new byte[MostErrorBytes];
        var filled = 0;
        try
        {
            using var stream = await response.Content.ReadAsStreamAsync(watch.Token);
            int count;
            while (filled < body.Length
                && (count = await stream.ReadAsync(body.AsMemory(filled), watch.Token)) > 0)
            {
                filled += count;
            }
        }
        catch (Exception e) when (e is IOException or HttpRequestException)
        {
            // The status is enough.
        }
        return ProviderErrors.Of(who, key, response, body.AsMemory(0, filled), time);
    }

    /// <summary>What an exception of the transport means.</summary>
    internal Exception Meaning(Exception e, CallWatch watch, bool hasBegun) => e switch
    {
        ModelException => e,
        OperationCanceledException when watch.IsTimeout => new ModelException(ModelFault.Timeout,
            hasBegun ? $"{who} stopped in the middle of its answer: {watch.Waited}."
                : $"{who} does not answer: {watch.Waited}.",
            "Ask again later, or choose another model in llm of manifest.yaml.")
            { MayCost = true },
        OperationCanceledException => e,
        SseException => new ModelException(ModelFault.Malformed,
            $"The answer of {who} is not read: it sent {e.Message}.",
            "See what stands behind llm.base_url of manifest.yaml.") { MayCost = true },
        HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError
            or HttpRequestError.NameResolutionError or HttpRequestError.SecureConnectionError
            or HttpRequestError.ProxyTunnelError } => new ModelException(ModelFault.Unavailable,
            $"{who} cannot be reached at {url.Scheme}://{url.Authority}: "
            + ProviderErrors.Plain(e.Message, key),
            "Check llm.base_url of manifest.yaml, and the network."),
        HttpRequestException or IOException => new ModelException(
            hasBegun ? ModelFault.CutOff : ModelFault.Unavailable,
            hasBegun ? $"The answer of {who} was cut off."
                : $"{who} closed the connection without an answer.", "Ask again.")
            { MayCost = true },
        _ => e,
    };
}
