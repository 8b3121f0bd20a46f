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
        foreach (var at in topic is MachineTopic.Timezone ? Zone(clause) : [])
        {
            clause.Use(at);
        }
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
        MachineTopic.Safety => lexeme.Is(Part.Path) || lexeme.Is(Part.Domain),
        _ => false,
    };

    /// <summary>The words that name a time zone.</summary>
    private static IEnumerable<int> Zone(Clause clause) => Enumerable.Range(0, clause.Count)
        .Where(at => !clause[at].IsNumber && Zones.Find(new([clause[at]])).Count > 0);
}
