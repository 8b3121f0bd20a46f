using System.Collections.Immutable;
using Loam.Core.Observing;
using Loam.Core.Reconciling;

namespace Loam.Drivers.Network.Dhcp;

/// <summary>Sets in the kernel what DHCP servers lend, where nobody else asks them. An address has
/// the lease's lifetime there: it ends with it, also when no daemon runs.</summary>
public sealed class Leases(ILinks links, IDhcp dhcp, LeaseStore store, TimeProvider time)
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(100);

    /// <summary>What is put back has time to be asked for anew.</summary>
    private static readonly TimeSpan s_least = TimeSpan.FromMinutes(1);

    private readonly Lock _gate = new();

    /// <summary>What was done of what was told.</summary>
    private readonly Dictionary<string, LeaseNews> _done = new(StringComparer.Ordinal);

    /// <summary>No more to be asked for, whatever the ledger still says.</summary>
    private readonly HashSet<string> _ended = new(StringComparer.Ordinal);

    private readonly HashSet<string> _asking = new(StringComparer.Ordinal);

    public Lease? Of(string name) => store.Of(name);

    public ImmutableSortedDictionary<string, Lease> All => store.All;

    /// <summary>Asks for an address, sets it, and returns.</summary>
    /// <exception cref="HostException">Conflict: nobody lends one. Unsupported: nobody can ask.
    /// </exception>
    public async Task TakeAsync(string name, CancellationToken cancel)
    {
        Begin(name);
        for (var began = time.GetTimestamp(); ; )
        {
            lock (_gate)
            {
                if (dhcp.Told(name) is { Lease: { } lease } news)
                {
                    Set(name, lease);
                    _done[name] = news;
                    return;
                }
            }
            if (time.GetElapsedTime(began) > s_patience)
            {
                throw new HostException(Fault.Conflict,
                    $"No DHCP server lends {name} an address.",
                    "Check the cable, and that a server is in that network; or write "
                    + "`type: static`.");
            }
            await Task.Delay(s_pause, time, cancel);
        }
    }

    /// <summary>Begins to ask; what is lent is set by <see cref="Look"/>.</summary>
    /// <exception cref="HostException">Unsupported: nobody can ask.</exception>
    private void Begin(string name)
    {
        lock (_gate)
        {
            _ended.Remove(name);
            // Nobody is asked over one that is down.
            links.Raise(name);
            Ask(name, store.Of(name));
        }
    }

    private void Ask(string name, Lease? former)
    {
        dhcp.Begin(name, former?.Address);
        _asking.Add(name);
    }

    /// <summary>Asks no more where somebody else does; what is set stays.</summary>
    public void EndOthers(Func<string, bool> isAsked)
    {
        lock (_gate)
        {
            foreach (var name in _asking.Where(n => !isAsked(n)).ToList())
            {
                Forget(name);
            }
        }
    }

    private void Forget(string name)
    {
        dhcp.End(name);
        _asking.Remove(name);
        _done.Remove(name);
    }

    /// <summary>Goes back to a lease, which needs nobody to answer now.</summary>
    /// <exception cref="HostException">It cannot be set.</exception>
    public void Restore(string name, Lease lease)
    {
        lock (_gate)
        {
            store.Keep(name, lease);
            PutBack(links, name, lease, time.GetUtcNow());
            _done.Remove(name);
            Begin(name);
        }
    }

    /// <summary>Sets what was lent before.</summary>
    internal static void PutBack(ILinks links, string name, Lease lease, DateTimeOffset now)
    {
        links.Raise(name);
        links.Lend(name, lease.Address, lease.Until - now is var rest && rest > s_least
            ? rest : s_least);
        foreach (var way in lease.Gateways)
        {
            links.AddGateway(name, way, isLent: true);
        }
    }

    public void End(string name)
    {
        lock (_gate)
        {
            _ended.Add(name);
            Forget(name);
            store.Keep(name, null);
        }
    }

    /// <summary>Goes on asking, and sets what was lent, renewed or taken away since, and what
    /// somebody else took away.</summary>
    /// <returns>True: it has another lease than before, or none any more.</returns>
    /// <exception cref="HostException">It cannot be set. It is tried again.</exception>
    public bool Look(string name)
    {
        lock (_gate)
        {
            if (_ended.Contains(name))
            {
                return false;
            }
            var former = store.Of(name);
            if (dhcp.Told(name)?.Lease is null)
            {
                links.Raise(name);
            }
            Ask(name, former);
            var news = dhcp.Told(name);
            if (news is not null && (news != _done.GetValueOrDefault(name)
                || (news.Lease is { } lent && !IsThere(name, lent))))
            {
                if (news.Lease is { } lease)
                {
                    Set(name, lease);
                }
                else
                {
                    Drop(name, former);
                }
                _done[name] = news;
            }
            else if (former is not null && former.Until <= time.GetUtcNow() && !HasAddress(name))
            {
                // It has ended, and nobody said so.
                Drop(name, former);
            }
            return store.Of(name)?.Address != former?.Address;
        }
    }

    /// <summary>The kernel has an address that was lent. What was noted says less: a machine that
    /// was restarted has none of it, and a clock that was set tells nothing.</summary>
    public bool HasAddress(string name) => links.List().FirstOrDefault(l => l.Name == name)
        is { } link && link.Leased.Any(a => !IsV6(a));

    private bool IsThere(string name, Lease lease) => lease.Until <= time.GetUtcNow()
        || links.List().FirstOrDefault(l => l.Name == name) is not { } link
        || (link.Leased.Contains(lease.Address)
            && lease.Gateways.All(g => link.Gateways.Contains(g)));

    /// <summary>Adds before it takes away.</summary>
    private void Set(string name, Lease lease)
    {
        var former = store.Of(name);
        var rest = lease.Until - time.GetUtcNow();
        if (rest <= TimeSpan.Zero)
        {
            Drop(name, former);
            return;
        }
        store.Keep(name, lease);
        links.Raise(name);
        links.Lend(name, lease.Address, rest);
        foreach (var other in Now(name).Leased.Where(
            a => a != lease.Address && !IsV6(a)))
        {
            links.RemoveAddress(name, other);
            // Removing one address may take others of its network along.
            links.Lend(name, lease.Address, rest);
        }
        var now = Now(name);
        foreach (var gone in now.Gateways.Intersect(former?.Gateways ?? []).Except(lease.Gateways))
        {
            links.RemoveGateway(name, gone);
        }
        foreach (var way in lease.Gateways.Except(now.Gateways))
        {
            links.AddGateway(name, way, isLent: true);
        }
    }

    private HostLink Now(string name) => links.List().FirstOrDefault(l => l.Name == name)
        ?? throw new HostException(Fault.NotFound, $"There is no interface {name} any more.",
            "Plan anew.");

    private void Drop(string name, Lease? former)
    {
        if (links.List().FirstOrDefault(l => l.Name == name) is { } now)
        {
            foreach (var way in now.Gateways.Intersect(former?.Gateways ?? []))
            {
                links.RemoveGateway(name, way);
            }
            foreach (var address in now.Leased.Where(a => !IsV6(a)))
            {
                links.RemoveAddress(name, address);
            }
        }
        store.Keep(name, null);
    }

    private static bool IsV6(string address) => address.Contains(':', StringComparison.Ordinal);
}
