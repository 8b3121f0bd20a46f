using Loam.Mind.Interpreter.Language;
using Loam.Mind.Interpreter.Parsing;

namespace Loam.Mind.Interpreter.Subjects.Machine;

/// <summary>Time zones by their names, cities and countries.</summary>
internal static class Zones
{
    private static readonly Lazy<Dictionary<string, List<string>>> s_cities = new(() =>
    {
        var cities = new Dictionary<string, List<string>>(StringComparer.Ordinal);
        foreach (var zone in TimeZoneInfo.GetSystemTimeZones())
        {
            var parts = zone.Id.Split('/');
            if (parts.Length is 2 or 3 && parts[0] is "Europe" or "America" or "Asia" or "Africa"
                or "Australia" or "Pacific" or "Atlantic" or "Indian")
            {
                Add(zone.Id.ToLowerInvariant(), zone.Id);
                Add(parts[^1].ToLowerInvariant().Replace('_', ' '), zone.Id);
            }
        }
        return cities;

        void Add(string key, string id)
        {
            if (!cities.TryGetValue(key, out var list))
            {
                cities[key] = list = [];
            }
            list.Add(id);
        }
    });

    /// <summary>A zone by its whole name: <c>Europe/Berlin</c>.</summary>
    public static bool IsZone(string text) => text.Contains('/')
        && s_cities.Value.ContainsKey(text.ToLowerInvariant());

    /// <summary>"Oslo time": a place that has a zone, and the word.</summary>
    public static bool SaysTime(IReadOnlyList<Recognising.Lexeme> all) =>
        all.Zip(all.Skip(1)).Any(p => p.Second.Text is "time" && p.First.IsMention is false
            && s_cities.Value.ContainsKey(p.First.Original.ToLowerInvariant()));

    /// <summary>Every zone a clause can mean, the last place said first; empty: none.</summary>
    public static List<string> Find(Clause clause)
    {
        var words = clause.Lexemes.SelectMany(l => l.Original.ToLowerInvariant().Split(' '))
            .Select(w => w.Trim(',', '.')).ToList();
        for (var at = words.Count - 1; at >= 0; at--)
        {
            for (var length = Math.Min(3, at + 1); length > 0; length--)
            {
                var phrase = string.Join(' ', words.Skip(at - length + 1).Take(length));
                if (s_cities.Value.TryGetValue(phrase, out var ids))
                {
                    return ids;
                }
            }
        }
        return [.. clause.Lexemes.Reverse().SelectMany(l => l.Readings)
            .Where(r => r.Part == Part.Topic && r.Key.StartsWith("zone:", StringComparison.Ordinal))
            .Select(r => r.Key["zone:".Length..]).Take(1)];
    }

    /// <summary>A word that looks like a zone but is none.</summary>
    public static string? Unknown(Clause clause) => clause.Lexemes.Select(l => l.Original)
        .FirstOrDefault(t => t.Split('/') is [{ Length: > 2 } area, { Length: > 1 }]
            && char.IsAsciiLetterUpper(area[0]));
}
