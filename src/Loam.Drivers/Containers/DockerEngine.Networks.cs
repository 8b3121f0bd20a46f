using System.Collections.Immutable;
using System.Net;
using Loam.Core.Observing;
using Loam.Core.Reconciling;
using Loam.Core.Resources;

namespace Loam.Drivers.Containers;

public sealed partial class DockerEngine
{
    public async Task<ImmutableArray<ObservedNetwork>> ListNetworksAsync(
        string instance, CancellationToken cancel)
    {
        var filter = EngineConnection.Filter(
            ("label", $"{EngineLabels.Instance}={instance}"));
        var networks = (await _engine.CallAsync(
            HttpMethod.Get, $"/networks?filters={filter}", "networks", cancel)
            .ConfigureAwait(false)).Read(EngineJson.Default.WireNetworkArray, "networks");
        return [.. networks
            .Select(n => new ObservedNetwork(
                n.Id, n.Name, n.Labels?.GetValueOrDefault(EngineLabels.Network) ?? "",
                n.Labels?.GetValueOrDefault(EngineLabels.Revision) ?? "", n.Internal))
            .OrderBy(n => n.Name, StringComparer.Ordinal).ThenBy(n => n.Id)];
    }

    public async Task CreateNetworkAsync(
        NetworkSpec network, string? subnet, IReadOnlyDictionary<string, string> labels,
        CancellationToken cancel)
    {
        var instance = labels.GetValueOrDefault(EngineLabels.Instance, "");
        var create = new WireNetworkCreate(
            network.Name, CheckDuplicate: true, "bridge", network.Internal,
            EngineLabels.Of(network, labels),
            new()
            {
                ["com.docker.network.bridge.name"] = NetworkBridge.Name(instance, network.Name),
            },
            subnet is null ? null : new("default", [new(subnet)]));
        await _engine.CallAsync(
            HttpMethod.Post, "/networks/create", $"network {network.Name}", cancel,
            EngineConnection.Json(create, EngineJson.Default.WireNetworkCreate))
            .ConfigureAwait(false);
        await NetworksChanged(cancel).ConfigureAwait(false);
    }

    /// <exception cref="HostException">Conflict: a running container is in it.</exception>
    public async Task RemoveNetworkAsync(string id, CancellationToken cancel)
    {
        // Podman would take a network away from under its running containers.
        var filter = EngineConnection.Filter(("network", id));
        var users = (await _engine.CallAsync(
            HttpMethod.Get, $"/containers/json?filters={filter}", $"network {id}", cancel)
            .ConfigureAwait(false)).Read(EngineJson.Default.WireListedArray, $"network {id}");
        if (users.Length > 0)
        {
            throw new HostException(
                Fault.Conflict,
                $"Network {id} is in use by {users[0].Names?.FirstOrDefault()?.TrimStart('/')}.",
                "Stop the containers in it first.");
        }
        await _engine.CallAsync(
            HttpMethod.Delete, $"/networks/{Escape(id)}", $"network {id}", cancel,
            accept: HttpStatusCode.NotFound).ConfigureAwait(false);
        await NetworksChanged(cancel).ConfigureAwait(false);
    }

    /// <summary>Connected already with these aliases is success.</summary>
    /// <exception cref="HostException">Conflict: connected with other aliases.</exception>
    public async Task ConnectAsync(
        string network, string container, ImmutableArray<string> aliases,
        CancellationToken cancel)
    {
        var there = await FindAsync(container, cancel).ConfigureAwait(false);
        if (there?.Networks.TryGetValue(network, out var has) == true)
        {
            if (aliases.All(has.Contains))
            {
                return;
            }
            throw new HostException(
                Fault.Conflict,
                $"Container {container} is in network {network} under other names "
                + $"({string.Join(", ", has)}).",
                "Disconnect it first.");
        }
        var connect = new WireConnect(container, new([.. aliases]));
        await _engine.CallAsync(
            HttpMethod.Post, $"/networks/{Escape(network)}/connect",
            $"container {container} in network {network}", cancel,
            EngineConnection.Json(connect, EngineJson.Default.WireConnect))
            .ConfigureAwait(false);
    }

    /// <summary>Not connected, or gone altogether, is success.</summary>
    public async Task DisconnectAsync(
        string network, string container, CancellationToken cancel)
    {
        var there = await FindAsync(container, cancel).ConfigureAwait(false);
        if (there is null || !there.Networks.ContainsKey(network))
        {
            return;
        }
        await _engine.CallAsync(
            HttpMethod.Post, $"/networks/{Escape(network)}/disconnect",
            $"container {container} in network {network}", cancel,
            EngineConnection.Json(
                new WireDisconnect(container, Force: true), EngineJson.Default.WireDisconnect),
            accept: HttpStatusCode.NotFound).ConfigureAwait(false);
    }
}
