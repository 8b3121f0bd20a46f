using System.Globalization;
using System.Net;
using System.Text;
using Loam.Core.StateFiles;

namespace Loam.Core.Firewall;

/// <summary>A firewall as nftables takes it: everything in one table, replaced as one
/// transaction.</summary>
/// <param name="Digest">16 hex digits of all that the table says.</param>
/// <param name="Body">What stands between the table's braces, in the language of <c>nft -f</c>.
/// </param>
public sealed record FirewallTable(string Digest, string Body)
{
    /// <summary>Family and name of the table.</summary>
    public const string Name = "inet loam";

    /// <summary>The set of the bridges of container engines; the driver keeps it.</summary>
    public const string Bridges = "bridges";

    /// <summary>Before the filters of other programs: what one of us drops stays dropped, and what
    /// we accept they may still drop.</summary>
    private const string Priority = "priority filter - 10";

    /// <summary>Networks of one rule up to which each has a line of its own.</summary>
    private const int MostLines = 4;

    /// <summary>What v6 does not work without: who is on the link, and addresses by DHCP, whose
    /// answers belong to no connection.</summary>
    private const string Plumbing =
        "\t\ticmpv6 type { nd-router-solicit, nd-router-advert, nd-neighbor-solicit, "
        + "nd-neighbor-advert, mld-listener-query } accept\n"
        + "\t\tip6 saddr fe80::/10 udp sport 547 udp dport 546 accept\n";

    /// <summary>What holds for containers unless a rule says otherwise: they reach out, find one
    /// another by name, and answer whoever was let in.</summary>
    private const string FromContainers =
        $"\t\tiifname @{Bridges} meta l4proto {{ tcp, udp }} th dport 53 accept\n"
        + $"\t\tiifname @{Bridges} ct state established,related accept\n";

    /// <summary>Whoever comes to a published port is judged as whoever comes to this machine.
    /// </summary>
    private const string Published =
        $"\t\toifname @{Bridges} ct status dnat ct direction original goto published\n";

    private const string ThroughContainers =
        $"\t\tiifname @{Bridges} accept\n"
        + $"\t\toifname @{Bridges} ct state established,related accept\n";

    private const string ToContainers = $"\t\toifname @{Bridges} accept\n";

    /// <summary>The table of a declared firewall; null when none is to be in force.</summary>
    public static FirewallTable? Of(FirewallRules rules)
    {
        if (!rules.IsDeclared || !rules.IsEnabled)
        {
            return null;
        }
        var body = new StringBuilder($"\tset {Bridges} {{ type ifname; }}\n");
        foreach (var rule in rules.Rules)
        {
            Declare(rule, body);
        }
        Chain(rules, PacketDirection.Input, "input", Plumbing, FromContainers, body);
        Chain(rules, PacketDirection.Output, "output", Plumbing, ToContainers, body);
        body.Append("\tchain published {\n");
        AddRules(rules, PacketDirection.Input, isRedirected: true, body);
        body.Append($"\t\t{Verb(rules.InputPolicy)}\n\t}}\n");
        Chain(rules, PacketDirection.Forward, "forward", Published, ThroughContainers, body);
        var text = body.ToString();
        return new(Digests.Of(text)[..16], text);
    }

    private static void Chain(FirewallRules rules, PacketDirection direction, string hook,
        string first, string last, StringBuilder body)
    {
        body.Append(CultureInfo.InvariantCulture, $"\tchain {hook} {{\n")
            .Append(CultureInfo.InvariantCulture, $"\t\ttype filter hook {hook} {Priority}; ")
            .Append(CultureInfo.InvariantCulture, $"policy {Verb(rules.PolicyOf(direction))};\n")
            .Append(first);
        AddRules(rules, direction, isRedirected: false, body);
        body.Append(last).Append("\t}\n");
    }

