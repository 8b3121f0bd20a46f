using Loam.Core.Reconciling;

namespace Loam.Core.Observing;

public enum SlotVerdict { Wait, Confirm, GoBack }

/// <summary>Whether a system that was started on trial stays.</summary>
/// <param name="before">Services that were healthy before it; null: nobody knows, so what the
/// machine keeps is not there, and it is not well.</param>
/// <param name="ways">Interfaces over which the machine had a way out before it: whoever cannot be
/// reached is not well, however well its services are.</param>
/// <param name="within">How long it has to become as well as it was.</param>
public sealed class SlotTrial(
    IReadOnlySet<string>? before, IReadOnlySet<string> ways, TimeSpan within)
{
    private static readonly IReadOnlySet<string> s_nobody = new HashSet<string>();
    private TimeSpan? _wellSince;

    /// <summary>Whether the machine is as well as it was: its state is in force, nothing is left to
    /// take back, each service that was healthy is so again, and each way out is there.</summary>
    /// <param name="open">Interfaces over which it has one now.</param>
    public bool IsWell(MachineStatus status, IReadOnlySet<string> open) => before is not null
        && status.Recovery is null && status.Busy is null && !Missing(status, open).Any();

    /// <summary>What keeps it from being well: services, in their order, and ways out.</summary>
    /// <remarks>One that somebody stopped meanwhile is not waited for; one that is not there at all
    /// is.</remarks>
    public IEnumerable<string> Missing(MachineStatus status, IReadOnlySet<string> open) =>
        (before ?? s_nobody).Where(name => status.Services.FirstOrDefault(s => s.Name == name)
            ?.Health is not (ServiceHealth.Healthy or ServiceHealth.Stopped))
            .Order(StringComparer.Ordinal)
            .Concat(ways.Except(open).Order(StringComparer.Ordinal).Select(WayOut));

    /// <summary>As people are told of it.</summary>
    public static string WayOut(string link) => $"the way out over {link}";

    /// <param name="status">Null: the machine cannot be looked at.</param>
    /// <param name="since">How long the trial lasts.</param>
    public SlotVerdict Judge(
        MachineStatus? status, IReadOnlySet<string> open, TimeSpan since)
    {
        _wellSince = status is null || !IsWell(status, open) ? null : _wellSince ?? since;
        return since - _wellSince >= Limits.SlotCalm ? SlotVerdict.Confirm
            : since >= within && _wellSince is null ? SlotVerdict.GoBack
            : SlotVerdict.Wait;
    }
}
