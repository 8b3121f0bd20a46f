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
        using (await TurnAsync(name, cancel).ConfigureAwait(false))
        {
            (stored, var record) = await RequireAsync(name, cancel).ConfigureAwait(false);
            var task = await _client.TaskAsync(stored.Id, $"container {name}", cancel)
                .ConfigureAwait(false);
            if (task?.State is TaskState.Running or TaskState.Paused)
            {
                return;
            }
            await RunAsync(stored, record, restarts: 0, cancel).ConfigureAwait(false);
        }
        _keeper?.Watch(stored.Id);
    }

    public async Task StopAsync(string name, TimeSpan timeout, CancellationToken cancel)
    {
        var what = $"container {name}";
        using var turn = await TurnAsync(name, cancel).ConfigureAwait(false);
        var (stored, record) = await RequireAsync(name, cancel).ConfigureAwait(false);
        var folder = _place.FolderOf(stored.Id);
        var run = ContainerRun.Read(folder);
        if (run.Wanted)
        {
            (run with { Wanted = false }).Write(folder);
        }
        if (await _client.TaskAsync(stored.Id, what, cancel).ConfigureAwait(false) is not { } task)
        {
            return;
        }
        if (task.State is not TaskState.Stopped)
        {
            await Networks.LeaveAsync(name, cancel).ConfigureAwait(false);
            var ended = _client.WaitAsync(stored.Id, "", what, cancel);
            await _client.KillAsync(stored.Id, "", record.StopSignal, false, what, cancel)
                .ConfigureAwait(false);
            await EndedAsync(ended, timeout).ConfigureAwait(false);
        }
        await EndAsync(stored.Id, what, cancel).ConfigureAwait(false);
    }

    /// <summary>Makes its network, its task, and starts it. Whatever fails, nothing of it is left
    /// running.</summary>
    private async Task RunAsync(StoredContainer stored, ContainerRecord record, int restarts,
        CancellationToken cancel)
    {
        var (id, name, what) = (stored.Id, record.Name, $"container {record.Name}");
        var folder = _place.FolderOf(id);
        await EndAsync(id, what, cancel).ConfigureAwait(false);
        var mounting = _client.MountsAsync(id, what, cancel);
        try
        {
            stored = await NetworkedAsync(stored, name, folder, what, cancel)
                .ConfigureAwait(false);
            var log = LogKeeper.Address(_place.Program, folder);
            await _client.CreateTaskAsync(id, await mounting.ConfigureAwait(false),
                new("", log, log), what, cancel).ConfigureAwait(false);
            new ContainerRun(true, _clock.GetUtcNow(), null, null, restarts).Write(folder);
            await _client.StartTaskAsync(id, "", what, cancel).ConfigureAwait(false);
        }
        catch (Exception error)
        {
            await EndAsync(id, what, CancellationToken.None).ConfigureAwait(false);
            await Networks.CloseAsync(name, CancellationToken.None).ConfigureAwait(false);
            if (restarts == 0)
            {
                (ContainerRun.Read(folder) with { Wanted = false }).Write(folder);
            }
            if (error is HostException fault)
            {
                throw RuntimeErrors.Readable(fault, name);
            }
            throw;
        }
    }

    /// <summary>Its network made, and the files of names that depend on it.</summary>
    private async Task<StoredContainer> NetworkedAsync(StoredContainer stored, string name,
        string folder, string what, CancellationToken cancel)
    {
        var spec = OciSpecs.Read(stored.Spec);
        var missing = spec.Mounts.FirstOrDefault(
            m => m.Type == "bind" && !Path.Exists(m.Source));
        if (missing is not null)
        {
            throw new HostException(Fault.NotFound,
                $"Container {name}: {missing.Source} does not exist.", "Make it first.");
        }
        var network = await Networks.OpenAsync(name, cancel).ConfigureAwait(false);
        var files = Networks.FilesOf(name, spec.Hostname);
        await File.WriteAllTextAsync(Path.Combine(folder, "hosts"), files.Hosts, cancel)
            .ConfigureAwait(false);
        await File.WriteAllTextAsync(Path.Combine(folder, "resolv.conf"), files.ResolvConf, cancel)
            .ConfigureAwait(false);
        if (spec.Linux.Namespaces.Any(n => n.Type == "network" && n.Path != network))
        {
            stored = stored with { Spec = OciSpecs.Write(OciSpecs.In(spec, network)) };
            await _client.UpdateAsync(stored, what, cancel).ConfigureAwait(false);
        }
        return stored;
    }

    /// <summary>Nothing of it runs any more: killed where it does, its end written down, its
    /// network closed.</summary>
    private async Task EndAsync(string id, string what, CancellationToken cancel)
    {
        if (await _client.TaskAsync(id, what, cancel).ConfigureAwait(false) is not { } task)
        {
            return;
        }
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
        var folder = _place.FolderOf(id);
        // Before the task goes: without one, this is all that tells how it ended.
        if (!isNew && end is not null && Directory.Exists(folder))
        {
            (ContainerRun.Read(folder) with
            {
                Ended = end.At ?? _clock.GetUtcNow(), ExitCode = end.ExitCode,
            }).Write(folder);
        }
        await _client.DeleteTaskAsync(id, what, cancel).ConfigureAwait(false);
        if (await StoredAsync(id, cancel).ConfigureAwait(false) is var (_, record))
        {
            await Networks.CloseAsync(record.Name, cancel).ConfigureAwait(false);
        }
    }

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

    /// <summary>For the keeper: all that may have to run, by ID.</summary>
    internal async Task<IReadOnlyList<string>> WantedAsync(CancellationToken cancel)
    {
        var wanted = new List<string>();
        foreach (var stored in await _client.ListAsync(null, cancel).ConfigureAwait(false))
        {
            if (ContainerRecord.Of(stored) is { } record)
            {
                _known[stored.Id] = record;
                wanted.Add(stored.Id);
            }
        }
        return wanted;
    }

    /// <summary>For the keeper: waits while a container runs, and writes down how it ended.
    /// </summary>
    /// <returns>How long it ran, when it shall run again; null: it shall not.</returns>
    internal async Task<TimeSpan?> UntilEndedAsync(string id, CancellationToken cancel)
    {
        if (await StoredAsync(id, cancel).ConfigureAwait(false) is not var (_, record))
        {
            return null;
        }
        var what = $"container {record.Name}";
        // One that was made and never started, by a daemon that was killed, would not end.
        if (await _client.TaskAsync(id, what, cancel).ConfigureAwait(false)
            is { State: TaskState.Running or TaskState.Paused or TaskState.Pausing })
        {
            await _client.WaitAsync(id, "", what, cancel).ConfigureAwait(false);
        }
        using var turn = await TurnAsync(record.Name, cancel).ConfigureAwait(false);
        if (await StoredAsync(id, cancel).ConfigureAwait(false) is not var (_, now))
        {
            return null;
        }
        if (await _client.TaskAsync(id, what, cancel).ConfigureAwait(false)
            is { State: TaskState.Running or TaskState.Paused })
        {
            // Somebody else was faster.
            return TimeSpan.Zero;
        }
        await EndAsync(id, what, cancel).ConfigureAwait(false);
        var run = ContainerRun.Read(_place.FolderOf(id));
        return run.Started is { } begun && ComesAgain(now, run, null)
            ? (run.Ended ?? _clock.GetUtcNow()) - begun : null;
    }

    /// <summary>For the keeper: starts what ended, unless it was stopped meanwhile.</summary>
    /// <returns>False: it is not wanted any more.</returns>
    internal async Task<bool> AgainAsync(string id, CancellationToken cancel)
    {
        if (await StoredAsync(id, cancel).ConfigureAwait(false) is not var (_, before))
        {
            return false;
        }
        using var turn = await TurnAsync(before.Name, cancel).ConfigureAwait(false);
        if (await StoredAsync(id, cancel).ConfigureAwait(false) is not var (stored, record))
        {
            return false;
        }
        if (await _client.TaskAsync(id, $"container {record.Name}", cancel).ConfigureAwait(false)
            is { State: TaskState.Running or TaskState.Paused })
        {
            return true;
        }
        var run = ContainerRun.Read(_place.FolderOf(id));
        if (!ComesAgain(record, run, null))
        {
            return false;
        }
        // What a reboot ended is no failure of its own.
        await RunAsync(stored, record, run.Restarts + (run.Ended is null ? 0 : 1), cancel)
            .ConfigureAwait(false);
        return true;
    }
}
