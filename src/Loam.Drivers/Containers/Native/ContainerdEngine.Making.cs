using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text.Json;
using Loam.Core.Observing;
using Loam.Core.Reconciling;
using Loam.Core.Resources;
using Loam.Drivers.Files;

namespace Loam.Drivers.Containers.Native;

/// <summary>This file: making containers, changing and removing them.</summary>
public sealed partial class ContainerdEngine
{
    private static readonly string[] s_nameFiles = ["hosts", "resolv.conf", "hostname"];

    public async Task CreateAsync(EngineContainer container, CancellationToken cancel)
    {
        var (spec, what) = (container.Spec, $"container {container.Spec.Name}");
        using var turn = await _turns.TakeAsync(spec.Name, cancel).ConfigureAwait(false);
        if (await StoredAsync(spec.Name, cancel).ConfigureAwait(false) is var (there, record))
        {
            // A creation that broke off half-way is finished here; whoever adopts the
            // container then finds it whole.
            if (EngineLabels.SameContainer(record.Labels, EngineLabels.Of(container))
                && RunOf(there.Id).Started is null)
            {
                await JoinAsync(spec, cancel).ConfigureAwait(false);
            }
            throw new HostException(Fault.Conflict,
                $"Container {spec.Name}: one of that name already exists.", "");
        }
        DockerEngine.RequireMounts(container);
        var image = await _images.RequireAsync(spec, cancel).ConfigureAwait(false);
        var id = RandomNumberGenerator.GetHexString(IdDigits, lowercase: true);
        try
        {
            // Neither needs the other; what is left of one alone is taken away by the next start.
            await Task.WhenAll(MakeAsync(container, id, image, what, cancel),
                JoinAsync(spec, cancel)).ConfigureAwait(false);
        }
        catch (Exception error)
        {
            // Whole or not at all, but for a kill in between.
            await TakeAwayAsync(id, spec.Name, what).ConfigureAwait(false);
            if (error is HostException fault)
            {
                throw EngineErrors.Without(fault, container.Environment.Values);
            }
            throw;
        }
    }

    private async Task MakeAsync(EngineContainer container, string id, UnpackedImage image,
        string what, CancellationToken cancel)
    {
        var spec = container.Spec;
        // First: by the folder a creation that was killed is known.
        var folder = _place.FolderOf(id);
        AtomicFile.Filing(folder, () => Directory.CreateDirectory(folder));
        var mounts = await _client.PrepareAsync(id, image.Snapshot, what, null, cancel)
            .ConfigureAwait(false);
        var user = ImageUsers.Find(spec.User ?? image.Config.Config?.User ?? "",
            LayeredFiles.Of(mounts), spec.Name);
        foreach (var file in s_nameFiles)
        {
            await WriteAsync(Path.Combine(folder, file),
                file == "hostname" ? OciSpecs.HostName(id) + "\n" : "", cancel)
                .ConfigureAwait(false);
        }
        var on = _host ??= await OciHost.OfThisHostAsync(cancel).ConfigureAwait(false);
        var labels = EngineLabels.Of(container);
        var record = new ContainerRecord(spec.Name,
            labels.GetValueOrDefault(EngineLabels.Instance, ""), new(labels), image.Id,
            spec.Limits.Cpu, spec.Limits.Memory, spec.Limits.Pids, spec.Restart,
            [.. spec.Ports.Where(p => p.Host is not null)],
            Signals.Of(image.Config.Config?.StopSignal));
        await _client.CreateAsync(new(id, image.Name, Sought(spec.Name, labels),
            OciSpecs.Write(OciSpecs.In(
                OciSpecs.Of(container, id, image.Config, user, folder, on),
                Networks.SpaceOf(spec.Name))),
            record.ToBytes()), Runtime(), what, cancel).ConfigureAwait(false);
        // Its events can be told when it is gone again, too.
        _known[id] = record;
    }

    /// <summary>Of the labels only those that are searched for: containerd bounds their length.
    /// </summary>
    private static Dictionary<string, string> Sought(
        string name, ImmutableSortedDictionary<string, string> labels) => labels.Where(l =>
            l.Key is EngineLabels.Instance or EngineLabels.Service or EngineLabels.Job)
            .Append(new(NameLabel, name)).ToDictionary();

    private ProtoWriter Runtime() =>
        new ProtoWriter().Text(6, _place.Runtime).Text(7, _place.RuntimeState);

    private Task JoinAsync(ContainerSpec spec, CancellationToken cancel) => Networks.JoinAsync(
        spec.Name, spec.Service, spec.Ports, spec.Networks, cancel);

    public async Task RemoveAsync(string name, CancellationToken cancel)
    {
        if (await StoredAsync(name, cancel).ConfigureAwait(false) is not var (stored, record))
        {
            await Networks.ForgetAsync(name, cancel).ConfigureAwait(false);
            return;
        }
        using var turn = await _turns.TakeAsync(record.Name, cancel).ConfigureAwait(false);
        await EndAsync(stored.Id, record.Name, $"container {name}", cancel).ConfigureAwait(false);
        await TakeAwayAsync(stored.Id, record.Name, $"container {name}").ConfigureAwait(false);
    }

