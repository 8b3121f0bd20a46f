using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Loam.Scoring.Gating;

/// <summary>Connects to a Unix socket as another user: who holds the other end is the kernel's
/// word, and it takes the user of the thread that connects.</summary>
internal static class MindDoor
{
    private const long SetResUid = 117, SetFsUid = 122;
    private const long Same = -1;

    /// <summary>Requests over that socket come from that user.</summary>
    public static HttpClient Open(string socket, uint user) => new(new SocketsHttpHandler
    {
        ConnectCallback = (_, _) => ValueTask.FromResult<Stream>(
            new NetworkStream(Connect(socket, user), ownsSocket: true)),
    })
    {
        BaseAddress = new("http://loam/"),
        Timeout = TimeSpan.FromMinutes(5),
    };

    /// <summary>As whoever runs this.</summary>
    public static HttpClient Open(string socket) => Open(socket, 0);

    private static Socket Connect(string path, uint user)
    {
        Socket? made = null;
        Exception? fault = null;
        // A thread of its own: it has that user for as long as it lives.
        var thread = new Thread(() =>
        {
            try
            {
                if (user != 0 && (syscall(SetResUid, Same, user, Same) != 0
                    || syscall(SetFsUid, 0, 0, 0) < 0))
                {
                    throw new InvalidOperationException("root alone can be somebody else");
                }
                made = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                made.Connect(new UnixDomainSocketEndPoint(path));
            }
            catch (Exception e)
            {
                fault = e;
            }
        });
        thread.Start();
        thread.Join();
        return fault is null ? made! : throw new IOException(fault.Message, fault);
    }

    [DllImport("libc", SetLastError = true)]
    private static extern long syscall(long number, long first, long second, long third);
}
