using Loam.Core.Approving;
using Loam.Core.Planning;
using Loam.Core.Reconciling;

namespace Loam.Core.Auditing;

/// <summary>Puts changes into the record of who did what.</summary>
internal sealed class ChangeRecord(IAudit audit, EventLog events, TimeProvider time)
{
    /// <summary>Before anything is touched: nothing is done that nobody could answer for.
    /// </summary>
    /// <param name="isHealing">It was answered for when it was approved: a full disk must not
    /// keep services down.</param>
    /// <exception cref="HostException">It cannot be recorded.</exception>
    public async Task ApprovedAsync(Plan plan, Approval approval, int generation, bool isHealing,
        CancellationToken stop)
    {
        var approved = ChangeAudit.Approved(plan, approval, generation);
        if (isHealing)
        {
            await TryAsync([approved]);
        }
        else
        {
            await audit.WriteAsync(approved, stop);
        }
    }

    public Task EndedAsync(Plan plan, Approval approval, int generation, Outcome outcome) =>
        TryAsync(ChangeAudit.Ended(plan, approval, generation, outcome));

    public Task RecoveredAsync(int generation, Outcome outcome) =>
        TryAsync([ChangeAudit.Recovered(generation, outcome)]);

    /// <summary>What was done is done, whether it can be recorded or not.</summary>
    private async Task TryAsync(IEnumerable<AuditEntry> entries)
    {
        try
        {
            foreach (var entry in entries)
            {
                await audit.WriteAsync(entry, CancellationToken.None);
            }
        }
        catch (HostException fault)
        {
            events.Add(new(0, time.GetUtcNow(), "audit.failed") { Error = fault.Message });
        }
    }
}
