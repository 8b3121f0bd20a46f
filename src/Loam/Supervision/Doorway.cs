using System.Net.Sockets;
using Loam.Api;
using Loam.Drivers.Files;

namespace Loam.Supervision;

/// <summary>A socket on which nobody is let in yet: whoever knocks is reason enough to start the
/// process that will. For root and members of the group.</summary>
internal static class Doorway
{
    /// <summary>How often a thread that waits for somebody looks whether it should.</summary>
    private const int LookMicroseconds = 500_000;

    /// <param name="path">What is there is replaced.</param>
    public static Socket Listen(string path)
    {
        File.Delete(path);
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            socket.Bind(new UnixDomainSocketEndPoint(path));
            SocketOwner.Give(path, Peer.GroupNumber());
            socket.Listen();
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Until somebody has come and was not let in yet.</summary>
    public static Task SomebodyAsync(Socket socket, CancellationToken stop) =>
        Task.Factory.StartNew(() =>
        {
            while (!socket.Poll(LookMicroseconds, SelectMode.SelectRead))
            {
                stop.ThrowIfCancellationRequested();
            }
        }, stop, TaskCreationOptions.LongRunning, TaskScheduler.Default);
}