    /// <summary>A rate is counted once however many lines a rule becomes, and a log that is
    /// flooded serves nobody.</summary>
    private static void Declare(FirewallRule rule, StringBuilder body)
    {
        if (rule.Rate is { } rate)
        {
            var over = rule.Action == FirewallAction.Accept ? "" : "over ";
            var burst = rate[..rate.IndexOf('/', StringComparison.Ordinal)];
            body.Append(CultureInfo.InvariantCulture,
                $"\tlimit rule-{rule.Name} {{ rate {over}{rate} burst {burst} packets; }}\n");
        }
        if (rule.Log)
        {
            body.Append(CultureInfo.InvariantCulture, $"\tchain rule-{rule.Name} {{\n")
                .Append("\t\tlimit rate 10/second burst 20 packets ")
                .Append(CultureInfo.InvariantCulture, $"log prefix \"loam {rule.Name}: \"\n")
                .Append(CultureInfo.InvariantCulture, $"\t\t{Verdict(rule)}\n\t}}\n");
        }
    }

    private static void AddRules(FirewallRules rules, PacketDirection direction,
        bool isRedirected, StringBuilder body)
    {
        foreach (var rule in rules.Rules.Where(r => r.Direction == direction))
        {
            var limit = rule.Rate is null ? "" : $"limit name \"rule-{rule.Name}\" ";
            var verdict = rule.Log ? $"jump rule-{rule.Name}" : Verdict(rule);
            foreach (var match in Matches(rule, isRedirected))
            {
                body.Append("\t\t").Append(match).Append(limit).Append(verdict)
                    .Append(CultureInfo.InvariantCulture, $" comment \"{rule.Name}\"\n");
            }
        }
    }

    /// <summary>The rule's conditions, once for each family of addresses that it speaks of.
    /// </summary>
    /// <param name="isRedirected">A packet on its way to a container, judged by where its sender
    /// meant it to go.</param>
    private static IEnumerable<string> Matches(FirewallRule rule, bool isRedirected)
    {
        var common = Interface(rule) + States(rule);
        var protocol = Protocol(rule, isRedirected);
        return Families(rule, isRedirected).Select(a => common + a + protocol);
    }

    private static string Interface(FirewallRule rule) => rule.Interface is not { } name ? ""
        : $"{(rule.Direction == PacketDirection.Output ? "oifname" : "iifname")} \"{name}\" ";

    private static string States(FirewallRule rule) => rule.States == ConnectionStates.None ? ""
        : $"ct state {rule.States.ToString().ToLowerInvariant().Replace(" ", "",
            StringComparison.Ordinal)} ";

    private static IEnumerable<string> Families(FirewallRule rule, bool isRedirected)
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
            var meant = isRedirected ? $"ct original {word}" : word;
            foreach (var source in Few(sources))
            {
                foreach (var destination in Few(destinations))
                {
                    yield return Address($"{word} saddr", word, source)
                        + Address($"{meant} daddr", word, destination);
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
        foreach (var network in networks.Where(n => IsV4(n) == (family == "ip"))
            .OrderBy(n => n.PrefixLength))
        {
            if (!kept.Exists(k => k.Contains(network.BaseAddress)))
            {
                kept.Add(network);
            }
        }
        return kept;
    }

    private static bool IsV4(IPNetwork network) =>
        network.BaseAddress.GetAddressBytes().Length == 4;

    /// <summary>A port is never written without its protocol (LOAM0209).</summary>
    private static string Protocol(FirewallRule rule, bool isRedirected)
    {
        var name = rule.Protocol switch
        {
            PacketProtocol.Tcp => "tcp",
            PacketProtocol.Udp => "udp",
            PacketProtocol.Icmp => "{ icmp, ipv6-icmp }",
            _ => "",
        };
        return rule.Ports.IsEmpty ? name.Length == 0 ? "" : $"meta l4proto {name} "
            : isRedirected ? $"meta l4proto {name} ct original proto-dst {Ports(rule)} "
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

    private static string Verdict(FirewallRule rule) =>
        rule is { Action: FirewallAction.Reject, Protocol: PacketProtocol.Tcp }
            ? "reject with tcp reset" : Verb(rule.Action);

    private static string Verb(FirewallAction action) => action.ToString().ToLowerInvariant();
}
