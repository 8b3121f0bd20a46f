using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Loam.Core.StateFiles;

namespace Loam.Drivers.Containers.Native.Networking;

/// <summary>Networks of containers as nftables takes them: the walls between them, the way out,
/// and the host's ports that lead to containers. In a table of the instance's own, replaced as one
/// transaction: connections that are established keep their way.</summary>
/// <remarks>Without sets and maps: a packet on its way through the rules while they are replaced
/// still goes through the old ones, but finds their sets empty.</remarks>
internal sealed class NetworkRules(string instance)
{
    /// <summary>What a socket carries whose packets may go to name servers only.</summary>
    public const uint NamesMark = 0x6c6f6e73;

    private const string Everywhere = "0.0.0.0";
    private const string Mark = "loam ";

    private readonly string _ours = NetworkBridge.Prefix(instance);

    /// <summary>Family and name of the table.</summary>
    public string Table => $"inet loam_net_{_ours.TrimEnd('-')}";

    public string Clear => $"add table {Table}\ndelete table {Table}\n";

    /// <summary>The table's comment that goes with a script.</summary>
    public string Comment(string body) => $"{Mark}{instance} {Digests.Of(body)[..16]}";

    public string Script(string body) =>
        $"{Clear}table {Table} {{\n\tcomment \"{Comment(body)}\"\n{body}}}\n";

    /// <summary>What stands between the table's braces; null: nothing is needed.</summary>
    /// <param name="upstreams">Name servers that may be asked for containers.</param>
    public string? Body(
        NetworkRecords records, Standings standings, ImmutableArray<string> upstreams)
    {
        if (records.Networks.IsEmpty)
        {
            return null;
        }
        var body = new StringBuilder();
        AddPorts(records, standings, body);
        AddWalls(records, body);
        body.Append("\tchain out {\n\t\ttype nat hook postrouting priority srcnat; policy accept;")
            .Append(CultureInfo.InvariantCulture,
                $"\n\t\toifname \"{_ours}*\" ip saddr 127.0.0.0/8 masquerade\n");
        foreach (var (name, network) in records.Networks)
        {
            // Who reaches his own network through a port of the host is answered the same way.
            body.Append(CultureInfo.InvariantCulture,
                $"\t\toifname \"{Bridge(name)}\" ip saddr {network.Subnet} ct status dnat ")
                .Append("masquerade\n");
            if (!network.Internal)
            {
                body.Append(CultureInfo.InvariantCulture,
                    $"\t\toifname != \"{_ours}*\" ip saddr {network.Subnet} masquerade\n");
            }
        }
        body.Append("\t}\n");
        AddQuestions(upstreams, body);
        return body.ToString();
    }

    /// <summary>Containers with others' services on the same port and address.</summary>
    /// <returns>The port and who has it; null: nobody.</returns>
    public static (Core.Resources.Port Port, string Service)? Taken(
        NetworkRecords records, IReadOnlySet<string> open, string container)
    {
        var mine = records.Of(container);
        return records.Containers.Where(c => c.Key != container && open.Contains(c.Key)
                && c.Value.Service != mine.Service)
            .SelectMany(c => c.Value.Ports.Select(p => (Port: p, c.Value.Service)))
            .Where(o => mine.Ports.Any(p => p.Host == o.Port.Host
                && p.Protocol == o.Port.Protocol && (p.Address == o.Port.Address
                    || p.Address == Everywhere || o.Port.Address == Everywhere)))
            .Select(o => ((Core.Resources.Port, string)?)o).FirstOrDefault();
    }

    private string Bridge(string network) => NetworkBridge.Name(instance, network);

    private void AddPorts(NetworkRecords records, Standings standings, StringBuilder body)
    {
        var ways = records.Containers.Where(c => standings.Open.Contains(c.Key))
            .SelectMany(c => c.Value.Ports.Select(p => (Port: p, Container: c.Key,
                At: records.Reachable(c.Key)?.Address)))
            .Where(w => w.At is not null)
            .GroupBy(w => (w.Port.Protocol, Host: w.Port.Host!.Value)).OrderBy(g => g.Key)
            .ToList();
        body.Append("\tchain ports {\n");
        foreach (var port in ways)
        {
            foreach (var place in port.GroupBy(w => w.Port.Address, StringComparer.Ordinal)
                .OrderBy(g => g.Key == Everywhere).ThenBy(g => g.Key, StringComparer.Ordinal))
            {
                AddWay(port.Key, place.Key, [.. standings.Best(place, w => w.Container)
                    .Select(w => $"{w.At}:{w.Port.Container}").Distinct()], body);
            }
        }
        body.Append("\t}\n");
        AddArriving(records, body);
    }

