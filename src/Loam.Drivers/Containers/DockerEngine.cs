using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using Loam.Core;
using Loam.Core.Observing;
using Loam.Core.Reconciling;
using Loam.Core.Resources;

namespace Loam.Drivers.Containers;

/// <summary>Docker Engine API v1.40 over a Unix socket: Docker 20.10 and later, and Podman 4.3
/// and later through its compatible API. This file: containers.</summary>
public sealed partial class DockerEngine(string socket) : IContainerEngine
{
    private static readonly TimeSpan s_betweenStops = TimeSpan.FromMilliseconds(20);

    private readonly EngineConnection _engine = new(socket);
    private EngineInfo? _info;
    private int _cpus;

    /// <summary>Called after a network was made or removed, before the call returns.</summary>
    internal Func<CancellationToken, Task> NetworksChanged { get; set; } =
        _ => Task.CompletedTask;

    public void Dispose() => _engine.Dispose();

    /// <summary>Answers when the engine does.</summary>
    /// <exception cref="HostException">It does not, within <see cref="Limits.EnginePing"/>.
    /// </exception>
    public async Task PingAsync(CancellationToken cancel) =>
        await _engine.CallAsync(
            HttpMethod.Get, "/_ping", "engine", cancel, limit: Limits.EnginePing)
            .ConfigureAwait(false);

    public async Task<EngineInfo> InfoAsync(CancellationToken cancel)
    {
        var version = (await _engine.CallAsync(HttpMethod.Get, "/version", "engine", cancel)
            .ConfigureAwait(false)).Read(EngineJson.Default.WireVersion, "itself");
        var info = (await _engine.CallAsync(HttpMethod.Get, "/info", "engine", cancel)
            .ConfigureAwait(false)).Read(EngineJson.Default.WireInfo, "itself");
        var isPodman = (version.Components ?? []).Any(
            c => c.Name?.Contains("podman", StringComparison.OrdinalIgnoreCase) == true);
        _cpus = Math.Max(1, info.Cpus);
        return _info = new EngineInfo(
            isPodman ? EngineBrand.Podman : EngineBrand.Docker,
            version.Version ?? "unknown", _engine.Socket,
            info.CgroupVersion is "2" or "v2" ? 2 : 1, info.DockerRootDir ?? "");
    }

    public Task<ImmutableArray<ObservedContainer>> ListAsync(
        string instance, CancellationToken cancel) =>
        ListAsync(instance, EngineLabels.Service, cancel);

    public Task<ImmutableArray<ObservedContainer>> ListJobsAsync(
        string instance, CancellationToken cancel) =>
        ListAsync(instance, EngineLabels.Job, cancel);

    private async Task<ImmutableArray<ObservedContainer>> ListAsync(
        string instance, string label, CancellationToken cancel)
    {
        var filter = EngineConnection.Filter(
            ("label", $"{EngineLabels.Instance}={instance}"), ("label", label));
        var listed = (await _engine.CallAsync(
            HttpMethod.Get, $"/containers/json?all=1&filters={filter}", "containers", cancel)
            .ConfigureAwait(false)).Read(EngineJson.Default.WireListedArray, "containers");

        // The list has neither exit codes nor limits; one look at each, several at a time.
        var found = new ConcurrentBag<ObservedContainer>();
        await Parallel.ForEachAsync(
            listed,
            new ParallelOptions
            {
                MaxDegreeOfParallelism = Limits.EngineCalls,
                CancellationToken = cancel,
            },
            async (item, token) =>
            {
                if (await FindAsync(item.Id, token).ConfigureAwait(false) is { } container)
                {
                    found.Add(container);
                }
            }).ConfigureAwait(false);
        return [.. found.OrderBy(c => c.Name, StringComparer.Ordinal)];
    }

    public async Task<ObservedContainer?> FindAsync(string name, CancellationToken cancel) =>
        await InspectAsync(name, cancel).ConfigureAwait(false) is { } wire
            ? ContainerReading.Of(wire) : null;

