using System.Net;
using System.Net.Sockets;
using Loam.Core.Reconciling;
using Loam.Core.Resources;
using Loam.Drivers.Confinement;
using Loam.Drivers.Files;

namespace Loam.Supervision;

/// <summary>Has a confined process listen on the network where the state says so. The daemon makes
/// the socket, and reads nothing of what comes.</summary>
/// <param name="settings">Those in force.</param>
/// <param name="loam">Absolute path of our program.</param>
/// <param name="user">Number of its user.</param>
internal sealed class WebWatch(Func<ApiSettings> settings, InstancePaths paths, string loam,
    uint user, EventLog events, TimeProvider time)
{
    /// <summary>The verb of our program that listens.</summary>
    public const string Verb = "web";

    private const int Waiting = 64;

    /// <summary>How long something that does not work is left alone.</summary>
    private static readonly TimeSpan s_rest = TimeSpan.FromSeconds(10);

    private readonly Confined _confined = new(loam, user, paths.WebDoors, paths.WebDir);

    public async Task RunAsync(CancellationToken stop)
    {
        while (true)
        {
            var now = settings();
            using var end = CancellationTokenSource.CreateLinkedTokenSource(stop);
            var changed = ChangedAsync(now, end.Token);
            var ended = now.Listen is null ? Task.Delay(Timeout.Infinite, end.Token)
                : ServeAsync(now.Listen, end.Token);
            var isChanged = await Task.WhenAny(changed, ended) == changed;
            if (!isChanged)
            {
                // It may be right by then.
                isChanged = await Task.WhenAny(changed, Task.Delay(s_rest, time, end.Token))
                    == changed;
            }
            await end.CancelAsync();
            await changed.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await ended.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            stop.ThrowIfCancellationRequested();
            if (!isChanged)
            {
                await ended;
                throw new HostException(Fault.Unavailable, "The process that listens ended by a "
                    + $"fault; {paths.WebLog} says more.");
            }
        }
    }

    private async Task ServeAsync(string place, CancellationToken stop)
    {
        using var socket = await ListenAsync(place, stop);
        File.Delete(paths.WebLog);
        await ConfinedProcess.RunAsync(loam, _confined, [Verb, "--serve", paths.WebDaemonSocket],
            paths.WebLog, [socket.SafeHandle], stop);
    }

    private async Task ChangedAsync(ApiSettings now, CancellationToken stop)
    {
        await foreach (var happened in events.ReadAsync(true, stop))
        {
            if (happened.Type is "reconcile.completed"
                && (settings().Listen != now.Listen || settings().Tls != now.Tls))
            {
                return;
            }
        }
    }

    private static async Task<Socket> ListenAsync(string place, CancellationToken stop)
    {
        var (host, port) = ApiSettings.Split(place);
        try
        {
            var address = IPAddress.TryParse(host, out var known) ? known
                : (await Dns.GetHostAddressesAsync(host, stop))[0];
            var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, 1);
                socket.Bind(new IPEndPoint(address, port));
                socket.Listen(Waiting);
                return socket;
            }
            catch
            {
                socket.Dispose();
                throw;
            }
        }
        catch (SocketException fault)
        {
            throw new HostException(Fault.Unavailable,
                $"Nothing can listen on {place} (api.listen): {fault.Message}.",
                "Choose another address or port in manifest.yaml.");
        }
    }
}
