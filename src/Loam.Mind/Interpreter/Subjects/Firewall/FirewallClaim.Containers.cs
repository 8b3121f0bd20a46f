using Loam.Mind.Interpreter.Language;
using Loam.Mind.Interpreter.Parsing;
using Loam.Mind.Interpreter.Recognising;

namespace Loam.Mind.Interpreter.Subjects.Firewall;

/// <summary>What sounds like packets and passes between containers only.</summary>
internal static partial class FirewallClaim
{
    public static bool IsOfContainers(Clause clause) =>
        !SaysNumber(clause) && (IsAmongServices(clause) || IsByWayOf(clause));

    /// <summary>"Let only the api talk to postgres".</summary>
    private static bool IsAmongServices(Clause clause)
    {
        var may = clause.Lexemes.ToList().FindIndex(l => l.Is(Part.Topic, "may")
            && l.Text.Split(' ')[^1] is "to" or "reach" or "access" or "use");
        bool Names(Lexeme lexeme) => lexeme.Named(Known.Service) is not null
            && lexeme.Named(Known.Network) is null;
        return may > 0 && clause.Lexemes.Take(may).Any(Names)
            && clause.Lexemes.Skip(may + 1).Any(Names)
            && !clause.Lexemes.Any(l => l.IsField("firewall") || l.Is(Part.Topic, "rule")
                || l.IsGlue("and"));
    }

    /// <summary>"Only via the proxy": which way it takes.</summary>
    private static bool IsByWayOf(Clause clause)
    {
        var via = clause.Lexemes.ToList().FindIndex(l => l.Text is "via" or "through" or "behind"
            or "by way of");
        return via >= 0 && clause.Next(via) is >= 0 and var way
            && clause[way].Named(Known.Service) is not null;
    }

    private static bool SaysNumber(Clause clause) => clause.Lexemes.Any(
        l => l.IsNumber || l.Is(Part.Address) || l.Is(Part.Cidr));
}