    public async Task CreateAsync(EngineContainer container, CancellationToken cancel)
    {
        var name = container.Spec.Name;
        RequireMounts(container);
        var image = await RequireImageAsync(container.Spec, cancel).ConfigureAwait(false);
        var brand = await BrandAsync(cancel).ConfigureAwait(false);
        var body = EngineConnection.Json(
            ContainerRequest.Of(container, image, brand), EngineJson.Default.WireCreate);
        try
        {
            await _engine.CallAsync(
                HttpMethod.Post, $"/containers/create?name={Escape(name)}",
                $"container {name}", cancel, body).ConfigureAwait(false);
        }
        catch (HostException error) when (error.Fault == Fault.Conflict)
        {
            // A creation that broke off half-way is finished here; whoever adopts the
            // container then finds it whole.
            await FinishAsync(container, cancel).ConfigureAwait(false);
            throw EngineErrors.Without(error, container.Environment.Values);
        }
        catch (HostException error)
        {
            throw EngineErrors.Without(error, container.Environment.Values);
        }
        await JoinAsync(container.Spec, cancel).ConfigureAwait(false);
    }

    public async Task StartAsync(string name, CancellationToken cancel) =>
        await _engine.CallAsync(
            HttpMethod.Post, $"/containers/{Escape(name)}/start", $"container {name}", cancel,
            accept: HttpStatusCode.NotModified).ConfigureAwait(false);

    public async Task StopAsync(string name, TimeSpan timeout, CancellationToken cancel)
    {
        var seconds = Math.Max(0, (int)Math.Ceiling(timeout.TotalSeconds));
        var call = string.Create(
            CultureInfo.InvariantCulture, $"/containers/{Escape(name)}/stop?t={seconds}");
        var watch = Stopwatch.StartNew();
        int? starts = null;
        while (true)
        {
            await _engine.CallAsync(
                HttpMethod.Post, call, $"container {name}", cancel,
                limit: timeout + Limits.EngineCall, accept: HttpStatusCode.NotModified)
                .ConfigureAwait(false);
            if (await StartingAgainAsync(name, cancel).ConfigureAwait(false) is not { } seen)
            {
                return;
            }
            starts ??= seen.RestartCount;
            if (watch.Elapsed > timeout + Limits.StopPatience)
            {
                if (seen.State == ContainerState.Exited && seen.RestartCount == starts)
                {
                    // What would have started it again is gone: killed, say.
                    return;
                }
                throw new HostException(
                    Fault.Timeout, $"Container {name} starts again and again and does not stop.",
                    "See its log; remove it when it is of no use.");
            }
            await Task.Delay(s_betweenStops, cancel).ConfigureAwait(false);
        }
    }

    /// <summary>Podman before 4.6 forgets a stop that falls between the end of a container and
    /// its next start: what starts it again is a process of its own, which was on its way. Until
    /// that process is done the container is "stopped"; afterwards it is "exited" and stays so.
    /// </summary>
    /// <returns>The container if it runs again or may do so; otherwise null.</returns>
    private async Task<ObservedContainer?> StartingAgainAsync(
        string name, CancellationToken cancel) =>
        await BrandAsync(cancel).ConfigureAwait(false) == EngineBrand.Podman
            && await InspectAsync(name, cancel).ConfigureAwait(false) is
                { State.Status: "running" or "stopped" } wire
            && ContainerReading.Of(wire) is { Restart: not RestartPolicy.Never } seen
            ? seen : null;

    public async Task RemoveAsync(string name, CancellationToken cancel) =>
        await _engine.CallAsync(
            HttpMethod.Delete, $"/containers/{Escape(name)}?force=1&v=1", $"container {name}",
            cancel, accept: HttpStatusCode.NotFound).ConfigureAwait(false);

