using Loam.Mind.Interpreter.Language;
using Loam.Mind.Interpreter.Parsing;

namespace Loam.Mind.Interpreter.Subjects.Firewall;

/// <summary>"Anybody can look at grafana. It should open for 10.0.0.0/8 and nobody else": who may
/// is said of what was told, and never of everything.</summary>
internal sealed partial class FirewallSubject
{
    private static void OfTold(FirewallAttribute wish, Clause clause, Discourse said)
    {
        var at = wish.Groups.FindIndex(g => g is { Ports.Count: 0, Sources.Count: > 0,
            Destinations.Count: 0, Rules.Count: 0, Everything: false }
            && (g.IsAllow || g is { Act: Act.None, Only: true }));
        if (at is < 0 or > 1 || wish.LocksDown)
        {
            return;
        }
        var may = wish.Groups[at];
        if (at == 1)
        {
            if (wish.Groups[0] is { Anywhere: true, IsAllow: true, Ports.Count: > 0,
                    Sources.Count: 0 } all && Reaches(clause))
            {
                may.Ports = [.. all.Ports];
                wish.Groups.RemoveAt(0);
            }
            return;
        }
        if (said.Before.LastOrDefault(Reaches) is not { } told)
        {
            return;
        }
        (may.Ports, may.Refers) = ([.. WishScan.Of(told).Groups.SelectMany(g => g.Ports)], false);
        (may.Act, may.OwnAct) = (Act.Allow, true);
        told.IsTold |= told.Subject is not FirewallSubject;
        told.Attributes.OfType<FirewallAttribute>().ToList().ForEach(a => a.IsMerged = true);
    }

    /// <summary>Somebody is said to get to something, and nothing is wished of it.</summary>
    private static bool Reaches(Clause clause)
    {
        var lexemes = clause.Lexemes.ToList();
        var may = lexemes.FindIndex(l => l.Is(Part.Topic, "may") || l.Is(Part.Topic, "open")
            || l.Text.Split(' ')[^1] is "sees" or "see" or "reaches" or "visible");
        var first = lexemes.FindIndex(l => l.Readings[0].Part is not (Part.Noise or Part.Glue));
        return clause.Question is null && may > 0 && first >= 0
            && !(lexemes[first].Is(Part.Verb) && !lexemes[first].IsMention)
            && !lexemes.Take(may + 1).Any(l => l.IsGlue("wish") || l.IsGlue("not")
                || l.IsGlue("only") || l.Is(Part.Cidr) || l.Is(Part.Address))
            && WishScan.Of(clause).Groups.Exists(g => g.Ports.Count > 0);
    }
}
