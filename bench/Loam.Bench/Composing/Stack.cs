using System.Collections.Immutable;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Loam.Bench.Engines;

namespace Loam.Bench.Composing;

/// <summary>Milliseconds since the start of the command.</summary>
/// <param name="Running">The engine says that all containers wanted run, and no others.</param>
/// <param name="Answering">All three answer what a client would ask.</param>
/// <param name="Process">The command has ended.</param>
internal sealed record Timing(double Running, double Answering, double Process);

/// <summary>Watches the three services from outside, for both sides alike.</summary>
/// <param name="containers">All that there are, as the engine says.</param>
internal sealed class Stack(
    Func<CancellationToken, Task<ImmutableArray<SeenContainer>>> containers)
{
    /// <summary>The host's port of the web server: free now, and no port that the system gives
    /// away by itself.</summary>
    public static readonly int WebPort = FreePort();

    private const int PauseMs = 5;
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    private static readonly ImmutableArray<string> s_services = ["cache", "db", "web"];

    /// <summary>Runs a command and measures it.</summary>
    /// <param name="run">Starts the command; calls its argument right before.</param>
    /// <param name="isThere">What the engine should show.</param>
    public async Task<Timing> MeasureAsync(Func<Action, Task> run,
        Func<ImmutableArray<SeenContainer>, bool> isThere, bool answers, CancellationToken cancel)
    {
        var begun = 0L;
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        double Elapsed() => Stopwatch.GetElapsedTime(begun).TotalMilliseconds;
        async Task<(double, double)> WatchAsync()
        {
            await started.Task;
            var seen = await UntilAsync(isThere, ending.Token);
            var running = Elapsed();
            if (answers)
            {
                await AnswerAsync(seen, ending.Token);
            }
            return (running, Elapsed());
        }
        var watch = WatchAsync();
        try
        {
            await run(() =>
            {
                begun = Stopwatch.GetTimestamp();
                started.SetResult();
            });
        }
        catch
        {
            await ending.CancelAsync();
            throw;
        }
        var process = Elapsed();
        ending.CancelAfter(s_patience);
        var (reached, answered) = await watch;
        return new(reached, answered, process);
    }

    /// <summary>The three services run, each once.</summary>
    public static bool IsUp(ImmutableArray<SeenContainer> containers) =>
        containers.Where(c => c.Running && !c.Rehearsal).Select(c => c.Service).Order()
            .SequenceEqual(s_services);

    public static bool IsGone(ImmutableArray<SeenContainer> containers) => containers.IsEmpty;

    /// <summary>Another container of the service than before runs, and so do the others.
    /// </summary>
    public static Func<ImmutableArray<SeenContainer>, bool> IsReplaced(
        string service, ImmutableArray<SeenContainer> before)
    {
        var old = before.Single(c => c.Service == service && c.Running).Id;
        return now => IsUp([.. now.Where(c => c.Id != old)]);
    }

    private static int FreePort()
    {
        while (true)
        {
            var port = Random.Shared.Next(20_000, 30_000);
            try
            {
                using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
                socket.Bind(new IPEndPoint(IPAddress.Any, port));
                return port;
            }
            catch (SocketException)
            {
                // Somebody's: another one.
            }
        }
    }

    private async Task<ImmutableArray<SeenContainer>> UntilAsync(
        Func<ImmutableArray<SeenContainer>, bool> isThere, CancellationToken cancel)
    {
        while (true)
        {
            var seen = await containers(cancel);
            if (isThere(seen))
            {
                return seen;
            }
            await Task.Delay(PauseMs, cancel);
        }
    }

    private static Task AnswerAsync(
        ImmutableArray<SeenContainer> containers, CancellationToken cancel)
    {
        IPAddress At(string service) =>
            IPAddress.Parse(containers.First(
                c => c.Service == service && c.Running && !c.Rehearsal).Address);
        return Task.WhenAll(
            TryAsync(IPAddress.Loopback, WebPort, "GET / HTTP/1.0\r\n\r\n"u8.ToArray(),
                "HTTP/1.1 200"u8.ToArray(), cancel),
            TryAsync(At("cache"), 6379, "PING\r\n"u8.ToArray(), "+PONG"u8.ToArray(), cancel),
            // A request for TLS, which every client begins with: it says no, "N".
            TryAsync(At("db"), 5432, [0, 0, 0, 8, 4, 210, 22, 47], "N"u8.ToArray(), cancel));
    }

    private static async Task TryAsync(IPAddress address, int port, byte[] question,
        byte[] answer, CancellationToken cancel)
    {
        var read = new byte[answer.Length];
        while (true)
        {
            cancel.ThrowIfCancellationRequested();
            try
            {
                using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
                await socket.ConnectAsync(new IPEndPoint(address, port), cancel);
                await socket.SendAsync(question, cancel);
                using var stream = new NetworkStream(socket);
                await stream.ReadExactlyAsync(read, cancel);
                if (read.AsSpan().SequenceEqual(answer))
                {
                    return;
                }
            }
            catch (Exception e) when (e is SocketException or IOException)
            {
                // Not yet.
            }
            await Task.Delay(PauseMs, cancel);
        }
    }
}
