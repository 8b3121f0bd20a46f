using System.Globalization;
using Loam.Core.Scheduling;

namespace Loam.Tests.Scheduling;

public sealed class CronScheduleTests
{
    private const string Berlin = "Europe/Berlin";
    private const string NewYork = "America/New_York";

    [Theory]
    [InlineData("0 2 * * *", "2025-03-14T09:26", "2025-03-15T02:00")]
    [InlineData("30 9 * * *", "2025-03-14T09:26", "2025-03-14T09:30")]
    [InlineData("26 9 * * *", "2025-03-14T09:26", "2025-03-15T09:26")]
    [InlineData("*/15 * * * *", "2025-03-14T09:26", "2025-03-14T09:30")]
    [InlineData("5-59/20 8-10 * * *", "2025-03-14T10:45", "2025-03-15T08:05")]
    [InlineData("0 0 1 1 *", "2025-03-14T09:26", "2026-01-01T00:00")]
    [InlineData("0 0 * * MON", "2025-03-14T09:26", "2025-03-17T00:00")]
    [InlineData("0 0 * * 7", "2025-03-14T09:26", "2025-03-16T00:00")]
    [InlineData("0 0 * * 5-7", "2025-03-15T00:00", "2025-03-16T00:00")]
    [InlineData("0 0 31 * *", "2025-03-31T00:00", "2025-05-31T00:00")]
    [InlineData("59 23 31 12 *", "2025-03-14T09:26", "2025-12-31T23:59")]
    [InlineData("0 12 * jan,jul sun", "2025-03-14T09:26", "2025-07-06T12:00")]
    public void Comes_next_at(string schedule, string after, string next) =>
        Next(schedule, after + "Z", "UTC").ShouldBe(next + "+00:00");

    /// <summary>crontab(5): with both days restricted either will do; a field that begins with a
    /// star restricts nothing.</summary>
    [Theory]
    [InlineData("0 0 13 * FRI", "2025-06-10T00:00", "2025-06-13T00:00")]
    [InlineData("0 0 13 * FRI", "2025-06-13T00:00", "2025-06-20T00:00")]
    [InlineData("0 0 13 * *", "2025-06-13T00:00", "2025-07-13T00:00")]
    [InlineData("0 0 */10 * FRI", "2025-06-13T00:00", "2025-07-11T00:00")]
    [InlineData("0 0 31 2 MON", "2025-01-01T00:00", "2025-02-03T00:00")]
    public void Days_of_month_and_week_together(string schedule, string after, string next) =>
        Next(schedule, after + "Z", "UTC").ShouldBe(next + "+00:00");

    [Theory]
    [InlineData("0 0 29 2 *", "2025-03-14T09:26", "2028-02-29T00:00")]
    [InlineData("0 0 29 2 *", "2096-02-29T00:00", "2104-02-29T00:00")]
    public void Leap_days_come_when_they_come(string schedule, string after, string next) =>
        Next(schedule, after + "Z", "UTC").ShouldBe(next + "+00:00");

    /// <summary>Berlin goes from 02:00 to 03:00 on 30 March 2025, New York on 9 March.</summary>
    [Theory]
    [InlineData("30 2 * * *", "2025-03-29T12:00+01:00", Berlin, "2025-03-30T03:00+02:00")]
    [InlineData("30 2 * * *", "2025-03-30T03:00+02:00", Berlin, "2025-03-31T02:30+02:00")]
    [InlineData("*/10 2 * * *", "2025-03-30T01:59+01:00", Berlin, "2025-03-30T03:00+02:00")]
    [InlineData("*/10 2 * * *", "2025-03-30T03:00+02:00", Berlin, "2025-03-31T02:00+02:00")]
    [InlineData("0 3 * * *", "2025-03-30T01:59+01:00", Berlin, "2025-03-30T03:00+02:00")]
    [InlineData("30 * * * *", "2025-03-30T01:30+01:00", Berlin, "2025-03-30T03:30+02:00")]
    [InlineData("15 2 * * *", "2025-03-08T23:00-05:00", NewYork, "2025-03-09T03:00-04:00")]
    [InlineData("0 3 * * SUN", "2025-03-09T01:59-05:00", NewYork, "2025-03-09T03:00-04:00")]
    public void What_would_come_in_a_skipped_hour_comes_after_it(
        string schedule, string after, string zone, string next) =>
        Next(schedule, after, zone).ShouldBe(next);

