using System.Net.Sockets;
using System.Text.Json;
using Loam.Api;
using Loam.Core;

namespace Loam.MindHost;

/// <summary>Takes people's lines from the mind's socket and answers them, each connection by itself
/// and each person in sessions of their own.</summary>
/// <param name="answer">Answers one turn: person, line, what says a line back.</param>
internal sealed class MindServer(Socket listener, TimeProvider time,
    Func<string, ToMind, Func<FromMind, Task>, CancellationToken, Task> answer)
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    private readonly Lock _gate = new();
    private readonly SemaphoreSlim _room = new(Limits.MindConnections);
    private int _served;
    private long _quietSince = time.GetTimestamp();

    /// <summary>Until nobody has spoken for a while, or it is stopped.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var quiet = UntilQuietAsync(end.Token);
        try
        {
            while (!quiet.IsCompleted)
            {
                var next = listener.AcceptAsync(end.Token).AsTask();
                if (await Task.WhenAny(next, quiet).ConfigureAwait(false) == quiet)
                {
                    return;
                }
                await _room.WaitAsync(end.Token).ConfigureAwait(false);
                _ = ServeAsync(await next.ConfigureAwait(false), end.Token);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // It is stopped.
        }
        finally
        {
            await end.CancelAsync().ConfigureAwait(false);
        }
    }

    private async Task UntilQuietAsync(CancellationToken stop)
    {
        while (true)
        {
            await Task.Delay(Limits.MindQuiet / 10, time, stop).ConfigureAwait(false);
            lock (_gate)
            {
                if (_served == 0 && time.GetElapsedTime(_quietSince) > Limits.MindQuiet)
                {
                    return;
                }
            }
        }
    }

    private async Task ServeAsync(Socket socket, CancellationToken stop)
    {
        Count(1);
        try
        {
            using (socket)
            {
                await ConverseAsync(socket, stop).ConfigureAwait(false);
            }
        }
        catch (Exception e) when (e is IOException or SocketException or ObjectDisposedException
            or OperationCanceledException)
        {
            // Whoever spoke has left, or we are ending.
        }
        finally
        {
            Count(-1);
            _room.Release();
        }
    }

    private void Count(int change)
    {
        lock (_gate)
        {
            _served += change;
            _quietSince = time.GetTimestamp();
        }
    }

    private async Task ConverseAsync(Socket socket, CancellationToken stop)
    {
        using var stream = new NetworkStream(socket, ownsSocket: false);
        using var one = new SemaphoreSlim(1);
        async Task SayAsync(FromMind line)
        {
            byte[] bytes = [.. JsonSerializer.SerializeToUtf8Bytes(
                line, MindJson.Lines.FromMind), (byte)'\n'];
            // Whoever does not read is not waited for.
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(stop);
            limit.CancelAfter(s_patience);
            await one.WaitAsync(limit.Token).ConfigureAwait(false);
            try
            {
                await stream.WriteAsync(bytes, limit.Token).ConfigureAwait(false);
            }
            finally
            {
                one.Release();
            }
        }
        if (Peer.Of(socket) is not { } peer)
        {
            await SayAsync(Fault("The kernel does not say who you are.", "")).ConfigureAwait(false);
            return;
        }
        var lines = new LineReader(stream, Limits.MindLineBytes);
        while (await NextAsync(lines, stop).ConfigureAwait(false) is { } line)
        {
            if (Read(line, out var fault) is { } asked)
            {
                if (asked.For is not null && peer.Uid != 0)
                {
                    await SayAsync(Fault("You speak for yourself alone.", "Leave out \"for\"."))
                        .ConfigureAwait(false);
                    continue;
                }
                await answer(asked.For ?? Peer.NameOf(peer.Uid), asked, SayAsync, stop)
                    .ConfigureAwait(false);
                continue;
            }
            await SayAsync(Fault(fault,
                """Send one object a line: {"type":"chat","session_id":"a","input":"…"}."""))
                .ConfigureAwait(false);
        }
        if (lines.IsTooLong)
        {
            await SayAsync(Fault($"A line has more than {Limits.MindLineBytes} bytes.",
                "Say it in fewer words.")).ConfigureAwait(false);
        }
    }

    private static async ValueTask<ReadOnlyMemory<byte>?> NextAsync(
        LineReader lines, CancellationToken stop)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stop);
        limit.CancelAfter(Limits.MindQuiet);
        return await lines.NextAsync(limit.Token).ConfigureAwait(false);
    }

    private static ToMind? Read(ReadOnlyMemory<byte> line, out string fault)
    {
        fault = "";
        if (line.Span.Trim(" \t\r"u8).IsEmpty)
        {
            fault = "The line is empty.";
            return null;
        }
        try
        {
            var asked = JsonSerializer.Deserialize(line.Span, MindJson.Default.ToMind);
            fault = asked?.Type is not ("chat" or "sessions" or "forget" or "preferences"
                or "prefer" or "unprefer" or "models" or "trial")
                ? $"There is no type '{Shown(asked?.Type)}'."
                : asked.Type is "chat" or "prefer" or "unprefer"
                    && string.IsNullOrWhiteSpace(asked.Input)
                    ? "It has no input."
                : asked is { Type: "trial" } and not
                    { Files: not null, Turns: { IsEmpty: false } }
                    ? "It has no files, or no turns."
                : asked.Type == "forget" && asked.SessionId is null
                    ? "It does not say which: session_id."
                : asked.SessionId is { } id && !IsId(id)
                    ? "A session's name has letters, digits, '-' and '_', at most 64."
                : asked.For is { } name && !IsPerson(name) ? "Nobody has that name." : "";
            return fault.Length == 0 ? asked : null;
        }
        catch (JsonException)
        {
            fault = "The line is no JSON object.";
            return null;
        }
    }

    private static string Shown(string? type) =>
        type is null ? "" : string.Concat(type.Take(20).Where(char.IsAsciiLetterOrDigit));

    private static bool IsId(string id) => id.Length is > 0 and <= 64
        && id.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_');

    private static bool IsPerson(string name) => name.Length is > 0 and <= 256
        && !name.Any(char.IsControl);

    private static FromMind Fault(string message, string remedy) =>
        new("error") { Message = message, Remedy = remedy };
}
