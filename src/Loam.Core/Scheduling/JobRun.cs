using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Loam.Core.Reconciling;

namespace Loam.Core.Scheduling;

/// <summary>One run of a job, with all its tries.</summary>
/// <param name="Trigger"><c>schedule</c>, <c>missed</c> (it was due while nothing ran here),
/// <c>interrupted</c> (the daemon ended while it ran), or who asked for it.</param>
/// <param name="ExitCode">Of the last try; null: it has not ended, or could not begin.</param>
/// <param name="Error">Why it failed, in words; null: it did not.</param>
/// <param name="Output">The beginning of what the last try wrote.</param>
public sealed record JobRun(
    DateTimeOffset Started, DateTimeOffset? Ended, string Trigger, int Tries, int? ExitCode,
    string? Error, string Output)
{
    /// <summary>What a program of somebody else's wrote that explains the error.</summary>
    public string? Said { get; init; }

    public bool HasFailed => Ended is not null && Error is not null;

    /// <summary>The error with what a program wrote.</summary>
    [JsonIgnore]
    public string? Explained => Error is null ? null : MachineEvent.Words(Error, Said);
}

/// <summary>What is remembered of a job from run to run.</summary>
/// <param name="Since">When it was first seen, or its schedule or the time zone changed: nothing
/// is due before.</param>
/// <param name="Schedule">The schedule it was seen with.</param>
/// <param name="Done">The last time on the schedule that was run, or passed over.</param>
/// <param name="Runs">Newest first.</param>
public sealed record JobMemory(
    DateTimeOffset Since, string Schedule, DateTimeOffset? Done, ImmutableArray<JobRun> Runs)
{
    /// <summary>The time zone it was seen in; null: not known.</summary>
    public string? Zone { get; init; }

    /// <summary>The next time on the schedule; it may have passed.</summary>
    public DateTimeOffset? Next(CronSchedule schedule, TimeZoneInfo zone) =>
        schedule.Next(Done > Since ? Done.Value : Since, zone);

    /// <summary>The last time on the schedule that is not after <paramref name="now"/> and was not
    /// run; null: none. Several that passed are made up for by one run.</summary>
    public DateTimeOffset? Due(CronSchedule schedule, TimeZoneInfo zone, DateTimeOffset now)
    {
        DateTimeOffset? due = null;
        // A clock that was set far ahead must not make us count every minute of years.
        for (var next = Next(schedule, zone); next <= now; next = schedule.Next(due.Value, zone))
        {
            due = next;
            if (now - next > s_longest)
            {
                due = now - s_longest;
            }
        }
        return due;
    }

    private static readonly TimeSpan s_longest = TimeSpan.FromDays(1);
}

/// <summary>A job as people ask about it.</summary>
/// <param name="When">The schedule in words.</param>
/// <param name="Where">The service in whose container it runs.</param>
/// <param name="Running">Since when it runs; null: it does not.</param>
public sealed record JobStatus(
    string Name, string When, string Where, DateTimeOffset? Next, DateTimeOffset? Running,
    ImmutableArray<JobRun> Runs);
