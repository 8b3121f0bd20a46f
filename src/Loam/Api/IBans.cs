using System.Collections.Immutable;
using Loam.Core.Approving;
using Loam.Core.Bans;

namespace Loam.Api;

/// <param name="Address">Written as people write it.</param>
/// <param name="For">How long; null: a day.</param>
internal sealed record BanOrder(string Address, TimeSpan? For);

/// <summary>What a client can ask about those who are shut out.</summary>
internal interface IBans
{
    /// <summary>Those that end first come first.</summary>
    ImmutableArray<Ban> List();

    /// <summary>Returns when it is in force.</summary>
    /// <param name="access">How whoever asks is connected.</param>
    /// <exception cref="Core.Reconciling.HostException">Denied: it is one's own address, or this
    /// machine's. Unsupported: the kernel does not take it.</exception>
    Task<Ban> AddAsync(BanOrder order, string who, Access? access, CancellationToken cancel);

    /// <summary>Returns when whoever it was is let in again.</summary>
    /// <param name="address">Null: all.</param>
    /// <exception cref="Core.Reconciling.HostException">NotFound: it is not shut out.</exception>
    Task<ImmutableArray<Ban>> LiftAsync(string? address, string who, CancellationToken cancel);
}
