using System.Net;
using System.Net.Sockets;
using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Loam.Core;
using Loam.Core.Reconciling;

namespace Loam.Drivers.Containers;

/// <summary>HTTP over an engine's Unix socket. Connections are kept and shared; each call has a
/// time limit; whatever goes wrong becomes a <see cref="HostException"/>.</summary>
internal sealed class EngineConnection : IDisposable
{
    private const string Api = "http://engine/v1.40";
    private readonly HttpClient _http;

    public EngineConnection(string socket)
    {
        Socket = socket;
        var handler = new SocketsHttpHandler
        {
            ConnectCallback = ConnectAsync,
            UseProxy = false,
            UseCookies = false,
            AllowAutoRedirect = false,
            PooledConnectionIdleTimeout = TimeSpan.FromMinutes(1),
            MaxResponseHeadersLength = 64,
        };
        _http = new HttpClient(handler)
        {
            Timeout = Timeout.InfiniteTimeSpan,
            MaxResponseContentBufferSize = Limits.EngineAnswerBytes,
        };
    }

    public string Socket { get; }

    public void Dispose() => _http.Dispose();

    /// <summary>One call whose answer is read whole.</summary>
    /// <param name="what">The thing, for messages: <c>container loam-1-web-ab</c>.</param>
    /// <param name="accept">Status codes that are success besides 2xx.</param>
    /// <exception cref="HostException">Any other status, or no answer.</exception>
    public async Task<EngineAnswer> CallAsync(
        HttpMethod method, string path, string what, CancellationToken cancel,
        HttpContent? body = null, TimeSpan? limit = null, params HttpStatusCode[] accept)
    {
        using var timeout = Bounded(limit ?? Limits.EngineCall, cancel);
        try
        {
            using var request = new HttpRequestMessage(method, Api + path) { Content = body };
            using var response = await _http.SendAsync(
                request, HttpCompletionOption.ResponseContentRead, timeout.Token)
                .ConfigureAwait(false);
            var bytes = await response.Content.ReadAsByteArrayAsync(timeout.Token)
                .ConfigureAwait(false);
            if (response.IsSuccessStatusCode || accept.Contains(response.StatusCode))
            {
                return new(response.StatusCode, bytes);
            }
            throw EngineErrors.Of(response.StatusCode, bytes, what);
        }
        catch (Exception error) when (EngineErrors.IsTransport(error))
        {
            cancel.ThrowIfCancellationRequested();
            throw EngineErrors.Transport(error, Socket, what);
        }
    }

    /// <summary>One call whose answer is read as it comes. The caller disposes the answer.
    /// </summary>
    /// <remarks>The time limit ends with the headers: what follows is the caller's to bound.
    /// </remarks>
    public async Task<HttpResponseMessage> OpenAsync(
        HttpMethod method, string path, string what, CancellationToken cancel,
        HttpContent? body = null, TimeSpan? limit = null,
        KeyValuePair<string, string>? header = null)
    {
        using var timeout = Bounded(limit ?? Limits.EngineCall, cancel);
        HttpResponseMessage? response = null;
        try
        {
            using var request = new HttpRequestMessage(method, Api + path) { Content = body };
            if (header is { } extra)
            {
                request.Headers.Add(extra.Key, extra.Value);
            }
            response = await _http.SendAsync(
                request, HttpCompletionOption.ResponseHeadersRead, timeout.Token)
                .ConfigureAwait(false);
            if (response.IsSuccessStatusCode)
            {
                return response;
            }
            var bytes = await response.Content.ReadAsByteArrayAsync(timeout.Token)
                .ConfigureAwait(false);
            throw EngineErrors.Of(response.StatusCode, bytes, what);
        }
        catch (Exception error) when (EngineErrors.IsTransport(error))
        {
            response?.Dispose();
            cancel.ThrowIfCancellationRequested();
            throw EngineErrors.Transport(error, Socket, what);
        }
        catch
        {
            response?.Dispose();
            throw;
        }
    }

