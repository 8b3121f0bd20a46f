using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Loam.Core;
using Loam.Core.Reconciling;

namespace Loam.Drivers.Containers.Native;

/// <summary>gRPC to one server at a Unix socket.
/// https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md</summary>
/// <param name="scope">containerd's namespace, in which everything is.</param>
internal sealed class GrpcChannel(string socket, string scope) : IDisposable
{
    /// <summary>What one answer may have: a list of many containers.</summary>
    private const int LongestMessage = 64 * 1024 * 1024;
    private const int PrefixBytes = 5;

    private readonly HttpClient _http = new(new SocketsHttpHandler
    {
        ConnectCallback = async (_, cancel) =>
        {
            var connection = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.IP);
            try
            {
                await connection.ConnectAsync(new UnixDomainSocketEndPoint(socket), cancel)
                    .ConfigureAwait(false);
                return new NetworkStream(connection, ownsSocket: true);
            }
            catch
            {
                connection.Dispose();
                throw;
            }
        },
        EnableMultipleHttp2Connections = true,
        UseProxy = false,
        UseCookies = false,
    })
    {
        Timeout = Timeout.InfiniteTimeSpan,
    };

    public string Socket => socket;

    public void Dispose() => _http.Dispose();

    /// <param name="method"><c>containerd.services.tasks.v1.Tasks/Start</c></param>
    /// <param name="what">For people: <c>container web</c>.</param>
    /// <param name="limit">Null: <see cref="Limits.EngineCall"/>.</param>
    /// <param name="lease">Keeps what is made from being collected; null: none.</param>
    /// <exception cref="HostException">The server says no, or nothing.</exception>
    public async Task<ProtoMessage> CallAsync(string method, ProtoWriter request, string what,
        CancellationToken cancel, TimeSpan? limit = null, string? lease = null)
    {
        using var bounded = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        bounded.CancelAfter(limit ?? Limits.EngineCall);
        try
        {
            using var response = await SendAsync(
                method, new ByteArrayContent(Frame(request)), lease, bounded.Token)
                .ConfigureAwait(false);
            using var stream = await response.Content.ReadAsStreamAsync(bounded.Token)
                .ConfigureAwait(false);
            var message = await ReadAsync(stream, bounded.Token).ConfigureAwait(false);
            while (message is not null
                && await ReadAsync(stream, bounded.Token).ConfigureAwait(false) is not null)
            {
                // Trailers come after the last byte.
            }
            Check(response, what);
            return message ?? ProtoMessage.Empty;
        }
        catch (Exception error) when (IsBroken(error))
        {
            cancel.ThrowIfCancellationRequested();
            throw EngineErrors.Transport(error, socket, what);
        }
    }

    /// <summary>Messages of the server until it ends or is no longer wanted.</summary>
    public async IAsyncEnumerable<ProtoMessage> StreamAsync(string method, ProtoWriter request,
        string what, [EnumeratorCancellation] CancellationToken cancel)
    {
        using var call = await OpenAsync(
            method, new ByteArrayContent(Frame(request)), null, what, cancel).ConfigureAwait(false);
        while (await call.NextAsync(cancel).ConfigureAwait(false) is { } message)
        {
            yield return message;
        }
    }

    /// <summary>A call in which both sides go on speaking.</summary>
    public async Task<GrpcCall> DuplexAsync(
        string method, ProtoWriter first, string what, string? lease, CancellationToken cancel)
    {
        var frames = new FrameContent();
        frames.Add(Frame(first));
        return await OpenAsync(method, frames, lease, what, cancel).ConfigureAwait(false);
    }

    private async Task<GrpcCall> OpenAsync(string method, HttpContent content, string? lease,
        string what, CancellationToken cancel)
    {
        try
        {
            var response = await SendAsync(method, content, lease, cancel).ConfigureAwait(false);
            return new(this, response,
                await response.Content.ReadAsStreamAsync(cancel).ConfigureAwait(false),
                content as FrameContent, what);
        }
        catch (Exception error) when (IsBroken(error))
        {
            cancel.ThrowIfCancellationRequested();
            throw EngineErrors.Transport(error, socket, what);
        }
    }

    private async Task<HttpResponseMessage> SendAsync(
        string method, HttpContent content, string? lease, CancellationToken cancel)
    {
        content.Headers.ContentType = new("application/grpc");
        using var request = new HttpRequestMessage(HttpMethod.Post, $"http://localhost/{method}")
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = content,
        };
        request.Headers.TE.Add(new("trailers"));
        request.Headers.Add("containerd-namespace", scope);
        if (lease is not null)
        {
            request.Headers.Add("containerd-lease", lease);
        }
        return await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancel)
            .ConfigureAwait(false);
    }

    private static byte[] Frame(ProtoWriter message)
    {
        var frame = new byte[PrefixBytes + message.Written.Length];
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(1), message.Written.Length);
        message.Written.Span.CopyTo(frame.AsSpan(PrefixBytes));
        return frame;
    }

    /// <summary>Null: the server has ended.</summary>
    private static async Task<ProtoMessage?> ReadAsync(Stream stream, CancellationToken cancel)
    {
        var prefix = new byte[PrefixBytes];
        var read = await stream.ReadAtLeastAsync(prefix, PrefixBytes, false, cancel)
            .ConfigureAwait(false);
        if (read == 0)
        {
            return null;
        }
        var length = BinaryPrimitives.ReadInt32BigEndian(prefix.AsSpan(1));
        if (read < PrefixBytes || prefix[0] != 0 || length is < 0 or > LongestMessage)
        {
            throw new InvalidDataException("a frame that is none");
        }
        var bytes = new byte[length];
        await stream.ReadExactlyAsync(bytes, cancel).ConfigureAwait(false);
        return ProtoMessage.Parse(bytes);
    }

    private static bool IsBroken(Exception error) =>
        EngineErrors.IsTransport(error) || error is InvalidDataException;

    private static void Check(HttpResponseMessage response, string what)
    {
        var trailers = response.TrailingHeaders.Contains("grpc-status")
            ? response.TrailingHeaders : (HttpHeaders)response.Headers;
        var code = trailers.TryGetValues("grpc-status", out var status)
            && int.TryParse(status.First(), CultureInfo.InvariantCulture, out var number)
            ? number : -1;
        if (code != 0)
        {
            throw EngineErrors.Of(Status(code), trailers.TryGetValues("grpc-message", out var said)
                ? Uri.UnescapeDataString(said.First()) : "", what);
        }
    }

    /// <summary>https://grpc.github.io/grpc/core/md_doc_statuscodes.html</summary>
    private static HttpStatusCode Status(int code) => code switch
    {
        4 => HttpStatusCode.GatewayTimeout,
        5 => HttpStatusCode.NotFound,
        6 or 9 => HttpStatusCode.Conflict,
        7 or 16 => HttpStatusCode.Forbidden,
        12 => HttpStatusCode.NotImplemented,
        14 => HttpStatusCode.ServiceUnavailable,
        _ => HttpStatusCode.InternalServerError,
    };

    /// <summary>An open call.</summary>
    internal sealed class GrpcCall(GrpcChannel channel, HttpResponseMessage response,
        Stream stream, FrameContent? frames, string what) : IDisposable
    {
        public void Send(ProtoWriter message) => frames!.Add(Frame(message));

        /// <summary>The next message; null: the server has ended well.</summary>
        public async Task<ProtoMessage?> NextAsync(CancellationToken cancel)
        {
            try
            {
                var message = await ReadAsync(stream, cancel).ConfigureAwait(false);
                if (message is null)
                {
                    Check(response, what);
                }
                return message;
            }
            catch (Exception error) when (IsBroken(error))
            {
                cancel.ThrowIfCancellationRequested();
                throw EngineErrors.Transport(error, channel.Socket, what);
            }
        }

        public void Dispose()
        {
            frames?.End();
            response.Dispose();
        }
    }

    /// <summary>A body that is written while the answer is read.</summary>
    internal sealed class FrameContent : HttpContent
    {
        private readonly Channel<byte[]> _frames = Channel.CreateUnbounded<byte[]>();

        public void Add(byte[] frame) => _frames.Writer.TryWrite(frame);

        public void End() => _frames.Writer.TryComplete();

        protected override Task SerializeToStreamAsync(
            Stream stream, TransportContext? context) =>
            SerializeToStreamAsync(stream, context, CancellationToken.None);

        protected override async Task SerializeToStreamAsync(
            Stream stream, TransportContext? context, CancellationToken cancellationToken)
        {
            await foreach (var frame in _frames.Reader.ReadAllAsync(cancellationToken)
                .ConfigureAwait(false))
            {
                await stream.WriteAsync(frame, cancellationToken).ConfigureAwait(false);
                await stream.FlushAsync(cancellationToken).ConfigureAwait(false);
            }
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
