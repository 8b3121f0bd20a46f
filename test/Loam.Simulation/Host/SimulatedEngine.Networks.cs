using System.Collections.Immutable;
using Loam.Core.Observing;
using Loam.Core.Reconciling;
using Loam.Core.Resources;
using Loam.Drivers.Containers;

namespace Loam.Simulation.Host;

public sealed partial class SimulatedEngine
{
    private sealed record SimulatedNetwork(
        string Name, bool Internal, ImmutableSortedDictionary<string, string> Labels);

    private readonly SortedDictionary<string, SimulatedNetwork> _networks =
        new(StringComparer.Ordinal);

    /// <summary>Docker's check for a network of the same name is a race: two requests at one
    /// time can both succeed. True: every creation wins that race.</summary>
    public bool DuplicatesNetworks { get; set; }

    /// <summary>A network that Loam did not make.</summary>
    public void AddForeignNetwork(string name)
    {
        lock (_lock)
        {
            _networks.Add(
                NewId(name), new(name, false, ImmutableSortedDictionary<string, string>.Empty));
        }
    }

    /// <summary>Names of all networks, whoever made them.</summary>
    public ImmutableArray<string> EveryNetwork()
    {
        lock (_lock)
        {
            return [.. _networks.Values.Select(n => n.Name).Order(StringComparer.Ordinal)];
        }
    }

    public Task<ImmutableArray<ObservedNetwork>> ListNetworksAsync(
        string instance, CancellationToken cancel) => CallAsync(
            "list-networks",
            () => _networks
                .Where(n => n.Value.Labels.GetValueOrDefault(EngineLabels.Instance) == instance)
                .Select(n => new ObservedNetwork(
                    n.Key, n.Value.Name,
                    n.Value.Labels.GetValueOrDefault(EngineLabels.Network, ""),
                    n.Value.Labels.GetValueOrDefault(EngineLabels.Revision, ""),
                    n.Value.Internal))
                .OrderBy(n => n.Name, StringComparer.Ordinal).ThenBy(n => n.Id)
                .ToImmutableArray(),
            cancel);

    public Task CreateNetworkAsync(
        NetworkSpec network, string? subnet, IReadOnlyDictionary<string, string> labels,
        CancellationToken cancel) => CallAsync($"create-network {network.Name}", () =>
        {
            if (!DuplicatesNetworks && _networks.Values.Any(n => n.Name == network.Name))
            {
                throw new HostException(
                    Fault.Conflict,
                    $"Network {network.Name}: network with name {network.Name} already exists.");
            }
            _networks.Add(
                NewId(network.Name),
                new(network.Name, network.Internal, EngineLabels.Of(network, labels)));
            return true;
        }, cancel);

    public Task RemoveNetworkAsync(string id, CancellationToken cancel) =>
        CallAsync($"remove-network {id}", () =>
        {
            var key = _networks.ContainsKey(id)
                ? id : _networks.FirstOrDefault(n => n.Value.Name == id).Key;
            if (key is null)
            {
                return false;
            }
            var user = _containers.Values.FirstOrDefault(
                c => c.IsUp && c.Networks.ContainsKey(key));
            if (user is not null)
            {
                throw new HostException(
                    Fault.Conflict, $"Network {id} is in use by {user.Name}.",
                    "Stop the containers in it first.");
            }
            return _networks.Remove(key);
        }, cancel);

    public Task ConnectAsync(
        string network, string container, ImmutableArray<string> aliases,
        CancellationToken cancel) => CallAsync($"connect {network} {container}", () =>
        {
            var found = Require(container);
            var id = RequireNetwork(network);
            if (!found.Networks.TryGetValue(id, out var has))
            {
                found.Networks.Add(id, Sorted(aliases));
            }
            else if (!aliases.All(has.Contains))
            {
                throw new HostException(
                    Fault.Conflict,
                    $"Container {container} is in network {network} under other names "
                    + $"({string.Join(", ", has)}).",
                    "Disconnect it first.");
            }
            return true;
        }, cancel);

    public Task DisconnectAsync(
        string network, string container, CancellationToken cancel) =>
        CallAsync($"disconnect {network} {container}", () =>
        {
            var ids = _networks.Where(n => n.Key == network || n.Value.Name == network);
            return Find(container) is { } found
                && ids.ToList().Exists(n => found.Networks.Remove(n.Key));
        }, cancel);

    private string RequireNetwork(string network)
    {
        var ids = _networks.Where(n => n.Key == network || n.Value.Name == network)
            .Select(n => n.Key).ToList();
        return ids.Count switch
        {
            1 => ids[0],
            0 => throw new HostException(Fault.NotFound, $"Network {network} not found."),
            _ => throw new HostException(
                Fault.Unsupported,
                $"Network {network} is ambiguous ({ids.Count} matches found on name)."),
        };
    }
}
