using System.Globalization;

namespace Loam.Core.Scheduling;

/// <summary>A schedule of five fields as a person would say it: <c>every day at 3:00</c>,
/// <c>every 15 minutes</c>, <c>on weekdays at 6:00 and 18:00</c>.</summary>
public static class ScheduleWords
{
    /// <summary>More times than this in a day are said by their fields, not one by one.</summary>
    private const int MostTimes = 8;

    private static readonly string[] s_months =
    [
        "January", "February", "March", "April", "May", "June", "July", "August", "September",
        "October", "November", "December",
    ];

    private static readonly string[] s_days =
    [
        "Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday",
    ];

    /// <summary>Says when a schedule comes; one that cannot be read stands as it is.</summary>
    public static string Of(string cron)
    {
        var fields = cron.Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
        if (fields.Length != 5)
        {
            return $"at \"{cron}\"";
        }
        var minutes = Values(fields[0], 0, 59, []);
        var hours = Values(fields[1], 0, 23, []);
        var dates = Values(fields[2], 1, 31, []);
        var months = Values(fields[3], 1, 12, s_months);
        var weekdays = Values(fields[4], 0, 7, s_days)?.Select(d => d % 7).Distinct().Order()
            .ToList();
        if (minutes is null || hours is null || dates is null || months is null
            || weekdays is null)
        {
            return $"at \"{cron}\"";
        }
        var season = months.Count == 12 ? "" : Season(months);
        var (days, ofMonths) = Days(fields[2], dates, months, weekdays);
        season = ofMonths || season.Length == 0 ? "" : $" {season}";
        var times = minutes.Count * hours.Count;
        var even = IsEven(hours, 24) && !(hours.Count == 2 && minutes.Count > 1);
        var often = minutes.Count == 1 && !even && hours.Count > 2 ? Hourly(minutes[0], hours)
            : null;
        if (often is null && (minutes.Count == 1 ? hours.Count < 24 && !even
            : times <= MostTimes && !even && (!IsEven(minutes, 60) || times < 5)))
        {
            var all = hours.SelectMany(h => minutes.Select(m => Time(h, m)));
            return $"{(days.Length > 0 ? days : "every day")}{season} at {List(all)}";
        }
        return $"{often ?? Often(minutes, hours)}{(days.Length > 0 ? $" {days}" : "")}{season}";
    }

    /// <summary>"Every 15 minutes", "every 2 hours at 5 past".</summary>
    private static string Often(List<int> minutes, List<int> hours)
    {
        var last = minutes[^1];
        var span = hours.Count == 24 ? "" : hours.Count == 1 || Run(hours).Step == 1
            ? $" from {Time(hours[0], minutes[0])} to {Time(hours[^1], last)}"
            : IsEven(hours, 24) && hours.Count > 1 ? $" in every {Ordinal(24 / hours.Count)} hour"
            : $" in the hours {List(hours.Select(Number))}";
        if (minutes.Count == 60)
        {
            return $"every minute{span}";
        }
        if (IsEven(minutes, 60) && minutes.Count > 1)
        {
            return $"every {60 / minutes.Count} minutes{span}";
        }
        if (minutes.Count == 1)
        {
            var every = hours.Count == 24 ? "every hour" : $"every {24 / hours.Count} hours";
            return minutes[0] == 0 ? every : $"{every}, {Past(minutes)}";
        }
        return $"{Past(minutes)} every hour{span}";
    }

    private static string Past(List<int> minutes) => $"at {List(minutes.Select(Number))} "
        + $"{(minutes is [1] ? "minute" : "minutes")} past";

    /// <summary>"Every hour from 9:00 to 17:00"; null: the hours are not equally far from each
    /// other.</summary>
    private static string? Hourly(int minute, List<int> hours) =>
        hours.Count < 24 && Run(hours) is { Is: true, Step: var step }
            ? $"{(step == 1 ? "every hour" : $"every {step} hours")} from "
                + $"{Time(hours[0], minute)} to {Time(hours[^1], minute)}"
            : null;

