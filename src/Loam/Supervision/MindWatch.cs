using System.Net.Sockets;
using System.Text.Json;
using Loam.Api;
using Loam.Core;
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

    public const string Failed = "mind.failed";

    private readonly BackOff _pause = new(
        TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(5));
    private readonly Confined _confined = new(loam, user, paths.MindDoors, paths.MindDir)
    {
        Keeps = ["sessions.db", "sessions.db-journal", "spending.0", "spending.1"],
    };

    public async Task RunAsync(CancellationToken stop)
    {
        using var socket = Doorway.Listen(paths.MindSocket);
        while (true)
        {
            await Doorway.SomebodyAsync(socket, stop);
            var began = time.GetTimestamp();
            var fault = await ServeAsync(socket, stop);
            stop.ThrowIfCancellationRequested();
            if (fault is null)
            {
                await Task.Delay(_pause.Well(), time, stop);
                continue;
            }
            events.Add(new(0, time.GetUtcNow(), Failed) { Message = fault });
            await TurnAwayAsync(socket, fault, stop);
            await Task.Delay(_pause.After(time.GetElapsedTime(began)), time, stop);
        }
    }

    /// <returns>Why it ended, a sentence; null: it was done.</returns>
    private async Task<string?> ServeAsync(Socket socket, CancellationToken stop)
    {
        try
        {
            ConfinedFolders.Prepare(paths.MindDoors, paths.MindDir, user);
            File.Delete(paths.MindLog);
            var exit = await ConfinedProcess.RunAsync(loam, _confined,
                [Verb, "--serve", paths.MindDaemonSocket], paths.MindLog, [socket.SafeHandle],
                stop);
            return exit == 0 ? null : $"The mind ended with {exit} and is started again when "
                + $"somebody speaks to it; {paths.MindLog} says more.";
        }
        catch (Exception e) when (e is HostException or IOException or UnauthorizedAccessException)
        {
            return $"The mind does not run: {e.Message} {(e as HostException)?.Remedy}".TrimEnd();
        }
    }

    /// <summary>Whoever waits hears that nobody comes.</summary>
    private async Task TurnAwayAsync(Socket socket, string fault, CancellationToken stop)
    {
        var line = JsonSerializer.SerializeToUtf8Bytes(new FromMind("error")
        {
            Message = fault, Remedy = "Nothing was changed. `loam doctor` may say more.",
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
}
