using Loam.Core.Reconciling;
using Loam.Simulation.Host;
using Loam.Tests.Conformance;

namespace Loam.Tests.Journal;

public sealed class SimulatedJournalTests : JournalConformance
{
    protected override bool Concurrent => false;

    protected override IJournal Make() => new SimulatedJournal();

    protected override IJournal Restart(IJournal journal) =>
        ((SimulatedJournal)journal).Restart();

    [Theory]
    [InlineData(JournalMoment.Before, 0)]
    [InlineData(JournalMoment.After, 1)]
    public async Task A_crash_around_an_append_loses_it_only_before(
        JournalMoment crash, int kept)
    {
        var journal = new SimulatedJournal
        {
            Hook = (_, moment) =>
            {
                if (moment == crash)
                {
                    throw new TimeoutException("crash");
                }
            },
        };

        await Should.ThrowAsync<TimeoutException>(
            () => journal.AppendAsync(Sample.Record(JournalMark.Begun, 1), default));

        journal.Restart().Open().Count.ShouldBe(kept);
    }

    [Fact]
    public void A_dead_process_cannot_write()
    {
        var journal = new SimulatedJournal();
        journal.Restart();

        Should.Throw<InvalidOperationException>(
            () => journal.AppendAsync(Sample.Record(JournalMark.Begun, 1), default));
    }
}
