using System.Globalization;
using Loam.Mind.Interpreter.Language;
using Loam.Mind.Interpreter.Parsing;
using Loam.Mind.Interpreter.Parsing.Times;

namespace Loam.Mind.Interpreter.Subjects.Jobs;

/// <summary>How long a job may run, how often it is tried again, how old files are.</summary>
internal static class JobLimits
{
    private const int Near = 4;

    private static readonly (decimal Factor, string Key)[] s_factors =
        [(2, "x2"), (3, "x3"), (0.5m, "x0.5")];

    public static void Read(Clause clause, JobWish wish)
    {
        // "6h max", "at most 20 minutes"
        for (var at = 0; at < clause.Count && wish.Timeout is null; at++)
        {
            var most = at > 0 && (clause[at - 1].IsGlue("atmost")
                || clause[at - 1].Text is "within") ? at - 1
                : at + 1 < clause.Count && (clause[at + 1].IsGlue("atmost")
                    || clause[at + 1].Text is "max" or "maximum" or "tops") ? at + 1 : -1;
            if (most >= 0 && clause.IsFree(at) && clause[at] is { IsNumber: true,
                Unit: "min" or "h" } && Minutes(clause, at) is { } minutes)
            {
                wish.Timeout = Duration(minutes);
                Take(clause, at, most);
            }
        }
        ReadTwice(clause, wish);
        for (var at = 0; at < clause.Count; at++)
        {
            if (!clause.IsFree(at))
            {
                continue;
            }
            if (clause[at].Is(Part.Topic, "untimed"))
            {
                wish.Unlimited = true;
                clause.Use(at);
            }
            else if (clause[at].Text is "limit" or "the limit" or "its limit"
                && wish.Timeout is null && (IsLifted(clause, at)
                    || clause.Lexemes.Any(l => l.Is(Part.Amount))
                    || clause.Lexemes.Any(l => l is { IsNumber: true, Unit: "min" or "h" })))
            {
                ReadTimeout(clause, at, wish);
            }
            else if (clause[at].Is(Part.Topic, "timeout") || clause[at].IsField("timeout"))
            {
                ReadTimeout(clause, at, wish);
            }
            else if (clause[at].Is(Part.Topic, "retry") || clause[at].IsField("retries"))
            {
                ReadRetries(clause, at, wish);
            }
        }
    }

    /// <summary>"Vacuum can have twice as long", "give it double the time".</summary>
    private static void ReadTwice(Clause clause, JobWish wish)
    {
        foreach (var (factor, key) in s_factors)
        {
            if (Amount(clause, key) is >= 0 and var amount
                && clause.Lexemes.Skip(amount + 1).Take(Near).Any(l => l.Text is "long" or "time"
                    or "the time" or "as long" or "longer" or "its time"))
            {
                wish.TimeoutFactor = factor;
                clause.Use(amount);
                return;
            }
        }
    }

    /// <summary>"Twice as long", not "retry twice".</summary>
    private static int Amount(Clause clause, string key) => Enumerable.Range(0, clause.Count)
        .FirstOrDefault(i => clause.IsFree(i) && clause[i].Key(Part.Amount) == key
            && !(i > 0 && clause[i - 1].Is(Part.Topic, "retry")), -1);

    /// <summary>"…, make it 45": in the unit of what is not enough.</summary>
    public static void ReadOther(Clause clause, JobWish wish, string? unit)
    {
        var number = clause.Lexemes.ToList().FindIndex(l => l is { IsNumber: true, Unit: "" }
            && decimal.IsInteger(l.Value) && l.Value > 0);
        if (unit is null || number < 0 || !clause.IsFree(number))
        {
            return;
        }
        wish.Timeout = Text(clause[number].Value) + (unit == "min" ? "m" : unit);
        clause.Use(number);
    }

