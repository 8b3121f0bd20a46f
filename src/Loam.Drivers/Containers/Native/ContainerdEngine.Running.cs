using Loam.Core;
using Loam.Core.Reconciling;
using Loam.Drivers.Containers.Native.Logs;

namespace Loam.Drivers.Containers.Native;

/// <summary>This file: starting and stopping, and what follows when a container ends.</summary>
public sealed partial class ContainerdEngine
{
    public async Task StartAsync(string name, CancellationToken cancel)
    {
        StoredContainer stored;
        using (await _turns.TakeAsync(name, cancel).ConfigureAwait(false))
        {
            (stored, var record) = await RequireAsync(name, cancel).ConfigureAwait(false);
            var task = await _client.TaskAsync(stored.Id, $"container {name}", cancel)
                .ConfigureAwait(false);
            if (IsUp(task, record.Name))
            {
                return;
            }
            await RunAsync(stored, record, task, restarts: 0, isAsked: true, cancel)
                .ConfigureAwait(false);
        }
        _keeper?.Watch(stored.Id);
    }

    public async Task StopAsync(string name, TimeSpan timeout, CancellationToken cancel)
    {
        var what = $"container {name}";
        using var turn = await _turns.TakeAsync(name, cancel).ConfigureAwait(false);
        var (stored, record) = await RequireAsync(name, cancel).ConfigureAwait(false);
        if (RunOf(stored.Id) is { Wanted: true } run)
        {
            Note(stored.Id, run with { Wanted = false });
        }
        if (await _client.TaskAsync(stored.Id, what, cancel).ConfigureAwait(false)
            is { State: not TaskState.Stopped })
        {
            await Networks.LeaveAsync(record.Name, cancel).ConfigureAwait(false);
            await AskToEndAsync(stored.Id, record.StopSignal, timeout, what, cancel)
                .ConfigureAwait(false);
        }
        await EndAsync(stored.Id, record.Name, what, cancel).ConfigureAwait(false);
    }

    /// <summary>One that cannot be asked is killed afterwards, as one that does not listen.
    /// </summary>
    private async Task AskToEndAsync(
        string id, int signal, TimeSpan timeout, string what, CancellationToken cancel)
    {
        var ended = _client.WaitAsync(id, "", what, cancel);
        try
        {
            await _client.KillAsync(id, "", signal, false, what, cancel).ConfigureAwait(false);
        }
        catch (HostException)
        {
            timeout = TimeSpan.Zero;
        }
        await EndedAsync(ended, timeout).ConfigureAwait(false);
    }

    /// <summary>Makes its network, its task, and starts it. Whatever fails, nothing of it is left
    /// running.</summary>
    /// <param name="before">What is left of the last run.</param>
    /// <param name="isAsked">Somebody hears of it when it fails: then it is wanted no more. What is
    /// started again by itself is tried again.</param>
    private async Task RunAsync(StoredContainer stored, ContainerRecord record,
        RunningTask? before, int restarts, bool isAsked, CancellationToken cancel)
    {
        var (id, name, what) = (stored.Id, record.Name, $"container {record.Name}");
        var folder = _place.FolderOf(id);
        if (before is not null)
        {
            await EndTaskAsync(id, before, what, cancel).ConfigureAwait(false);
        }
        var mounting = _client.MountsAsync(id, what, cancel);
        try
        {
            await NetworkedAsync(stored, name, folder, what, cancel).ConfigureAwait(false);
            // The rules stand before anything runs, and need not before it is made.
            await Task.WhenAll(MakeTaskAsync(id, mounting, folder, what, cancel),
                Networks.AdmitAsync(name, cancel)).ConfigureAwait(false);
            new ContainerRun(true, _clock.GetUtcNow(), null, null, restarts).Write(folder);
            _unwritten.TryRemove(id, out _);
            await _client.StartTaskAsync(id, "", what, cancel).ConfigureAwait(false);
        }
        catch (Exception error)
        {
            await UndoAsync(id, name, what).ConfigureAwait(false);
            var run = RunOf(id);
            // What cannot even be started is known to be ill, as what ends at once is.
            Note(id, isAsked ? run with { Wanted = false }
                : run with { ExitCode = run.ExitCode ?? CannotStart });
            if (error is HostException fault)
            {
                throw RuntimeErrors.Readable(fault, name);
            }
            throw;
        }
    }

    /// <summary>As a shell says it.</summary>
    private const int CannotStart = 127;

    private async Task MakeTaskAsync(string id, Task<List<ReadOnlyMemory<byte>>> mounting,
        string folder, string what, CancellationToken cancel)
    {
        var log = LogKeeper.Address(_place.Program, folder);
        await _client.CreateTaskAsync(id, await mounting.ConfigureAwait(false),
            new("", log, log), what, cancel).ConfigureAwait(false);
    }

