using System.Collections.Immutable;
using Loam.Core;
using Loam.Core.Observing;
using Loam.Core.Reconciling;

namespace Loam.Tests.Slots;

/// <summary>A system on trial stays when the machine is as well as it was.</summary>
public sealed class SlotTrialTests
{
    private static readonly TimeSpan s_within = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan s_begin = TimeSpan.FromSeconds(5);

    [Fact]
    public void It_is_confirmed_after_it_was_well_for_a_while()
    {
        var trial = Trial("web");
        var status = StatusOf(("web", ServiceHealth.Healthy));
        trial.Judge(status, s_begin).ShouldBe(SlotVerdict.Wait);
        trial.Judge(status, s_begin + Limits.SlotCalm - TimeSpan.FromSeconds(1))
            .ShouldBe(SlotVerdict.Wait);
        trial.Judge(status, s_begin + Limits.SlotCalm).ShouldBe(SlotVerdict.Confirm);
    }

    [Fact]
    public void Being_well_begins_anew_after_a_service_fell_ill()
    {
        var trial = Trial("web");
        trial.Judge(StatusOf(("web", ServiceHealth.Healthy)), s_begin).ShouldBe(SlotVerdict.Wait);
        trial.Judge(StatusOf(("web", ServiceHealth.Unhealthy)), s_begin * 2)
            .ShouldBe(SlotVerdict.Wait);
        trial.Judge(StatusOf(("web", ServiceHealth.Healthy)), s_begin + Limits.SlotCalm)
            .ShouldBe(SlotVerdict.Wait);
    }

    [Theory]
    [InlineData(ServiceHealth.Unhealthy)]
    [InlineData(ServiceHealth.Starting)]
    [InlineData(ServiceHealth.Missing)]
    [InlineData(ServiceHealth.Unknown)]
    public void It_goes_back_when_a_service_does_not_come_up_again(ServiceHealth health)
    {
        var trial = Trial("web");
        var status = StatusOf(("web", health));
        trial.Judge(status, s_within - s_begin).ShouldBe(SlotVerdict.Wait);
        trial.Judge(status, s_within).ShouldBe(SlotVerdict.GoBack);
        trial.Missing(status).ShouldBe(["web"]);
    }

    [Fact]
    public void A_machine_that_cannot_be_looked_at_goes_back() =>
        Trial("web").Judge(null, s_within).ShouldBe(SlotVerdict.GoBack);

    [Fact]
    public void What_was_ill_before_is_not_waited_for() =>
        Trial("web").IsWell(StatusOf(
            ("web", ServiceHealth.Healthy), ("mail", ServiceHealth.Unhealthy))).ShouldBeTrue();

    [Fact]
    public void What_somebody_stopped_is_not_waited_for() =>
        Trial("web").IsWell(StatusOf(("web", ServiceHealth.Stopped))).ShouldBeTrue();

    [Fact]
    public void Where_nobody_knows_what_was_before_what_was_kept_is_lost()
    {
        var trial = new SlotTrial(null, new HashSet<string>(), s_within);
        trial.IsWell(StatusOf()).ShouldBeFalse();
        trial.Judge(StatusOf(), s_within).ShouldBe(SlotVerdict.GoBack);
    }

    [Fact]
    public void A_service_that_is_not_there_at_all_is_waited_for()
    {
        var trial = Trial("web", "mail");
        var status = StatusOf(("web", ServiceHealth.Healthy));
        trial.IsWell(status).ShouldBeFalse();
        trial.Missing(status).ShouldBe(["mail"]);
    }

    [Fact]
    public void A_change_in_hand_or_one_to_take_back_is_waited_for()
    {
        var well = StatusOf();
        Trial().IsWell(well).ShouldBeTrue();
        Trial().IsWell(well with { Busy = "a change" }).ShouldBeFalse();
        Trial().IsWell(well with { Recovery = "taking back" }).ShouldBeFalse();
    }

    [Fact]
    public void A_machine_that_cannot_be_reached_any_more_goes_back()
    {
        var trial = new SlotTrial(
            new HashSet<string> { "web" }, new HashSet<string> { "eth0" }, s_within);
        var well = StatusOf(("web", ServiceHealth.Healthy));
        trial.Judge(well, new HashSet<string> { "eth1" }, s_begin).ShouldBe(SlotVerdict.Wait);
        trial.Missing(well, new HashSet<string> { "eth1" })
            .ShouldBe(["the way out over eth0"]);
        trial.Judge(well, new HashSet<string>(), s_within).ShouldBe(SlotVerdict.GoBack);
        trial.IsWell(well, new HashSet<string> { "eth0", "eth1" }).ShouldBeTrue();
    }

    private static SlotTrial Trial(params string[] before) =>
        new(before.ToHashSet(), new HashSet<string>(), s_within);

    internal static MachineStatus StatusOf(params (string Name, ServiceHealth Health)[] services) =>
        new("here", "1", "Docker", 1, null, null, null, null,
            [.. services.Select(s => new ServiceStatus(s.Name, "nginx", s.Health, "", 1, 1, [],
                null, 0, null, null, null, null))], [], [], []);
}

/// <summary>On a machine that has no way out and had none.</summary>
internal static class OfflineTrial
{
    private static readonly HashSet<string> s_none = [];

    public static SlotVerdict Judge(this SlotTrial trial, MachineStatus? status, TimeSpan since) =>
        trial.Judge(status, s_none, since);

    public static bool IsWell(this SlotTrial trial, MachineStatus status) =>
        trial.IsWell(status, s_none);

    public static IEnumerable<string> Missing(this SlotTrial trial, MachineStatus status) =>
        trial.Missing(status, s_none);
}
