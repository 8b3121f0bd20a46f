using Loam.Core.Reconciling;
using Loam.Core.StateFiles;

namespace Loam.Tests.Conformance;

/// <summary>What every history does, so that what is proved with the simulated one holds for
/// git.</summary>
public abstract class HistoryConformance
{
    protected static readonly CancellationToken None = CancellationToken.None;

    protected static readonly StateSet One = StateSet.Empty
        .With("services.yaml", "services: []\n").With("images.lock", "nginx: sha256:1\n");

    protected static readonly StateSet Two = One
        .With("services.yaml", "services: [web]\n").With("network.yaml", "# grün\n");

    protected abstract Task<IHistory> MakeAsync();

    /// <summary>Edits the state directory as a person would; null removes the file.</summary>
    protected abstract void Edit(IHistory history, string file, string? text);

    [Fact]
    public async Task A_new_machine_has_no_generation()
    {
        var history = await MakeAsync();

        (await history.CurrentAsync(None)).ShouldBeNull();
        (await history.ListAsync(10, None)).ShouldBeEmpty();
        (await history.ReadWorkTreeAsync(None)).Texts.ShouldBeEmpty();
        (await Should.ThrowAsync<HostException>(() => history.ReadAsync(1, None)))
            .Fault.ShouldBe(Fault.NotFound);
        (await Should.ThrowAsync<HostException>(() => history.AdvanceAsync(1, None)))
            .Fault.ShouldBe(Fault.NotFound);
    }

    [Fact]
    public async Task Storing_moves_nothing()
    {
        var history = await MakeAsync();

        await history.StoreAsync(1, One, "ada", "first", None);

        (await history.CurrentAsync(None)).ShouldBeNull();
        (await history.ReadWorkTreeAsync(None)).Texts.ShouldBeEmpty();
        Same(await history.ReadAsync(1, None), One);
    }

    [Fact]
    public async Task Advancing_puts_it_in_force_and_shows_it()
    {
        var history = await MakeAsync();
        var commit = await history.StoreAsync(1, One, "ada", "first\nand more", None);

        await history.AdvanceAsync(1, None);

        var current = (await history.CurrentAsync(None))!;
        (current.Number, current.Commit, current.Who, current.Message)
            .ShouldBe((1, commit, "ada", "first"));
        Same(await history.ReadWorkTreeAsync(None), One);
    }

    [Fact]
    public async Task Repeating_is_safe()
    {
        var history = await MakeAsync();
        var first = await history.StoreAsync(1, One, "ada", "first", None);
        (await history.StoreAsync(1, One, "ada", "first", None)).ShouldBe(first);
        await history.AdvanceAsync(1, None);
        await history.AdvanceAsync(1, None);
        (await history.StoreAsync(1, One, "ada", "first", None)).ShouldBe(first);
        await history.StoreAsync(2, Two, "ada", "second", None);
        await history.AdvanceAsync(2, None);

        // A person edits before recovery repeats the last call: the edit stays.
        Edit(history, "services.yaml", "mine\n");
        await history.AdvanceAsync(2, None);

        (await history.ReadWorkTreeAsync(None))["services.yaml"].ShouldBe("mine\n");
        (await history.ListAsync(10, None)).Select(g => g.Number).ShouldBe([2, 1]);
    }

    [Fact]
    public async Task A_failed_attempt_is_replaced_by_the_next_of_its_number()
    {
        var history = await MakeAsync();
        var failed = await history.StoreAsync(1, One, "ada", "first", None);

        var next = await history.StoreAsync(1, Two, "bob", "other", None);
        await history.AdvanceAsync(1, None);

        next.ShouldNotBe(failed);
        Same(await history.ReadAsync(1, None), Two);
        (await history.ListAsync(10, None)).ShouldHaveSingleItem().Who.ShouldBe("bob");
    }