    public async Task UpdateAsync(
        string name, ResourceLimits limits, RestartPolicy restart, CancellationToken cancel)
    {
        var brand = await BrandAsync(cancel).ConfigureAwait(false);
        // Zero would mean "as it is", and the API cannot lift a limit: one is set that is none.
        var memory = limits.Memory ?? ContainerRequest.AllMemory;
        var update = new WireUpdate(
            memory, memory, ContainerRequest.NanoCpus(limits.Cpu, _cpus),
            limits.Pids ?? Limits.ContainerPids, ContainerRequest.Restart(restart));
        try
        {
            await _engine.CallAsync(
                HttpMethod.Post, $"/containers/{Escape(name)}/update", $"container {name}",
                cancel, EngineConnection.Json(update, EngineJson.Default.WireUpdate))
                .ConfigureAwait(false);
        }
        catch (HostException error) when (
            error.Fault == Fault.NotFound && brand == EngineBrand.Podman)
        {
            if (await InspectAsync(name, cancel).ConfigureAwait(false) is null)
            {
                throw;
            }
            throw new HostException(
                Fault.Unsupported,
                $"Container {name}: this version of Podman cannot change a container's limits.",
                "Replace the container.");
        }
    }

    private async Task<EngineBrand> BrandAsync(CancellationToken cancel) =>
        (_info ?? await InfoAsync(cancel).ConfigureAwait(false)).Brand;

    private async Task<WireContainer?> InspectAsync(string name, CancellationToken cancel)
    {
        var answer = await _engine.CallAsync(
            HttpMethod.Get, $"/containers/{Escape(name)}/json", $"container {name}", cancel,
            accept: HttpStatusCode.NotFound).ConfigureAwait(false);
        return answer.Status == HttpStatusCode.NotFound
            ? null : answer.Read(EngineJson.Default.WireContainer, $"container {name}");
    }

    /// <summary>Podman makes a missing directory, as root and without asking.</summary>
    internal static void RequireMounts(EngineContainer container)
    {
        var missing = container.Mounts.FirstOrDefault(m => !Path.Exists(m.HostPath));
        if (missing is not null)
        {
            throw new HostException(
                Fault.NotFound,
                $"Container {container.Spec.Name}: {missing.HostPath} does not exist.",
                "Make it first.");
        }
    }

    /// <summary>Creation joins one network only; the others follow, before the start.</summary>
    private async Task JoinAsync(ContainerSpec spec, CancellationToken cancel)
    {
        foreach (var use in spec.Networks.Skip(1))
        {
            await ConnectAsync(use.Network, spec.Name, use.Aliases, cancel)
                .ConfigureAwait(false);
        }
    }

    private async Task FinishAsync(EngineContainer container, CancellationToken cancel)
    {
        var spec = container.Spec;
        var there = await InspectAsync(spec.Name, cancel).ConfigureAwait(false);
        var ours = there?.Config?.Labels is { } labels
            && EngineLabels.SameContainer(labels, EngineLabels.Of(container));
        if (ours && ContainerReading.Of(there!).State == ContainerState.Created)
        {
            await JoinAsync(spec, cancel).ConfigureAwait(false);
        }
    }

    /// <summary>The ID of the image, which the engine must already have: creation by ID cannot
    /// pull, and cannot take another image that came to have the same tag.</summary>
    private async Task<string> RequireImageAsync(ContainerSpec spec, CancellationToken cancel)
    {
        var reference = spec.ImageReference;
        if (spec.ImageIsLocalId)
        {
            reference = spec.ImageDigest;
        }
        else if (ImageReference.Parse(spec.ImageReference, out _) is { } image)
        {
            reference = $"{image.Registry}/{image.Repository}@{spec.ImageDigest}";
        }
        var found = await FindImageAsync(reference, cancel).ConfigureAwait(false);
        return found?.Id ?? throw new HostException(
            Fault.NotFound,
            $"The engine does not have the image {spec.ImageReference} ({spec.ImageDigest}).",
            "Pull it first.");
    }

    private static string Escape(string name) => Uri.EscapeDataString(name);
}
