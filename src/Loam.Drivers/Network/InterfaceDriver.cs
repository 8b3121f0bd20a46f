using Loam.Core;
using Loam.Core.Observing;
using Loam.Core.Planning;
using Loam.Core.Reconciling;
using Loam.Core.Resources;

namespace Loam.Drivers.Network;

/// <summary>Interfaces: a file of whoever is in charge, or the kernel's own addresses and routes
/// where nobody is.</summary>
public sealed class InterfaceDriver(InterfaceSetup setup, NetworkLedger ledger,
    IDeadman deadman, TimeProvider time) : IDriver
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(250);

    public IReadOnlySet<ActionKind> Performs { get; } =
        new HashSet<ActionKind> { ActionKind.SetInterface, ActionKind.CheckInterface };

    public Task<ObservedState> ObserveAsync(ObservedState soFar, CancellationToken cancel)
    {
        var places = setup.Places();
        return Task.FromResult(soFar with
        {
            Links = [.. setup.Links.List().Select(l => See(l, places(l.Name)))],
        });
    }

    public async Task ApplyAsync(PlannedAction action, Action<long, long?, string?> progress,
        CancellationToken cancel)
    {
        switch (action)
        {
            case { Kind: ActionKind.SetInterface, Interface: { } change }:
                if (action.Trial is { } lasts)
                {
                    await deadman.ArmAsync(new(null, change with
                    {
                        Before = change.After, After = change.Before,
                    }), lasts, cancel);
                }
                await SetAsync(change, cancel);
                break;
            case { Kind: ActionKind.CheckInterface, InterfaceProbe: { } probe }:
                await CheckAsync(probe, cancel);
                break;
            default:
                throw new InvariantException($"the interface driver does not {action.Kind}");
        }
    }

    private ObservedLink See(HostLink link, InterfacePlace place)
    {
        var path = InterfaceText.PathOf(place.Manager, link.Name);
        var owned = ledger.Interfaces.GetValueOrDefault(link.Name);
        return new(link.Name, place.Manager, path,
            new(setup.FileAt(path), link.Addresses, link.Gateways, owned)
            {
                Lease = place.Manager == LinksBy.Kernel && owned is { IsDhcp: true }
                    ? setup.LeaseOf(link.Name) : null,
            }, place.ByHand, !link.Leased.IsEmpty);
    }

    /// <summary>Noted before anything changes: whatever happens, it is known to be ours.
    /// </summary>
    private async Task SetAsync(InterfaceChange change, CancellationToken cancel)
    {
        if (change.After.Owned is not null)
        {
            ledger.KeepInterface(change.Name, change.After.Owned);
        }
        await setup.ApplyAsync(change, cancel);
        if (change.After.Owned is null)
        {
            ledger.KeepInterface(change.Name, null);
        }
    }

    private async Task CheckAsync(InterfaceProbe probe, CancellationToken cancel)
    {
        var began = time.GetTimestamp();
        while (true)
        {
            var link = setup.Links.List().FirstOrDefault(l => l.Name == probe.Name);
            var hasAddress = link is not null && (probe.Address is { } wanted
                ? link.Addresses.Contains(wanted)
                : !link.Leased.IsEmpty || !link.Addresses.IsEmpty);
            if (hasAddress && (probe.Gateway is not { } way
                || setup.Links.Answers(probe.Name, way)))
            {
                return;
            }
            if (time.GetElapsedTime(began) > s_patience)
            {
                throw new HostException(Fault.Conflict, hasAddress
                    ? $"The gateway {probe.Gateway} does not answer on {probe.Name}."
                    : $"{probe.Name} did not get {probe.Address ?? "an address"}.",
                    hasAddress ? "Check the address of the gateway, and the cable."
                        : "`journalctl -b` may say why.");
            }
            await Task.Delay(s_pause, time, cancel);
        }
    }
}
