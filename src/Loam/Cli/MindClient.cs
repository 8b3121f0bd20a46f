using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Loam.Api;
using Loam.Core;

namespace Loam.Cli;

/// <summary>Speaks to the mind in lines of JSON. What it says is for people: nothing is done for
/// it.</summary>
internal sealed class MindClient(string socketPath)
{
    /// <summary>Everything that is said of one turn, until it is over.</summary>
    /// <exception cref="CommandFailure">Unreachable: nobody is there, or no longer.</exception>
    public async IAsyncEnumerable<FromMind> AskAsync(
        ToMind turn, [EnumeratorCancellation] CancellationToken cancel)
    {
        using var socket = await ConnectAsync(cancel).ConfigureAwait(false);
        using var stream = new NetworkStream(socket, ownsSocket: false);
        // By sudo it is still the person's own conversation.
        turn = !Environment.IsPrivilegedProcess ? turn
            : turn with { For = Peer.Known(Peer.OfRoot()) };
        byte[] line = [.. JsonSerializer.SerializeToUtf8Bytes(turn, MindJson.Default.ToMind), 10];
        await stream.WriteAsync(line, cancel).ConfigureAwait(false);
        var lines = new LineReader(stream, Limits.MindAnswerBytes);
        while (true)
        {
            var said = Read(await NextAsync(lines, cancel).ConfigureAwait(false));
            yield return said;
            if (said.Type is "done" or "error")
            {
                yield break;
            }
        }
    }

    private async Task<Socket> ConnectAsync(CancellationToken cancel)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(socketPath), cancel)
                .ConfigureAwait(false);
            return socket;
        }
        catch (SocketException)
        {
            socket.Dispose();
            throw Gone();
        }
    }

    private static async Task<ReadOnlyMemory<byte>> NextAsync(
        LineReader lines, CancellationToken cancel)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limit.CancelAfter(Limits.MindSilence);
        try
        {
            return await lines.NextAsync(limit.Token).ConfigureAwait(false) ?? throw Gone();
        }
        catch (Exception error) when (error is IOException
            || (error is OperationCanceledException && !cancel.IsCancellationRequested))
        {
            throw Gone();
        }
    }

    private static FromMind Read(ReadOnlyMemory<byte> line)
    {
        try
        {
            return JsonSerializer.Deserialize(line.Span, MindJson.Default.FromMind) ?? throw Gone();
        }
        catch (JsonException)
        {
            throw Gone();
        }
    }

    private static CommandFailure Gone() => new(ExitCode.Unreachable,
        "The mind does not answer.", "Nothing was changed. `loam events` may say why.");
}
