using System.Collections.Immutable;

namespace Loam.Core.Observing;

/// <summary>What a DHCP server lent to an interface. RFC 2131.</summary>
/// <param name="Address">With its prefix length.</param>
/// <param name="Gateways">Ways out; most often one.</param>
/// <param name="Server">Who lent it; null: it did not say.</param>
/// <param name="Lasts">From <paramref name="From"/> on.</param>
public sealed record Lease(string Address, ImmutableArray<string> Gateways,
    ImmutableArray<string> Nameservers, ImmutableArray<string> Search, string? Server,
    DateTimeOffset From, TimeSpan Lasts)
{
    public DateTimeOffset Until => From + Lasts;
}
