using System.Text.RegularExpressions;
using Loam.Mind.Interpreter.Language;

namespace Loam.Mind.Interpreter.Parsing.Times;

/// <summary>Minutes of every hour: "on the hour and at twenty past", "at ten to every hour",
/// "hourly at :15".</summary>
internal static partial class HourlyReader
{
    /// <returns>Null: no minutes were said without an hour.</returns>
    public static TimePhrase? Read(Clause clause)
    {
        var text = string.Join(' ', clause.Lexemes.Select(l => l.Text));
        var found = Minutes().Matches(text);
        var minutes = new SortedSet<int>(found.Select(Minute).OfType<int>());
        // A single one is a time that is moved, or left out, as well.
        var sure = minutes.Count == found.Count && (minutes.Count > 1 && !clause.Lexemes.Any(
            l => l.IsGlue("from")) || found is [{ } only] && only.Groups["figures"].Success)
            && !clause.Lexemes.Any(l => l.IsGlue("not") || l.IsGlue("insteadof"));
        var taken = found.SelectMany(m => Places(clause, m)).ToHashSet();
        if (!sure || Enumerable.Range(0, clause.Count).Any(at => clause.IsFree(at)
            && !taken.Contains(at)
            && (clause[at].Is(Part.PortPair) || clause[at] is { IsNumber: true, Unit: "" })))
        {
            return null;
        }
        foreach (var at in taken)
        {
            clause.Use(at);
        }
        for (var at = 0; at < clause.Count; at++)
        {
            if (clause[at].Text.Split(' ')[^1] is "hour" or "hourly" or "once" or "past")
            {
                clause.Use(at);
            }
        }
        return new($"{string.Join(',', minutes)} * * * *", true, true, null) { IsInterval = true };
    }

    private static int? Minute(Match match)
    {
        if (match.Groups["hour"].Success)
        {
            return 0;
        }
        if (match.Groups["figures"] is { Success: true } figures)
        {
            return Recognising.Literals.Whole(figures.Value) is < 60 and var written
                ? written : null;
        }
        var number = match.Groups["number"].Value switch
        {
            "quarter" => 15,
            "half" => 30,
            var word => TimeWords.English.Number(word),
        };
        return number is not (> 0 and < 60) ? null
            : match.Groups["to"].Success ? 60 - number : number;
    }

    private static IEnumerable<int> Places(Clause clause, Match match)
    {
        var from = 0;
        for (var at = 0; at < clause.Count; at++)
        {
            var to = from + clause[at].Text.Length;
            if (from < match.Index + match.Length && to > match.Index)
            {
                yield return at;
            }
            from = to + 1;
        }
    }

    [GeneratedRegex(@"(?<hour>\bon the hour\b)|(?<=^| ):(?<figures>\d\d)(?= |$)"
        + @"|\b(?<number>[a-z0-9]+) (?:minutes )?(?:past(?! (?!and|at|on|every|each|the)\w)"
        + @"|(?<to>to) (?:every|each|the|an) hour)\b")]
    private static partial Regex Minutes();
}