    /// <summary>"Give vacuum an hour", "max 5 minutes": a span that is no time.</summary>
    public static void ReadGiven(Clause clause, JobWish wish)
    {
        if (wish.Shift is not null || wish.Timeout is not null || wish.ShortOf is not null)
        {
            return;
        }
        for (var at = 0; at < clause.Count; at++)
        {
            var lexeme = clause[at];
            if (clause.IsFree(at) && lexeme is { IsNumber: true, Unit: "s" or "min" or "h" }
                && (at == 0 || !clause[at - 1].IsGlue("in"))
                && (lexeme.Unit == "s" || Minutes(clause, at) is not null))
            {
                wish.Timeout = lexeme.Unit == "s" ? Text(lexeme.Value) + "s"
                    : Duration(Minutes(clause, at)!.Value);
                clause.Use(at);
                return;
            }
        }
    }

    /// <summary>"No time limit", "remove the timeout", "as long as it takes".</summary>
    private static bool IsLifted(Clause clause, int at)
    {
        var before = clause.Next(at, -1);
        var denied = before >= 0 && (clause[before].IsGlue("not")
            || clause[before].IsGlue("without")) || at > 0 && clause[at - 1].Text is "no"
                or "without" or "no more" or "any";
        return denied || clause.Verb is "remove" or "unset" or "stop" && !clause.Lexemes.Skip(at)
            .Take(Near).Any(l => l.IsNumber) || clause.Lexemes.Any(l => l.Text is "lift" or "lifted"
                or "waive");
    }

    private static void ReadTimeout(Clause clause, int at, JobWish wish)
    {
        if (IsLifted(clause, at))
        {
            wish.Unlimited = true;
            clause.Use(at);
            return;
        }
        foreach (var (factor, key) in s_factors)
        {
            if (Amount(clause, key) is >= 0 and var amount)
            {
                wish.TimeoutFactor = factor;
                Take(clause, at, amount);
                return;
            }
        }
        var former = Enumerable.Range(1, clause.Count - 1).FirstOrDefault(i => clause[i].IsNumber
            && clause[i - 1].IsGlue("from"), -1);
        var instead = former < 0 ? -1 : Enumerable.Range(former + 1, clause.Count - former - 1)
            .FirstOrDefault(i => clause[i].IsNumber && clause[i - 1].IsGlue("to"), -1);
        if (instead >= 0)
        {
            // "From 30m to 20m"
            clause.Use(former);
        }
        foreach (var place in instead < 0 ? Around(clause, at) : [instead])
        {
            if (Minutes(clause, place) is { } minutes
                || (clause[place] is { IsNumber: true, Unit: "s" }))
            {
                wish.Timeout = clause[place] is { Unit: "s", IsNumber: true } seconds
                    ? Text(seconds.Value) + "s" : Duration(Minutes(clause, place)!.Value);
                Take(clause, at, place);
                if (place > 0 && clause.IsFree(place - 1) && IsHalf(clause[place - 1].Text))
                {
                    clause.Use(place - 1);
                }
                return;
            }
        }
    }

    private static void ReadRetries(Clause clause, int at, JobWish wish)
    {
        var before = clause.Next(at, -1);
        while (before > 0 && clause[before].IsGlue("wish") && !clause[before].IsGlue("not"))
        {
            before = clause.Next(before, -1);
        }
        if (before >= 0 && (clause[before].IsGlue("not") || clause[before].IsGlue("without")
            || clause[before].Text == "no") || at > 0 && clause[at - 1].Text == "no"
            || clause.Verb is "remove" or "unset" or "stop"
                && !clause.Lexemes.Any(l => l.IsNumber))
        {
            wish.Retries = 0;
            clause.Use(at);
            clause.Use(Math.Max(before, 0));
            return;
        }
        // "Retries of a and b: 2": the only number there is.
        var numbers = clause.All(Part.Number).ToList();
        int[] only = numbers is [var lone] && clause[lone].Unit.Length == 0 && lone > 0
            && !clause[lone - 1].IsGlue("at") && !clause[lone - 1].IsGlue("per") ? [lone] : [];
        foreach (var place in Around(clause, at).Concat(only))
        {
            var lexeme = clause[place];
            var count = TimeWords.English.Is(lexeme.Text, "twice") ? 2
                : TimeWords.English.Is(lexeme.Text, "once") || lexeme.Text == "one" ? 1
                : lexeme.Key(Part.Amount) is "x3" ? 3 : lexeme.Key(Part.Amount) is "x4" ? 4
                : lexeme.IsNumber && lexeme.Unit.Length == 0 && decimal.IsInteger(lexeme.Value)
                    && lexeme.Value is >= 0 and <= 100 ? (int)lexeme.Value : -1;
            var follows = place + 1 < clause.Count ? clause[place + 1].Text : "";
            var often = follows is "a" or "per" or "daily" or "weekly";
            if (count >= 0 && !often)
            {
                wish.Retries = count;
                Take(clause, at, place);
                if (place + 1 < clause.Count && clause[place + 1].Text is "times" or "time")
                {
                    clause.Use(place + 1);
                }
                return;
            }
        }
    }

