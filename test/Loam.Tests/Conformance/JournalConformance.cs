using System.Text.Json;
using Loam.Core.Json;
using Loam.Core.Reconciling;
using Loam.Tests.Journal;

namespace Loam.Tests.Conformance;

/// <summary>What every journal does, so that what is proved with the simulated one holds for the
/// one on disk.</summary>
public abstract class JournalConformance
{
    protected abstract IJournal Make();

    /// <summary>The journal of the next process, after this one ended without notice.</summary>
    protected abstract IJournal Restart(IJournal journal);

    [Fact]
    public void A_new_journal_is_empty() => Make().Open().ShouldBeEmpty();

    [Fact]
    public async Task What_was_appended_is_open_before_and_after_a_restart()
    {
        var journal = Make();
        var written = Sample.Plan(3).SkipLast(1).ToList();
        await AppendAsync(journal, written);

        Texts(journal.Open()).ShouldBe(Texts(written));
        Texts(Restart(journal).Open()).ShouldBe(Texts(written));
    }

    [Fact]
    public async Task Nothing_is_open_once_a_plan_has_settled()
    {
        var journal = Make();
        await AppendAsync(journal, Sample.Plan(1));

        journal.Open().ShouldBeEmpty();
        journal = Restart(journal);
        journal.Open().ShouldBeEmpty();
        await AppendAsync(journal, Sample.Plan(2).Take(1));
        Texts(Restart(journal).Open()).ShouldBe(Texts(Sample.Plan(2).Take(1)));
    }

    [Fact]
    public async Task Every_record_of_many_at_once_is_kept()
    {
        var journal = Make();
        var records = Enumerable.Range(0, 200)
            .Select(i => Sample.Record(JournalMark.Intended, 1) with { Step = i }).ToList();

        await Task.WhenAll(records.Select(r => Concurrent
            ? Task.Run(() => journal.AppendAsync(r, CancellationToken.None))
            : journal.AppendAsync(r, CancellationToken.None)));

        Restart(journal).Open().Select(r => r.Step).Order()
            .ShouldBe(Enumerable.Range(0, 200));
    }

    [Fact]
    public async Task A_cancelled_append_writes_nothing()
    {
        var journal = Make();

        await Should.ThrowAsync<OperationCanceledException>(
            () => journal.AppendAsync(Sample.Record(JournalMark.Begun, 1), new(true)));

        Restart(journal).Open().ShouldBeEmpty();
    }

    /// <summary>False where one thread decides everything, as in the simulation.</summary>
    protected virtual bool Concurrent => true;

    protected static async Task AppendAsync(
        IJournal journal, IEnumerable<JournalRecord> records)
    {
        foreach (var record in records)
        {
            await journal.AppendAsync(record, CancellationToken.None);
        }
    }

    protected static List<string> Texts(IEnumerable<JournalRecord> records) =>
        [.. records.Select(r => JsonSerializer.Serialize(r, LoamJson.Default.JournalRecord))];
}
