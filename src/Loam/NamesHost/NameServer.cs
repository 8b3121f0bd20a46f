using System.Net;
using System.Net.Sockets;
using Loam.Core;

namespace Loam.NamesHost;

/// <summary>Answers at the gateways of networks. Whatever comes, the worst that follows is an
/// answer that says no.</summary>
/// <param name="lookup">The newest table.</param>
internal sealed class NameServer(Func<NameLookup> lookup, Forwarding forwarding)
{
    /// <summary>More than a datagram has, so that none is cut.</summary>
    private const int MostBytes = ushort.MaxValue;

    private static readonly TimeSpan s_idle = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan s_rest = TimeSpan.FromMilliseconds(20);

    private readonly Places _questions = new(Limits.NamesWaiting, Limits.NamesWaiting / 8);
    private readonly Places _streams = new(Limits.NamesStreams, Limits.NamesStreams / 8);

    /// <summary>Questions of UDP, until the process ends.</summary>
    public async Task AnswerAsync(Socket socket, CancellationToken stop)
    {
        var gateway = ((IPEndPoint)socket.LocalEndPoint!).Address.ToString();
        var buffer = new byte[MostBytes];
        var anyone = new IPEndPoint(IPAddress.Any, 0);
        while (true)
        {
            try
            {
                var came = await socket.ReceiveFromAsync(buffer, anyone, stop)
                    .ConfigureAwait(false);
                var from = (IPEndPoint)came.RemoteEndPoint;
                if (from.Port != 0 && _questions.TryTake(from.Address))
                {
                    _ = AnswerAsync(socket, buffer.AsSpan(0, came.ReceivedBytes).ToArray(),
                        gateway, from, stop);
                }
            }
            catch (SocketException)
            {
                // Whoever was answered has gone; the others have not.
                await Task.Delay(s_rest, stop).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Connections of TCP, until the process ends.</summary>
    public async Task AcceptAsync(Socket listener, CancellationToken stop)
    {
        var gateway = ((IPEndPoint)listener.LocalEndPoint!).Address.ToString();
        while (true)
        {
            try
            {
                var came = await listener.AcceptAsync(stop).ConfigureAwait(false);
                var from = (IPEndPoint)came.RemoteEndPoint!;
                if (_streams.TryTake(from.Address))
                {
                    _ = ServeAsync(came, from, gateway, stop);
                }
                else
                {
                    came.Dispose();
                }
            }
            catch (SocketException)
            {
                await Task.Delay(s_rest, stop).ConfigureAwait(false);
            }
        }
    }

    private async Task AnswerAsync(Socket socket, byte[] message, string gateway, IPEndPoint from,
        CancellationToken stop)
    {
        try
        {
            if (await AnswerAsync(message, gateway, from, isStream: false, stop)
                .ConfigureAwait(false) is { } answer)
            {
                await socket.SendToAsync(answer, from, stop).ConfigureAwait(false);
            }
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException)
        {
            // It has gone.
        }
        finally
        {
            _questions.Leave(from.Address);
        }
    }

    private async Task ServeAsync(
        Socket socket, IPEndPoint from, string gateway, CancellationToken stop)
    {
        try
        {
            using (socket)
            {
                await using var stream = new NetworkStream(socket);
                while (true)
                {
                    using var bounded = CancellationTokenSource.CreateLinkedTokenSource(stop);
                    bounded.CancelAfter(s_idle);
                    if (await DnsStream.ReadAsync(stream, bounded.Token).ConfigureAwait(false)
                        is not { } message || await AnswerAsync(message, gateway, from,
                            isStream: true, stop).ConfigureAwait(false) is not { } answer)
                    {
                        return;
                    }
                    await DnsStream.WriteAsync(stream, answer, bounded.Token)
                        .ConfigureAwait(false);
                }
            }
        }
        catch (Exception e) when (e is SocketException or IOException
            or OperationCanceledException)
        {
            // It has gone, or said nothing for too long.
        }
        finally
        {
            _streams.Leave(from.Address);
        }
    }

    /// <returns>Null: nothing is said.</returns>
    private async Task<byte[]?> AnswerAsync(byte[] message, string gateway, IPEndPoint from,
        bool isStream, CancellationToken stop)
    {
        if (DnsQuestion.Read(message, out var fault) is not { } question)
        {
            return fault == DnsCode.Silence ? null : DnsAnswer.Of(message, fault);
        }
        var names = lookup();
        return names.Answer(question, gateway, from.Address.ToString(), isStream)
            ?? (isStream
                ? await Forwarding.AskStreamAsync(message, names.Upstreams, stop)
                    .ConfigureAwait(false)
                : await forwarding.AskAsync(message, question, names.Upstreams, stop)
                    .ConfigureAwait(false))
            ?? DnsAnswer.Of(question, DnsCode.ServerFailure);
    }
}
