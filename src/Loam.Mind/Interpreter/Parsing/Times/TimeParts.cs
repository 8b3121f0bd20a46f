using System.Globalization;

namespace Loam.Mind.Interpreter.Parsing.Times;

/// <summary>The parts of a time as they are found, and the schedule they make together.
/// </summary>
internal sealed class TimeParts
{
    /// <summary>When things that need no person happen, if nobody says a time.</summary>
    private const int QuietHour = 2;

    public string? Written { get; set; }

    /// <summary>An interval: its number and its unit's name.</summary>
    public (int Count, string Unit)? Every { get; set; }

    /// <summary>So many times in one unit: "twice a day".</summary>
    public (int Count, string Unit)? Times { get; set; }
    public List<string> WeekDays { get; } = [];

    /// <summary>Days of the week on which it does not happen.</summary>
    public List<string> WithoutDays { get; } = [];
    public List<int> MonthDays { get; } = [];
    public List<int> Months { get; } = [];

    /// <summary>Hour and minute.</summary>
    public List<(int Hour, int Minute)> Clock { get; } = [];

    /// <summary>"In the morning": the hour meant when none is said.</summary>
    public int? PartOfDay { get; set; }

    /// <summary>The hours between which it happens, both included.</summary>
    public (int From, int To)? Between { get; set; }
    public string? Impossible { get; set; }

    /// <summary>"Ten past the hour": no rhythm was said, only the minute.</summary>
    public bool OnlyMinute { get; set; }

    public bool SaysDays => Every is not null || Times is not null || WeekDays.Count > 0
        || MonthDays.Count > 0 || Months.Count > 0 || PartOfDay is not null
        || WithoutDays.Count > 0;

    public bool IsEmpty => Written is null && !SaysDays && Clock.Count == 0
        && Impossible is null && Between is null;

    /// <summary>Only between which hours was said, not how often.</summary>
    private bool IsWindow => Between is not null && Every is not { Unit: "minute" or "hour" }
        && Times is null && Clock.Count == 0;

    public TimePhrase? Phrase()
    {
        if (IsEmpty)
        {
            return null;
        }
        if (Written is not null)
        {
            return new(Written, true, true, null) { SaysClock = true };
        }
        var cron = Impossible is null ? Cron() : null;
        var says = Clock.Count > 0 || PartOfDay is not null
            || Every is { Unit: "minute" or "hour" } || Times is { Unit: "hour" }
                or { Unit: "day", Count: > 1 };
        return new(cron ?? "", says, SaysDays, cron is not null ? null
            : Impossible ?? "No schedule says that evenly.")
        {
            SaysClock = Clock.Count > 0,
            Window = IsWindow ? Between : null,
            OnlyMinute = OnlyMinute,
            ExceptDays = WithoutDays.Count > 0,
            LeftOut = WithoutDays.Count > 0 && Every is null && Times is null
                && WeekDays.Count + MonthDays.Count + Months.Count == 0 && PartOfDay is null
                ? string.Join(',', WithoutDays) : null,
            IsInterval = Every is { Unit: "minute" or "hour" }
                || Times is { Unit: "hour" } or { Unit: "day", Count: > 1 },
        };
    }

    private string? Cron()
    {
        var days = WithoutDays.Count > 0 ? Remaining()
            : WeekDays.Count == 0 ? "*" : string.Join(',', WeekDays.Distinct());
        var months = Months.Count == 0 ? "*" : string.Join(',', Months.Distinct());
        return Every switch
        {
            (_, "second") => No("Jobs run once a minute at most."),
            (var n, "minute") when n > 60 && n % 60 == 0 => Hours(n / 60, months, days),
            (var n, "minute") => n < 60 && 60 % n == 0
                ? $"{Step(n)} {Window(short_: true)} * {months} {days}"
                : n == 60 ? Hours(1, months, days)
                : No($"Every {n} minutes does not come out even in an hour."),
            (var n, "hour") => Hours(n, months, days),
            (var n, "day") when n > 1 && n != 7 =>
                n > 15 ? No($"Every {n} days does not come out even in a month.")
                : At($"*/{n} {months} *"),
            (var n, "week") when n > 1 => No("Schedules know weeks only one by one."),
            (1, "week") or (7, "day") => At($"* {months} {(days == "*" ? "0" : days)}"),
            (var n, "month") when 12 % n != 0 => No("That does not come out even in a year."),
            (var n, "month") => At($"{MonthDay()} {(n == 1 ? months : $"*/{n}")} {days}"),
            (1, "year") => At($"{MonthDay()} {(months == "*" ? "1" : months)} *"),
            (_, "year") => No("Schedules know years only one by one."),
            _ => Times is { } times ? Often(times, months, days)
                : At(MonthDays.Count > 0 ? $"{MonthDay()} {months} {days}"
                    : Months.Count > 0 && days == "*" ? $"1 {months} *" : $"* {months} {days}"),
        };
    }

