using System.Net.Sockets;
using Loam.Cli;
using Loam.Drivers.Confinement;
using Loam.MindHost.Storing;

namespace Loam.MindHost;

/// <summary><c>loam mind</c>: everything is put together here, by hand. It holds no right but to
/// read a view of the machine and to propose texts; what it was given is a listening socket as file
/// 3, the daemon's socket, and a folder.</summary>
internal static class MindProcess
{
    private const int Listener = 3;

    /// <summary>Until nobody has spoken for a while.</summary>
    /// <param name="daemon">The daemon's socket for the mind.</param>
    /// <param name="home">The folder it may write.</param>
    public static async Task RunAsync(
        string daemon, string home, TimeProvider time, CancellationToken stop)
    {
        Confined.ForbidPrograms();
        using var listener = new Socket(new SafeSocketHandle(Listener, ownsHandle: true));
        using var store = new SessionStore(home, SessionStore.Usual);
        var answering = new Answering(new DaemonClient(daemon), new(home, time), store, time);
        await new MindServer(listener, time, answering.AnswerAsync).RunAsync(stop)
            .ConfigureAwait(false);
    }
}