    /// <summary>A call after whose answer the connection is the command's own, both ways.
    /// https://docs.docker.com/engine/api/v1.40/#operation/ContainerAttach</summary>
    public async Task<NetworkStream> HijackAsync(
        string path, byte[] body, string what, CancellationToken cancel)
    {
        using var timeout = Bounded(Limits.EngineCall, cancel);
        NetworkStream? stream = null;
        try
        {
            stream = await OpenSocketAsync(timeout.Token).ConfigureAwait(false);
            var head = $"POST {new Uri(Api).AbsolutePath}{path} HTTP/1.1\r\nHost: engine\r\n"
                + "Content-Type: application/json\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n"
                + $"Content-Length: {body.Length}\r\n\r\n";
            await stream.WriteAsync(
                (byte[])[.. System.Text.Encoding.ASCII.GetBytes(head), .. body], timeout.Token)
                .ConfigureAwait(false);
            var status = await HeadAsync(stream, timeout.Token).ConfigureAwait(false);
            return status is 101 or 200 ? stream
                : throw EngineErrors.Of((HttpStatusCode)status, [], what);
        }
        catch (Exception error)
        {
            stream?.Dispose();
            if (!EngineErrors.IsTransport(error))
            {
                throw;
            }
            cancel.ThrowIfCancellationRequested();
            throw EngineErrors.Transport(error, Socket, what);
        }
    }

    /// <summary>Byte by byte: what follows the head is the command's.</summary>
    private static async Task<int> HeadAsync(NetworkStream stream, CancellationToken cancel)
    {
        const int most = 16 * 1024;
        var head = new List<byte>(256);
        var one = new byte[1];
        while (head.Count < 4 || !head[^4..].SequenceEqual("\r\n\r\n"u8.ToArray()))
        {
            if (head.Count == most
                || await stream.ReadAsync(one, cancel).ConfigureAwait(false) == 0)
            {
                throw new IOException("the answer ends within its head");
            }
            head.Add(one[0]);
        }
        var words = System.Text.Encoding.ASCII.GetString([.. head]).Split(' ');
        return words.Length > 1 && int.TryParse(words[1], out var status) ? status
            : throw new IOException("the answer is not HTTP");
    }

    public static HttpContent Json<T>(T value, JsonTypeInfo<T> type)
    {
        // Engines of these ages want a length: a chunked body is refused by some of them.
        var content = new ByteArrayContent(JsonSerializer.SerializeToUtf8Bytes(value, type));
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        return content;
    }

    /// <summary>Filters as the query string wants them.</summary>
    public static string Filter(params (string Key, string Value)[] wanted) =>
        Uri.EscapeDataString(JsonSerializer.Serialize(
            wanted.GroupBy(f => f.Key).ToDictionary(
                g => g.Key, g => g.Select(f => f.Value).ToArray()),
            EngineJson.Default.DictionaryStringStringArray));

    private static CancellationTokenSource Bounded(TimeSpan limit, CancellationToken cancel)
    {
        var source = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        // The engine is a real process: its patience is measured by the real clock.
        source.CancelAfter(limit);
        return source;
    }

    private async ValueTask<Stream> ConnectAsync(
        SocketsHttpConnectionContext context, CancellationToken cancel) =>
        await OpenSocketAsync(cancel).ConfigureAwait(false);

    private async Task<NetworkStream> OpenSocketAsync(CancellationToken cancel)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(Socket), cancel)
                .ConfigureAwait(false);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}

/// <summary>A whole answer.</summary>
internal readonly record struct EngineAnswer(HttpStatusCode Status, byte[] Body)
{
    /// <exception cref="HostException">Unsupported: it is not what the API says.</exception>
    public T Read<T>(JsonTypeInfo<T> type, string what)
    {
        try
        {
            return JsonSerializer.Deserialize(Body, type) ?? throw new JsonException("null");
        }
        catch (JsonException error)
        {
            throw new HostException(
                Fault.Unsupported,
                $"The engine's answer about {what} cannot be understood ({error.Message}).",
                "Loam needs Docker 20.10 or Podman 4.3, or a later version of one of them.");
        }
    }
}
