using System.Collections.Immutable;
using System.Net;

namespace Loam.Core.Firewall;

/// <summary>Who reaches which port by a firewall's input rules. Rules for single ports are found
/// by the port, so that a thousand of them can be asked about a thousand ports.</summary>
public sealed class Doors
{
    private static readonly Reach s_anyone = new(true, [], []);

    private readonly FirewallRules _firewall;
    private readonly List<(int Place, FirewallRule Rule)> _wide = [];
    private readonly Dictionary<int, List<(int Place, FirewallRule Rule)>> _byPort = [];

    public Doors(FirewallRules firewall)
    {
        _firewall = firewall;
        foreach (var (rule, place) in firewall.Rules.Select((r, i) => (r, i))
            .Where(r => MayDecide(r.r)))
        {
            if (rule.Ports.IsEmpty || rule.Ports.Any(p => p.First != p.Last))
            {
                _wide.Add((place, rule));
                continue;
            }
            foreach (var port in rule.Ports)
            {
                if (!_byPort.TryGetValue(port.First, out var rules))
                {
                    _byPort[port.First] = rules = [];
                }
                rules.Add((place, rule));
            }
        }
    }

    /// <summary>Reads the rules in their order, as a new connection meets them.</summary>
    public Reach To(Passage passage)
    {
        if (!_firewall.IsDeclared || !_firewall.IsEnabled)
        {
            return s_anyone;
        }
        var (from, except) = (new List<string>(), new List<string>());
        foreach (var (_, rule) in Deciding(passage))
        {
            var accepts = rule.Action == FirewallAction.Accept;
            if (Whom(rule) is not { } whom)
            {
                return accepts ? new(true, [], [.. except]) : new(false, [.. from], []);
            }
            (accepts ? from : except).AddRange(whom);
        }
        return _firewall.InputPolicy == FirewallAction.Accept ? new(true, [], [.. except])
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

    private IEnumerable<(int Place, FirewallRule Rule)> Deciding(Passage passage)
    {
        var wide = _wide.Where(r => Concerns(r.Rule, passage));
        return passage.Ports is { } ports && ports.First == ports.Last
            && _byPort.TryGetValue(ports.First, out var own)
                ? wide.Concat(own.Where(r => Concerns(r.Rule, passage))).OrderBy(r => r.Place)
                : wide;
    }

    /// <summary>A rule for new connections that come in; a drop beyond a rate is not for the
    /// first.</summary>
    private static bool MayDecide(FirewallRule rule) =>
        rule.Direction == PacketDirection.Input
        && (rule.States == ConnectionStates.None
            || (rule.States & ConnectionStates.New) != 0)
        && (rule.Rate is null || rule.Action == FirewallAction.Accept);

    private static bool Concerns(FirewallRule rule, Passage passage) =>
        (rule.Protocol is null || rule.Protocol == passage.Protocol)
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

    private static string Short(IPNetwork network) =>
        network.PrefixLength == (network.BaseAddress.GetAddressBytes().Length * 8)
            ? network.BaseAddress.ToString() : network.ToString();
}
