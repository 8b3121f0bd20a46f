using System.Collections.Immutable;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;
using Loam.Core;
using Loam.Core.Observing;
using Loam.Core.Reconciling;
using Loam.Core.Resources;
using Loam.Drivers.Containers;

namespace Loam.Simulation.Host;

/// <summary>A container engine in memory: no randomness, and no time but the clock it is given.
/// It behaves as the conformance suite has seen Docker behave. This file: containers.</summary>
public sealed partial class SimulatedEngine(TimeProvider clock) : IContainerEngine
{
    public void Dispose()
    {
        // It has nothing of the machine.
    }

    public Task PingAsync(CancellationToken cancel) => Task.CompletedTask;

    private readonly Lock _lock = new();
    private readonly SortedDictionary<string, SimulatedContainer> _containers =
        new(StringComparer.Ordinal);
    private int _ids;

    /// <summary>Runs before a call has any effect; what it throws, the caller gets, and the call
    /// has not happened. It may wait: the call is then late.</summary>
    public Func<string, Task> Before { get; set; } = _ => Task.CompletedTask;

    /// <summary>Runs after a call took effect; what it throws, the caller gets instead of the
    /// answer: the call happened and nobody knows.</summary>
    public Func<string, Task> After { get; set; } = _ => Task.CompletedTask;

    /// <summary>How often a call is carried out. The caller gets the last answer, as from a
    /// connection that sent a request again.</summary>
    public Func<string, int> Times { get; set; } = _ => 1;

    /// <summary>What is in the volumes of containers; null: nothing ever.</summary>
    public SimulatedData? Data { get; set; }

    public EngineInfo Info { get; set; } =
        new(EngineBrand.Docker, "20.10.24", "/run/simulated.sock", 2, "/var/lib/simulated");

    /// <summary>Host ports held by processes that are no containers.</summary>
    public HashSet<int> TakenPorts { get; } = [];

    public TimeProvider Clock => clock;

    /// <summary>A container that Loam did not make.</summary>
    public void AddForeign(
        string name, bool running, ImmutableSortedDictionary<string, string> labels,
        params int[] hostPorts)
    {
        lock (_lock)
        {
            var container = new SimulatedContainer(
                NewId(name), name, labels, null, "sha256:foreign", SimulatedBehaviour.Well)
            {
                Ports = [.. hostPorts.Select(p => new Port(p, p, "tcp", "0.0.0.0"))],
            };
            if (running)
            {
                container.Start(clock.GetUtcNow());
            }
            _containers.Add(name, container);
        }
    }

    /// <summary>All containers, whoever made them, as they are now and without any hook: what
    /// invariants look at.</summary>
    public ImmutableArray<ObservedContainer> Everything()
    {
        lock (_lock)
        {
            Live();
            return [.. _containers.Values.Select(Observe)];
        }
    }

    /// <summary>One container as it is now, and whether it is well.</summary>
    internal (ObservedContainer? Container, bool Healthy) Look(string id)
    {
        lock (_lock)
        {
            Live();
            return Find(id) is { } found
                ? (Observe(found), found.IsHealthy(clock.GetUtcNow())) : (null, false);
        }
    }

    /// <summary>Ends a container from outside, as a person or the kernel does.</summary>
    public void Kill(string name, int exitCode)
    {
        lock (_lock)
        {
            Live();
            _containers[name].End(exitCode);
            Happened(_containers[name], clock.GetUtcNow(), "die");
        }
    }

    /// <summary>The engine or the machine starts anew: what was running and was not stopped on
    /// purpose comes up again.</summary>
    public void Restart()
    {
        lock (_lock)
        {
            Live();
            foreach (var container in _containers.Values.Where(c => c.IsUp))
            {
                container.End(0);
                if (container.Restart == RestartPolicy.Always)
                {
                    container.Start(clock.GetUtcNow());
                }
            }
        }
    }

    public Task<EngineInfo> InfoAsync(CancellationToken cancel) =>
        CallAsync("info", () => Info, cancel);

    public Task<ImmutableArray<ObservedContainer>> ListAsync(
        string instance, CancellationToken cancel) => CallAsync(
            "list",
            () => _containers.Values
                .Where(c => c.Labels.GetValueOrDefault(EngineLabels.Instance) == instance
                    && c.Labels.ContainsKey(EngineLabels.Service))
                .Select(Observe).ToImmutableArray(),
            cancel);

    public Task<ImmutableArray<ObservedContainer>> ListJobsAsync(
        string instance, CancellationToken cancel) => CallAsync(
            "list jobs",
            () => _containers.Values
                .Where(c => c.Labels.GetValueOrDefault(EngineLabels.Instance) == instance
                    && c.Labels.ContainsKey(EngineLabels.Job))
                .Select(Observe).ToImmutableArray(),
            cancel);

