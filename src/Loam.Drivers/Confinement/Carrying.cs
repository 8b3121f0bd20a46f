using System.Net;
using System.Net.Sockets;

namespace Loam.Drivers.Confinement;

/// <summary>Carries one connection on to a place on the network, or to a socket, as bytes.
/// </summary>
internal static class Carrying
{
    /// <summary>Until both ways have ended. Nobody answers there: to whoever came, a closed
    /// connection.</summary>
    /// <param name="came">Closed at the end.</param>
    public static async Task RunAsync(Socket came, EndPoint place, CancellationToken end)
    {
        try
        {
            using var near = new NetworkStream(came, ownsSocket: true);
            using var outside = place is UnixDomainSocketEndPoint
                ? new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified)
                : new Socket(SocketType.Stream, ProtocolType.Tcp);
            await outside.ConnectAsync(place, end).ConfigureAwait(false);
            using var far = new NetworkStream(outside, ownsSocket: false);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(end);
            await Task.WhenAll(CopyAsync(near, far, outside, either),
                CopyAsync(far, near, came, either)).ConfigureAwait(false);
        }
        catch (Exception error) when (IsEnd(error))
        {
            // The connection has ended.
        }
    }

    public static bool IsEnd(Exception error) => error is OperationCanceledException
        or SocketException or IOException or ObjectDisposedException;

    /// <summary>One way; its end is passed on, and the other way may go on. After a break neither
    /// may.</summary>
    private static async Task CopyAsync(
        NetworkStream from, NetworkStream to, Socket target, CancellationTokenSource either)
    {
        try
        {
            await from.CopyToAsync(to, either.Token).ConfigureAwait(false);
            target.Shutdown(SocketShutdown.Send);
        }
        catch (Exception error) when (IsEnd(error))
        {
            await either.CancelAsync().ConfigureAwait(false);
            throw;
        }
    }
}
