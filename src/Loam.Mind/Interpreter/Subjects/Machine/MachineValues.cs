using Loam.Mind.Interpreter.Language;
using Loam.Mind.Interpreter.Parsing;
using Loam.Mind.Interpreter.Recognising;

namespace Loam.Mind.Interpreter.Subjects.Machine;

/// <summary>Which values of a clause a setting of the machine accounts for.</summary>
internal static class MachineValues
{
    /// <summary>Numbers a setting can have: "from 14 to 60".</summary>
    private const int MostNumbers = 2;

    public static void Take(Clause clause, MachineTopic topic)
    {
        var numbers = 0;
        for (var at = 0; at < clause.Count; at++)
        {
            if (clause[at].IsNumber ? Counts(topic) && numbers++ < MostNumbers
                : IsOf(clause[at], topic))
            {
                clause.Use(at);
            }
        }
        foreach (var at in topic is MachineTopic.Timezone ? Zone(clause)
            : topic is MachineTopic.Search ? DnsEdits.Searched(clause) : [])
        {
            clause.Use(at);
        }
    }

    /// <summary>"For a week", said in words; null: it is not. What it shall not be, and what it
    /// was, are no answer.</summary>
    public static string? Span(Clause clause)
    {
        string? said = null;
        for (var at = 0; at + 1 < clause.Count; at++)
        {
            // "A month" may be one word of its own.
            var whole = clause[at + 1].Text.StartsWith("a ", StringComparison.Ordinal);
            var many = whole || clause[at].Text is "a" or "an" or "one" or "a whole" or "a full" ? 1
                : clause[at].Text is "half a" ? 0 : -1;
            var span = (whole ? clause[at + 1].Text[2..] : clause[at + 1].Text, many) switch
            {
                ("hour", 1) => "1h",
                ("day", 1) => "24h",
                ("week", 1) => "7d",
                ("fortnight", 1) => "14d",
                ("month", 1) => "30d",
                ("quarter", 1) => "90d",
                ("year", 1) => "365d",
                ("year", 0) => "182d",
                _ => null,
            };
            if (span is null)
            {
                continue;
            }
            var before = whole ? at : Math.Max(0, at - 1);
            var former = clause[before].IsGlue("not") || clause[before].IsGlue("insteadof")
                || clause[before].IsGlue("from");
            clause.Use(former ? before : at, at + 1);
            said = former ? said : span;
        }
        return said;
    }

    private static bool Counts(MachineTopic topic) => topic is MachineTopic.Safety
        or MachineTopic.Observe or MachineTopic.Setting or MachineTopic.Model;

    private static bool IsOf(Lexeme lexeme, MachineTopic topic) => topic switch
    {
        MachineTopic.Dns => lexeme.Is(Part.Address),
        MachineTopic.Search => lexeme.Is(Part.Domain),
        MachineTopic.Interface => lexeme.Is(Part.Address) || lexeme.Is(Part.Cidr)
            || lexeme.Named(Known.Interface) is not null,
        MachineTopic.Model => lexeme.Is(Part.Image) || lexeme.Is(Part.Url)
            || lexeme.Is(Part.Address) || lexeme.Is(Part.PortPair) || lexeme.Is(Part.Version)
            || lexeme.Is(Part.Identifier),
        MachineTopic.Registry => lexeme.Is(Part.Domain) || lexeme.Is(Part.Image)
            || lexeme.Is(Part.PortPair) || lexeme.Is(Part.Url),
        MachineTopic.Setting => lexeme.Is(Part.Path) || lexeme.Is(Part.Url)
            || lexeme.Is(Part.Identifier),
        MachineTopic.Safety => lexeme.Is(Part.Path) || lexeme.Is(Part.Domain)
            || SafetyEdits.IsFile(lexeme.Text),
        _ => false,
    };

    /// <summary>The words that name a time zone.</summary>
    private static IEnumerable<int> Zone(Clause clause) => Enumerable.Range(0, clause.Count)
        .Where(at => !clause[at].IsNumber && Zones.Find(new([clause[at]])).Count > 0);
}
