using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Loam.Core;
using Loam.Core.Reconciling;

namespace Loam.Drivers.Containers.Native;

/// <summary>This file: commands in containers.</summary>
public sealed partial class ContainerdEngine
{
    private const int NotFoundCode = 127, ForbiddenCode = 126;

    public async Task<ExecResult> ExecAsync(
        string name, ImmutableArray<string> command, TimeSpan timeout, CancellationToken cancel)
    {
        Invariant.Require(!command.IsDefaultOrEmpty, "a command has at least one word");
        using var bounded = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        bounded.CancelAfter(timeout);
        var output = new BoundedOutput(Limits.ExecOutputBytes);
        try
        {
            return new(await InsideAsync(name, command, null, output, output, bounded.Token)
                .ConfigureAwait(false), output.ToString());
        }
        catch (Exception error) when (
            bounded.IsCancellationRequested && !cancel.IsCancellationRequested
            && error is OperationCanceledException)
        {
            throw new HostException(
                Fault.Timeout,
                $"{command[0]} in container {name} did not end within "
                + $"{timeout.TotalSeconds.ToString("0.#", CultureInfo.InvariantCulture)} s.",
                "Give it more time, or a command that ends sooner.");
        }
    }

    public async Task<ExecResult> PipeAsync(string name, ImmutableArray<string> command,
        Stream? input, Stream? output, CancellationToken cancel)
    {
        var errors = new BoundedOutput(Limits.ExecOutputBytes);
        return new(await InsideAsync(
            name, command, input, output ?? Stream.Null, errors, cancel).ConfigureAwait(false),
            errors.ToString());
    }

    /// <returns>The exit code.</returns>
    private async Task<int> InsideAsync(string name, ImmutableArray<string> command,
        Stream? input, Stream output, Stream errors, CancellationToken cancel)
    {
        var what = $"command in container {name}";
        var (stored, _) = await RequireAsync(name, cancel).ConfigureAwait(false);
        if (await _client.TaskAsync(stored.Id, what, cancel).ConfigureAwait(false)
            is not { State: TaskState.Running })
        {
            throw new HostException(
                Fault.Conflict, $"Container {name} does not run.", "Start it first.");
        }
        var exec = Guid.NewGuid().ToString("n");
        using var pipes = ExecPipes.Make(
            Path.Combine(_place.Streams, exec), input is not null);
        var process = OciSpecs.Read(stored.Spec).Process with { Args = [.. command] };
        try
        {
            await _client.ExecAsync(stored.Id, exec, JsonSerializer.SerializeToUtf8Bytes(
                process, OciJson.Default.OciProcess), pipes.Streams, what, cancel)
                .ConfigureAwait(false);
            return await SpeakAsync(stored.Id, exec, pipes, input, output, errors, what, cancel)
                .ConfigureAwait(false);
        }
        catch
        {
            await EndExecAsync(stored.Id, exec, what).ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Nothing of it stays with the shim.</summary>
    private async Task EndExecAsync(string id, string exec, string what)
    {
        // One that never ran cannot be killed, one that runs cannot be taken away.
        if (await TriedAsync(_client.DeleteExecAsync(id, exec, what, default))
            .ConfigureAwait(false))
        {
            return;
        }
        var ended = _client.WaitAsync(id, exec, what, CancellationToken.None);
        await TriedAsync(_client.KillAsync(id, exec, Signals.Kill, false, what, default))
            .ConfigureAwait(false);
        await TriedAsync(EndedAsync(ended, Limits.StopTimeout)).ConfigureAwait(false);
        await TriedAsync(_client.DeleteExecAsync(id, exec, what, default)).ConfigureAwait(false);
    }

    private static async Task<bool> TriedAsync(Task call)
    {
        try
        {
            await call.ConfigureAwait(false);
            return true;
        }
        catch (HostException)
        {
            return false;
        }
    }

    /// <summary>Lets it run, and takes it away when it has ended.</summary>
    private async Task<int> SpeakAsync(string id, string exec, ExecPipes pipes, Stream? input,
        Stream output, Stream errors, string what, CancellationToken cancel)
    {
        try
        {
            await _client.StartTaskAsync(id, exec, what, cancel).ConfigureAwait(false);
        }
        catch (HostException fault) when (RuntimeErrors.IsMissing(fault.Message)
            || RuntimeErrors.IsForbidden(fault.Message))
        {
            await errors.WriteAsync(Encoding.UTF8.GetBytes(
                RuntimeErrors.Readable(fault, id).Message + "\n"), cancel).ConfigureAwait(false);
            await EndExecAsync(id, exec, what).ConfigureAwait(false);
            return RuntimeErrors.IsMissing(fault.Message) ? NotFoundCode : ForbiddenCode;
        }
        pipes.Started();
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var reading = Task.WhenAll(
            pipes.Output.CopyToAsync(output, ended.Token),
            pipes.Errors.CopyToAsync(errors, ended.Token));
        var feeding = FeedAsync(id, exec, pipes, input, what, ended.Token);
        // Whoever is not waited for to the end.
        _ = reading.ContinueWith(t => _ = t.Exception, TaskScheduler.Default);
        _ = feeding.ContinueWith(t => _ = t.Exception, TaskScheduler.Default);
        var end = await _client.WaitAsync(id, exec, what, cancel).ConfigureAwait(false);
        // The shim then lets go of the streams, also of those that a child still holds.
        await _client.DeleteExecAsync(id, exec, what, cancel).ConfigureAwait(false);
        await reading.WaitAsync(cancel).ConfigureAwait(false);
        await ended.CancelAsync().ConfigureAwait(false);
        await feeding.ConfigureAwait(false);
        return end.ExitCode;
    }

    /// <summary>Copies the input and says where it ends. A command that ended before it read all
    /// is told by its exit code.</summary>
    private async Task FeedAsync(string id, string exec, ExecPipes pipes, Stream? input,
        string what, CancellationToken cancel)
    {
        if (input is null || pipes.Input is not { } pipe)
        {
            return;
        }
        var buffer = new byte[64 * 1024];
        try
        {
            int read;
            // What goes wrong here is the giver's fault, not the engine's.
            while ((read = await input.ReadAsync(buffer, cancel).ConfigureAwait(false)) > 0)
            {
                try
                {
                    await pipe.WriteAsync(buffer.AsMemory(0, read), cancel).ConfigureAwait(false);
                }
                catch (IOException)
                {
                    return;
                }
            }
            await pipe.DisposeAsync().ConfigureAwait(false);
            await _client.CloseInputAsync(id, exec, what, cancel).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // It has ended.
        }
    }
}
