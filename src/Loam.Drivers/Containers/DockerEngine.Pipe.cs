using System.Collections.Immutable;
using System.Net.Sockets;
using System.Text.Json;
using Loam.Core;
using Loam.Core.Reconciling;

namespace Loam.Drivers.Containers;

/// <summary>This file: commands with streams of any length.</summary>
public sealed partial class DockerEngine
{
    private static readonly TimeSpan s_endedPause = TimeSpan.FromMilliseconds(500);

    public async Task<ExecResult> PipeAsync(string name, ImmutableArray<string> command,
        Stream? input, Stream? output, CancellationToken cancel)
    {
        var what = $"command in container {name}";
        var exec = (await _engine.CallAsync(
            HttpMethod.Post, $"/containers/{Escape(name)}/exec", what, cancel,
            EngineConnection.Json(
                new WireExec(true, true, [.. command]) { AttachStdin = input is not null },
                EngineJson.Default.WireExec))
            .ConfigureAwait(false)).Read(EngineJson.Default.WireId, what);
        try
        {
            using var stream = await _engine.HijackAsync($"/exec/{exec.Id}/start",
                JsonSerializer.SerializeToUtf8Bytes(
                    new(false, false), EngineJson.Default.WireExecStart), what, cancel)
                .ConfigureAwait(false);
            var errors = new BoundedOutput(Limits.ExecOutputBytes);
            var writing = FeedAsync(stream, input, cancel);
            using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancel);
            var watching = input is null ? Task.FromResult(false)
                : HangUpAsync(exec.Id, stream, what, ended.Token);
            try
            {
                await DrainAsync(stream, output, errors, what, cancel).ConfigureAwait(false);
            }
            catch (HostException) when (input is not null)
            {
                // A command that ended without reading all breaks the connection.
                if (!await HasEndedAsync(exec.Id, what, cancel).ConfigureAwait(false))
                {
                    throw;
                }
            }
            await writing.ConfigureAwait(false);
            await ended.CancelAsync().ConfigureAwait(false);
            await watching.ConfigureAwait(false);
            return new(await ExitCodeAsync(exec.Id, what, cancel).ConfigureAwait(false),
                errors.ToString());
        }
        catch
        {
            await EndAsync(exec.Id, name).ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>An engine may keep the connection of a command that has ended for as long as there
    /// is input that nobody reads.</summary>
    private async Task<bool> HangUpAsync(
        string exec, NetworkStream stream, string what, CancellationToken cancel)
    {
        try
        {
            while (!await HasEndedAsync(exec, what, cancel).ConfigureAwait(false))
            {
                await Task.Delay(s_endedPause, cancel).ConfigureAwait(false);
            }
            // Its last words may still be under way.
            await Task.Delay(s_endedPause, cancel).ConfigureAwait(false);
            stream.Socket.Shutdown(SocketShutdown.Both);
            return true;
        }
        catch (Exception error) when (
            error is OperationCanceledException or HostException or SocketException)
        {
            return false;
        }
    }

    private async Task<bool> HasEndedAsync(
        string exec, string what, CancellationToken cancel)
    {
        var state = (await _engine.CallAsync(
            HttpMethod.Get, $"/exec/{exec}/json", what, cancel).ConfigureAwait(false))
            .Read(EngineJson.Default.WireExecState, what);
        return !state.Running && state.ExitCode is not null;
    }

    /// <summary>Copies the input and says where it ends. A command that ended before it read all
    /// is told by its exit code.</summary>
    private static async Task FeedAsync(
        NetworkStream stream, Stream? input, CancellationToken cancel)
    {
        var buffer = new byte[64 * 1024];
        while (input is not null)
        {
            // What goes wrong here is the giver's fault, not the engine's.
            var read = await input.ReadAsync(buffer, cancel).ConfigureAwait(false);
            try
            {
                if (read == 0)
                {
                    stream.Socket.Shutdown(SocketShutdown.Send);
                    return;
                }
                await stream.WriteAsync(buffer.AsMemory(0, read), cancel).ConfigureAwait(false);
            }
            catch (Exception error) when (
                error is IOException or SocketException or ObjectDisposedException)
            {
                return;
            }
        }
    }

    private async Task DrainAsync(NetworkStream stream, Stream? output, Stream errors,
        string what, CancellationToken cancel)
    {
        await foreach (var (isError, bytes) in Guarded(
            StreamFrames.ReadAsync(stream, cancel), what, cancel).ConfigureAwait(false))
        {
            if ((isError ? errors : output) is { } wanted)
            {
                await wanted.WriteAsync(bytes, cancel).ConfigureAwait(false);
            }
        }
    }
}
