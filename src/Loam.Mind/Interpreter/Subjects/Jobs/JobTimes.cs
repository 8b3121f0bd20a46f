using System.Globalization;
using Loam.Core.Resources;
using Loam.Mind.Interpreter.Resolving;

namespace Loam.Mind.Interpreter.Subjects.Jobs;

/// <summary>Schedules of new and of changed jobs, and what was assumed of them.</summary>
internal static class JobTimes
{
    private const int HourField = 1;
    private const int MonthField = 3;

    public static string New(JobWish wish)
    {
        var cron = wish.Time?.Cron ?? "0 2 * * *";
        return wish.Months is not { } months ? cron : WithMonths(cron, !wish.Without ? months
            : Parsing.Times.Addition.Without("*", months, MonthField) ?? "*");
    }

    /// <summary>What was said put into the schedule that is there: new days keep the time, a new
    /// time keeps the days. Null: it would go over the end of a day.</summary>
    public static string? Changed(string present, JobWish wish)
    {
        var fields = present.Split(' ');
        if (wish is { Adds: true, Time: { } more, Months: null } && !more.IsInterval)
        {
            return Parsing.Times.Addition.Join(present, more);
        }
        if (wish.Without)
        {
            return Left(fields, wish);
        }
        // "Only at night" does not say how often in the night.
        if (wish is { Only: true, Time: { SaysClock: false, IsInterval: false, SaysTime: true,
            Window: null } } && IsOften(fields))
        {
            return null;
        }
        if (wish.Time is { OnlyMinute: true } past && IsOften(fields))
        {
            fields[0] = past.Cron.Split(' ')[0];
            return string.Join(' ', fields);
        }
        if (wish.Time is { Window: { } span } window)
        {
            return Within(fields, span, window);
        }
        if (wish.Time is { } time)
        {
            var said = time.Cron.Split(' ');
            var keepsDays = !time.SaysDays
                || (time.IsInterval && IsOften(fields) && said is [_, _, "*", _, "*"]);
            var keepsTime = !time.SaysTime || wish.SameTime
                || (!time.SaysClock && !time.IsInterval && SamePart(fields[1], said[1]));
            if (said is [_, _, "*", "*", _] && fields is [_, _, "*", not "*", _])
            {
                // The months of a season stay.
                said[3] = fields[3];
            }
            fields = keepsTime && !(IsOften(fields) && !wish.SameTime
                    && said is [_, _, "*", _, "*"])
                ? [.. fields[..2], .. said[2..]]
                : keepsDays ? [.. said[..2], .. fields[2..]] : said;
        }
        if (wish.Shift is { } shift && !Shifted(fields, shift))
        {
            return null;
        }
        if (wish.Season is var (from, to) && (from ?? to) is not null)
        {
            if (Parsing.Times.Addition.Season(fields[MonthField], from, to) is not { } season)
            {
                return null;
            }
            fields[MonthField] = season;
        }
        var cron = string.Join(' ', fields);
        // "In May, too": the months that are there stay.
        return wish.Months is not { } months ? cron : WithMonths(cron, !wish.Adds ? months
            : Parsing.Times.Addition.Union(fields[3], months, 3) ?? fields[3]);
    }

    /// <summary>The schedule that is there without what shall be left out; null: nothing is left,
    /// or no schedule says that.</summary>
    private static string? Left(string[] fields, JobWish wish)
    {
        var gone = wish.Time?.Cron.Split(' ') ?? ["*", "*", "*", "*", "*"];
        gone[HourField] = wish.Time is { Window: { } span }
            ? Parsing.Times.TimeParts.Window(span, short_: true) : "*";
        gone[MonthField] = wish.Months ?? gone[MonthField];
        var said = Enumerable.Range(0, 5).Where(i => i > 0 && gone[i] != "*").ToList();
        // One day of one month is more than a field can leave out.
        if (said is not [var place]
            || Parsing.Times.Addition.Without(fields[place], gone[place], place) is not { } left)
        {
            return null;
        }
        fields[place] = left == Parsing.Times.Addition.Without(fields[place], "", place)
            ? fields[place] : left;
        return string.Join(' ', fields);
    }

