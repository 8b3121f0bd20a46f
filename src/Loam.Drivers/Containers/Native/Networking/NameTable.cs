using System.Collections.Immutable;

namespace Loam.Drivers.Containers.Native.Networking;

/// <summary>Names of one network.</summary>
/// <param name="Bridge">The link over which it is asked.</param>
/// <param name="Gateway">The address at which it is asked.</param>
/// <param name="Subnet">Its addresses.</param>
/// <param name="Internal">Nobody in it reaches anything else, names of others included.</param>
/// <param name="Names">In small letters; each with the addresses of those that are well.</param>
/// <param name="Owners">Addresses with the name of their container.</param>
public sealed record NetworkNames(string Bridge, string Gateway, string Subnet, bool Internal,
    ImmutableSortedDictionary<string, ImmutableArray<string>> Names,
    ImmutableSortedDictionary<string, string> Owners);

/// <param name="Door">Path of the socket that leads to it over TCP.</param>
public sealed record Upstream(string Address, string Door);

/// <summary>What the process that answers questions for names knows.</summary>
/// <param name="Upstreams">The host's name servers, which are asked for all other names.</param>
public sealed record NameTable(
    ImmutableArray<NetworkNames> Networks, ImmutableArray<Upstream> Upstreams)
{
    public static NameTable Empty { get; } = new([], []);

    /// <summary>The table for what is recorded.</summary>
    public static NameTable Of(NetworkRecords records, Func<string, string> bridge,
        Standings standings) => new([.. records.Networks.Select(
            n => Of(n.Value, bridge(n.Key), [.. records.Containers
                .Where(c => standings.Open.Contains(c.Key))
                .SelectMany(c => c.Value.Attachments.Where(a => a.Network == n.Key)
                    .Select(a => new Member(c.Key, a)))], standings))], []);

    private static NetworkNames Of(NetworkRecord network, string bridge,
        IReadOnlyList<Member> members, Standings standings)
    {
        var names = members.SelectMany(m => m.At.Aliases.Append(m.Container)
            .Select(a => (Name: a.ToLowerInvariant(), Member: m)))
            .GroupBy(a => a.Name, a => a.Member, StringComparer.Ordinal)
            .ToImmutableSortedDictionary(g => g.Key, g => Reached(g, standings),
                StringComparer.Ordinal);
        return new(bridge, Networking.Subnet.Parse(network.Subnet).Gateway, network.Subnet,
            network.Internal, names, members.ToImmutableSortedDictionary(
                m => m.At.Address, m => m.Container.ToLowerInvariant(), StringComparer.Ordinal));
    }

    private static ImmutableArray<string> Reached(
        IEnumerable<Member> members, Standings standings) =>
        [.. standings.Best(members, m => m.Container).Select(m => m.At.Address).Distinct()];

    private sealed record Member(string Container, AttachmentRecord At);
}
