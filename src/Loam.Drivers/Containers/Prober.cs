using System.Globalization;
using System.Net.Sockets;
using System.Text;
using Loam.Core;
using Loam.Core.Observing;
using Loam.Core.Reconciling;
using Loam.Core.Resources;

namespace Loam.Drivers.Containers;

/// <summary>Probes from the host: TCP and HTTP at the container's address, commands through the
/// engine. TCP and HTTP cost a millisecond, a command fifty: choose it last.</summary>
public sealed class Prober(IContainerEngine engine, TimeProvider clock) : IProber
{
    private const int StatusLineBytes = 4096;

    public async Task<ProbeResult> ProbeAsync(
        ObservedContainer container, Probe probe, CancellationToken cancel)
    {
        if (container.State != ContainerState.Running)
        {
            return new(false, NotRunning(container));
        }
        if (probe.Kind == ProbeKind.Settle)
        {
            return Settled(container, clock.GetUtcNow());
        }
        if (probe.Kind == ProbeKind.Exec)
        {
            return await ExecAsync(container, probe, cancel).ConfigureAwait(false);
        }
        if (container.Address is not { } address)
        {
            return new(false, "the container has no address");
        }
        using var bounded = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        bounded.CancelAfter(probe.Timeout);
        try
        {
            using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
            await socket.ConnectAsync(address, probe.Port, bounded.Token).ConfigureAwait(false);
            return probe.Kind == ProbeKind.Tcp
                ? new(true, $"port {probe.Port} accepts connections")
                : await GetAsync(socket, address, probe, bounded.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            cancel.ThrowIfCancellationRequested();
            return new(
                false, $"port {probe.Port} did not answer within {Seconds(probe.Timeout)}");
        }
        catch (SocketException error)
        {
            return new(false, error.SocketErrorCode switch
            {
                SocketError.ConnectionRefused => $"port {probe.Port} refuses the connection",
                SocketError.ConnectionReset => $"port {probe.Port} closed the connection",
                SocketError.HostUnreachable or SocketError.NetworkUnreachable =>
                    $"{address} cannot be reached",
                _ => $"port {probe.Port}: {error.Message}",
            });
        }
    }

    /// <summary>Running, and long enough.</summary>
    internal static ProbeResult Settled(ObservedContainer container, DateTimeOffset now)
    {
        var running = now - (container.StartedAt ?? now);
        return new(running >= Limits.SettleTime, $"it has been running for {Seconds(running)}");
    }

    internal static string NotRunning(ObservedContainer container) => container.State switch
    {
        ContainerState.Exited or ContainerState.Dead =>
            $"the container is not running: it ended with code {container.ExitCode}",
        ContainerState.Restarting => "the container ended and is being restarted",
        ContainerState.Paused => "the container is paused",
        _ => "the container has not been started",
    };

    private async Task<ProbeResult> ExecAsync(
        ObservedContainer container, Probe probe, CancellationToken cancel)
    {
        try
        {
            var result = await engine
                .ExecAsync(container.Name, probe.Command, probe.Timeout, cancel)
                .ConfigureAwait(false);
            var said = LastLine(result.Output);
            return new(
                result.ExitCode == 0, $"{probe.Command[0]} ended with code {result.ExitCode}")
            {
                Said = result.ExitCode == 0 || said.Length == 0 ? null : said,
            };
        }
        catch (HostException error) when (error.Fault is not Fault.Unavailable)
        {
            return new(false, error.Message);
        }
    }

    private static async Task<ProbeResult> GetAsync(
        Socket socket, string address, Probe probe, CancellationToken cancel)
    {
        var path = PathOf(probe.Path);
        var host = address.Contains(':', StringComparison.Ordinal) ? $"[{address}]" : address;
        var request = $"GET {path} HTTP/1.1\r\nHost: {host}\r\nUser-Agent: loam\r\n"
            + "Accept: */*\r\nConnection: close\r\n\r\n";
        await socket.SendAsync(Encoding.ASCII.GetBytes(request), cancel).ConfigureAwait(false);

        // The status line decides; the rest of the answer is not read.
        var buffer = new byte[StatusLineBytes];
        var length = 0;
        var end = -1;
        while (end < 0 && length < buffer.Length)
        {
            var read = await socket.ReceiveAsync(buffer.AsMemory(length), cancel)
                .ConfigureAwait(false);
            if (read == 0)
            {
                break;
            }
            length += read;
            end = buffer.AsSpan(0, length).IndexOf((byte)'\n');
        }
        var line = Encoding.ASCII.GetString(buffer, 0, Math.Max(0, end)).Split(' ');
        if (line.Length < 2 || !line[0].StartsWith("HTTP/", StringComparison.Ordinal)
            || !int.TryParse(line[1].Trim(), CultureInfo.InvariantCulture, out var status))
        {
            return new(false, $"port {probe.Port} does not speak HTTP");
        }
        var healthy = probe.Expect is { } wanted ? status == wanted : status < 400;
        var hint = healthy || probe.Expect is null ? "" : $" instead of {probe.Expect}";
        return new(healthy, $"GET {probe.Path} answered {status}{hint}");
    }

    /// <summary>A path cannot break out of its line of the request.</summary>
    private static string PathOf(string path)
    {
        var text = new StringBuilder(path.StartsWith('/') ? "" : "/");
        foreach (var value in Encoding.UTF8.GetBytes(path))
        {
            _ = value is > 0x20 and < 0x7f
                ? text.Append((char)value)
                : text.Append(CultureInfo.InvariantCulture, $"%{value:X2}");
        }
        return text.ToString();
    }

    private static string LastLine(string output)
    {
        const int longest = 200;
        var lines = output.Split('\n', StringSplitOptions.RemoveEmptyEntries
            | StringSplitOptions.TrimEntries);
        var last = lines.Length == 0 ? "" : lines[^1];
        return last.Length > longest ? last[..longest] + "…" : last;
    }

    private static string Seconds(TimeSpan time) =>
        $"{time.TotalSeconds.ToString("0.#", CultureInfo.InvariantCulture)} s";
}
