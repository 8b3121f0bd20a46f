using System.Globalization;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Loam.Core;
using Loam.Core.Reconciling;
using Loam.Core.Resources;
using Loam.Drivers.Confinement;
using Loam.Drivers.Files;
using Loam.Drivers.Metrics;
using Loam.Drivers.Models;

namespace Loam.Supervision;

/// <summary>Starts the process that answers with a model of this machine, confined, when somebody
/// asks it or from the start, and again when it ended or is silent. Where no such model is
/// declared there is no socket.</summary>
/// <param name="loam">Absolute path of our program.</param>
/// <param name="user">Number of its user.</param>
internal sealed class ModelWatch(InstancePaths paths, string loam, uint user,
    Func<LlmSettings> settings, EventLog events, TimeProvider time)
{
    private const string ModelName = "model", LibrariesName = "llama";
    private const string Failed = "model.failed";

    /// <summary>A file of its own that it touches as long as it is well.</summary>
    private const string Pulse = "alive";

    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(1);

    public async Task RunAsync(CancellationToken stop)
    {
        Socket? socket = null;
        try
        {
            while (true)
            {
                if (Wanted() is { } wanted)
                {
                    socket ??= Doorway.Listen(paths.ModelSocket);
                    await HostAsync(wanted, socket, stop);
                    continue;
                }
                Close(socket);
                socket = null;
                await Task.Delay(s_look, time, stop);
            }
        }
        finally
        {
            Close(socket);
        }
    }

    private void Close(Socket? socket)
    {
        socket?.Dispose();
        File.Delete(paths.ModelSocket);
    }

    /// <summary>What of the settings decides how it runs.</summary>
    private sealed record Declared(string File, string Name, int ContextTokens, bool Stays);

    private Declared? Wanted()
    {
        var held = settings();
        return held.Hosted is { ModelPath: { } file } model
            ? new(file, model.Model ?? Path.GetFileNameWithoutExtension(file), held.ContextSize,
                held.Preload)
            : null;
    }

    /// <summary>As long as the same model is declared.</summary>
    private async Task HostAsync(Declared wanted, Socket socket, CancellationToken stop)
    {
        using var changed = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var following = FollowAsync(wanted, changed);
        var pause = new BackOff(
            TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(5));
        try
        {
            while (true)
            {
                if (!wanted.Stays)
                {
                    await Doorway.SomebodyAsync(socket, changed.Token);
                }
                var began = time.GetTimestamp();
                if (await OnceAsync(wanted, socket, changed.Token) is { } why)
                {
                    await TurnAwayAsync(socket, why, changed.Token);
                    await Task.Delay(
                        pause.After(time.GetElapsedTime(began)), time, changed.Token);
                }
                else
                {
                    pause.Well();
                }
            }
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            // Another model is declared, or none.
        }
        finally
        {
            await changed.CancelAsync();
            await Task.WhenAny(following);
        }
    }

    private async Task FollowAsync(Declared wanted, CancellationTokenSource changed)
    {
        while (Wanted() == wanted)
        {
            await Task.Delay(s_look, time, changed.Token);
        }
        await changed.CancelAsync();
    }

    /// <summary>Starts it, and waits until it ends.</summary>
    /// <returns>Why it could not go on; null: nobody asked any more.</returns>
    private async Task<string?> OnceAsync(
        Declared wanted, Socket socket, CancellationToken stop)
    {
        try
        {
            var folder = LlamaFolder.Find() ?? throw new HostException(Fault.NotFound,
                "llama.cpp is not installed, without which no model runs on this machine.",
                "`apt-get install loam-llama`.");
            var facts = HostFactsReader.Read(paths.DataDir, time);
            var plan = ModelPlan.Of(wanted.File, wanted.ContextTokens, facts.MemoryFree);
            return await RunAsync(wanted, plan, folder, socket, stop);
        }
        catch (HostException fault)
        {
            return Told($"{fault.Message} {fault.Remedy}");
        }
    }

    private async Task<string?> RunAsync(Declared wanted, ModelPlan plan, string folder,
        Socket socket, CancellationToken stop)
    {
        ConfinedFolders.Prepare(
            paths.ModelDoors, paths.ModelDir, user, ModelName, $"{LibrariesName}/");
        File.Delete(paths.ModelLog);
        File.Delete(Path.Combine(paths.ModelDir, Pulse));
        var confined = new Confined(loam, user, paths.ModelDoors, paths.ModelDir)
        {
            Memory = plan.Memory,
            IsPatient = true,
            Shown = [(ModelName, plan.File), (LibrariesName, folder)],
        };
        using var end = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var watching = UntilSilentAsync(end.Token);
        var running = ConfinedProcess.RunAsync(loam, confined,
        [
            ModelPlan.Verb, "--libraries", Path.Combine(paths.ModelDoors, LibrariesName),
            "--model", Path.Combine(paths.ModelDoors, ModelName), "--name", wanted.Name,
            "--context", Text(wanted.ContextTokens), "--threads", Text(ModelPlan.Threads()),
            .. wanted.Stays ? (string[])["--stays"] : [],
        ], paths.ModelLog, [socket.SafeHandle], end.Token);
        var isSilent = await Task.WhenAny(running, watching) == watching
            && !stop.IsCancellationRequested;
        if (isSilent || stop.IsCancellationRequested)
        {
            await end.CancelAsync();
        }
        var exit = await running;
        await end.CancelAsync();
        await Task.WhenAny(watching);
        stop.ThrowIfCancellationRequested();
        return exit == 0 ? null
            : isSilent ? Told($"The model host was silent for {Limits.ModelSilence.TotalSeconds:0} "
                + "s and was ended.")
            : Told($"The model host ended with {Text(exit)}; {paths.ModelLog} says more.");
    }

    private string Told(string message)
    {
        events.Add(new(0, time.GetUtcNow(), Failed) { Message = message });
        return message;
    }

    /// <summary>Ends when it has not been heard of for too long.</summary>
    private async Task UntilSilentAsync(CancellationToken stop)
    {
        var file = Path.Combine(paths.ModelDir, Pulse);
        var (seen, since) = (DateTime.MinValue, time.GetTimestamp());
        while (true)
        {
            await Task.Delay(s_look, time, stop);
            if (File.GetLastWriteTimeUtc(file) is var now && now != seen)
            {
                (seen, since) = (now, time.GetTimestamp());
            }
            else if (time.GetElapsedTime(since) > Limits.ModelSilence)
            {
                return;
            }
        }
    }

    /// <summary>Whoever waits hears why nobody comes.</summary>
    private static async Task TurnAwayAsync(Socket socket, string why, CancellationToken stop)
    {
        var body = $$$"""
            {"error":{"type":"server_error","message":"{{{JsonEncodedText.Encode(why)}}}"}}
            """;
        var answer = Encoding.UTF8.GetBytes("HTTP/1.1 500 Internal Server Error\r\n"
            + $"Content-Type: application/json\r\nContent-Length: {body.Length}\r\n"
            + $"Connection: close\r\n\r\n{body}");
        while (socket.Poll(0, SelectMode.SelectRead))
        {
            using var waiting = await socket.AcceptAsync(stop);
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(stop);
            limit.CancelAfter(s_patience);
            try
            {
                await waiting.SendAsync(answer, limit.Token);
                waiting.Shutdown(SocketShutdown.Send);
                // What it still sends is taken, so that it reads the answer.
                var nowhere = new byte[64 * 1024];
                while (await waiting.ReceiveAsync(nowhere, limit.Token) > 0)
                {
                }
            }
            catch (Exception e) when (e is SocketException
                || (e is OperationCanceledException && !stop.IsCancellationRequested))
            {
                // It has left, or waits for something else.
            }
        }
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