    /// <summary>After a start that failed, whose fault counts: what cannot be ended now, the next
    /// start ends.</summary>
    private async Task UndoAsync(string id, string name, string what)
    {
        try
        {
            await EndAsync(id, name, what, CancellationToken.None).ConfigureAwait(false);
        }
        catch (HostException)
        {
            try
            {
                await Networks.CloseAsync(name, CancellationToken.None).ConfigureAwait(false);
            }
            catch (HostException)
            {
                // The same.
            }
        }
    }

    /// <summary>Its network made, and the files of names that depend on it.</summary>
    private async Task NetworkedAsync(StoredContainer stored, string name, string folder,
        string what, CancellationToken cancel)
    {
        var spec = OciSpecs.Read(stored.Spec);
        if (Lacking(spec) is { } missing)
        {
            throw new HostException(Fault.NotFound,
                $"Container {name}: {missing} does not exist.", "Make it first.");
        }
        var network = await Networks.OpenAsync(name, cancel).ConfigureAwait(false);
        var files = Networks.FilesOf(name, spec.Hostname);
        await WriteAsync(Path.Combine(folder, "hosts"), files.Hosts, cancel).ConfigureAwait(false);
        await WriteAsync(Path.Combine(folder, "resolv.conf"), files.ResolvConf, cancel)
            .ConfigureAwait(false);
        if (spec.Linux.Namespaces.Any(n => n.Type == "network" && n.Path != network))
        {
            // The engine's folder has moved.
            await _client.UpdateAsync(
                stored with { Spec = OciSpecs.Write(OciSpecs.In(spec, network)) }, what, cancel)
                .ConfigureAwait(false);
        }
    }

    /// <summary>What of the host shall be mounted and is not there; null: nothing.</summary>
    private static string? Lacking(OciSpec spec) => spec.Mounts
        .FirstOrDefault(m => m.Type == "bind" && !Path.Exists(m.Source))?.Source;

    /// <summary>In place: a running container has this very file.</summary>
    private static async Task WriteAsync(string path, string text, CancellationToken cancel)
    {
        try
        {
            await File.WriteAllTextAsync(path, text, cancel).ConfigureAwait(false);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw Files.AtomicFile.Failure(path, error);
        }
    }

    /// <summary>Nothing of it runs any more: killed where it does, its end written down, its
    /// network closed.</summary>
    private async Task EndAsync(string id, string name, string what, CancellationToken cancel)
    {
        if (await _client.TaskAsync(id, what, cancel).ConfigureAwait(false) is { } task)
        {
            await EndTaskAsync(id, task, what, cancel).ConfigureAwait(false);
        }
        // Without a task, too: a start may have been cut off before it had one.
        await Networks.CloseAsync(name, cancel).ConfigureAwait(false);
    }

    private async Task EndTaskAsync(
        string id, RunningTask task, string what, CancellationToken cancel)
    {
        var isNew = task.State == TaskState.Created;
        TaskEnd? end = task.State == TaskState.Stopped ? new(task.ExitCode, task.Ended) : null;
        if (end is null)
        {
            var ended = _client.WaitAsync(id, "", what, cancel);
            await _client.KillAsync(id, "", Signals.Kill, true, what, cancel)
                .ConfigureAwait(false);
            if (!await EndedAsync(ended, Limits.StopTimeout).ConfigureAwait(false))
            {
                throw new HostException(Fault.Timeout,
                    $"{what} does not end, not even when killed.",
                    "Look for a process that waits for a disk or a file server.");
            }
            end = ended.IsCompletedSuccessfully ? await ended.ConfigureAwait(false) : null;
        }
        // Before the task goes: without one, this is all that tells how it ended.
        if (!isNew && end is not null && Directory.Exists(_place.FolderOf(id)))
        {
            Note(id, RunOf(id) with
            {
                Ended = end.At ?? _clock.GetUtcNow(), ExitCode = end.ExitCode,
            });
        }
        await _client.DeleteTaskAsync(id, what, cancel).ConfigureAwait(false);
    }

    private ContainerRun RunOf(string id) => _unwritten.TryGetValue(id, out var run) ? run
        : ContainerRun.Read(_place.FolderOf(id));

    /// <summary>Written down, or known until there is room on the disk: that it is full keeps
    /// nothing from ending.</summary>
    private void Note(string id, ContainerRun run)
    {
        try
        {
            run.Write(_place.FolderOf(id));
            _unwritten.TryRemove(id, out _);
        }
        catch (HostException)
        {
            _unwritten[id] = run;
        }
    }

