using System.Globalization;
using System.Net;
using System.Text;

namespace Loam.Core.Firewall;

/// <summary>Rules as lines of a chain of nftables. Rules side by side with one verdict may be
/// asked in any order, so those of one form become one line with a set, in which the kernel finds
/// a packet at once however many there are.</summary>
internal static class RuleLines
{
    /// <summary>Networks of one rule up to which each has a line of its own.</summary>
    private const int MostLines = 4;

    /// <param name="rules">Those of one chain, in their order.</param>
    public static void Add(IEnumerable<FirewallRule> rules, StringBuilder body)
    {
        var run = new List<FirewallRule>();
        foreach (var rule in rules)
        {
            if (run.Count > 0 && !(IsPlain(run[0]) && IsPlain(rule)
                && Verdict(run[0]) == Verdict(rule)))
            {
                AddRun(run, body);
                run.Clear();
            }
            run.Add(rule);
        }
        AddRun(run, body);
    }

    public static string Verdict(FirewallRule rule) =>
        rule is { Action: FirewallAction.Reject, Protocol: PacketProtocol.Tcp }
            ? "reject with tcp reset" : Verb(rule.Action);

    public static string Verb(FirewallAction action) => action.ToString().ToLowerInvariant();

    /// <summary>Does nothing but decide.</summary>
    private static bool IsPlain(FirewallRule rule) => rule.Rate is null && !rule.Log;

    private static void AddRun(List<FirewallRule> run, StringBuilder body)
    {
        foreach (var alike in run.GroupBy(FormOf))
        {
            var rules = alike.ToList();
            if (rules.Count > 1 && IsPlain(rules[0]) && RuleSets.CanHold(rules))
            {
                AddSets(rules, body);
                continue;
            }
            foreach (var rule in rules)
            {
                AddLines(rule, body);
            }
        }
    }

    /// <summary>What a rule speaks of, without the networks and ports themselves.</summary>
    private static (string, PacketProtocol?, bool, bool, bool) FormOf(FirewallRule rule) => (
        Interface(rule) + States(rule), rule.Protocol, rule.Ports.IsEmpty, rule.Sources.IsEmpty,
        rule.Destinations.IsEmpty);

    private static void AddSets(List<FirewallRule> rules, StringBuilder body)
    {
        var (first, note) = (rules[0], $"{rules[0].Name} and {rules.Count - 1} more");
        var protocol = first.Ports.IsEmpty ? Protocol(first) : "";
        foreach (var (fields, elements) in RuleSets.Of(rules))
        {
            body.Append("\t\t").Append(Interface(first)).Append(States(first)).Append(protocol)
                .Append(fields).Append(" { ").AppendJoin(", ", elements).Append(" } ")
                .Append(Verdict(first))
                .Append(CultureInfo.InvariantCulture, $" comment \"{note}\"\n");
        }
    }

    /// <summary>Once for each family of addresses that the rule speaks of.</summary>
    private static void AddLines(FirewallRule rule, StringBuilder body)
    {
        var limit = rule.Rate is null ? "" : $"limit name \"rule-{rule.Name}\" ";
        var verdict = rule.Log ? $"jump rule-{rule.Name}" : Verdict(rule);
        foreach (var addresses in Families(rule))
        {
            body.Append("\t\t").Append(Interface(rule)).Append(States(rule)).Append(addresses)
                .Append(Protocol(rule)).Append(limit).Append(verdict)
                .Append(CultureInfo.InvariantCulture, $" comment \"{rule.Name}\"\n");
        }
    }

    private static string Interface(FirewallRule rule) => rule.Interface is not { } name ? ""
        : $"{(rule.Direction == PacketDirection.Output ? "oifname" : "iifname")} \"{name}\" ";

    private static string States(FirewallRule rule) => rule.States == ConnectionStates.None ? ""
        : $"ct state {rule.States.ToString().ToLowerInvariant().Replace(" ", "",
            StringComparison.Ordinal)} ";

    private static IEnumerable<string> Families(FirewallRule rule)
    {
        if (rule.Sources.IsEmpty && rule.Destinations.IsEmpty)
        {
            yield return "";
            yield break;
        }
        foreach (var word in (string[])["ip", "ip6"])
        {
            var sources = Networks(rule.Sources, word);
            var destinations = Networks(rule.Destinations, word);
            if ((sources.Count == 0 && !rule.Sources.IsEmpty)
                || (destinations.Count == 0 && !rule.Destinations.IsEmpty))
            {
                continue;
            }
            foreach (var source in Few(sources))
            {
                foreach (var destination in Few(destinations))
                {
                    yield return Address($"{word} saddr", word, source)
                        + Address($"{word} daddr", word, destination);
                }
            }
        }
    }

    /// <summary>A few networks are a line each: nft takes very long for thousands of lines with
    /// a set in each.</summary>
    private static IEnumerable<List<IPNetwork>> Few(List<IPNetwork> networks) =>
        networks.Count is > 1 and <= MostLines ? networks.Select(n => new List<IPNetwork> { n })
            : [networks];

    private static string Address(string field, string family, List<IPNetwork> networks)
    {
        if (networks.Count == 0)
        {
            return "";
        }
        return networks.Exists(n => n.PrefixLength == 0)
            ? $"meta nfproto {(family == "ip" ? "ipv4" : "ipv6")} "
            : $"{field} {{ {string.Join(", ", networks)} }} ";
    }

    /// <summary>Those of one family that lie in no other of the list.</summary>
    private static List<IPNetwork> Networks(
        IEnumerable<IPNetwork> networks, string family)
    {
        var kept = new List<IPNetwork>();
        foreach (var network in networks.Where(n => RuleSets.IsV4(n) == (family == "ip"))
            .OrderBy(n => n.PrefixLength))
        {
            if (!kept.Exists(k => k.Contains(network.BaseAddress)))
            {
                kept.Add(network);
            }
        }
        return kept;
    }

    /// <summary>A port is never written without its protocol (LOAM0209).</summary>
    private static string Protocol(FirewallRule rule)
    {
        var name = rule.Protocol switch
        {
            PacketProtocol.Tcp => "tcp",
            PacketProtocol.Udp => "udp",
            PacketProtocol.Icmp => "{ icmp, ipv6-icmp }",
            _ => "",
        };
        return rule.Ports.IsEmpty ? name.Length == 0 ? "" : $"meta l4proto {name} "
            : $"{name} dport {Ports(rule)} ";
    }

    private static string Ports(FirewallRule rule)
    {
        var merged = new List<PortRange>();
        foreach (var range in rule.Ports.OrderBy(p => p.First))
        {
            if (merged.Count > 0 && range.First <= merged[^1].Last + 1)
            {
                merged[^1] = merged[^1] with { Last = Math.Max(merged[^1].Last, range.Last) };
                continue;
            }
            merged.Add(range);
        }
        return $"{{ {string.Join(", ", merged)} }}";
    }
}