    /// <summary>"Older than 7 days", "older than two weeks".</summary>
    public static void ReadAge(Clause clause, int at, JobWish wish)
    {
        if (Age(clause, at + 1) is not { } age)
        {
            return;
        }
        wish.Days = age.Days;
        clause.Use(at);
        clause.Use(age.At);
        if (clause[age.At].Unit.Length == 0 && age.At + 1 < clause.Count)
        {
            clause.Use(age.At + 1);
        }
    }

    /// <summary>The first span of days from a place on; null: there is none near.</summary>
    public static (int Days, int At)? Age(Clause clause, int from)
    {
        for (var at = from; at < clause.Count && at < from + Near; at++)
        {
            if (!clause.IsFree(at) || (!clause[at].IsNumber && clause[at].Text != "a"))
            {
                continue;
            }
            var unit = TimeWords.English.Of(
                at + 1 < clause.Count ? clause[at + 1].Text : "", "unit");
            var value = clause[at].IsNumber ? clause[at].Value : 1;
            var days = (clause[at].Unit, unit) switch
            {
                ("d", _) => value,
                ("h", _) => Math.Max(1, Math.Ceiling(value / 24)),
                ("", "week") => value * 7,
                ("", "month") => value * 30,
                ("", "year") => value * 365,
                ("", "day") => value,
                ("", null) when clause.Count == 1 => value,
                _ => 0,
            };
            if (days is >= 1 and <= 36500)
            {
                return ((int)days, at);
            }
        }
        return null;
    }

    /// <summary>What stands near, behind first, but not beyond a comma.</summary>
    private static IEnumerable<int> Around(Clause clause, int at)
    {
        for (var place = at + 1; place < clause.Count && place <= at + Near; place++)
        {
            if (clause[place].Text == ":")
            {
                continue;
            }
            if (clause[place].IsGlue("comma") || clause[place].IsGlue("and"))
            {
                break;
            }
            if (clause.IsFree(place))
            {
                yield return place;
            }
        }
        for (var place = at - 1; place >= 0 && place >= at - Near; place--)
        {
            if (clause[place].IsGlue("comma") || clause[place].IsGlue("and"))
            {
                break;
            }
            if (clause.IsFree(place))
            {
                yield return place;
            }
        }
    }

    private static void Take(Clause clause, int at, int place)
    {
        clause.Use(at);
        clause.Use(place);
    }

    private static bool IsHalf(string text) => text is "half" or "half of";

    /// <summary>A span of time in minutes; null: there is none, or it is no whole number.
    /// </summary>
    public static int? Minutes(Clause clause, int at)
    {
        var lexeme = clause[at];
        var factor = at > 0 && IsHalf(clause[at - 1].Text) ? 0.5m : 1;
        decimal? minutes = !lexeme.IsNumber ? null : lexeme.Unit switch
        {
            "min" => lexeme.Value,
            "h" => lexeme.Value * 60,
            "d" => lexeme.Value * 1440,
            "m" => lexeme.Value,
            _ => null,
        };
        if (lexeme.Text.StartsWith("half", StringComparison.Ordinal)
            && lexeme.Text.EndsWith("hour", StringComparison.Ordinal))
        {
            minutes = 30;
        }
        minutes *= factor;
        return minutes is > 0 and < 1_000_000 && decimal.IsInteger(minutes.Value)
            ? (int)minutes.Value : null;
    }

    public static string Duration(int minutes) =>
        minutes % 1440 == 0 ? $"{minutes / 1440}d" : minutes % 60 == 0 ? $"{minutes / 60}h"
            : $"{minutes}m";

    private static string Text(decimal value) => value.ToString(CultureInfo.InvariantCulture);
}