    /// <summary>What could not be written down before.</summary>
    private void NoteLeft()
    {
        foreach (var (id, run) in _unwritten)
        {
            if (Directory.Exists(_place.FolderOf(id)))
            {
                Note(id, run);
            }
            else
            {
                _unwritten.TryRemove(id, out _);
            }
        }
    }

    /// <summary>Whether it runs.</summary>
    /// <exception cref="HostException">Unavailable: nobody knows.</exception>
    private static bool IsUp(RunningTask? task, string name) => task?.State switch
    {
        TaskState.Running or TaskState.Paused or TaskState.Pausing => true,
        TaskState.Unknown => throw new HostException(Fault.Unavailable,
            $"Container {name}: containerd does not know whether it runs.",
            "Wait a little; if it stays so, stop the container."),
        _ => false,
    };

    private async Task<bool> EndedAsync(Task<TaskEnd> ended, TimeSpan within)
    {
        try
        {
            await ended.WaitAsync(within, _clock).ConfigureAwait(false);
            return true;
        }
        catch (TimeoutException)
        {
            // Nobody waits for it any more.
            _ = ended.ContinueWith(t => _ = t.Exception, TaskScheduler.Default);
            return false;
        }
        catch (HostException fault) when (fault.Fault == Fault.NotFound)
        {
            return true;
        }
    }

    /// <summary>For the keeper: what runs now, by ID.</summary>
    internal async Task<IReadOnlyList<string>> RunningAsync(CancellationToken cancel)
    {
        var up = (await _client.TasksAsync(cancel).ConfigureAwait(false))
            .Where(t => t.State is not (TaskState.Created or TaskState.Stopped))
            .Select(t => t.Id).ToHashSet();
        return [.. (await OursAsync(cancel).ConfigureAwait(false)).Where(up.Contains)];
    }

    /// <summary>All of ours, by ID; those that run and those that do not.</summary>
    internal async Task<IReadOnlyList<string>> OursAsync(CancellationToken cancel)
    {
        var ours = new List<string>();
        foreach (var stored in await _client.ListAsync(null, cancel).ConfigureAwait(false))
        {
            if (ContainerRecord.Of(stored) is { } record)
            {
                _known[stored.Id] = record;
                ours.Add(stored.Id);
            }
        }
        return ours;
    }

    /// <summary>For the keeper: waits while a container runs, and writes down how it ended.
    /// </summary>
    /// <returns>How long it ran, when it shall run again; null: it shall not.</returns>
    internal async Task<TimeSpan?> UntilEndedAsync(
        string id, CancellationToken cancel)
    {
        if (await StoredAsync(id, cancel).ConfigureAwait(false) is not var (_, record))
        {
            return null;
        }
        var what = $"container {record.Name}";
        // One that was made and never started, by a daemon that was killed, would not end.
        if (IsUp(await _client.TaskAsync(id, what, cancel).ConfigureAwait(false), record.Name))
        {
            await _client.WaitAsync(id, "", what, cancel).ConfigureAwait(false);
        }
        using var turn = await _turns.TakeAsync(record.Name, cancel).ConfigureAwait(false);
        if (await StoredAsync(id, cancel).ConfigureAwait(false) is not var (_, now))
        {
            return null;
        }
        var isUp = IsUp(
            await _client.TaskAsync(id, what, cancel).ConfigureAwait(false), record.Name);
        if (!isUp)
        {
            await EndAsync(id, record.Name, what, cancel).ConfigureAwait(false);
        }
        if (isUp)
        {
            // Somebody else was faster.
            return TimeSpan.Zero;
        }
        var run = RunOf(id);
        // A start that failed has no end, and is no run.
        return run.Started is { } begun && ComesAgain(now, run, null)
            ? run.Ended is { } ended ? ended - begun : TimeSpan.Zero : null;
    }

    /// <summary>For the keeper: starts what ended, unless it was stopped meanwhile.</summary>
    internal async Task AgainAsync(string id, CancellationToken cancel)
    {
        if (await StoredAsync(id, cancel).ConfigureAwait(false) is not var (_, before))
        {
            return;
        }
        using var turn = await _turns.TakeAsync(before.Name, cancel).ConfigureAwait(false);
        if (await StoredAsync(id, cancel).ConfigureAwait(false) is not var (stored, record))
        {
            return;
        }
        var run = RunOf(id);
        var task = await _client.TaskAsync(id, $"container {record.Name}", cancel)
            .ConfigureAwait(false);
        if (!IsUp(task, record.Name) && ComesAgain(record, run, null))
        {
            // What a reboot ended is no failure of its own.
            await RunAsync(stored, record, task, run.Restarts + (run.Ended is null ? 0 : 1),
                isAsked: false, cancel).ConfigureAwait(false);
        }
    }
}