    /// <returns>Named: the months are said with the days.</returns>
    private static (string Text, bool Named) Days(
        string field, List<int> dates, List<int> months, List<int> weekdays)
    {
        var week = weekdays.Count == 7 ? "" : Week(weekdays);
        if (dates.Count == 31)
        {
            return (week, false);
        }
        if (field.StartsWith("*/", StringComparison.Ordinal))
        {
            var every = $"every {Ordinal(int.Parse(field[2..], CultureInfo.InvariantCulture))} "
                + "day of the month";
            return (week.Length == 0 ? every : $"{every} that is a day {week}", false);
        }
        var named = months.Count <= 4;
        var on = $"on the {(Run(dates) is { Step: 1 } && dates.Count > 2
            ? $"{Ordinal(dates[0])} to {Ordinal(dates[^1])}" : List(dates.Select(Ordinal)))} of "
            + (named ? List(months.Select(m => s_months[m - 1])) : "every month");
        return (week.Length == 0 ? on : $"{on} and {week}", named);
    }

    private static string Week(List<int> days)
    {
        if (days is [var day])
        {
            return $"every {s_days[day]}";
        }
        if (days is [0, 6])
        {
            return "on weekends";
        }
        // Monday comes first where people count.
        var ordered = days.OrderBy(d => (d + 6) % 7).ToList();
        var from = ordered.ConvertAll(d => (d + 6) % 7);
        return days is [1, 2, 3, 4, 5] ? "on weekdays" : Run(from) is { Step: 1 } && days.Count > 2
            ? $"from {s_days[ordered[0]]} to {s_days[ordered[^1]]}"
            : $"on {List(ordered.Select(d => s_days[d]))}";
    }

    private static string Season(List<int> months)
    {
        if (Run(months) is { Step: 1 } && months.Count > 2)
        {
            return $"from {s_months[months[0] - 1]} to {s_months[months[^1] - 1]}";
        }
        // A winter goes over the end of the year.
        var start = Enumerable.Range(1, months.Count - 1)
            .FirstOrDefault(i => months[i] != months[i - 1] + 1);
        var turned = months.Skip(start).Concat(months.Take(start)).ToList();
        var around = months.Count > 2 && Enumerable.Range(1, turned.Count - 1).All(
            i => turned[i] == (turned[i - 1] % 12) + 1);
        return around ? $"from {s_months[turned[0] - 1]} to {s_months[turned[^1] - 1]}"
            : $"in {List(months.Select(m => s_months[m - 1]))}";
    }

    /// <summary>The step between values that are equally far from each other.</summary>
    private static (int Step, bool Is) Run(List<int> values)
    {
        var step = values.Count < 2 ? 0 : values[1] - values[0];
        return step > 0 && Enumerable.Range(1, values.Count - 1).All(
            i => values[i] - values[i - 1] == step) ? (step, true) : (0, false);
    }

    /// <summary>It comes again and again without a seam: 0, 15, 30 and 45 of 60.</summary>
    private static bool IsEven(List<int> values, int whole) => values.Count > 1
        && values[0] == 0 && Run(values) is { Is: true, Step: var step }
        && step * values.Count == whole;

    private static string Time(int hour, int minute) =>
        string.Create(CultureInfo.InvariantCulture, $"{hour}:{minute:00}");

    private static string Number(int value) => value.ToString(CultureInfo.InvariantCulture);

    private static string Ordinal(int value) => Number(value) + (value % 100 is > 10 and < 14
        ? "th" : (value % 10) switch { 1 => "st", 2 => "nd", 3 => "rd", _ => "th" });

    private static string List(IEnumerable<string> items)
    {
        var all = items.ToList();
        return all.Count == 1 ? all[0] : $"{string.Join(", ", all[..^1])} and {all[^1]}";
    }

    /// <summary>The values of a field in order; null when it cannot be read.</summary>
    private static List<int>? Values(string field, int least, int most, string[] names)
    {
        var values = new SortedSet<int>();
        foreach (var item in field.Split(','))
        {
            var parts = item.Split('/');
            var step = 1;
            var ends = parts[0].Split('-');
            if (parts.Length > 2 || ends.Length > 2
                || (parts.Length == 2 && (!int.TryParse(parts[1], NumberStyles.None,
                    CultureInfo.InvariantCulture, out step) || step < 1)))
            {
                return null;
            }
            var low = parts[0] == "*" ? least : Value(ends[0], least, names);
            var high = parts[0] == "*" ? Math.Min(most, least == 0 && most == 7 ? 6 : most)
                : ends.Length == 2 ? Value(ends[1], least, names)
                : parts.Length == 2 ? most : low;
            if (low < least || high < low || high > most)
            {
                return null;
            }
            for (var value = low; value <= high; value += step)
            {
                values.Add(value);
            }
        }
        return [.. values];
    }

    private static int Value(string text, int least, string[] names)
    {
        var name = Array.FindIndex(names, n => text.Length == 3
            && n.StartsWith(text, StringComparison.OrdinalIgnoreCase));
        return name >= 0 ? name + least : int.TryParse(text, NumberStyles.None,
            CultureInfo.InvariantCulture, out var value) ? value : -1;
    }
}
