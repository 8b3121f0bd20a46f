using Loam.Core.Approving;
using Loam.Core.Reconciling;
using Loam.Simulation.Running;

namespace Loam.Tests.Approving;

/// <summary>So many changes an hour, and no more unless a person sees them.</summary>
public sealed class PaceTests
{
    private readonly VirtualTime _time = new(new(2026, 5, 1, 10, 0, 0, TimeSpan.Zero));
    private readonly Pace _pace;

    public PaceTests() => _pace = new(_time);

    [Fact]
    public void The_change_after_the_last_allowed_one_waits_until_the_first_is_an_hour_old()
    {
        var began = _time.GetUtcNow();
        _pace.Count();
        _time.Jump(TimeSpan.FromMinutes(10));
        Free(ChangeKind.Files, Approval.Beforehand).ShouldBeNull();
        _pace.Count();
        Free(ChangeKind.Files, Approval.Beforehand).ShouldBe(began.AddHours(1));
        _time.Jump(TimeSpan.FromMinutes(50));
        Free(ChangeKind.Files, Approval.Beforehand).ShouldBeNull();
        _pace.Count();
        Free(ChangeKind.Files, Approval.Beforehand).ShouldBe(began.AddMinutes(70));
    }

    [Fact]
    public void Who_answered_takes_back_or_heals_is_not_held_up()
    {
        _pace.Count();
        _pace.Count();
        Free(ChangeKind.Files, Approval.Typed).ShouldBeNull();
        Free(ChangeKind.Revert, Approval.Beforehand).ShouldBeNull();
        Free(ChangeKind.Heal, Approval.Beforehand).ShouldBeNull();
        Free(ChangeKind.Heal, Approval.ByPolicy("any")).ShouldNotBeNull();
        Free(ChangeKind.WorkTree, Approval.ByPolicy("any")).ShouldNotBeNull();
    }

    [Fact]
    public void What_waits_says_until_when_and_its_approval_does_not_expire_meanwhile()
    {
        _pace.Begin([Made(-30), Made(-10), Made(-90), Made(500)]);
        var said = new List<string>();
        var request = new ChangeRequest(ChangeKind.Files, "scale web");
        Approval? ready = null;
        _time.Run(async () => ready = await _pace.WaitAsync(
            request, Given(Approval.Beforehand), () => 2, words =>
            {
                said.Add(words);
                words.ShouldBe(_pace.Waits.ShouldHaveSingleItem());
            }, default), () => false, TimeSpan.FromHours(2)).ShouldBeTrue();

        _time.Elapsed.ShouldBe(TimeSpan.FromMinutes(30));
        said.ShouldHaveSingleItem().ShouldBe("2 changes were made in the last hour, as many as "
            + "safety.max_changes_per_hour allows: this one waits until 10:30:00. "
            + "It is «scale web».");
        ready.ShouldNotBeNull().Until.ShouldBeGreaterThan(_time.GetUtcNow());
        _pace.Waits.ShouldBeEmpty();
    }

    [Fact]
    public void Who_waits_goes_on_when_more_is_allowed_and_all_who_wait_are_shown()
    {
        _pace.Count();
        _pace.Count();
        var most = 2;
        var done = new List<string>();
        async Task WaitAsync(string reason)
        {
            await _pace.WaitAsync(new(ChangeKind.Files, reason), Given(Approval.Beforehand),
                () => most, _ => { }, default);
            done.Add(reason);
            _pace.Count();
        }
        _time.Run(async () =>
        {
            var both = Task.WhenAll(WaitAsync("first"), WaitAsync("second"));
            _pace.Waits.Count.ShouldBe(2);
            await Task.Delay(TimeSpan.FromMinutes(5), _time);
            // Another state is in force, which allows no more.
            _pace.Look();
            await Task.Delay(TimeSpan.FromMinutes(5), _time);
            done.ShouldBeEmpty();
            most = 4;
            _pace.Look();
            await both;
        }, () => false, TimeSpan.FromHours(2)).ShouldBeTrue();
        _time.Elapsed.ShouldBe(TimeSpan.FromMinutes(10));
        done.Count.ShouldBe(2);
        _pace.Waits.ShouldBeEmpty();
    }

    private DateTimeOffset? Free(ChangeKind kind, string how) =>
        _pace.FreeAt(new(kind, "t"), Given(how), 2);

    private Approval Given(string how) => new(
        "anna", how, _time.GetUtcNow(), _time.GetUtcNow().AddMinutes(1), "d", []);

    private Generation Made(int minutes) =>
        new(1, "c", _time.GetUtcNow().AddMinutes(minutes), "anna", "m");
}
