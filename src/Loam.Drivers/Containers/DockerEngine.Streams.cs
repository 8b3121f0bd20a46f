using System.Collections.Immutable;
using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using Loam.Core;
using Loam.Core.Reconciling;

namespace Loam.Drivers.Containers;

public sealed partial class DockerEngine
{
    public async Task<ExecResult> ExecAsync(
        string name, ImmutableArray<string> command, TimeSpan timeout, CancellationToken cancel)
    {
        Invariant.Require(!command.IsDefaultOrEmpty, "a command has at least one word");
        var what = $"command in container {name}";
        var exec = (await _engine.CallAsync(
            HttpMethod.Post, $"/containers/{Escape(name)}/exec", what, cancel,
            EngineConnection.Json(
                new WireExec(true, true, [.. command]), EngineJson.Default.WireExec))
            .ConfigureAwait(false)).Read(EngineJson.Default.WireId, what);

        using var bounded = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        bounded.CancelAfter(timeout);
        try
        {
            var output = await RunAsync(exec.Id, what, bounded.Token).ConfigureAwait(false);
            return new(await ExitCodeAsync(exec.Id, what, bounded.Token).ConfigureAwait(false),
                output);
        }
        catch (Exception error) when (
            EngineErrors.IsTransport(error) || error is InvalidDataException)
        {
            await EndAsync(exec.Id, name).ConfigureAwait(false);
            cancel.ThrowIfCancellationRequested();
            throw error is OperationCanceledException
                ? new HostException(
                    Fault.Timeout,
                    $"{command[0]} in container {name} did not end within "
                    + $"{timeout.TotalSeconds.ToString("0.#", CultureInfo.InvariantCulture)} s.",
                    "Give it more time, or a command that ends sooner.")
                : EngineErrors.Transport(error, _engine.Socket, what);
        }
    }

    public async IAsyncEnumerable<LogLine> LogsAsync(
        string name, int tail, bool follow, [EnumeratorCancellation] CancellationToken cancel)
    {
        DateTimeOffset? last = null;
        await foreach (var line in ReadLogAsync(name, tail, follow, cancel).ConfigureAwait(false))
        {
            last = line.At;
            yield return line;
        }
        foreach (var line in follow
            ? await RestAsync(name, tail, last, cancel).ConfigureAwait(false) : [])
        {
            yield return line;
        }
    }

    /// <summary>Podman may end the log of a container that has just ended before what that said
    /// last: it is asked for again.</summary>
    private async Task<List<LogLine>> RestAsync(
        string name, int tail, DateTimeOffset? last, CancellationToken cancel)
    {
        var rest = new List<LogLine>();
        try
        {
            await foreach (var line in ReadLogAsync(name, tail, false, cancel)
                .ConfigureAwait(false))
            {
                if (last is null || line.At > last)
                {
                    rest.Add(line);
                }
            }
        }
        catch (HostException fault) when (fault.Fault == Fault.NotFound)
        {
            // Removed meanwhile: what was told is all there is.
        }
        return rest;
    }

    private async IAsyncEnumerable<LogLine> ReadLogAsync(
        string name, int tail, bool follow, [EnumeratorCancellation] CancellationToken cancel)
    {
        var what = $"log of container {name}";
        var query = string.Create(
            CultureInfo.InvariantCulture,
            $"stdout=1&stderr=1&timestamps=1&tail={tail}&follow={(follow ? 1 : 0)}");
        using var response = await _engine.OpenAsync(
            HttpMethod.Get, $"/containers/{Escape(name)}/logs?{query}", what, cancel)
            .ConfigureAwait(false);
        using var stream = await response.Content.ReadAsStreamAsync(cancel)
            .ConfigureAwait(false);
        LineCutter[] cutters = [new(Limits.LogLineBytes), new(Limits.LogLineBytes)];
        await foreach (var (isError, bytes) in Guarded(
            StreamFrames.ReadAsync(stream, cancel), what, cancel).ConfigureAwait(false))
        {
            foreach (var line in cutters[isError ? 1 : 0].Add(bytes))
            {
                yield return Line(line, isError);
            }
        }
        for (var i = 0; i < 2; i++)
        {
            if (cutters[i].Rest() is { } rest)
            {
                yield return Line(rest, i == 1);
            }
        }
    }

    public async IAsyncEnumerable<EngineEvent> EventsAsync(
        string instance, [EnumeratorCancellation] CancellationToken cancel)
    {
        var filter = EngineConnection.Filter(
            ("label", $"{EngineLabels.Instance}={instance}"), ("type", "container"));
        // Podman sends the headers of this answer only with the first event.
        using var response = await _engine.OpenAsync(
            HttpMethod.Get, $"/events?filters={filter}", "events", cancel,
            limit: Timeout.InfiniteTimeSpan).ConfigureAwait(false);
        using var stream = await response.Content.ReadAsStreamAsync(cancel)
            .ConfigureAwait(false);
        await foreach (var line in Guarded(
            LinesAsync(stream, () => { }, cancel), "events", cancel).ConfigureAwait(false))
        {
            if (Event(line) is { } happened)
            {
                yield return happened;
            }
        }
        throw new HostException(
            Fault.Unavailable, $"The engine at {_engine.Socket} stopped sending events.",
            "Check that it runs.");
    }