    /// <summary>Berlin goes back from 03:00 to 02:00 on 26 October 2025, New York from 02:00 to
    /// 01:00 on 2 November.</summary>
    [Theory]
    [InlineData("30 2 * * *", "2025-10-26T00:00+02:00", Berlin, "2025-10-26T02:30+02:00")]
    [InlineData("30 2 * * *", "2025-10-26T02:30+02:00", Berlin, "2025-10-27T02:30+01:00")]
    [InlineData("30 2 * * *", "2025-10-26T02:10+01:00", Berlin, "2025-10-27T02:30+01:00")]
    [InlineData("0 3 * * *", "2025-10-26T02:59+02:00", Berlin, "2025-10-26T03:00+01:00")]
    [InlineData("30 1 * * *", "2025-11-02T01:30-04:00", NewYork, "2025-11-03T01:30-05:00")]
    public void What_comes_in_a_repeated_hour_comes_once(
        string schedule, string after, string zone, string next) =>
        Next(schedule, after, zone).ShouldBe(next);

    [Theory]
    [InlineData("*/30 * * * *", "2025-10-26T02:30+02:00", Berlin, "2025-10-26T02:00+01:00")]
    [InlineData("*/30 * * * *", "2025-10-26T02:30+01:00", Berlin, "2025-10-26T03:00+01:00")]
    [InlineData("0 * * * SUN", "2025-10-25T23:30+02:00", Berlin, "2025-10-26T00:00+02:00")]
    [InlineData("5 * 1 * *", "2025-10-26T02:30+01:00", Berlin, "2025-11-01T00:05+01:00")]
    public void Every_hour_is_every_hour_that_passes(
        string schedule, string after, string zone, string next) =>
        Next(schedule, after, zone).ShouldBe(next);

    [Fact]
    public void A_year_has_as_many_times_as_days()
    {
        var schedule = Parsed("30 2 * * *");
        foreach (var name in new[] { Berlin, NewYork, "UTC", "Australia/Lord_Howe" })
        {
            var zone = TimeZoneInfo.FindSystemTimeZoneById(name);
            var at = new DateTimeOffset(2025, 1, 1, 12, 0, 0, TimeSpan.Zero);
            var days = new HashSet<DateOnly>();
            while (at.Year == 2025)
            {
                var next = schedule.Next(at, zone)!.Value;
                next.ShouldBeGreaterThan(at);
                days.Add(DateOnly.FromDateTime(next.DateTime)).ShouldBeTrue($"{next} in {name}");
                at = next;
            }
            days.Count.ShouldBeInRange(364, 366);
        }
    }

    /// <summary>A schedule that never comes is refused; one that no longer comes ends.</summary>
    [Fact]
    public void There_is_no_endless_search()
    {
        CronSchedule.Parse("0 0 30 2 *", out var verdict).ShouldBeNull();
        verdict.Problem.ShouldBe("no such day ever comes");
        CronSchedule.Parse("0 0 31 2 */2", out _).ShouldBeNull();
        foreach (var text in new[] { "0 0 29 2 *", "* * * * *" })
        {
            Parsed(text).Next(DateTimeOffset.MaxValue.AddHours(-20), TimeZoneInfo.Utc)
                .ShouldBeNull();
        }
        Parsed("0 0 29 2 */6").Next(DateTimeOffset.UnixEpoch, TimeZoneInfo.Utc).ShouldNotBeNull();
    }

    [Theory]
    [InlineData("0 2 * *", "it has 4 fields")]
    [InlineData("60 2 * * *", "the minute")]
    [InlineData("0 2 * * fry", "the day of the week")]
    [InlineData("0 2 0 * *", "the day of the month")]
    [InlineData("0 5-3 * * *", "a range that ends before it begins")]
    [InlineData("*/0 * * * *", "a step")]
    [InlineData(", * * * *", "the minute")]
    public void What_is_no_schedule_is_said(string text, string problem)
    {
        CronSchedule.Parse(text, out var verdict).ShouldBeNull();
        verdict.Problem.ShouldContain(problem);
    }

    [Fact]
    public void A_minute_is_of_it_or_not()
    {
        var schedule = Parsed("0 3 * * MON-FRI");
        schedule.Text.ShouldBe("0 3 * * mon-fri");
        schedule.IsAt(new(2026, 3, 2, 3, 0, 0)).ShouldBeTrue();
        schedule.IsAt(new(2026, 3, 2, 3, 1, 0)).ShouldBeFalse();
        schedule.IsAt(new(2026, 3, 1, 3, 0, 0)).ShouldBeFalse();
    }

    private static string? Next(string schedule, string after, string zone) =>
        Parsed(schedule).Next(DateTimeOffset.Parse(after, CultureInfo.InvariantCulture),
            TimeZoneInfo.FindSystemTimeZoneById(zone))
            ?.ToString("yyyy-MM-dd'T'HH:mmzzz", CultureInfo.InvariantCulture);

    private static CronSchedule Parsed(string text) =>
        CronSchedule.Parse(text, out _).ShouldNotBeNull();
}
