using Loam.Core.StateFiles.Types;

namespace Loam.Core.Scheduling;

/// <summary>A five-field schedule and the times it comes at. Where both the day of the month and
/// the day of the week are restricted either will do, as in crontab(5); a field that begins with
/// <c>*</c> restricts nothing there.</summary>
public sealed class CronSchedule
{
    /// <summary>The calendar repeats after 400 years: a day not found in them never comes.
    /// </summary>
    private const int MonthsOfCalendar = 400 * 12;

    private const ulong AllHours = (1UL << 24) - 1;

    /// <summary>Days that each month can have.</summary>
    private static readonly int[] s_days = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

    private readonly ulong _minutes;
    private readonly ulong _hours;
    private readonly ulong _days;
    private readonly ulong _months;
    private readonly ulong _weekdays;
    private readonly bool _eitherDay;

    private CronSchedule(string text, ulong[] sets, bool eitherDay)
    {
        Text = text;
        (_minutes, _hours, _days, _months) = (sets[0], sets[1], sets[2], sets[3]);
        _weekdays = (sets[4] | (sets[4] >> 7)) & 0x7F;
        _eitherDay = eitherDay;
    }

    /// <summary>The normal form: lower case, single blanks.</summary>
    public string Text { get; }

    /// <summary>Reads a schedule; null when it is none or never comes, with a verdict that says
    /// what is wrong and what to write.</summary>
    public static CronSchedule? Parse(string text, out Verdict verdict)
    {
        var fields = text.Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
        if (fields.Length != CronField.All.Length || text.AsSpan().ContainsAny('\n', '\r'))
        {
            verdict = Verdict.Bad($"it has {fields.Length} fields, not five",
                "Write minute, hour, day of month, month and day of week, such as "
                + "\"0 2 * * *\".");
            return null;
        }
        var sets = new ulong[fields.Length];
        for (var i = 0; i < fields.Length; i++)
        {
            var field = CronField.All[i];
            if (field.Read(fields[i], out sets[i]) is { } problem)
            {
                verdict = Verdict.Bad($"{problem} in the field for the {field.Name}",
                    $"Write * or numbers from {field.Least} to {field.Most}, with , - and / "
                    + "between them.");
                return null;
            }
        }
        var eitherDay = fields[2][0] != '*' && fields[4][0] != '*';
        // 0 0 31 2 * is well formed and never comes, unless a day of the week is named too.
        if (!eitherDay && !Comes(sets[2], sets[3]))
        {
            verdict = Verdict.Bad("no such day ever comes", "Choose a day that the month has.");
            return null;
        }
        verdict = Verdict.Good(string.Join(' ', fields).ToLowerInvariant());
        return new(verdict.Normal!, sets, eitherDay);
    }

    private static bool Comes(ulong days, ulong months)
    {
        for (var month = 1; month <= 12; month++)
        {
            var possible = (1UL << (s_days[month - 1] + 1)) - 1;
            if ((months & (1UL << month)) != 0 && (days & possible) != 0)
            {
                return true;
            }
        }
        return false;
    }

    /// <summary>Whether it comes at that minute by the clock on the wall; seconds do not count.
    /// </summary>
    public bool IsAt(DateTime wall) => IsOn(DateOnly.FromDateTime(wall))
        && Has(_hours, wall.Hour) && Has(_minutes, wall.Minute);

    /// <summary>The first time after <paramref name="after"/>, with the offset the zone has then;
    /// null when there is none before the calendar ends.</summary>
    /// <remarks>When clocks are put forward, what would come in the hour that is skipped comes
    /// once, right after it; when they are put back, what comes in the hour that is repeated comes
    /// once, the first time. A schedule for every hour follows the time that passes instead: it
    /// has nothing to make up for, and goes on in the repeated hour.</remarks>
    public DateTimeOffset? Next(DateTimeOffset after, TimeZoneInfo zone)
    {
        var wall = DateTime.SpecifyKind(
            TimeZoneInfo.ConvertTime(after, zone).DateTime, DateTimeKind.Unspecified);
        if (_hours == AllHours)
        {
            return NextByPassing(after, wall, zone);
        }
        for (var at = NextByWall(wall); at is not null; at = NextByWall(at.Value))
        {
            if (InstantOf(at.Value, zone) is { } instant && instant > after)
            {
                return TimeZoneInfo.ConvertTime(instant, zone);
            }
        }
        return null;
    }