    /// <summary>The days that are left.</summary>
    private string Remaining()
    {
        var (said, gone) = (Numbers(WeekDays), Numbers(WithoutDays));
        var left = (said.Count == 0 ? Enumerable.Range(0, 7) : said).Except(gone).Order().ToList();
        return left.SequenceEqual([1, 2, 3, 4, 5]) ? "1-5" : left.SequenceEqual([1, 2, 3, 4, 5, 6])
            ? "1-6" : left.Count is 0 or 7 ? "*" : List(left);
    }

    private static List<int> Numbers(List<string> days) => [.. days.SelectMany(d => d.Split(','))
        .SelectMany(d => d.Split('-') is [var from, var to]
            ? Enumerable.Range(from[0] - '0', to[0] - from[0] + 1) : [d[0] - '0'])];

    private string? Hours(int count, string months, string days)
    {
        var minute = Clock is [(_, var said)] ? said : 0;
        var start = Clock is [(var hour, _)] && count is > 1 and < 24 ? hour % count : 0;
        return count >= 24 ? (count == 24 ? At($"* {months} {days}")
                : No("Say that in days."))
            : 24 % count != 0 ? No($"Every {count} hours does not come out even in a day.")
            : Between is { } span && count > 1
                ? $"{minute} {span.From}-{span.To}/{count} * {months} {days}"
            : count == 1 ? $"{minute} {Window(short_: false)} * {months} {days}"
            : start > 0 ? $"{minute} {start}-23/{count} * {months} {days}"
            : $"{minute} */{count} * {months} {days}";
    }

    private string? Often((int Count, string Unit) times, string months, string days)
    {
        if (Clock.Count == times.Count || times.Count == 1)
        {
            return times.Unit switch
            {
                "day" => At($"* {months} {days}"),
                "week" => At($"* {months} {(days == "*" ? "0" : days)}"),
                "month" => At($"{MonthDay()} {months} *"),
                "hour" => Hours(1, months, days),
                _ => At($"{MonthDay()} {(months == "*" ? "1" : months)} *"),
            };
        }
        if (times.Unit == "week" && WeekDays.Count == times.Count)
        {
            return At($"* {months} {days}");
        }
        return times switch
        {
            (var n, "day") when n <= 24 && 24 % n == 0 => $"0 */{24 / n} * {months} {days}",
            (var n, "hour") when n <= 60 && 60 % n == 0 =>
                $"{Step(60 / n)} {Window(short_: true)} * {months} {days}",
            (2, "week") => At($"* {months} 1,4"),
            (3, "week") => At($"* {months} 1,3,5"),
            (2, "month") => At($"1,15 {months} *"),
            (2, "year") => At("1 1,7 *"),
            (4, "year") => At("1 1,4,7,10 *"),
            _ => No($"{times.Count} times a {times.Unit} does not come out even."),
        };
    }

    private string? At(string rest)
    {
        if (Clock.Count == 0)
        {
            return Between is { } span ? $"0 {Window(span, short_: false)} {rest}"
                : $"0 {PartOfDay ?? QuietHour} {rest}";
        }
        var minutes = Clock.Select(c => c.Minute).Distinct().ToList();
        // "Every evening at 8", "every night at 11".
        var hours = Clock.Select(c => (PartOfDay is 15 or 19 && c.Hour is > 0 and < 12)
            || (PartOfDay == 2 && c.Hour is > 8 and < 12) ? c.Hour + 12 : c.Hour)
            .Distinct().Order().ToList();
        if (minutes.Count > 1 && hours.Count * minutes.Count != Clock.Distinct().Count())
        {
            return No("One schedule has the same minutes in every hour: say two schedules, or "
                + "times such as 9:30 and 17:30.");
        }
        return $"{List(minutes)} {List(hours)} {rest}";
    }

    private string MonthDay() =>
        MonthDays.Count == 0 ? "1" : MonthDays.Count > 14 && MonthDays.Distinct().Count() > 14
            ? MonthDays.Contains(1) ? "*/2" : "2-30/2" : List([.. MonthDays.Distinct().Order()]);

    /// <summary>The hours; of steps below an hour the last hour is only the end.</summary>
    private string Window(bool short_) => Between is { } span ? Window(span, short_) : "*";

    public static string Window((int From, int To) span, bool short_)
    {
        var last = !short_ || span.To == span.From ? span.To : (span.To + 23) % 24;
        // Over midnight it is two spans.
        return last < span.From ? $"{span.From}-23,0-{last}".Replace("0-0", "0",
            StringComparison.Ordinal) : $"{span.From}-{last}";
    }

    private static string Step(int minutes) => minutes == 1 ? "*" : $"*/{minutes}";

    private static string List(List<int> numbers) =>
        string.Join(',', numbers.Select(n => n.ToString(CultureInfo.InvariantCulture)));

    private string? No(string why)
    {
        Impossible = why;
        return null;
    }
}