    public Task<ObservedContainer?> FindAsync(string name, CancellationToken cancel) => CallAsync(
        $"find {name}", () => Find(name) is { } found ? Observe(found) : null, cancel);

    public Task CreateAsync(EngineContainer container, CancellationToken cancel)
    {
        var spec = container.Spec;
        return CallAsync($"create {spec.Name}", () =>
        {
            var image = FindStored(spec.ImageIsLocalId
                ? spec.ImageDigest : DigestReference(spec.ImageReference, spec.ImageDigest))
                ?? throw new HostException(
                    Fault.NotFound,
                    $"The engine does not have the image {spec.ImageReference}.",
                    "Pull it first.");
            if (_containers.TryGetValue(spec.Name, out var there))
            {
                Finish(there, container);
                throw new HostException(
                    Fault.Conflict,
                    $"Container {spec.Name}: the container name is already in use.");
            }
            var made = new SimulatedContainer(
                NewId(spec.Name), spec.Name, EngineLabels.Of(container), spec, image.Id,
                image.Behaviour);
            foreach (var use in spec.Networks)
            {
                made.Networks[RequireNetwork(use.Network)] = Sorted(use.Aliases);
            }
            _containers.Add(spec.Name, made);
            Happened(made, clock.GetUtcNow(), "create");
            return true;
        }, cancel);
    }

    public Task StartAsync(string name, CancellationToken cancel) => CallAsync(
        $"start {name}", () =>
        {
            var container = Require(name);
            if (container.IsUp)
            {
                return false;
            }
            foreach (var id in container.Networks.Keys.Where(id => !_networks.ContainsKey(id)))
            {
                throw new HostException(
                    Fault.NotFound, $"Container {name}: network {id} not found.");
            }
            RequirePorts(container);
            container.Address = $"10.7.0.{2 + (++_ids % 250)}";
            container.CannotRead = container.Spec is { } spec && Data?.Start(spec) == false;
            container.Start(clock.GetUtcNow());
            Happened(container, clock.GetUtcNow(), "start");
            return true;
        }, cancel);

    public async Task StopAsync(string name, TimeSpan timeout, CancellationToken cancel)
    {
        var call = $"stop {name}";
        await Before(call);
        for (var times = Times(call); times > 0; times--)
        {
            TimeSpan patience;
            lock (_lock)
            {
                Live();
                var container = Require(name);
                var wish = container.Behaviour.StopsAfter;
                patience = !container.IsUp ? TimeSpan.Zero : wish < timeout ? wish : timeout;
            }
            if (patience > TimeSpan.Zero)
            {
                await Task.Delay(patience, clock, cancel);
            }
            lock (_lock)
            {
                Live();
                if (Find(name) is { IsUp: true } container)
                {
                    var killed = container.Behaviour.StopsAfter > timeout;
                    container.End(killed ? 137 : 0);
                    Happened(container, clock.GetUtcNow(), "die");
                }
            }
        }
        await After(call);
    }

    public Task RemoveAsync(string name, CancellationToken cancel) => CallAsync(
        $"remove {name}", () =>
        {
            if (Find(name) is not { } container)
            {
                return false;
            }
            _containers.Remove(container.Name);
            Happened(container, clock.GetUtcNow(), "destroy");
            return true;
        }, cancel);

    public Task UpdateAsync(
        string name, ResourceLimits limits, RestartPolicy restart, CancellationToken cancel) =>
        CallAsync($"update {name}", () =>
        {
            var container = Require(name);
            container.Limits = limits;
            container.Restart = restart;
            return true;
        }, cancel);

    public Task<ExecResult> ExecAsync(
        string name, ImmutableArray<string> command, TimeSpan timeout,
        CancellationToken cancel) => CallAsync(
            $"exec {name}", () =>
            {
                var container = Require(name);
                if (container.State != ContainerState.Running)
                {
                    throw new HostException(
                        Fault.Conflict, $"Command in container {name}: it is not running.");
                }
                return container.IsHealthy(clock.GetUtcNow())
                    ? new ExecResult(0, "") : new ExecResult(1, "not ready\n");
            }, cancel);

    /// <summary>Without data a command reads all and writes nothing.</summary>
    public async Task<ExecResult> PipeAsync(string name, ImmutableArray<string> command,
        Stream? input, Stream? output, CancellationToken cancel)
    {
        var result = await ExecAsync(name, command, TimeSpan.MaxValue, cancel);
        if (result.ExitCode != 0)
        {
            return result;
        }
        var done = new MemoryStream();
        lock (_lock)
        {
            if (Require(name).Spec is { } spec)
            {
                Data?.Pipe(spec, input, output is null ? null : done);
            }
        }
        if (output is not null)
        {
            await output.WriteAsync(done.ToArray(), cancel);
        }
        if (input is not null)
        {
            await input.CopyToAsync(Stream.Null, cancel);
        }
        return result;
    }

