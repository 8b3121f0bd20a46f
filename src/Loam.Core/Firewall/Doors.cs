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

    /// <summary>Somebody a rule speaks of.</summary>
    /// <param name="Network">Null: told by something else than where they come from.</param>
    private sealed record Whom(IPNetwork? Network, string Text)
    {
        public bool Meets(Whom other) => Network is not { } mine || other.Network is not { } theirs
            || mine.Contains(theirs.BaseAddress) || theirs.Contains(mine.BaseAddress);

        public bool Covers(Whom other) => Text == other.Text || (Network is { } mine
            && other.Network is { } theirs && mine.PrefixLength <= theirs.PrefixLength
            && mine.Contains(theirs.BaseAddress));
    }

    /// <summary>Reads the rules in their order, as a new connection meets them.</summary>
    public Reach To(Passage passage)
    {
        if (!_firewall.IsDeclared || !_firewall.IsEnabled)
        {
            return s_anyone;
        }
        var (may, mayNot) = (new List<Whom>(), new List<Whom>());
        var open = _firewall.InputPolicy == FirewallAction.Accept;
        // An exception stands for what comes after it: whom an earlier rule let in, it misses.
        var (exceptions, excepted) = (new List<Whom>(), new List<Whom>());
        foreach (var (_, rule) in Deciding(passage))
        {
            var accepts = rule.Action == FirewallAction.Accept;
            if (Speaks(rule) is not { } whom)
            {
                open = accepts;
                break;
            }
            foreach (var one in whom)
            {
                var (mine, others) = accepts ? (may, mayNot) : (mayNot, may);
                if (mine.Exists(m => m.Covers(one)) || others.Exists(o => o.Covers(one)))
                {
                    continue;
                }
                (accepts ? excepted : exceptions).AddRange(
                    others.Where(o => o.Meets(one)).Except(accepts ? excepted : exceptions));
                mine.Add(one);
            }
        }
        return open ? new(true, [.. Texts(exceptions)], [.. Texts(mayNot)])
            : new(false, [.. Texts(may)], [.. Texts(excepted)]);
    }

    /// <summary>What rules may treat differently: the ports that firewalls name, cut where another
    /// rule's begin or end, and what is left of each protocol.</summary>
    /// <param name="besides">Ports that are of interest besides.</param>
    public static IEnumerable<Passage> Passages(
        IEnumerable<Passage> besides, params IEnumerable<FirewallRules> firewalls)
    {
        var named = firewalls.SelectMany(f => f.Rules)
            .Where(r => r.Direction == PacketDirection.Input)
            .SelectMany(r => r.Ports.Select(p => new Passage(p, r.Protocol ?? PacketProtocol.Tcp)))
            .Concat(besides).Where(p => p.Ports is not null).ToLookup(p => p.Protocol);
        return named[PacketProtocol.Tcp].Pieces(PacketProtocol.Tcp)
            .Concat(named[PacketProtocol.Udp].Pieces(PacketProtocol.Udp))
            .OrderBy(p => p.Ports!.Value.First).ThenBy(p => p.Protocol)
            .Concat([new(null, PacketProtocol.Tcp), new(null, PacketProtocol.Udp),
                new(null, PacketProtocol.Icmp)]);
    }

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
    private static List<Whom>? Speaks(FirewallRule rule)
    {
        if (rule.Interface == "lo")
        {
            return [];
        }
        var by = (rule.Interface is { } name ? $" by {name}" : "")
            + (rule.Destinations.IsEmpty ? ""
                : $" to {string.Join(", ", rule.Destinations.Select(Short))}")
            + (rule.Rate is { } rate ? $" up to {rate}" : "");
        var sources = rule.Sources.Distinct().ToList();
        var everybody = sources.Count == 0
            || sources.Count(s => s.PrefixLength == 0) == 2;
        return (everybody, by.Length > 0) switch
        {
            (true, false) => null,
            (true, true) => [new(null, $"anyone{by}")],
            (false, true) => [.. sources.Select(s => new Whom(null, Short(s) + by))],
            _ => [.. sources.Select(s => new Whom(s, Short(s)))],
        };
    }

    private static string Short(IPNetwork network)
    {
        var bits = network.BaseAddress.GetAddressBytes().Length * 8;
        return network.PrefixLength == bits ? network.BaseAddress.ToString()
            : network.PrefixLength > 0 ? network.ToString()
            : bits == 32 ? "anyone by IPv4" : "anyone by IPv6";
    }

    private static IEnumerable<string> Texts(IEnumerable<Whom> whom) =>
        whom.Select(w => w.Text).Distinct();
}

file static class Cutting
{
    /// <summary>The ranges cut into pieces of which each lies in the same ranges.</summary>
    public static IEnumerable<Passage> Pieces(
        this IEnumerable<Passage> passages, PacketProtocol protocol)
    {
        var edges = new SortedDictionary<int, int>();
        foreach (var range in passages.Select(p => p.Ports!.Value).Distinct())
        {
            edges[range.First] = edges.GetValueOrDefault(range.First) + 1;
            edges[range.Last + 1] = edges.GetValueOrDefault(range.Last + 1) - 1;
        }
        var (depth, from) = (0, 0);
        foreach (var (at, change) in edges)
        {
            if (depth > 0)
            {
                yield return new(new(from, at - 1), protocol);
            }
            (depth, from) = (depth + change, at);
        }
    }
}