    /// <summary>Each in turn: one of so many, then of those that are left.</summary>
    private static void AddWay((string Protocol, int Host) port, string address,
        IReadOnlyList<string> targets, StringBuilder body)
    {
        for (var left = targets.Count; left > 0; left--)
        {
            var turn = left == 1 ? "" : $"numgen inc mod {left} 0 ";
            body.Append("\t\t").Append(address == Everywhere ? "" : $"ip daddr {address} ")
                .Append(CultureInfo.InvariantCulture, $"{port.Protocol} dport {port.Host} ")
                .Append(CultureInfo.InvariantCulture, $"{turn}dnat ip to {targets[^left]}\n");
        }
    }

    /// <summary>Whoever comes to an address of this host, from outside, from a container or from
    /// the host itself; but not where containers ask for names.</summary>
    private void AddArriving(NetworkRecords records, StringBuilder body)
    {
        body.Append("\tchain arriving {\n\t\ttype nat hook prerouting priority dstnat; ")
            .Append("policy accept;\n");
        foreach (var (name, network) in records.Networks)
        {
            body.Append(CultureInfo.InvariantCulture, $"\t\tiifname \"{Bridge(name)}\" ip daddr "
                + $"{Subnet.Parse(network.Subnet).Gateway} th dport 53 accept\n");
        }
        body.Append("\t\tfib daddr type local jump ports\n\t}\n")
            .Append("\tchain leaving {\n\t\ttype nat hook output priority -100; policy accept;\n")
            .Append("\t\tfib daddr type local jump ports\n\t}\n");
    }

    /// <summary>The host's own loop, which bridges would otherwise lead to; what comes from
    /// somewhere else; and networks.</summary>
    private void AddWalls(NetworkRecords records, StringBuilder body)
    {
        body.Append(CultureInfo.InvariantCulture,
            $"\tchain loop {{\n\t\ttype filter hook prerouting priority raw; policy accept;\n")
            .Append(CultureInfo.InvariantCulture,
                $"\t\tiifname \"{_ours}*\" ip daddr 127.0.0.0/8 drop\n")
            .Append(CultureInfo.InvariantCulture,
                $"\t\tiifname \"{_ours}*\" ip saddr 127.0.0.0/8 drop\n\t}}\n")
            .Append("\tchain apart {\n").AppendJoin("", GuardedLinks(records).Select(
                l => $"\t\toifname \"{l}\" drop\n")).Append("\t}\n")
            .Append("\tchain between {\n")
            .Append("\t\ttype filter hook forward priority filter - 10; policy accept;\n")
            .AppendJoin("", GuardedLinks(records).Select(
                l => $"\t\tiifname \"{l}\" jump apart\n"));
        foreach (var (name, network) in records.Networks)
        {
            var bridge = Bridge(name);
            body.Append(CultureInfo.InvariantCulture,
                $"\t\tiifname \"{bridge}\" oifname \"{bridge}\" accept\n");
            if (network.Internal)
            {
                body.Append(CultureInfo.InvariantCulture, $"\t\tiifname \"{bridge}\" drop\n")
                    .Append(CultureInfo.InvariantCulture, $"\t\toifname \"{bridge}\" drop\n");
            }
        }
        body.Append(CultureInfo.InvariantCulture,
            $$"""
            		oifname "{{_ours}}*" ct state established,related accept
            		oifname "{{_ours}}*" ct status dnat ct direction original accept
            		oifname "{{_ours}}*" drop
            	}

            """);
    }

    private static ImmutableArray<string> GuardedLinks(NetworkRecords records) =>
        records.Guard?.Links ?? [];

    /// <summary>The process that reads what containers ask can send to name servers and no one
    /// else: the mark is on its sockets, and it cannot take it off.</summary>
    private static void AddQuestions(ImmutableArray<string> upstreams, StringBuilder body)
    {
        body.Append("\tchain questions {\n\t\ttype filter hook output priority filter; ")
            .Append("policy accept;\n").Append(CultureInfo.InvariantCulture,
                $"\t\tmeta mark != 0x{NamesMark:x} accept\n");
        foreach (var server in upstreams)
        {
            var family = server.Contains(':') ? "ip6" : "ip";
            body.Append(CultureInfo.InvariantCulture,
                $"\t\t{family} daddr {server} udp dport 53 accept\n");
        }
        body.Append("\t\tdrop\n\t}\n");
    }
}