    /// <summary>The next time by a clock that is never changed.</summary>
    private DateTime? NextByWall(DateTime after)
    {
        if (DateOnly.FromDateTime(after) is var today && IsOn(today)
            && NextOfDay(after.Hour, after.Minute + 1) is { } sameDay)
        {
            return today.ToDateTime(sameDay);
        }
        return NextDay(today) is { } day ? day.ToDateTime(NextOfDay(0, 0)!.Value) : null;
    }

    private TimeOnly? NextOfDay(int hour, int minute)
    {
        for (; hour < 24; hour++, minute = 0)
        {
            if (!Has(_hours, hour))
            {
                continue;
            }
            for (; minute < 60; minute++)
            {
                if (Has(_minutes, minute))
                {
                    return new(hour, minute);
                }
            }
        }
        return null;
    }

    private DateOnly? NextDay(DateOnly after)
    {
        var (year, month, first) = (after.Year, after.Month, after.Day + 1);
        for (var looked = 0; looked <= MonthsOfCalendar; looked++)
        {
            for (var day = first; Has(_months, month) && day <= DateTime.DaysInMonth(year, month);
                day++)
            {
                if (IsOn(new(year, month, day)))
                {
                    return new(year, month, day);
                }
            }
            (year, month, first) = month == 12 ? (year + 1, 1, 1) : (year, month + 1, 1);
            if (year > DateOnly.MaxValue.Year)
            {
                return null;
            }
        }
        return null;
    }

    private bool IsOn(DateOnly date)
    {
        var day = Has(_days, date.Day);
        var weekday = Has(_weekdays, (int)date.DayOfWeek);
        return Has(_months, date.Month) && (_eitherDay ? day || weekday : day && weekday);
    }

    /// <summary>Minute by minute through the days that fit, each as long as the zone makes it.
    /// </summary>
    private DateTimeOffset? NextByPassing(DateTimeOffset after, DateTime wall, TimeZoneInfo zone)
    {
        var start = after.UtcDateTime;
        var from = new DateTimeOffset(
            start.AddTicks(-(start.Ticks % TimeSpan.TicksPerMinute)), TimeSpan.Zero);
        for (var date = DateOnly.FromDateTime(wall); ;)
        {
            // No zone was ever put back by more than a day.
            for (var minutes = 1; IsOn(date) && minutes <= 2 * 24 * 60; minutes++)
            {
                if (DateTime.MaxValue - from.UtcDateTime < TimeSpan.FromDays(3))
                {
                    return null;
                }
                var at = TimeZoneInfo.ConvertTime(from.AddMinutes(minutes), zone);
                if (DateOnly.FromDateTime(at.DateTime) > date)
                {
                    break;
                }
                if (at > after && IsAt(at.DateTime))
                {
                    return at;
                }
            }
            if (NextDay(date) is not { } next)
            {
                return null;
            }
            date = next;
            if (InstantOf(date.ToDateTime(TimeOnly.MinValue), zone) is not { } midnight)
            {
                return null;
            }
            from = midnight.AddMinutes(-1);
        }
    }

    /// <summary>The moment a wall clock shows that time: the first of two; the moment after it, if
    /// it is skipped.</summary>
    private static DateTimeOffset? InstantOf(DateTime wall, TimeZoneInfo zone)
    {
        if (DateTime.MaxValue - wall < TimeSpan.FromDays(2)
            || wall - DateTime.MinValue < TimeSpan.FromDays(2))
        {
            return null;
        }
        if (zone.IsAmbiguousTime(wall))
        {
            return new(wall, zone.GetAmbiguousTimeOffsets(wall).Max());
        }
        while (zone.IsInvalidTime(wall))
        {
            wall = wall.AddMinutes(1);
        }
        return new(wall, zone.GetUtcOffset(wall));
    }

    private static bool Has(ulong set, int value) => (set & (1UL << value)) != 0;
}
