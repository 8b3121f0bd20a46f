using Loam.Core;
using Loam.Core.Reconciling;

namespace Loam.Drivers.Containers;

/// <summary>Removes for good what an applied plan replaced. Only now: until the plan was applied
/// as a whole everything old was merely stopped.</summary>
public sealed class Retiring(
    IContainerEngine engine, string instance, ImageDriver images, ISecretVault vault)
{
    public async Task RunAsync(Retirement retired, CancellationToken cancel)
    {
        // An engine takes its time over each; none waits for another.
        foreach (var some in retired.Containers.Chunk(Limits.EngineCalls))
        {
            await Task.WhenAll(some.Select(name => RemoveAsync(name, cancel)));
        }
        if (!retired.Networks.IsEmpty)
        {
            var present = await engine.ListNetworksAsync(instance, cancel);
            foreach (var network in present.Where(n => retired.Networks.Contains(n.Name)))
            {
                await engine.RemoveNetworkAsync(network.Id, cancel);
            }
        }
        await images.KeepOnlyAsync(retired.KeptImages, cancel);
    }

    private async Task RemoveAsync(string name, CancellationToken cancel)
    {
        await engine.RemoveAsync(name, cancel);
        vault.Discard(name);
    }
}
