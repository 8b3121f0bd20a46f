using System.Globalization;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Loam.Cli;
using Loam.Core.Reconciling;
using Loam.Drivers.Files;

namespace Loam.Api;

/// <summary>Answers on the daemon's socket while the daemon starts, which waits for its engine and
/// takes back what was left over: how far it is, and to all else that it is to be asked again. It
/// gives way to the <see cref="ApiServer"/> without a moment in which nobody answers.</summary>
internal sealed class WaitingRoom : IAsyncDisposable
{
    private const int MostHeadBytes = 16 * 1024;
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(50);

    private readonly Socket _socket;
    private readonly CancellationTokenSource _end = new();
    private readonly Task _serving;
    private volatile string _what;

    private WaitingRoom(string path, Socket socket, string what, Func<Socket, Peer?> peerOf)
    {
        Path = path;
        (_socket, _what, PeerOf) = (socket, what, peerOf);
        _serving = ServeAsync();
    }

    /// <summary>Where it answers.</summary>
    public string Path { get; }

    /// <summary>Who is at the other end.</summary>
    public Func<Socket, Peer?> PeerOf { get; }

    /// <param name="path">A stale socket there is replaced; a live one is not.</param>
    /// <param name="what">What the daemon waits for.</param>
    /// <exception cref="HostException">Conflict: another daemon serves this socket.</exception>
    public static WaitingRoom Open(string path, string what) => Open(path, what, Peer.Of);

    internal static WaitingRoom Open(string path, string what, Func<Socket, Peer?> peerOf)
    {
        ApiServer.RemoveStale(path);
        // Under another name first: nobody gets in before its mode is set, and what closing it
        // removes is that name, not the one that is another's by then.
        var early = path + ".early";
        File.Delete(early);
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(early));
        socket.Listen();
        SocketOwner.Give(early, Peer.GroupNumber());
        File.Move(early, path, overwrite: true);
        return new(path, socket, what, peerOf);
    }

    /// <summary>The daemon waits for something else now.</summary>
    public void Tell(string what) => _what = what;

    /// <summary>Whoever came before another took its place is still answered.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_end.IsCancellationRequested)
        {
            return;
        }
        await _end.CancelAsync().ConfigureAwait(false);
        await _serving.ConfigureAwait(false);
        using var limit = new CancellationTokenSource(s_patience);
        try
        {
            while (_socket.Poll(0, SelectMode.SelectRead))
            {
                using var waiting = await _socket.AcceptAsync(limit.Token).ConfigureAwait(false);
                await AnswerAsync(waiting, limit.Token).ConfigureAwait(false);
            }
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException)
        {
            // Those who are left ask again.
        }
        _socket.Dispose();
    }

    private async Task ServeAsync()
    {
        try
        {
            while (true)
            {
                await ServeOneAsync().ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException)
        {
            // The daemon has started.
        }
    }

    private async Task ServeOneAsync()
    {
        try
        {
            using var peer = await _socket.AcceptAsync(_end.Token).ConfigureAwait(false);
            await AnswerAsync(peer, CancellationToken.None).ConfigureAwait(false);
        }
        catch (SocketException)
        {
            // No more files may be open, say: it is tried again.
            await Task.Delay(s_pause, _end.Token).ConfigureAwait(false);
        }
    }

    private async Task AnswerAsync(Socket peer, CancellationToken cancel)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limit.CancelAfter(s_patience);
        try
        {
            var line = await HeadAsync(peer, limit.Token).ConfigureAwait(false);
            await peer.SendAsync(Answer(line, PeerOf(peer)), limit.Token).ConfigureAwait(false);
            peer.Shutdown(SocketShutdown.Send);
            // What it still sends is taken, so that it reads the answer.
            var nowhere = new byte[MostHeadBytes];
            while (await peer.ReceiveAsync(nowhere, limit.Token).ConfigureAwait(false) > 0)
            {
            }
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException)
        {
            // It has left, or does not say what it wants.
        }
    }

    /// <returns>The first line of a request whose head has come.</returns>
    private static async Task<string> HeadAsync(Socket peer, CancellationToken cancel)
    {
        var bytes = new byte[MostHeadBytes];
        for (var length = 0; length < bytes.Length;)
        {
            var more = await peer.ReceiveAsync(bytes.AsMemory(length), cancel)
                .ConfigureAwait(false);
            length += more;
            if (more == 0 || bytes.AsSpan(0, length).IndexOf("\r\n\r\n"u8) >= 0)
            {
                return Encoding.ASCII.GetString(bytes, 0, length).Split("\r\n")[0];
            }
        }
        return "";
    }

    private byte[] Answer(string line, Peer? peer)
    {
        if (peer?.Rights(Peer.GroupNumber()).HasFlag(Rights.View) != true)
        {
            return Reply("403 Forbidden", "", new(
                "Only root and members of group loam may speak to the daemon.",
                "Use sudo, or add the user: `usermod -aG loam NAME`."), ApiJson.Default.Problem);
        }
        return line.Split(' ') is ["GET", "/status" or "/v1/status", ..]
            ? Reply("200 OK", "", Status(), ApiJson.Default.MachineStatus)
            : Reply("503 Service Unavailable", "Retry-After: 1\r\n", new(
                $"The daemon is starting: it waits for {_what}.", "Ask again in a moment."),
                ApiJson.Default.Problem);
    }

    private MachineStatus Status() => new(Environment.MachineName, Product.Version, "", 0, null,
        null, null, null, [], [], [], [])
    {
        Starting = $"it waits for {_what}",
    };

    private static byte[] Reply<T>(string status, string header, T body, JsonTypeInfo<T> type)
    {
        var bytes = JsonSerializer.SerializeToUtf8Bytes(body, type);
        return [.. Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture,
            $"HTTP/1.1 {status}\r\nContent-Type: application/json\r\n{header}"
            + $"Content-Length: {bytes.Length}\r\nConnection: close\r\n\r\n")), .. bytes];
    }
}
