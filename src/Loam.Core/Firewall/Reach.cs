using System.Collections.Immutable;
using System.Globalization;

namespace Loam.Core.Firewall;

/// <summary>A port of this machine, as rules speak of it: <c>22/tcp</c>,
/// <c>8000-8100/tcp</c>; no port: every port that nothing else names.</summary>
public sealed record Passage(PortRange? Ports, PacketProtocol Protocol)
{
    public override string ToString() => Ports is null ? "every other port"
        : string.Create(CultureInfo.InvariantCulture,
            $"{Ports}/{Protocol.ToString().ToLowerInvariant()}");
}

/// <summary>Who may begin a connection to a port, in the words of the rules.</summary>
/// <param name="Anyone">Whoever is not among <paramref name="Except"/>; otherwise only those of
/// <paramref name="From"/>.</param>
public sealed record Reach(
    bool Anyone, ImmutableArray<string> From, ImmutableArray<string> Except)
{
    private const int Named = 4;

    /// <summary><c>anyone</c>, <c>anyone but 203.0.113.9</c>, <c>only 10.0.0.0/8</c>,
    /// <c>nobody</c>.</summary>
    public override string ToString() => (Anyone, From.IsEmpty, Except.IsEmpty) switch
    {
        (true, _, true) => "anyone",
        (true, _, false) => $"anyone but {List(Except)}",
        (false, true, _) => "nobody",
        _ => $"only {List(From)}",
    };

    /// <summary>Reads the input rules in their order, as a new connection meets them.</summary>
    public static Reach Of(FirewallRules rules, Passage passage)
    {
        if (!rules.IsDeclared || !rules.IsEnabled)
        {
            return new(true, [], []);
        }
        var (from, except) = (new List<string>(), new List<string>());
        foreach (var rule in rules.Rules.Where(r => Concerns(r, passage)))
        {
            var accepts = rule.Action == FirewallAction.Accept;
            if (Whom(rule) is not { } whom)
            {
                return accepts ? new(true, [], [.. except]) : new(false, [.. from], []);
            }
            (accepts ? from : except).AddRange(whom);
        }
        return rules.InputPolicy == FirewallAction.Accept ? new(true, [], [.. except])
            : new(false, [.. from], []);
    }

    /// <summary>What rules may treat differently: the ports that firewalls name, and one for all
    /// the rest.</summary>
    public static IEnumerable<Passage> Passages(params IEnumerable<FirewallRules> firewalls) =>
        firewalls.SelectMany(f => f.Rules)
            .Where(r => r.Direction == PacketDirection.Input
                && r.Protocol != PacketProtocol.Icmp)
            .SelectMany(r => r.Ports.Select(p => new Passage(p, r.Protocol ?? PacketProtocol.Tcp)))
            .Distinct().OrderBy(p => p.Ports!.Value.First).ThenBy(p => p.Protocol)
            .Append(new(null, PacketProtocol.Tcp));

    private static bool Concerns(FirewallRule rule, Passage passage) =>
        rule.Direction == PacketDirection.Input
        && (rule.Protocol is null || rule.Protocol == passage.Protocol)
        && (rule.States == ConnectionStates.None
            || (rule.States & ConnectionStates.New) != 0)
        && (rule.Rate is null || rule.Action == FirewallAction.Accept)
        && (rule.Ports.IsEmpty || (passage.Ports is { } ports
            && rule.Ports.Any(r => r.Contains(ports.First) && r.Contains(ports.Last))));

    /// <summary>Null: everybody.</summary>
    private static IEnumerable<string>? Whom(FirewallRule rule)
    {
        if (rule.Interface == "lo")
        {
            return [];
        }
        var by = rule.Interface is { } name ? $" by {name}" : "";
        if (!rule.Sources.IsEmpty && !rule.Sources.Any(s => s.PrefixLength == 0))
        {
            return rule.Sources.Select(s => Short(s) + by);
        }
        return by.Length > 0 ? [$"whoever comes{by}"]
            : rule.Destinations.IsEmpty ? null
            : rule.Destinations.Select(d => $"who means {Short(d)}");
    }

    private static string Short(System.Net.IPNetwork network) =>
        network.PrefixLength == (network.BaseAddress.GetAddressBytes().Length * 8)
            ? network.BaseAddress.ToString() : network.ToString();

    private static string List(ImmutableArray<string> whom)
    {
        var distinct = whom.Distinct().ToList();
        return distinct.Count <= Named ? string.Join(", ", distinct)
            : $"{string.Join(", ", distinct.Take(Named - 1))} and "
                + string.Create(CultureInfo.InvariantCulture, $"{distinct.Count - Named + 1} more");
    }
}
