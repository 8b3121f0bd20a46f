using Loam.Core.Planning;
using Loam.Core.Resources;
using Loam.Core.StateFiles;
using Loam.Core.StateFiles.Editing;
using Loam.Mind.Interpreter.Language;
using Loam.Mind.Interpreter.Parsing;
using Loam.Mind.Interpreter.Recognising;
using Loam.Mind.Interpreter.Resolving;

namespace Loam.Mind.Interpreter.Subjects.Firewall;

/// <summary>Who fails too often is shut out for a while.</summary>
/// <param name="Service">Null: not said.</param>
/// <param name="Factor">The time of the ban times this.</param>
internal sealed record BanAttribute(
    string? Service, int? Failures, string? Window, string? Time, decimal? Factor, bool Stops)
    : ClauseAttribute
{
    public bool SaysNumbers => Failures is not null || Window is not null || Time is not null
        || Factor is not null;
}

/// <summary>Reads wishes about bans: "after 5 failed logins within 10 minutes for an hour".
/// </summary>
internal static class BanReader
{
    public static BanAttribute Read(Clause clause, ScanWords words)
    {
        string? window = null;
        string? time = null;
        int? failures = null;
        var failing = words.Has("fails");
        for (var at = 0; at < clause.Count; at++)
        {
            if ((Fraction(clause, at) ?? Duration(clause[at]) ?? Spelt(clause, at)) is { } duration)
            {
                clause.Use(at);
                if (IsFormer(clause, at))
                {
                    continue;
                }
                if (IsWindow(clause, at, time is not null || failing && window is null))
                {
                    window ??= duration;
                }
                else
                {
                    time = duration;
                }
            }
            else if (Count(clause[at]) is { } count && Spelt(clause, at + 1) is null)
            {
                clause.Use(at);
                failures ??= count;
            }
            else if (words.Is(at, "forever"))
            {
                time = "3650d";
            }
        }
        var factor = clause.Lexemes.Select(l => l.Key(Part.Amount)).FirstOrDefault(k =>
            k is ['x', ..]) is { } times && failures is null ? decimal.Parse(times[1..],
            System.Globalization.CultureInfo.InvariantCulture) : (decimal?)null;
        // "Whoever fails four times within ten minutes": how often, and no factor.
        if (factor is >= 1 and <= 100 && failing && (window is not null || time is not null))
        {
            (failures, factor) = ((int)factor, null);
        }
        return new(Service(clause), failures, window, time, factor, Stops(clause, words));
    }

    /// <summary>"A whole day", "2 weeks": units that no number was joined with.</summary>
    private static string? Spelt(Clause clause, int at)
    {
        if (at < 1 || at >= clause.Count)
        {
            return null;
        }
        var (unit, factor) = clause[at].Text switch
        {
            "a day" => ("d", 1),
            "day" or "days" => ("d", 1),
            "hour" or "hours" => ("h", 1),
            "minute" or "minutes" => ("m", 1),
            "week" or "weeks" => ("d", 7),
            "month" or "months" => ("d", 30),
            "year" or "years" => ("d", 365),
            _ => ("", 0),
        };
        var before = clause[at - 1];
        return factor == 0 ? null
            : clause[at].Text == "a day" ? Text(1, unit)
            : before.IsNumber && before.Unit.Length == 0
            ? Text(before.Value * factor, unit)
            : before.Text is "a" or "an" or "one" or "whole" or "full" or "entire" or "per"
                or "whole day" ? Text(factor, unit) : null;
    }

    /// <summary>"A quarter of an hour", "half an hour".</summary>
    private static string? Fraction(Clause clause, int at)
    {
        if (clause[at] is not { IsNumber: true, Value: 1, Unit: "h" })
        {
            return null;
        }
        for (var before = at - 1; before >= 0 && before >= at - 3; before--)
        {
            if (clause[before].Text.Contains("quarter", StringComparison.Ordinal))
            {
                clause.Use(before);
                return "15m";
            }
            if (clause[before].Text.Contains("half", StringComparison.Ordinal))
            {
                clause.Use(before);
                return "30m";
            }
        }
        return null;
    }

    /// <summary>"Instead of an hour", "from 1 hour to 2".</summary>
    private static bool IsFormer(Clause clause, int at)
    {
        for (var before = at - 1; before >= 0 && before >= at - 2; before--)
        {
            if (clause[before].IsGlue("insteadof") || clause[before].Text is "from" or "not")
            {
                return true;
            }
        }
        return false;
    }

    private static string? Duration(Lexeme lexeme) => !lexeme.IsNumber ? null : lexeme.Unit switch
    {
        "s" or "h" or "d" => Text(lexeme.Value, lexeme.Unit),
        "min" or "m" => Text(lexeme.Value, "m"),
        _ => null,
    };

    private static string? Text(decimal value, string unit)
    {
        if (value <= 0 || value > 100_000)
        {
            return null;
        }
        // Half an hour is 30 minutes.
        while (!decimal.IsInteger(value) && unit != "s")
        {
            (value, unit) = (value * (unit == "d" ? 24 : 60), unit == "d" ? "h"
                : unit == "h" ? "m" : "s");
        }
        return $"{decimal.Round(value):0}{unit}";
    }

    private static int? Count(Lexeme lexeme) => lexeme.IsNumber && lexeme.Unit.Length == 0
        && decimal.IsInteger(lexeme.Value) && lexeme.Value is > 0 and <= 10_000
        ? (int)lexeme.Value : null;

    /// <summary>"Within 10 minutes", "in 5 min", "window": not how long the ban lasts.</summary>
    private static bool IsWindow(Clause clause, int at, bool likely)
    {
        for (var before = at - 1; before >= 0 && before >= at - 4; before--)
        {
            var text = clause[before].Text;
            if (text is "within" or "in" or "window" or "inside" or "during" or "over" or "per"
                or "every")
            {
                return !(at + 1 < clause.Count && clause[at + 1].Text is "ban" or "bans");
            }
            if (text is "for" or "out" or "of" or "time" or "lasts" or "last" or "lock"
                || clause[before].IsGlue("comma") || clause[before].IsNumber
                || text is "ban" or "banned" or "ban time")
            {
                return false;
            }
        }
        return likely && clause.Lexemes.Any(l => l.Text is "within" or "window");
    }

    private static string? Service(Clause clause)
    {
        foreach (var lexeme in clause.Lexemes)
        {
            if (lexeme.Named(Known.Service) is { } service)
            {
                return service;
            }
            if (lexeme.Text.Contains("ssh", StringComparison.Ordinal))
            {
                return "sshd";
            }
        }
        return null;
    }

    private static bool Stops(Clause clause, ScanWords words)
    {
        if (clause.Verb is "remove" or "stop" or "unset")
        {
            return true;
        }
        for (var at = 0; at < clause.Count; at++)
        {
            if (clause[at].IsGlue("not") || clause[at].Text is "no" or "no more" or "stop"
                or "remove" or "delete" or "disable" or "turn off" or "off" or "drop" or "without"
                or "nobody" or "no one" or "superfluous" or "switch off" or "get rid of"
                or "do not need" or "do not want" || (words.Is(at,
                    "disable") && clause[at].Text != "shut down"))
            {
                return true;
            }
        }
        return false;
    }
}
