using System.Runtime.CompilerServices;
using Loam.Core.Reconciling;
using Loam.Drivers.Containers.Native.Logs;

namespace Loam.Drivers.Containers.Native;

/// <summary>This file: logs and events.</summary>
public sealed partial class ContainerdEngine
{
    public async IAsyncEnumerable<LogLine> LogsAsync(
        string name, int tail, bool follow, [EnumeratorCancellation] CancellationToken cancel)
    {
        var (stored, _) = await RequireAsync(name, cancel).ConfigureAwait(false);
        var log = new ContainerLog(_place.FolderOf(stored.Id));
        Func<Task<bool>>? goesOn = follow ? () => GoesOnAsync(stored.Id, cancel) : null;
        await foreach (var line in log.ReadAsync(tail, goesOn, cancel).ConfigureAwait(false))
        {
            yield return line;
        }
    }

    /// <summary>It runs or will run again; what it said last is written once its task is gone.
    /// </summary>
    private async Task<bool> GoesOnAsync(string id, CancellationToken cancel)
    {
        if (await StoredAsync(id, cancel).ConfigureAwait(false) is not var (_, record))
        {
            return false;
        }
        var task = await _client.TaskAsync(id, $"container {record.Name}", cancel)
            .ConfigureAwait(false);
        return task is not null || (_keeper is not null
            && ComesAgain(record, RunOf(id), null));
    }

    public async IAsyncEnumerable<EngineEvent> EventsAsync(
        string instance, [EnumeratorCancellation] CancellationToken cancel)
    {
        await OursAsync(cancel).ConfigureAwait(false);
        await foreach (var told in _client.EventsAsync(cancel).ConfigureAwait(false))
        {
            if (await EventAsync(told, cancel).ConfigureAwait(false) is { } happened
                && happened.Attributes[EngineLabels.Instance] == instance)
            {
                yield return happened;
            }
        }
        throw new HostException(
            Fault.Unavailable, $"The engine at {_place.Socket} stopped sending events.",
            "Check that it runs.");
    }

    /// <summary>In the words of other engines; null: it concerns nobody.</summary>
    private async Task<EngineEvent?> EventAsync(ContainerdEvent told, CancellationToken cancel)
    {
        var action = told.Topic switch
        {
            "/containers/create" => "create",
            "/containers/delete" => "destroy",
            "/tasks/start" => "start",
            "/tasks/oom" => "oom",
            // Commands within it end, too.
            "/tasks/exit" when told.Process == told.Container => "die",
            _ => null,
        };
        if (action is null)
        {
            return null;
        }
        if (!_known.TryGetValue(told.Container, out var record))
        {
            if (await StoredAsync(told.Container, cancel).ConfigureAwait(false)
                is not var (_, found))
            {
                return null;
            }
            record = _known[told.Container] = found;
        }
        if (action == "destroy")
        {
            _known.TryRemove(told.Container, out _);
        }
        var attributes = System.Collections.Immutable.ImmutableSortedDictionary
            .CreateRange(StringComparer.Ordinal, record.Labels)
            .SetItem("name", record.Name).SetItem(EngineLabels.Instance, record.Instance);
        return new(told.At ?? _clock.GetUtcNow(), "container", action, record.Name,
            action == "die" ? attributes.SetItem("exitCode", told.ExitCode.ToString(
                System.Globalization.CultureInfo.InvariantCulture)) : attributes);
    }
}
