using System.Globalization;
using System.Net;
using System.Runtime.InteropServices;
using Loam.Core;
using Loam.Mcp;
using ModelContextProtocol.Server;

namespace Loam.Cli.Commands;

/// <summary><c>loam mcp</c>: serves programs that speak the Model Context Protocol, with the rights
/// of whoever starts it or of a token, and without approving anything.</summary>
internal static class McpCommands
{
    public static Task<ExitCode> ServeAsync(Invocation call, CancellationToken cancel) =>
        call.Value("listen") is { } place ? ListenAsync(call, Place(place), cancel)
            : SpeakAsync(call, cancel);

    /// <summary>Over standard input and output, until that ends.</summary>
    private static async Task<ExitCode> SpeakAsync(Invocation call, CancellationToken cancel)
    {
        var input = new BoundedInput(Console.OpenStandardInput(), Limits.RequestBytes);
        await using (input.ConfigureAwait(false))
        {
            await McpServing.RunAsync(
                new StreamServerTransport(input, Console.OpenStandardOutput(), "loam"), new(),
                name => new(call.Client, name, call.Has("read-only"), call.Time), cancel)
                .ConfigureAwait(false);
        }
        return input.IsExceeded ? throw new CommandFailure(ExitCode.Invalid,
            $"A message was longer than {Units.Memory(Limits.RequestBytes)}.",
            "Send less at once: one state file has at most "
            + $"{Units.Memory(Limits.StateFileBytes)}.") : ExitCode.Done;
    }

    /// <summary>Over HTTP, until it is ended.</summary>
    private static async Task<ExitCode> ListenAsync(
        Invocation call, IPEndPoint place, CancellationToken cancel)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        using var term = PosixSignalRegistration.Create(PosixSignal.SIGTERM, End);
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, End);
        void End(PosixSignalContext signal)
        {
            signal.Cancel = true;
            stop.Cancel();
        }
        var listener = await McpListener.StartAsync(place, (token, name) => new(
            new(call.Paths.Socket, token), name, call.Has("read-only"), call.Time), stop.Token)
            .ConfigureAwait(false);
        await using (listener.ConfigureAwait(false))
        {
            call.Terminal.Write($"listening at {listener.Url}");
            call.Terminal.Write("`loam token add NAME --may propose` makes a token for a program.",
                Ink.Dim);
            var ended = new TaskCompletionSource();
            using var waiting = stop.Token.Register(() => ended.TrySetResult());
            await ended.Task.ConfigureAwait(false);
        }
        return ExitCode.Done;
    }

    /// <summary>An address of this machine's own and a port; a port alone is one of 127.0.0.1.
    /// </summary>
    private static IPEndPoint Place(string text)
    {
        var whole = ushort.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out _)
            ? $"127.0.0.1:{text}" : text.Replace("localhost:", "127.0.0.1:",
                StringComparison.OrdinalIgnoreCase);
        return !IPEndPoint.TryParse(whole, out var place)
            || !whole.EndsWith($":{place.Port}", StringComparison.Ordinal)
            ? throw new CommandFailure(ExitCode.Invalid, $"--listen does not take '{text}'.",
                "Write an address and a port, such as 127.0.0.1:8765.")
            : IPAddress.IsLoopback(place.Address) ? place
            : throw new CommandFailure(ExitCode.Invalid,
                $"{place.Address} can be reached from elsewhere, and what is said would be open.",
                "Listen at 127.0.0.1, and come in by SSH: `ssh -L 8765:127.0.0.1:8765 HOST`.");
    }
}
