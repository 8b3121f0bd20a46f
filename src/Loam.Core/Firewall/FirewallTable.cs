using System.Globalization;
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

    /// <summary>Whoever comes to an address of this machine is judged by the port he asked for,
    /// before an engine redirects him to a container.</summary>
    private const string Arriving =
        "\tchain arriving {\n"
        + "\t\ttype filter hook prerouting priority dstnat - 10; policy accept;\n"
        + "\t\tfib daddr type local goto judge\n\t}\n";

    /// <summary>What is for this machine and was not judged when it arrived: broadcasts, and what
    /// somebody redirected to it.</summary>
    private const string Unjudged =
        "\t\tct status dnat ct direction original goto judge\n"
        + "\t\tfib daddr type local accept\n\t\tgoto judge\n";

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

    private const string Published =
        $"\t\toifname @{Bridges} ct status dnat ct direction original accept\n";

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
        body.Append("\tchain judge {\n").Append(Plumbing);
        AddRules(rules, PacketDirection.Input, body);
        body.Append(FromContainers).Append(CultureInfo.InvariantCulture,
            $"\t\t{RuleLines.Verb(rules.InputPolicy)}\n\t}}\n").Append(Arriving);
        Chain(rules, PacketDirection.Input, Unjudged, "", body);
        Chain(rules, PacketDirection.Output, Plumbing, ToContainers, body);
        Chain(rules, PacketDirection.Forward, Published, ThroughContainers, body);
        var text = body.ToString();
        return new(Digests.Of(text)[..16], text);
    }

    private static void Chain(FirewallRules rules, PacketDirection direction, string first,
        string last, StringBuilder body)
    {
        var hook = direction.ToString().ToLowerInvariant();
        body.Append(CultureInfo.InvariantCulture, $"\tchain {hook} {{\n")
            .Append(CultureInfo.InvariantCulture, $"\t\ttype filter hook {hook} {Priority}; ")
            .Append(CultureInfo.InvariantCulture,
                $"policy {RuleLines.Verb(rules.PolicyOf(direction))};\n")
            .Append(first);
        if (direction != PacketDirection.Input)
        {
            AddRules(rules, direction, body);
        }
        body.Append(last).Append("\t}\n");
    }

    private static void AddRules(
        FirewallRules rules, PacketDirection direction, StringBuilder body) =>
        RuleLines.Add(rules.Rules.Where(r => r.Direction == direction), body);

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
                .Append(CultureInfo.InvariantCulture, $"\t\t{RuleLines.Verdict(rule)}\n\t}}\n");
        }
    }
}
