using System.Collections.Immutable;
using Loam.Core;
using Loam.Core.Messaging;
using Loam.Core.Reconciling;
using Loam.Core.Resources;

namespace Loam.Tests.Messages;

/// <summary>What becomes a message, for whom, and when it is tried.</summary>
public sealed class MessageRulesTests
{
    private static readonly DateTimeOffset s_noon = new(2030, 1, 1, 12, 0, 0, TimeSpan.Zero);

    private readonly MessageRules _rules = new();

    [Fact]
    public void A_service_that_is_unhealthy_for_a_moment_is_nobodys_concern()
    {
        Hear("service.unhealthy", 0).ShouldBeEmpty();
        _rules.Look(At(4)).ShouldBeEmpty();
        Hear("service.healthy", 4.5).ShouldBeEmpty();
        _rules.Look(At(20)).ShouldBeEmpty();
    }

    [Fact]
    public void One_that_stays_unhealthy_is_told_once_and_its_recovery_too()
    {
        Hear("service.unhealthy", 0, "connection refused");
        var told = _rules.Look(At(5)).ShouldHaveSingleItem();
        told.Text.ShouldBe("web has been unhealthy for 5 minutes.");
        told.Detail.ShouldBe("connection refused");
        told.IsAlert.ShouldBeTrue();
        Hear("service.unhealthy", 6);
        _rules.Look(At(7)).ShouldBeEmpty();
        Hear("service.healthy", 30).ShouldHaveSingleItem().Text.ShouldBe("web is healthy again.");
    }

    [Fact]
    public void Three_ends_in_ten_minutes_are_a_loop()
    {
        Hear("service.died", 0).ShouldBeEmpty();
        Hear("service.died", 5).ShouldBeEmpty();
        Hear("service.died", 14).ShouldBeEmpty();
        Hear("service.died", 14.5).ShouldHaveSingleItem().Type.ShouldBe("service.looping");
        Hear("service.died", 14.6).ShouldBeEmpty();
        Hear("service.started", 14.7).ShouldBeEmpty();
    }

    [Fact]
    public void A_rollback_says_what_failed_and_why()
    {
        var told = _rules.Hear(new(1, s_noon, "reconcile.failed")
        {
            Trigger = "update web", Error = "web did not become healthy.", RolledBack = true,
        }).ShouldHaveSingleItem();
        told.Text.ShouldBe("The change «update web» failed, and was taken back.");
        told.Detail.ShouldBe("web did not become healthy.");
    }

    [Fact]
    public void Everybody_hears_what_they_asked_for_and_quiet_hours_keep_the_rest()
    {
        var everything = Notifier("all");
        var backups = Notifier("backups") with { Events = ["backup", "job.failed"] };
        var sleeper = Notifier("sleeper") with { Quiet = new(new(22, 0), new(7, 0)) };
        Notifier[] all = [everything, backups, sleeper];
        var night = new DateTimeOffset(2030, 1, 1, 23, 30, 0, TimeSpan.Zero);

        var memory = MessageMemory.None
            .Add(Message("job.failed", night), all, TimeZoneInfo.Utc)
            .Add(Message("backup.completed", night), all, TimeZoneInfo.Utc)
            .Add(Message("service.looping", night) with { IsAlert = true }, all, TimeZoneInfo.Utc);
        memory.Pending.Select(p => $"{p.Notifier} {p.Message.Type} {p.Next:HH:mm}").ShouldBe(
        [
            "all job.failed 23:30", "backups job.failed 23:30", "sleeper job.failed 07:00",
            "backups backup.completed 23:30", "all service.looping 23:30",
            "sleeper service.looping 23:30",
        ]);
        memory.Due(night).Where(p => p.Notifier == "sleeper").ShouldHaveSingleItem()
            .Message.Type.ShouldBe("service.looping");
    }

    [Fact]
    public void The_same_within_the_hour_is_counted_and_said_with_the_next()
    {
        Notifier[] all = [Notifier("all")];
        var memory = MessageMemory.None;
        for (var minute = 0; minute <= 60; minute += 5)
        {
            memory = memory.Add(Message("job.failed", At(minute)), all, TimeZoneInfo.Utc);
        }
        memory.Pending.Length.ShouldBe(2);
        memory.Pending[1].Message.Detail.ShouldBe("It came 11 more times since the last message.");

        // Over a restart, too: an edit that still waits is not said again.
        var edit = Message("state.edited", At(0));
        var edited = memory.Add(edit, all, TimeZoneInfo.Utc);
        edited.Add(edit with { At = At(300) }, all, TimeZoneInfo.Utc).Pending.Length
            .ShouldBe(edited.Pending.Length);
        edited.Forget("state.edited").Add(edit with { At = At(300) }, all, TimeZoneInfo.Utc)
            .Pending.Length.ShouldBe(edited.Pending.Length + 1);
    }

    [Fact]
    public void What_cannot_be_sent_is_tried_later_each_time_and_given_up_after_days()
    {
        var memory = MessageMemory.None.Add(
            Message("job.failed", s_noon), [Notifier("all")], TimeZoneInfo.Utc);
        var now = s_noon;
        var tries = 0;
        var lost = false;
        while (!lost)
        {
            var one = memory.Pending.ShouldHaveSingleItem();
            now = one.Next > now ? one.Next : now;
            memory.Due(now).ShouldHaveSingleItem();
            (memory, lost) = memory.Failed(one, now);
            tries++;
        }
        memory.Pending.ShouldBeEmpty();
        (now - s_noon).ShouldBeGreaterThan(Limits.MessageLifetime);
        tries.ShouldBeInRange(70, 100);
    }

    [Fact]
    public void What_waits_is_bounded_and_alerts_stay()
    {
        var memory = MessageMemory.None.Add(
            Message("engine.away", s_noon) with { IsAlert = true }, [Notifier("all")],
            TimeZoneInfo.Utc);
        for (var i = 0; i < Limits.Messages * 2; i++)
        {
            memory = memory.Add(Message("job.failed", s_noon) with { Name = $"job{i}" },
                [Notifier("all")], TimeZoneInfo.Utc);
        }
        memory.Pending.Length.ShouldBe(Limits.Messages);
        memory.Pending[0].Message.Type.ShouldBe("engine.away");
        memory.Only([]).Pending.ShouldBeEmpty();
    }

    private IEnumerable<Message> Hear(string type, double minute, string? message = null) =>
        _rules.Hear(new(1, At(minute), type) { Name = "web", Message = message }).ToList();

    private static DateTimeOffset At(double minute) => s_noon.AddMinutes(minute);

    private static Message Message(string type, DateTimeOffset at) =>
        new(type, "x", at, "It happened.", null, IsAlert: false);

    private static Notifier Notifier(string name) =>
        new(name, NotifierType.Webhook, "https://x/", null, null, null, [], null);
}
