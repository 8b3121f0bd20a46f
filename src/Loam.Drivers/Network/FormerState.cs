using Loam.Core.Reconciling;
using Loam.Drivers.Firewall;

namespace Loam.Drivers.Network;

/// <summary>Puts back what a change on trial replaced, with no daemon there.</summary>
public sealed class FormerState(INftables nft, InterfaceSetup interfaces)
{
    /// <exception cref="HostException">It cannot be put back now.</exception>
    public async Task PutBackAsync(PutBack back, CancellationToken cancel)
    {
        if (back.Rules is { } rules)
        {
            await nft.RunAsync(rules, cancel);
        }
        if (back.Interface is { } change)
        {
            await interfaces.ApplyAsync(change, cancel);
        }
    }
}
