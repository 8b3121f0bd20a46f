using System.Collections.Immutable;
using Loam.Api;
using Loam.Core.Approving;
using Loam.Core.Bans;
using Loam.Core.Reconciling;

namespace Loam.Tests.Cli;

/// <summary>Who is shut out, with nothing beneath.</summary>
internal sealed class FakeBans : IBans
{
    public List<Ban> All { get; } = [];
    public List<BanOrder> Orders { get; } = [];

    public ImmutableArray<Ban> List() => [.. All];

    public Task<Ban> AddAsync(BanOrder order, string who, Access? access, CancellationToken cancel)
    {
        Orders.Add(order);
        var now = TimeProvider.System.GetUtcNow();
        var ban = new Ban(order.Address, null, $"{who} asked for it", now,
            now + (order.For ?? TimeSpan.FromDays(1)));
        All.Add(ban);
        return Task.FromResult(ban);
    }

    public Task<ImmutableArray<Ban>> LiftAsync(
        string? address, string who, CancellationToken cancel)
    {
        ImmutableArray<Ban> gone = [.. All.Where(b => address is null || b.Source == address)];
        All.RemoveAll(gone.Contains);
        return gone.IsEmpty
            ? throw new HostException(Fault.NotFound, $"{address} is not shut out.",
                "`loam bans` lists who is.")
            : Task.FromResult(gone);
    }
}
