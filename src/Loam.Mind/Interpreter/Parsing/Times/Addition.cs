using System.Globalization;
using Loam.Mind.Interpreter.Language;

namespace Loam.Mind.Interpreter.Parsing.Times;

/// <summary>Times that come to those that are there: "on Saturdays too".</summary>
internal static class Addition
{
    /// <summary>The least and the greatest value of each field of a schedule.</summary>
    private static readonly (int First, int Last)[] s_fields =
        [(0, 59), (0, 23), (1, 31), (1, 12), (0, 6)];

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
                && (!first || opening || clause.Verb.Length == 0 || clause.IsInherited)
                || TimeWords.English.Is(lexeme.Text, "more") && (lexeme.Text != "add"
                    || at + 1 < clause.Count && IsTime(clause[at + 1])))
            {
                return true;
            }
            first &= lexeme.Readings[0].Part == Part.Noise || lexeme.IsGlue("and")
                || lexeme.IsGlue("comma");
        }
        return false;
    }

    /// <summary>A day, a month or a time of day.</summary>
    private static bool IsTime(Recognising.Lexeme lexeme) => lexeme.Is(Part.PortPair)
        || lexeme.IsField("schedule") || lexeme.Text.Split(' ').Any(w =>
            TimeWords.English.Of(w, "day") is not null
            || TimeWords.English.Of(w, "month") is not null);

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

    /// <summary>A field without some of its values; null: none is left.</summary>
    public static string? Without(string present, string gone, int place)
    {
        var left = Spread(present, place)?.Except(Values(gone, place) ?? []).Order().ToList();
        return left is not { Count: > 0 } ? null : Text(left);
    }

    /// <summary>A season with another beginning or end; null: what is there is no season.</summary>
    public static string? Season(string present, int? from, int? to)
    {
        var months = Spread(present, 3) ?? [];
        var first = present == "*" ? [1] : months.FindAll(m => !months.Contains((m + 10) % 12 + 1));
        var last = present == "*" ? [12] : months.FindAll(m => !months.Contains(m % 12 + 1));
        if (first is not [var start] || last is not [var end])
        {
            return null;
        }
        (start, end) = (from ?? start, to ?? end);
        var length = (end - start + 12) % 12 + 1;
        return Text([.. Enumerable.Range(0, length).Select(i => (start + i - 1) % 12 + 1).Order()]);
    }

    /// <summary>All values of a field, also of "*" and of steps; null: it has no plain ones.
    /// </summary>
    private static List<int>? Spread(string field, int place)
    {
        var (span, step) = field.Split('/') is [var all, var every]
            && int.TryParse(every, NumberStyles.None, CultureInfo.InvariantCulture, out var steps)
            && steps > 0 ? (all, steps) : (field, 1);
        var (first, last) = s_fields[place];
        var values = span == "*" ? [.. Enumerable.Range(first, last - first + 1)]
            : Values(span, place);
        return values is [var from, ..] ? values.FindAll(v => (v - from) % step == 0) : null;
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
