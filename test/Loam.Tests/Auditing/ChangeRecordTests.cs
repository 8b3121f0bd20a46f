using Loam.Core.Approving;
using Loam.Core.Auditing;
using Loam.Core.Planning;
using Loam.Core.Reconciling;

namespace Loam.Tests.Auditing;

public sealed class ChangeRecordTests
{
    private readonly EventLog _events = new(TimeProvider.System);

    private ChangeRecord Record => new(new FullDisk(), _events, TimeProvider.System);

    [Fact]
    public async Task A_change_whose_approval_cannot_be_recorded_is_not_made()
    {
        (await Should.ThrowAsync<HostException>(() =>
            Record.ApprovedAsync(Nothing, Someone, 1, isHealing: false, default)))
            .Fault.ShouldBe(Fault.Exhausted);
    }

    [Fact]
    public async Task What_was_approved_before_is_made_so_again_all_the_same()
    {
        await Record.ApprovedAsync(Nothing, Someone, 1, isHealing: true, default);

        _events.Kept().ShouldHaveSingleItem().Type.ShouldBe("audit.failed");
    }

    [Fact]
    public async Task What_was_done_is_not_undone_for_the_record()
    {
        await Record.EndedAsync(Nothing, Someone, 1, Outcome.Applied);

        _events.Kept().ShouldHaveSingleItem().Error.ShouldBe("full");
    }

    private static Plan Nothing => new()
    {
        Steps = [], Findings = [], Totals = new(0, 0, 0, 0, 0, 0, 0, [], []), Risk = Risk.Low,
        Restricted = [], Generates = [], OnTrial = false, Digest = "d",
    };

    private static Approval Someone => new(
        "anna", "typed", DateTimeOffset.UnixEpoch, DateTimeOffset.MaxValue, "d", []);

    private sealed class FullDisk : IAudit
    {
        public Task WriteAsync(AuditEntry entry, CancellationToken cancel) =>
            throw new HostException(Fault.Exhausted, "full", "Free some space.");
    }
}
