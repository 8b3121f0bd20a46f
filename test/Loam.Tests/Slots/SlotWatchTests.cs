using Loam.Api;
using Loam.Core;
using Loam.Core.Auditing;
using Loam.Core.Reconciling;
using Loam.Drivers.Booting.Slots;
using Loam.Supervision;
using Loam.Simulation.Running;
using Loam.Tests.Cli;

namespace Loam.Tests.Slots;

/// <summary>An update from its plan to its confirmation, or back.</summary>
[NeedsOpenssl]
public sealed class SlotWatchTests : IDisposable
{
    private readonly UpdateBench _bench = new();
    private HashSet<string> _ways = ["eth0"];
    private readonly VirtualTime _time = new(new(2030, 1, 1, 12, 0, 0, TimeSpan.Zero));
    private readonly FakeAudit _audit = new();
    private MachineStatus? _status = SlotTrialTests.StatusOf(("web", ServiceHealth.Healthy));
    private int _restarts;

    public void Dispose() => _bench.Dispose();

    [NeedingFact]
    public async Task An_update_goes_into_the_other_slot_and_on_trial()
    {
        var disk = Disk();
        var plan = await UpdateAsync(disk, "2.0");
        (plan.From, plan.To, plan.Slot).ShouldBe(("1.0 (b1.0)", "2.0 (b2.0)", "b"));
        plan.Awaited.ShouldBe(["web"]);
        disk.Choice.ShouldBe(new("a", "b", 2, null));
        disk.Head("b")!.Version.ShouldBe("2.0");
        _restarts.ShouldBe(1);
        _audit.Entries.Select(e => $"{e.Who}: {e.Event}")
            .ShouldBe(["ann: approval.given", "ann: state.changed"]);
    }

    [NeedingFact]
    public async Task What_was_not_shown_is_not_done()
    {
        var disk = Disk();
        var watch = Watch(disk);
        var order = new OsOrder(_bench.Update("2.0")) { Digest = "another" };
        await Should.ThrowAsync<HostException>(
            () => watch.ApplyAsync(order, "ann", _ => { }, CancellationToken.None));
        disk.Choice.ShouldBe(BootChoice.Only(SlotDisk.A));
        disk.Head("b").ShouldBeNull();
        _restarts.ShouldBe(0);
    }

    [NeedingFact]
    public async Task A_system_that_is_well_is_confirmed()
    {
        await UpdateAsync(Disk(), "2.0");
        var started = Started("b");
        var watch = Watch(started);
        watch.Status.Alerts().ShouldHaveSingleItem().ShouldContain("on trial");
        Run(watch);
        started.Choice.ShouldBe(new("b", null, 0, null));
        watch.Status.Alerts().ShouldBeEmpty();
        _restarts.ShouldBe(1);
    }

    [NeedingFact]
    public async Task A_system_that_does_not_become_well_goes_back()
    {
        await UpdateAsync(Disk(), "2.0");
        _status = SlotTrialTests.StatusOf(("web", ServiceHealth.Unhealthy));
        var started = Started("b");
        Run(Watch(started));
        started.Choice.ShouldBe(new("a", null, 0, "b"));
        Watch(Started("a")).Status.Alerts().ShouldHaveSingleItem().ShouldContain("did not come up");
    }

    [NeedingFact]
    public async Task A_system_that_cannot_be_reached_goes_back()
    {
        var plan = await UpdateAsync(Disk(), "2.0");
        plan.Ways.ShouldBe(["eth0"]);
        _ways = [];
        var started = Started("b");
        Run(Watch(started));
        started.Choice.ShouldBe(new("a", null, 0, "b"));
    }

    [NeedingFact]
    public async Task A_system_that_never_started_is_known_by_its_counter()
    {
        var disk = Disk();
        await UpdateAsync(disk, "2.0");
        disk.Choice = disk.Choice with { Tries = 1 };
        Run(Watch(disk));
        disk.Choice.ShouldBe(new("a", null, 0, "b"));
    }

