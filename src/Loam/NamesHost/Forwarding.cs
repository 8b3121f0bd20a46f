using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Loam.Core;
using Loam.Drivers.Containers.Native.Networking;

namespace Loam.NamesHost;

/// <summary>Asks the host's name servers. Of what they answer only the head and the question are
/// looked at; it goes to whoever asked as it is.</summary>
/// <param name="sockets">That may send to them, of UDP.</param>
internal sealed class Forwarding(IReadOnlyList<Socket> sockets)
{
    private const int Port = 53, MostBytes = ushort.MaxValue;

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan s_rest = TimeSpan.FromMilliseconds(20);

    private readonly Lock _gate = new();
    private readonly Dictionary<(Socket, ushort), Asked> _open = [];

    private sealed record Asked(
        EndPoint Server, byte[] Section, TaskCompletionSource<byte[]> Answer);

    /// <summary>Takes what comes back, until the process ends.</summary>
    public Task ListenAsync(CancellationToken stop) =>
        Task.WhenAll(sockets.Select(s => ListenAsync(s, stop)));

    /// <returns>The answer, with the asker's number; null: nobody answered.</returns>
    public async Task<byte[]?> AskAsync(byte[] message, DnsQuestion question,
        IReadOnlyList<Upstream> servers, CancellationToken cancel)
    {
        foreach (var server in servers)
        {
            if (await AskAsync(message, question, IPAddress.Parse(server.Address), cancel)
                .ConfigureAwait(false) is { } answer)
            {
                BinaryPrimitives.WriteUInt16BigEndian(answer, question.Id);
                return answer;
            }
        }
        return null;
    }

    /// <summary>Over the doors that lead to them.</summary>
    /// <returns>The answer; null: nobody answered.</returns>
    public static async Task<byte[]?> AskStreamAsync(
        byte[] message, IReadOnlyList<Upstream> servers, CancellationToken cancel)
    {
        foreach (var server in servers)
        {
            using var bounded = CancellationTokenSource.CreateLinkedTokenSource(cancel);
            bounded.CancelAfter(s_patience);
            using var socket = new Socket(
                AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            try
            {
                await socket.ConnectAsync(
                    new UnixDomainSocketEndPoint(server.Door), bounded.Token)
                    .ConfigureAwait(false);
                await using var stream = new NetworkStream(socket);
                await DnsStream.WriteAsync(stream, message, bounded.Token).ConfigureAwait(false);
                if (await DnsStream.ReadAsync(stream, bounded.Token).ConfigureAwait(false)
                    is { Length: >= DnsQuestion.HeadBytes } answer
                    && answer.AsSpan(0, 2).SequenceEqual(message.AsSpan(0, 2)))
                {
                    return answer;
                }
            }
            catch (Exception e) when (e is SocketException or IOException
                or OperationCanceledException)
            {
                cancel.ThrowIfCancellationRequested();
            }
        }
        return null;
    }

    private async Task<byte[]?> AskAsync(byte[] message, DnsQuestion question, IPAddress server,
        CancellationToken cancel)
    {
        var fitting = sockets.Where(s => s.AddressFamily == server.AddressFamily).ToList();
        if (fitting.Count == 0)
        {
            return null;
        }
        // A number and a port that nobody can guess, so that nobody answers in the server's place.
        var socket = fitting[RandomNumberGenerator.GetInt32(fitting.Count)];
        var asked = new Asked(new IPEndPoint(server, Port), question.Section,
            new(TaskCreationOptions.RunContinuationsAsynchronously));
        if (Enter(socket, asked) is not { } id)
        {
            return null;
        }
        try
        {
            byte[] sent = [(byte)(id >> 8), (byte)id, .. message.AsSpan(2)];
            await socket.SendToAsync(sent, asked.Server, cancel).ConfigureAwait(false);
            return await asked.Answer.Task.WaitAsync(s_patience, cancel).ConfigureAwait(false);
        }
        catch (Exception e) when (e is SocketException or TimeoutException)
        {
            return null;
        }
        finally
        {
            lock (_gate)
            {
                _open.Remove((socket, id));
            }
        }
    }

    /// <returns>Its number; null: too many wait.</returns>
    private ushort? Enter(Socket socket, Asked asked)
    {
        lock (_gate)
        {
            if (_open.Count >= Limits.NamesWaiting)
            {
                return null;
            }
            ushort id;
            do
            {
                id = (ushort)RandomNumberGenerator.GetInt32(ushort.MaxValue + 1);
            }
            while (!_open.TryAdd((socket, id), asked));
            return id;
        }
    }

    private async Task ListenAsync(Socket socket, CancellationToken stop)
    {
        var buffer = new byte[MostBytes];
        var anyone = new IPEndPoint(socket.AddressFamily == AddressFamily.InterNetwork
            ? IPAddress.Any : IPAddress.IPv6Any, 0);
        while (true)
        {
            try
            {
                var came = await socket.ReceiveFromAsync(buffer, anyone, stop)
                    .ConfigureAwait(false);
                Take(socket, buffer.AsSpan(0, came.ReceivedBytes), came.RemoteEndPoint);
            }
            catch (SocketException)
            {
                // A server that is not there says so in this way; whoever waits hears of nothing.
                await Task.Delay(s_rest, stop).ConfigureAwait(false);
            }
        }
    }

    private void Take(Socket socket, ReadOnlySpan<byte> answer, EndPoint from)
    {
        if (answer.Length < DnsQuestion.HeadBytes || (answer[2] & 0x80) == 0)
        {
            return;
        }
        lock (_gate)
        {
            if (_open.TryGetValue((socket, BinaryPrimitives.ReadUInt16BigEndian(answer)),
                out var asked) && asked.Server.Equals(from)
                && answer[DnsQuestion.HeadBytes..].StartsWith(asked.Section))
            {
                asked.Answer.TrySetResult(answer.ToArray());
            }
        }
    }
}
