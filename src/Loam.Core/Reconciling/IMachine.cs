using System.Collections.Immutable;

namespace Loam.Core.Reconciling;

using Loam.Core.Approving;
using Loam.Core.Observing;
using Loam.Core.StateFiles;

/// <summary>Everything a client can ask of a machine: what <c>Api/</c> serves and the simulation
/// drives. One change at a time; others wait and are told.</summary>
public interface IMachine
{
    /// <summary>Present approved texts and their generation.</summary>
    Task<(int Generation, StateSet Files)> CurrentAsync(CancellationToken cancel);

    /// <summary>Decides what a request would do. Touches nothing.</summary>
    Task<PlannedChange> PlanAsync(ChangeRequest request, CancellationToken cancel);

    /// <summary>Applies a plan that was shown. Waits for a change in hand, telling
    /// <paramref name="tell"/> what it waits for; <paramref name="tell"/> gets every event of
    /// this change.</summary>
    Task<ApplyResult> ApplyAsync(
        PlannedChange change, Approval approval, Action<MachineEvent> tell,
        CancellationToken cancel);

    /// <summary>Plans and applies in one turn what was approved beforehand.</summary>
    /// <param name="approve">Sees the plan; null: it is not applied.</param>
    /// <returns>Null: it was not approved.</returns>
    Task<ApplyResult?> ChangeAsync(
        ChangeRequest request, Func<PlannedChange, Approval?> approve,
        Action<MachineEvent> tell, CancellationToken cancel);

    /// <summary>Says that a change on trial may stay.</summary>
    /// <param name="by">The connection over which it is said; null: none over the network.</param>
    /// <returns>What was confirmed, in words.</returns>
    /// <exception cref="HostException">NotFound: nothing waits for it. Conflict: that connection
    /// proves nothing.</exception>
    string Confirm(Access? by);

    Task<MachineStatus> StatusAsync(CancellationToken cancel);

    /// <summary>What the machine has besides its services.</summary>
    Task<Inventory> InventoryAsync(CancellationToken cancel);

    Task<ImmutableArray<Generation>> HistoryAsync(int most, CancellationToken cancel);

    Task<StateSet> FilesOfAsync(int generation, CancellationToken cancel);

    /// <summary>Kept events, then, with <paramref name="follow"/>, new ones until cancelled.
    /// </summary>
    IAsyncEnumerable<MachineEvent> EventsAsync(bool follow, CancellationToken cancel);
}