    /// <summary>Everything that there may be of a container that does not run.</summary>
    private async Task TakeAwayAsync(string id, string name, string what)
    {
        var none = CancellationToken.None;
        await Networks.ForgetAsync(name, none).ConfigureAwait(false);
        await _client.DeleteAsync(id, what, none).ConfigureAwait(false);
        await _client.RemoveSnapshotAsync(id, what, none).ConfigureAwait(false);
        _unwritten.TryRemove(id, out _);
        var folder = _place.FolderOf(id);
        if (Directory.Exists(folder))
        {
            AtomicFile.Filing(folder, () => Directory.Delete(folder, recursive: true));
        }
    }

    public async Task UpdateAsync(
        string name, ResourceLimits limits, RestartPolicy restart, CancellationToken cancel)
    {
        using var turn = await _turns.TakeAsync(name, cancel).ConfigureAwait(false);
        var (stored, record) = await RequireAsync(name, cancel).ConfigureAwait(false);
        var what = $"container {name}";
        var spec = OciSpecs.Read(stored.Spec);
        var rules = spec.Linux.Resources?.Devices;
        await _client.UpdateAsync(stored with
        {
            Spec = OciSpecs.Write(spec with
            {
                Linux = spec.Linux with
                {
                    Resources = OciSpecs.Resources(limits, lift: false) with { Devices = rules },
                },
            }),
            Record = (record with
            {
                Cpu = limits.Cpu, Memory = limits.Memory, Pids = limits.Pids, Restart = restart,
            }).ToBytes(),
        }, what, cancel).ConfigureAwait(false);
        if (await _client.TaskAsync(stored.Id, what, cancel).ConfigureAwait(false)
            is { State: TaskState.Running or TaskState.Paused })
        {
            await _client.UpdateTaskAsync(stored.Id, JsonSerializer.SerializeToUtf8Bytes(
                OciSpecs.Resources(limits, lift: true), OciJson.Default.OciResources), what, cancel)
                .ConfigureAwait(false);
        }
    }

    public Task<ImmutableArray<ObservedNetwork>> ListNetworksAsync(
        string instance, CancellationToken cancel) => Networks.ListAsync(instance, cancel);

    public Task CreateNetworkAsync(NetworkSpec network, string? subnet,
        IReadOnlyDictionary<string, string> labels, CancellationToken cancel) =>
        Networks.CreateAsync(network, subnet, labels, cancel);

    public Task RemoveNetworkAsync(string id, CancellationToken cancel) =>
        Networks.RemoveAsync(id, cancel);

    public async Task ConnectAsync(string network, string container,
        ImmutableArray<string> aliases, CancellationToken cancel)
    {
        var (_, record) = await RequireAsync(container, cancel).ConfigureAwait(false);
        await Networks.ConnectAsync(network, record.Name, aliases, cancel).ConfigureAwait(false);
    }

    public Task DisconnectAsync(string network, string container, CancellationToken cancel) =>
        Networks.DisconnectAsync(network, container, cancel);

    /// <summary>What is left of containers that were made or removed half-way.</summary>
    internal async Task SweepAsync(CancellationToken cancel)
    {
        Sweep(_place.Streams);
        var root = Path.GetDirectoryName(_place.FolderOf("any"))!;
        // Also those whose record cannot be read: they are not ours to take away.
        var there = await _client.ListAsync(null, cancel).ConfigureAwait(false);
        var ids = there.Select(s => s.Id).ToHashSet();
        foreach (var folder in Directory.Exists(root) ? Directory.GetDirectories(root) : [])
        {
            var id = Path.GetFileName(folder);
            if (IsId(id) && !ids.Contains(id))
            {
                await _client.RemoveSnapshotAsync(id, "engine", cancel).ConfigureAwait(false);
                Sweep(folder);
            }
        }
        await Networks.ForgetOthersAsync(there.Select(
            s => s.Labels.GetValueOrDefault(NameLabel, "")).ToHashSet(), cancel)
            .ConfigureAwait(false);
    }

    /// <summary>What does not go now goes next time.</summary>
    private static void Sweep(string folder)
    {
        try
        {
            Directory.Delete(folder, recursive: true);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // Nobody uses it.
        }
    }

    /// <summary>Takes away every container and network, whoever's it is: for one that goes for
    /// good.</summary>
    public async Task RemoveAllAsync(CancellationToken cancel)
    {
        foreach (var id in await OursAsync(cancel).ConfigureAwait(false))
        {
            await RemoveAsync(id, cancel).ConfigureAwait(false);
        }
        foreach (var network in await Networks.ListAsync(null, cancel).ConfigureAwait(false))
        {
            await Networks.RemoveAsync(network.Id, cancel).ConfigureAwait(false);
        }
    }
}