    private async Task<string> RunAsync(string exec, string what, CancellationToken cancel)
    {
        using var response = await _engine.OpenAsync(
            HttpMethod.Post, $"/exec/{exec}/start", what, cancel,
            EngineConnection.Json(new(false, false), EngineJson.Default.WireExecStart))
            .ConfigureAwait(false);
        using var stream = await response.Content.ReadAsStreamAsync(cancel)
            .ConfigureAwait(false);
        var output = new BoundedOutput(Limits.ExecOutputBytes);
        await foreach (var (_, bytes) in StreamFrames.ReadAsync(stream, cancel)
            .ConfigureAwait(false))
        {
            await output.WriteAsync(bytes, cancel).ConfigureAwait(false);
        }
        return output.ToString();
    }

    /// <summary>The output can end a moment before the engine knows the exit code.</summary>
    private async Task<int> ExitCodeAsync(string exec, string what, CancellationToken cancel)
    {
        while (true)
        {
            var state = (await _engine.CallAsync(
                HttpMethod.Get, $"/exec/{exec}/json", what, cancel).ConfigureAwait(false))
                .Read(EngineJson.Default.WireExecState, what);
            if (!state.Running && state.ExitCode is { } code)
            {
                return code;
            }
            await Task.Delay(TimeSpan.FromMilliseconds(10), cancel).ConfigureAwait(false);
        }
    }

    /// <summary>Ends a command that took too long: the API has no call for it, and probes that
    /// hang would fill the container. The process is killed only when its control group says
    /// that it is of this container.</summary>
    private async Task EndAsync(string exec, string container)
    {
        try
        {
            var what = $"command in container {container}";
            var state = (await _engine.CallAsync(
                HttpMethod.Get, $"/exec/{exec}/json", what, CancellationToken.None,
                limit: Limits.EnginePing).ConfigureAwait(false))
                .Read(EngineJson.Default.WireExecState, what);
            var inspected = await InspectAsync(container, CancellationToken.None)
                .ConfigureAwait(false);
            if (!state.Running || state.Pid <= 1 || inspected is null)
            {
                return;
            }
            var group = await File.ReadAllTextAsync($"/proc/{state.Pid}/cgroup")
                .ConfigureAwait(false);
            if (group.Contains(inspected.Id, StringComparison.Ordinal))
            {
                using var process = Process.GetProcessById(state.Pid);
                process.Kill();
            }
        }
        catch (Exception error) when (
            error is HostException or IOException or ArgumentException
                or InvalidOperationException or UnauthorizedAccessException)
        {
            // It ended by itself, or the engine is gone: nothing is left to end.
        }
    }

    private static LogLine Line(string text, bool isError)
    {
        var space = text.IndexOf(' ', StringComparison.Ordinal);
        var stamp = space < 0 ? text : text[..space];
        return DateTimeOffset.TryParse(
            stamp, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at)
            ? new(at.ToUniversalTime(), isError, space < 0 ? "" : text[(space + 1)..])
            : new(DateTimeOffset.UnixEpoch, isError, text);
    }

    private static EngineEvent? Event(string line)
    {
        WireEvent? wire;
        try
        {
            wire = JsonSerializer.Deserialize(line, EngineJson.Default.WireEvent);
        }
        catch (JsonException)
        {
            return null;
        }
        // Podman's words for the same things; its clean-up after an end is no event of ours.
        var action = wire?.Action switch
        {
            "remove" => "destroy",
            "died" => "die",
            "cleanup" => null,
            var other => other,
        };
        if (wire is null || action is null)
        {
            return null;
        }
        var attributes = (wire.Actor?.Attributes ?? []).ToImmutableSortedDictionary(
            StringComparer.Ordinal);
        var at = wire.TimeNano > 0
            ? DateTimeOffset.UnixEpoch.AddTicks(wire.TimeNano / 100)
            : DateTimeOffset.FromUnixTimeSeconds(wire.Time);
        return new(
            at, wire.Type ?? "container", action,
            attributes.GetValueOrDefault("name", ""), attributes);
    }

    private static async IAsyncEnumerable<string> LinesAsync(
        Stream stream, Action alive, [EnumeratorCancellation] CancellationToken cancel)
    {
        var buffer = new byte[16 * 1024];
        var cutter = new LineCutter(Limits.LogLineBytes);
        int read;
        while ((read = await stream.ReadAsync(buffer, cancel).ConfigureAwait(false)) > 0)
        {
            alive();
            foreach (var line in cutter.Add(buffer.AsMemory(0, read)))
            {
                yield return line;
            }
        }
        if (cutter.Rest() is { } rest)
        {
            yield return rest;
        }
    }

    /// <summary>A stream's own exceptions as faults.</summary>
    private async IAsyncEnumerable<T> Guarded<T>(
        IAsyncEnumerable<T> items, string what, [EnumeratorCancellation] CancellationToken cancel)
    {
        await using var each = items.GetAsyncEnumerator(cancel);
        while (true)
        {
            try
            {
                if (!await each.MoveNextAsync().ConfigureAwait(false))
                {
                    yield break;
                }
            }
            catch (Exception error) when (
                EngineErrors.IsTransport(error) || error is InvalidDataException)
            {
                cancel.ThrowIfCancellationRequested();
                throw EngineErrors.Transport(error, _engine.Socket, what);
            }
            yield return each.Current;
        }
    }
}