    /// <summary>Moves the hours by some minutes; false: they would go over the end of a day.
    /// </summary>
    public static bool Shifted(string[] fields, int shift)
    {
        if (!int.TryParse(fields[0], NumberStyles.None, CultureInfo.InvariantCulture,
                out var minute))
        {
            return false;
        }
        // "Ten minutes later", of every hour: only the minutes move.
        if (IsOften(fields) && Math.Abs(shift) < 60
            && (fields[1] == "*" || minute + shift is >= 0 and < 60))
        {
            fields[0] = $"{(minute + shift + 60) % 60}";
            return true;
        }
        if (fields[1].Split(',').Select(h => int.TryParse(h, NumberStyles.None,
                CultureInfo.InvariantCulture, out var hour) ? hour : -1).ToList() is not
                { } hours || hours.Contains(-1))
        {
            return false;
        }
        var moved = hours.ConvertAll(h => h * 60 + minute + shift);
        if (moved.Exists(m => m is < 0 or >= 1440))
        {
            return false;
        }
        fields[0] = $"{moved[0] % 60}";
        fields[1] = string.Join(',', moved.Select(m => m / 60));
        return true;
    }

    /// <summary>The rhythm that is there, between the hours that were said; null: it has none.
    /// </summary>
    private static string? Within(
        string[] fields, (int From, int To) span, Parsing.Times.TimePhrase said)
    {
        var minutes = fields[0].AsSpan().ContainsAny('*', '/');
        if (!minutes && !IsOften(fields))
        {
            return null;
        }
        var step = fields[1].IndexOf('/', StringComparison.Ordinal);
        var hours = Parsing.Times.TimeParts.Window(span, minutes);
        fields[1] = step < 0 || hours.Contains(',', StringComparison.Ordinal) ? hours
            : hours + fields[1][step..];
        return string.Join(' ', said.SaysDays ? [.. fields[..2], .. said.Cron.Split(' ')[2..]]
            : fields);
    }

    private static string WithMonths(string cron, string months)
    {
        var fields = cron.Split(' ');
        fields[3] = months;
        return string.Join(' ', fields);
    }

    /// <summary>It comes several times a day.</summary>
    private static bool IsOften(string[] fields) => fields[1].AsSpan().ContainsAny('*', '/', '-');

    /// <summary>The hour that is there is in the part of the day that was said.</summary>
    public static bool SamePart(string present, string said) =>
        int.TryParse(present, out var hour) && int.TryParse(said, out var meant)
        && (meant == 2 ? hour < 6 : Math.Abs(hour - meant) <= 3);

    public static string Told(JobWish wish)
    {
        var told = new List<string>();
        if (wish.Timeout is { } timeout)
        {
            told.Add($"for at most {timeout}");
        }
        if (wish.Retries is { } retries)
        {
            told.Add(retries == 0 ? "tried once" : retries == 1 ? "tried once more if it fails"
                : $"tried {retries} more times if it fails");
        }
        told.AddRange(Heard(wish));
        return told.Count == 0 ? "" : ", " + string.Join(", ", told);
    }

    public static IEnumerable<string> Heard(JobWish wish)
    {
        foreach (var (how, when) in ((string?, string)[])
            [(wish.OnFailure, "when it fails"), (wish.OnSuccess, "when it worked")])
        {
            if (how is not null)
            {
                yield return how switch
                {
                    "ignore" => $"with no word {when}",
                    "alert" => $"with an alert {when}",
                    _ => $"with a message {when}",
                };
            }
        }
    }

    /// <summary>What was not said of the time.</summary>
    public static string? Assumed(JobWish wish) => wish.Time switch
    {
        { SaysTime: false } => "The time is 2:00, since none was said.",
        { SaysClock: false, IsInterval: false } time when time.Cron.Split(' ') is [_, var hour, ..]
            && int.TryParse(hour, out _) => $"The time is {hour}:00, since no hour was said.",
        { SaysDays: false } => "It comes every day, since no days were said.",
        _ => null,
    };

    /// <summary>Somebody shall hear of it, and nobody is declared.</summary>
    public static string? Nobody(JobWish wish, Session session) =>
        (wish.OnFailure is not (null or "ignore") || wish.OnSuccess is not (null or "ignore"))
        && !(session.Draft.State.Specs.GetValueOrDefault(ManifestFile.File)?.Maps("notify").Any()
            ?? false)
            ? "Nobody is told yet: say where to, such as \"send alerts to "
                + "https://ntfy.sh/mybox\"."
            : null;
}
