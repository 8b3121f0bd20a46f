using Loam.Core.Reconciling;

namespace Loam.Core.Observing;

public enum SlotVerdict { Wait, Confirm, GoBack }

/// <summary>Whether a system that was started on trial stays.</summary>
/// <param name="before">Services that were healthy before it; null: nobody knows, so all count.
/// </param>
/// <param name="within">How long it has to become as well as it was.</param>
public sealed class SlotTrial(IReadOnlySet<string>? before, TimeSpan within)
{
    private TimeSpan? _wellSince;

    /// <summary>Whether the machine is as well as it was: its state is in force, nothing is left to
    /// take back, and each service that was healthy is so again.</summary>
    public bool IsWell(MachineStatus status) => status.Recovery is null && status.Busy is null
        && Awaited(status).All(s => s.Health == ServiceHealth.Healthy);

    /// <summary>Services that keep it from being well, in their order.</summary>
    public IEnumerable<string> Missing(MachineStatus status) => Awaited(status)
        .Where(s => s.Health != ServiceHealth.Healthy).Select(s => s.Name);

    /// <param name="status">Null: the machine cannot be looked at.</param>
    /// <param name="since">How long the trial lasts.</param>
    public SlotVerdict Judge(MachineStatus? status, TimeSpan since)
    {
        _wellSince = status is null || !IsWell(status) ? null : _wellSince ?? since;
        return since - _wellSince >= Limits.SlotCalm ? SlotVerdict.Confirm
            : since >= within && _wellSince is null ? SlotVerdict.GoBack
            : SlotVerdict.Wait;
    }

    /// <summary>One that somebody stopped meanwhile is not waited for.</summary>
    private IEnumerable<ServiceStatus> Awaited(MachineStatus status) => status.Services.Where(s =>
        s.Health != ServiceHealth.Stopped && (before is null || before.Contains(s.Name)));
}
