using System.Net.Sockets;
using System.Text.Json;
using Loam.Api;
using Loam.Core.Reconciling;
using Loam.Drivers.Confinement;
using Loam.Drivers.Files;

namespace Loam.Supervision;

/// <summary>Starts the mind, confined, when somebody speaks to it, and again when it ended. Between
/// times it costs a socket.</summary>
/// <param name="loam">Absolute path of our program.</param>
/// <param name="user">Number of its user.</param>
internal sealed class MindWatch(
    InstancePaths paths, string loam, uint user, EventLog events, TimeProvider time)
{
    /// <summary>The verb of our program that is the mind.</summary>
    public const string Verb = "mind";

    private static readonly TimeSpan s_pause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_longest = TimeSpan.FromMinutes(1);

    /// <summary>One that ran as long is well again.</summary>
    private static readonly TimeSpan s_calm = TimeSpan.FromMinutes(5);

    /// <summary>How often a thread that waits for somebody looks whether it should.</summary>
    private const int LookMicroseconds = 2_000_000;

    private readonly Confined _confined =
        new(loam, user, paths.MindDoors, paths.MindDir);

    public async Task RunAsync(CancellationToken stop)
    {
        using var socket = Listen();
        var pause = s_pause;
        while (true)
        {
            await SomebodyAsync(socket, stop);
            var began = time.GetTimestamp();
            File.Delete(paths.MindLog);
            var exit = await ConfinedProcess.RunAsync(loam, _confined,
                [Verb, "--serve", paths.MindDaemonSocket], Environment(), paths.MindLog,
                socket.SafeHandle, stop);
            stop.ThrowIfCancellationRequested();
            if (exit == 0)
            {
                pause = s_pause;
                await Task.Delay(pause, time, stop);
                continue;
            }
            events.Add(new(0, time.GetUtcNow(), "mind.failed")
            {
                Message = $"The mind ended with {exit} and is started again when somebody speaks "
                    + $"to it; {paths.MindLog} says more.",
            });
            await TurnAwayAsync(socket, stop);
            pause = time.GetElapsedTime(began) > s_calm ? s_pause : pause;
            await Task.Delay(pause, time, stop);
            pause = pause * 2 < s_longest ? pause * 2 : s_longest;
        }
    }

    private Socket Listen()
    {
        File.Delete(paths.MindSocket);
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            socket.Bind(new UnixDomainSocketEndPoint(paths.MindSocket));
            SocketOwner.Give(paths.MindSocket, Peer.GroupNumber());
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
    private static Task SomebodyAsync(Socket socket, CancellationToken stop) =>
        Task.Factory.StartNew(() =>
        {
            while (!socket.Poll(LookMicroseconds, SelectMode.SelectRead))
            {
                stop.ThrowIfCancellationRequested();
            }
        }, stop, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    /// <summary>Whoever waits hears that nobody comes.</summary>
    private async Task TurnAwayAsync(Socket socket, CancellationToken stop)
    {
        var line = JsonSerializer.SerializeToUtf8Bytes(new FromMind("error")
        {
            Message = "The mind ended by a fault.",
            Remedy = $"`loam doctor` may say why, or {paths.MindLog}.",
        }, MindJson.Lines.FromMind);
        while (socket.Poll(0, SelectMode.SelectRead))
        {
            using var waiting = await socket.AcceptAsync(stop);
            try
            {
                await waiting.SendAsync((byte[])[.. line, (byte)'\n'], stop);
            }
            catch (SocketException)
            {
                // It has left.
            }
        }
    }

    private static Dictionary<string, string> Environment() => new(StringComparer.Ordinal)
    {
        ["LANG"] = "C.UTF-8",
        ["HOME"] = "/nonexistent",
        ["PATH"] = "/nonexistent",
    };
}
