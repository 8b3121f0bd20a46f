using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Loam.Core;
using Loam.Core.Reconciling;
using Microsoft.AspNetCore.Http;

namespace Loam.Api.Conversing;

/// <summary>Carries what somebody says to the mind and its answer back, as lines. Nothing of it is
/// understood here, and nothing is done for it.</summary>
/// <param name="socket">Where people speak to the mind.</param>
internal sealed class MindLink(string socket)
{
    /// <summary>The mind has places for people at the machine besides.</summary>
    private readonly SemaphoreSlim _room = new(Limits.Conversations);

    /// <summary>Everything that is said of one turn, until it is over.</summary>
    /// <param name="person">Whose turn it is: the mind believes root.</param>
    /// <exception cref="HostException">Unavailable: nobody is there, or too many are.</exception>
    public async IAsyncEnumerable<FromMind> AskAsync(
        ToMind turn, string person, [EnumeratorCancellation] CancellationToken cancel)
    {
        byte[] line = [.. JsonSerializer.SerializeToUtf8Bytes(
            turn with { For = Peer.Known(person) }, MindJson.Lines.ToMind), 10];
        if (line.Length > Limits.MindLineBytes)
        {
            throw new BadHttpRequestException($"{line.Length} bytes are too much to say at once; "
                + $"{Limits.MindLineBytes} can be.", StatusCodes.Status413PayloadTooLarge);
        }
        if (!await _room.WaitAsync(0, cancel).ConfigureAwait(false))
        {
            throw new HostException(Fault.Unavailable,
                $"{Limits.Conversations} programs converse at the moment.", "Ask again soon.");
        }
        try
        {
            using var own = new Socket(
                AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            using var stream = await SendAsync(own, line, cancel).ConfigureAwait(false);
            var lines = new LineReader(stream, Limits.MindAnswerBytes);
            FromMind said;
            do
            {
                said = await NextAsync(lines, cancel).ConfigureAwait(false);
                yield return said;
            }
            while (said.Type is not ("done" or "error"));
        }
        finally
        {
            _room.Release();
        }
    }

    private async Task<NetworkStream> SendAsync(Socket own, byte[] line, CancellationToken cancel)
    {
        try
        {
            await own.ConnectAsync(new UnixDomainSocketEndPoint(socket), cancel)
                .ConfigureAwait(false);
            var stream = new NetworkStream(own, ownsSocket: false);
            await stream.WriteAsync(line, cancel).ConfigureAwait(false);
            return stream;
        }
        catch (Exception e) when (e is SocketException or IOException)
        {
            throw Gone();
        }
    }

    private static async Task<FromMind> NextAsync(LineReader lines, CancellationToken cancel)
    {
        try
        {
            return await lines.NextAsync(cancel).ConfigureAwait(false) is { } line
                && JsonSerializer.Deserialize(line.Span, MindJson.Default.FromMind) is
                {
                    Type: "text" or "plan" or "question" or "sending" or "thinking"
                        or "sessions" or "done" or "error",
                } said ? said : throw Gone();
        }
        catch (Exception e) when (e is IOException or JsonException)
        {
            throw Gone();
        }
    }

    private static HostException Gone() => new(Fault.Unavailable, "The mind does not answer.",
        "Nothing was changed. `loam doctor` and `loam events` may say why.");
}
