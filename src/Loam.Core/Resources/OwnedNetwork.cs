using System.Collections.Immutable;

namespace Loam.Core.Resources;

/// <summary>What Loam set in the machine's network, and what it wrote over, kept in one file.
/// </summary>
/// <param name="ResolvConf">What stood in /etc/resolv.conf before; null: Loam did not write it.
/// </param>
/// <param name="Interfaces">By name.</param>
public sealed record OwnedNetwork(
    HostFile? ResolvConf, ImmutableSortedDictionary<string, OwnedInterface> Interfaces)
{
    /// <summary>What stood in /etc/resolv.conf before the name servers of a lease; null: there are
    /// none.</summary>
    public HostFile? BeforeLease { get; init; }
}