    [Fact]
    public async Task What_is_in_force_cannot_be_replaced()
    {
        var history = await MakeAsync();
        await history.StoreAsync(1, One, "ada", "first", None);
        await history.AdvanceAsync(1, None);

        (await Should.ThrowAsync<HostException>(
            () => history.StoreAsync(1, Two, "ada", "first", None))).Fault
            .ShouldBe(Fault.Conflict);
        Same(await history.ReadAsync(1, None), One);
    }

    [Fact]
    public async Task An_older_generation_is_not_put_in_force_again()
    {
        var history = await MakeAsync();
        await TwoGenerationsAsync(history);

        (await Should.ThrowAsync<HostException>(() => history.AdvanceAsync(1, None))).Fault
            .ShouldBe(Fault.Conflict);

        (await history.CurrentAsync(None))!.Number.ShouldBe(2);
    }

    [Fact]
    public async Task Edits_stay_and_other_files_move_on()
    {
        var history = await MakeAsync();
        await history.StoreAsync(1, One, "ada", "first", None);
        await history.AdvanceAsync(1, None);
        Edit(history, "services.yaml", "mine\n");

        await history.StoreAsync(2, Two, "ada", "second", None);
        await history.AdvanceAsync(2, None);

        var work = await history.ReadWorkTreeAsync(None);
        work["services.yaml"].ShouldBe("mine\n");
        work["network.yaml"].ShouldBe("# grün\n");
        Same(await history.ReadAsync(2, None), Two);
    }

    [Fact]
    public async Task An_edit_that_says_what_is_applied_is_no_edit_afterwards()
    {
        var history = await MakeAsync();
        await history.StoreAsync(1, One, "ada", "first", None);
        await history.AdvanceAsync(1, None);
        Edit(history, "services.yaml", Two["services.yaml"]);
        Edit(history, "network.yaml", Two["network.yaml"]);

        await history.StoreAsync(2, Two, "ada", "edited", None);
        await history.AdvanceAsync(2, None);

        Same(await history.ReadWorkTreeAsync(None), Two);
    }

    [Fact]
    public async Task A_file_no_longer_declared_is_removed_unless_edited()
    {
        var history = await MakeAsync();
        await TwoGenerationsAsync(history);
        await history.StoreAsync(3, Two.Without("network.yaml"), "ada", "less", None);
        await history.AdvanceAsync(3, None);
        (await history.ReadWorkTreeAsync(None))["network.yaml"].ShouldBeNull();

        Edit(history, "services.yaml", "mine\n");
        await history.StoreAsync(4, StateSet.Empty, "ada", "nothing", None);
        await history.AdvanceAsync(4, None);

        (await history.ReadWorkTreeAsync(None)).Texts.Keys.ShouldBe(["services.yaml"]);
    }

    [Fact]
    public async Task A_file_a_person_removed_is_not_brought_back()
    {
        var history = await MakeAsync();
        await history.StoreAsync(1, One, "ada", "first", None);
        await history.AdvanceAsync(1, None);
        Edit(history, "services.yaml", null);

        await history.StoreAsync(2, Two, "ada", "second", None);
        await history.AdvanceAsync(2, None);

        (await history.ReadWorkTreeAsync(None))["services.yaml"].ShouldBeNull();
    }

    [Fact]
    public async Task The_list_is_newest_first_and_bounded()
    {
        var history = await MakeAsync();
        await TwoGenerationsAsync(history);
        await history.StoreAsync(3, One, "bob", "not in force", None);

        (await history.ListAsync(10, None)).Select(g => g.Message).ShouldBe(["second", "first"]);
        (await history.ListAsync(1, None)).ShouldHaveSingleItem().Number.ShouldBe(2);
        Same(await history.ReadAsync(1, None), One);
    }

    protected static async Task TwoGenerationsAsync(IHistory history)
    {
        await history.StoreAsync(1, One, "ada", "first", None);
        await history.AdvanceAsync(1, None);
        await history.StoreAsync(2, Two, "ada", "second", None);
        await history.AdvanceAsync(2, None);
    }

    protected static void Same(StateSet actual, StateSet expected) =>
        actual.ChangedFrom(expected).ShouldBeEmpty();
}
