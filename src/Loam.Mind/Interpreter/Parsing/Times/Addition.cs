using System.Globalization;
using Loam.Mind.Interpreter.Language;

namespace Loam.Mind.Interpreter.Parsing.Times;

/// <summary>Times that come to those that are there: "on Saturdays too".</summary>
internal static class Addition
{
    /// <summary>"Also", "too", "as well" of the time, not of the whole wish: "also run it at 5"
    /// says another time.</summary>
    /// <param name="opening">At the beginning of the clause it counts too.</param>
    public static bool Of(Clause clause, bool opening = false)
    {
        if (clause.Verb is "move" or "replace" or "remove" or "stop"
            || clause.Lexemes.Any(l => l.IsGlue("insteadof")))
        {
            return false;
        }
        var first = true;
        for (var at = 0; at < clause.Count; at++)
        {
            var lexeme = clause[at];
            // "Too late" is no addition, "on Sundays too" is.
            var degree = lexeme.Text == "too" && at + 1 < clause.Count
                && clause[at + 1].Readings[0].Part is not (Part.Noise or Part.Glue);
            if (lexeme.IsGlue("also") && !degree
                && lexeme.Text is not ("still" or "another" or "a second")
                && (!first || opening || clause.Verb.Length == 0 || clause.IsInherited))
            {
                return true;
            }
            first &= lexeme.Readings[0].Part == Part.Noise || lexeme.IsGlue("and")
                || lexeme.IsGlue("comma");
        }
        return false;
    }

    /// <summary>Both schedules in one; null: one cannot say them.</summary>
    public static string? Join(string present, TimePhrase said)
    {
        var (old, more) = (present.Split(' '), said.Cron.Split(' '));
        if (old.Length != 5 || more.Length != 5)
        {
            return null;
        }
        // A side that was not said is that of the schedule that is there.
        for (var at = 0; at < 5; at++)
        {
            more[at] = (at < 2 ? said.SaysTime : said.SaysDays) ? more[at] : old[at];
        }
        var differ = Enumerable.Range(0, 5).Where(i => old[i] != more[i]).ToList();
        if (differ is not [var field])
        {
            return differ.Count == 0 ? present : null;
        }
        if (Values(old[field], field) is not { } first
            || Values(more[field], field) is not { } next)
        {
            return old[field] == "*" ? present : null;
        }
        old[field] = Text([.. first.Union(next).Order()]);
        return string.Join(' ', old);
    }

    /// <summary>Both fields in one; null: they have no plain values.</summary>
    public static string? Union(string first, string next, int place) =>
        Values(first, place) is { } old && Values(next, place) is { } more
            ? Text([.. old.Union(more).Order()]) : null;

    /// <summary>Days of the week without some; null: none is left.</summary>
    public static string? Without(string days, string gone)
    {
        var present = days == "*" ? [.. Enumerable.Range(0, 7)] : Values(days, 4);
        var left = present?.Except(Values(gone, 4) ?? []).Order().ToList();
        return left is not { Count: > 0 } ? null : Text(left);
    }

    private static List<int>? Values(string field, int place)
    {
        var values = new List<int>();
        foreach (var part in field.Split(','))
        {
            var ends = part.Split('-');
            if (ends.Length > 2 || !ends.All(e => int.TryParse(e, NumberStyles.None,
                CultureInfo.InvariantCulture, out _)))
            {
                return null;
            }
            var numbers = ends.Select(e => int.Parse(e, CultureInfo.InvariantCulture)).ToList();
            values.AddRange(Enumerable.Range(numbers[0], Math.Max(1, numbers[^1] - numbers[0] + 1))
                .Select(v => place == 4 ? v % 7 : v));
        }
        return values;
    }

    private static string Text(List<int> values)
    {
        var parts = new List<string>();
        for (var at = 0; at < values.Count;)
        {
            var end = at;
            while (end + 1 < values.Count && values[end + 1] == values[end] + 1)
            {
                end++;
            }
            var range = end - at > 1;
            parts.Add(range ? string.Create(CultureInfo.InvariantCulture,
                $"{values[at]}-{values[end]}") : values[at].ToString(CultureInfo.InvariantCulture));
            at = range ? end + 1 : at + 1;
        }
        return string.Join(',', parts);
    }
}
