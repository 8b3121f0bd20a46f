using System.Collections.Immutable;
using System.Globalization;
using Loam.Core.Reconciling;
using Loam.Core.Resources;
using Loam.Drivers.Network;
using Loam.Drivers.Network.Dhcp;

namespace Loam.Supervision;

/// <summary>Goes on asking DHCP servers for the interfaces that are to get their address that way
/// and of which nobody else is in charge, and sets what they lend.</summary>
internal sealed class LeaseWatch(Leases leases, LeaseNames names, InterfaceSetup setup,
    NetworkLedger ledger, EventLog events, TimeProvider time)
{
    private static readonly TimeSpan s_pause = TimeSpan.FromSeconds(1);

    /// <summary>Asking takes a few seconds.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(20);

    private readonly Lock _gate = new();

    /// <summary>Since when an interface has no lease, and why.</summary>
    private readonly SortedDictionary<string, (DateTimeOffset Since, string Why)> _without =
        new(StringComparer.Ordinal);

    public ImmutableArray<string> Alerts()
    {
        lock (_gate)
        {
            return [.. _without.Where(w => time.GetUtcNow() - w.Value.Since > s_patience)
                .Select(w => string.Create(CultureInfo.InvariantCulture,
                    $"{w.Key} has no address by DHCP since {Local(w.Value.Since):HH:mm:ss}: "
                    + $"{w.Value.Why}"))];
        }
    }

    public async Task RunAsync(CancellationToken stop)
    {
        while (true)
        {
            var asked = Asked();
            lock (_gate)
            {
                _without.Keys.Except(asked).ToList().ForEach(n => _without.Remove(n));
            }
            leases.EndOthers(IsAsked);
            asked.ForEach(Look);
            try
            {
                names.Write(leases.All.Where(l => asked.Contains(l.Key)));
            }
            catch (HostException)
            {
                // A full disk; it is tried again.
            }
            await Task.Delay(s_pause, time, stop);
        }
    }

    private List<string> Asked() =>
        [.. ledger.Interfaces.Where(i => i.Value.IsDhcp).Select(i => i.Key).Where(setup.IsKernels)];

    /// <summary>Noted before it is begun to ask: what a plan begins meanwhile is asked.</summary>
    private bool IsAsked(string name) =>
        ledger.Interfaces.GetValueOrDefault(name) is { IsDhcp: true } && setup.IsKernels(name);

    private void Look(string name)
    {
        var why = "no server answers. It is asked on.";
        try
        {
            if (leases.Look(name))
            {
                var lease = leases.Of(name);
                events.Add(new(0, time.GetUtcNow(), lease is null ? "lease.lost" : "lease.taken")
                {
                    Name = name,
                    Message = lease is null ? $"{name} has no address by DHCP any more."
                        : $"{name} has {lease.Address} by DHCP.",
                });
            }
        }
        catch (HostException fault)
        {
            why = fault.Message;
        }
        var has = leases.HasAddress(name);
        lock (_gate)
        {
            if (has)
            {
                _without.Remove(name);
            }
            else
            {
                _without[name] = (_without.TryGetValue(name, out var old) ? old.Since
                    : time.GetUtcNow(), why);
            }
        }
    }

    private DateTimeOffset Local(DateTimeOffset at) =>
        TimeZoneInfo.ConvertTime(at, time.LocalTimeZone);
}