    /// <summary>What runs for everybody to see.</summary>
    internal ImmutableArray<ContainerSpec> Serving()
    {
        lock (_lock)
        {
            Live();
            return [.. _containers.Values.Where(c => c.State == ContainerState.Running
                && !c.CannotRead && c.Spec is { Rehearsal: false }).Select(c => c.Spec!)];
        }
    }

    public async IAsyncEnumerable<LogLine> LogsAsync(
        string name, int tail, bool follow, [EnumeratorCancellation] CancellationToken cancel)
    {
        var shown = await CallAsync($"logs {name}", () => Require(name).Log, cancel)
            ;
        var next = Math.Max(0, shown.Count - tail);
        while (true)
        {
            LogLine[] fresh;
            Task changed;
            lock (_lock)
            {
                Live();
                fresh = [.. shown.Skip(next)];
                changed = _changed.Task;
                follow &= Find(name) is { IsUp: true };
                Arm();
            }
            next += fresh.Length;
            foreach (var line in fresh)
            {
                yield return line;
            }
            if (!follow)
            {
                yield break;
            }
            await changed.WaitAsync(cancel);
        }
    }

    /// <summary>The whole path of a call: hook, effect as often as asked for, hook.</summary>
    private async Task<T> CallAsync<T>(string call, Func<T> effect, CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        await Before(call);
        T answer = default!;
        for (var times = Times(call); times > 0; times--)
        {
            lock (_lock)
            {
                Live();
                answer = effect();
            }
        }
        await After(call);
        return answer;
    }

    /// <summary>As the real client does: a creation that broke off half-way gets its missing
    /// networks when it is repeated.</summary>
    private void Finish(SimulatedContainer there, EngineContainer wanted)
    {
        if (there.State == ContainerState.Created && EngineLabels.SameContainer(
            there.Labels, EngineLabels.Of(wanted)))
        {
            foreach (var use in wanted.Spec.Networks)
            {
                there.Networks.TryAdd(RequireNetwork(use.Network), Sorted(use.Aliases));
            }
        }
    }

    private void RequirePorts(SimulatedContainer wants)
    {
        foreach (var port in wants.Ports.Where(p => p.Host is not null))
        {
            var taken = TakenPorts.Contains(port.Host!.Value) || _containers.Values.Any(
                c => c != wants && c.IsUp && c.Ports.Any(
                    p => p.Host == port.Host && p.Protocol == port.Protocol));
            if (taken)
            {
                var address = port.Address == "0.0.0.0" ? "" : port.Address + ":";
                throw new HostException(
                    Fault.Conflict,
                    $"Container {wants.Name}: port {address}{port.Host} is taken on this host.",
                    "Choose another host port.");
            }
        }
    }

    private SimulatedContainer Require(string name) => Find(name) ?? throw new HostException(
        Fault.NotFound, $"Container {name}: no such container.");

    private SimulatedContainer? Find(string name) => _containers.TryGetValue(name, out var found)
        ? found : _containers.Values.FirstOrDefault(c => c.Id == name);

    private ObservedContainer Observe(SimulatedContainer c) => new(
        c.Id, c.Name, c.Labels.GetValueOrDefault(EngineLabels.Service, ""),
        c.Labels.GetValueOrDefault(EngineLabels.Revision, ""),
        Number(c, EngineLabels.Index), Number(c, EngineLabels.Generation),
        c.Labels.GetValueOrDefault(EngineLabels.Rehearsal) == "true",
        c.State, c.State == ContainerState.Exited ? c.ExitCode : null, c.RestartCount,
        c.StartedAt, c.State == ContainerState.Running ? c.Address : null,
        c.Networks.Where(n => _networks.ContainsKey(n.Key)).ToImmutableSortedDictionary(
            n => _networks[n.Key].Name, n => n.Value, StringComparer.Ordinal),
        c.Limits, c.Restart, c.ImageId, [.. c.Ports.Where(p => p.Host is not null)])
    {
        Job = c.Labels.GetValueOrDefault(EngineLabels.Job),
    };

    private static int Number(SimulatedContainer container, string label) => int.TryParse(
        container.Labels.GetValueOrDefault(label), CultureInfo.InvariantCulture, out var number)
        ? number : 0;

    private static ImmutableArray<string> Sorted(ImmutableArray<string> names) =>
        [.. names.Distinct().Order(StringComparer.Ordinal)];

    private string NewId(string seed) => Convert.ToHexStringLower(
        SHA256.HashData(Encoding.UTF8.GetBytes($"{++_ids} {seed}")));
}
