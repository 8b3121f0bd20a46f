using Loam.Mind.Interpreter.Language;
using Loam.Mind.Interpreter.Parsing;
using Loam.Mind.Interpreter.Recognising;

namespace Loam.Mind.Interpreter.Subjects.Firewall;

/// <summary>Addresses and names that are said of other things than packets.</summary>
internal static partial class FirewallClaim
{
    /// <summary>"Open 80, 443 and 8080", first of all: no service publishes such a list.</summary>
    public static bool OpensList(Clause clause, Discourse said) =>
        clause is { Question: null, AsksMark: false } && said.Before.Count == 0
        && said.Session.Focus.Count == 0 && said.Session.About is null
        && clause.Lexemes.Any(l => l.Text is "open" && l.Is(Part.Topic, "open"))
        && clause.Lexemes.Count(IsPort) > 1 && clause.Lexemes.All(l => l.Text == "open"
            || IsPort(l) || l.IsField("tcp") || l.IsField("udp") || l.IsGlue("and")
            || l.IsGlue("comma") || l.IsField("port") || l.Readings[0].Part == Part.Noise);

    private static bool IsPolicy(ScanWords words, WishScan scan) => IsForwarding(words, scan)
        || words.Has("bydefault") && scan.Groups.Exists(
            g => g.Act != Act.None || g.Direction is not null)
        || words.Has("policy") && (words.HasText("policy", "policies", "default policy",
            "forward policy", "forwarding policy", "forward chain")
            && scan.Groups.Exists(g => g.Direction is not null || g.Act != Act.None))
            && !words.HasText("restart policy");

    private static bool IsPort(Lexeme lexeme) => lexeme is { IsNumber: true,
        Unit: "" or "tcp" or "udp", Value: > 0 and < 65536 };

    /// <summary>Addresses that others speak of: name servers, mounts, keys, limits.</summary>
    private static bool IsForeign(Clause clause, ScanWords words, WishScan scan) =>
        // "The nas got a new ip": what is mounted from there.
        scan.HasAddress && !scan.HasNumber && !scan.HasNamedPort && !words.Has("firewall")
            && clause.Lexemes.Any(l => l.Named(Known.Mount) is not null)
            && scan.Groups.TrueForAll(g => !g.OwnAct) ||
        words.HasText("iptables", "nftables", "ufw", "nft") && clause.Lexemes.Any(
            l => l.Text.Length > 1 && l.Text[0] == '-' && char.IsAsciiLetter(l.Text[1]))
        || !scan.Groups.Exists(g => g.Ports.Count > 0 && g.Sources.Count > 0) &&
        words.HasText("nameserver", "nameservers", "name server", "name servers", "dns server",
            "dns servers", "gateway", "static", "dhcp", "nfs share", "resolver", "ssh key",
            "ssh keys", "public key", "certificate", "certificates", "listen", "listens", "bind",
            "bind to", "localhost", "cert", "sudo", "healthcheck", "health check")
            && !words.Has("firewall") && !(words.Has("allow") && !words.HasText("ssh key",
                "ssh keys", "public key", "sudo"))
        || clause.Lexemes.Any(l => l.IsField("localhost") && !l.Is(Part.Address))
            && clause.Lexemes.Any(l => l.Named(Known.Service) is not null)
        || clause.Lexemes.Any(l => l.Is(Part.Key) || l.Is(Part.Mount)
            || l.Is(Part.Image) && PortNames.Numbers(l.Original).IsEmpty
                && !ScanWords.IsRateText(l.Text)
            || l.Is(Part.Assignment) || l.Is(Part.Email))
        || clause.Lexemes.Any(l => l.IsNumber && l.Unit is "Ki" or "Mi" or "Gi" or "Ti"
            or "core" or "percent");

    /// <summary>"Use 9.9.9.9 as dns": where names are looked up, not who may ask.</summary>
    private static bool IsOfNameServers(Clause clause, ScanWords words, WishScan scan)
    {
        var text = string.Join(' ', clause.Lexemes.Select(l => l.Text));
        var dns = clause.Lexemes.Any(l => l.Text is "dns" or "dns servers" or "resolvers")
            || text.Contains("name server", StringComparison.Ordinal);
        var froms = Enumerable.Range(0, clause.Count).Any(at =>
            PortNames.Network(clause[at]) is not null && words.Follows(at, "from"));
        return dns && !froms && !words.Has("firewall")
            && scan.Groups.Exists(g => g.Sources.Count > 0 || g.Destinations.Count > 0)
            && !clause.Lexemes.Any(l => (l.Is(Part.Topic, "allow") || l.Is(Part.Topic, "block")
                || l.Is(Part.Topic, "may")) && l.Text is not ("drop" or "use" or "try"
                    or "discard"));
    }
}
