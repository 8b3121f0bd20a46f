using System.Collections.Immutable;
using Loam.Core;
using Loam.Core.Observing;
using Loam.Core.Planning;
using Loam.Core.Reconciling;

namespace Loam.Drivers.Containers;

/// <summary>Networks of this instance. Docker can hold two of one name, so what was made is
/// looked at again, and a twin is removed (decision 12).</summary>
public sealed class NetworkDriver(IContainerEngine engine, string instance) : IDriver
{
    public IReadOnlySet<ActionKind> Performs { get; } = new HashSet<ActionKind>
    {
        ActionKind.CreateNetwork, ActionKind.RemoveNetwork,
    };

    public async Task<ObservedState> ObserveAsync(ObservedState soFar, CancellationToken cancel) =>
        soFar with { Networks = await engine.ListNetworksAsync(instance, cancel) };

    public Task ApplyAsync(PlannedAction action, Action<long, long?, string?> progress,
        CancellationToken cancel) => action.Kind switch
        {
            ActionKind.CreateNetwork => CreateAsync(action, cancel),
            ActionKind.RemoveNetwork => RemoveAsync(action.Target, cancel),
            _ => throw new InvariantException($"the network driver does not {action.Kind}"),
        };

    private async Task CreateAsync(PlannedAction action, CancellationToken cancel)
    {
        var spec = action.Network!;
        if ((await NamedAsync(spec.Name, cancel)).IsEmpty)
        {
            await engine.CreateNetworkAsync(spec, subnet: null,
                EngineLabels.Owned(instance, spec.Generation), cancel);
        }
        foreach (var twin in (await NamedAsync(spec.Name, cancel)).Skip(1))
        {
            await engine.RemoveNetworkAsync(twin.Id, cancel);
        }
    }

    private async Task RemoveAsync(string name, CancellationToken cancel)
    {
        foreach (var network in await NamedAsync(name, cancel))
        {
            await engine.RemoveNetworkAsync(network.Id, cancel);
        }
    }

    private async Task<ImmutableArray<ObservedNetwork>> NamedAsync(
        string name, CancellationToken cancel) =>
        [.. (await engine.ListNetworksAsync(instance, cancel)).Where(n => n.Name == name)];
}