    [NeedingFact]
    public async Task An_update_that_waits_for_a_start_is_left_alone()
    {
        var disk = Disk();
        await UpdateAsync(disk, "2.0");
        Run(Watch(disk));
        disk.Choice.Tries.ShouldBe(2);
    }

    [NeedingFact]
    public async Task The_way_back_is_a_trial_too()
    {
        var disk = Disk();
        await Should.ThrowAsync<HostException>(
            () => Watch(disk).PlanAsync(new(null), CancellationToken.None));
        await UpdateAsync(disk, "2.0");
        var started = Started("b");
        Run(Watch(started));
        var back = Watch(started);
        var plan = await back.PlanAsync(new(null), CancellationToken.None);
        (plan.To, plan.Slot, plan.Bytes).ShouldBe(("1.0 (b1.0)", "a", (long?)null));
        await back.ApplyAsync(
            new(null) { Digest = plan.Digest }, "ann", _ => { }, CancellationToken.None);
        started.Choice.ShouldBe(new("b", "a", 2, null));
    }

    [NeedingFact]
    public async Task Nothing_is_updated_during_a_trial()
    {
        await UpdateAsync(Disk(), "2.0");
        (await Should.ThrowAsync<HostException>(() => Watch(Started("b")).PlanAsync(
            new(_bench.Update("3.0")), CancellationToken.None))).Fault.ShouldBe(Fault.Conflict);
    }

    [NeedingFact]
    public async Task Nothing_is_written_over_the_slot_that_comes_back()
    {
        await UpdateAsync(Disk(), "2.0");
        var failed = Started("b");
        failed.Choice = failed.Choice.GiveUp();
        (await Should.ThrowAsync<HostException>(() => Watch(failed).PlanAsync(
            new(_bench.Update("3.0")), CancellationToken.None))).Message.ShouldContain("failed");
        failed.Head("a")!.Version.ShouldBe("1.0");
    }

    [NeedingFact]
    public async Task The_way_back_is_to_what_runs_whatever_was_good_before()
    {
        await UpdateAsync(Disk(), "2.0");
        var started = Started("b");
        // Slot a could not be read, and what starts the machine took the other.
        started.Choice = BootChoice.Only(SlotDisk.A);
        await UpdateAsync(started, "3.0");
        started.Choice.ShouldBe(new("b", "a", 2, null));
    }

    private SlotDisk Disk() => SlotDisk.On(_bench.Disk("1.0"), UpdateBench.DiskBytes, "a")!;

    private SlotDisk Started(string slot) =>
        SlotDisk.On(_bench.In("disk"), UpdateBench.DiskBytes, slot)!;

    private async Task<OsPlan> UpdateAsync(SlotDisk disk, string version)
    {
        var watch = Watch(disk);
        var order = new OsOrder(_bench.Update(version));
        var plan = await watch.PlanAsync(order, CancellationToken.None);
        await watch.ApplyAsync(
            order with { Digest = plan.Digest }, "ann", _ => { }, CancellationToken.None);
        return plan;
    }

    /// <summary>As long as any trial lasts; then it is stopped.</summary>
    private void Run(SlotWatch watch) => _time.Run(async () =>
    {
        using var stop = new CancellationTokenSource();
        var run = watch.RunAsync(stop.Token);
        await Task.Delay(Limits.LongestSlotTrial, _time);
        stop.Cancel();
        await Task.WhenAny(run);
    }, () => false, Limits.LongestSlotTrial * 2);

    private SlotWatch Watch(SlotDisk disk) => new(disk, new(
        _ => _status is { } status ? Task.FromResult(status)
            : throw new HostException(Fault.Unavailable, "no engine"),
        (_, work, _) => work(), () => _restarts++, () => _bench.Key, () => _ways,
        _bench.In("note")), _audit, new(_time), _time);
}
