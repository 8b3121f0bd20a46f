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

/// <summary>What the process that answers questions for names knows.</summary>
/// <param name="Upstreams">Addresses of the host's name servers, which are asked for all other
/// names.</param>
public sealed record NameTable(
    ImmutableArray<NetworkNames> Networks, ImmutableArray<string> Upstreams)
{
    public static NameTable Empty { get; } = new([], []);

    /// <summary>The table for what is recorded.</summary>
    /// <param name="open">Containers that can be reached.</param>
    /// <param name="well">Those known to be well: where a name has any, only they are named.
    /// </param>
    public static NameTable Of(NetworkRecords records, Func<string, string> bridge,
        IReadOnlySet<string> open, IReadOnlySet<string> well) => new([.. records.Networks.Select(
            n => Of(n.Key, n.Value, bridge(n.Key), [.. records.Containers
                .Where(c => open.Contains(c.Key))
                .SelectMany(c => c.Value.Attachments.Where(a => a.Network == n.Key)
                    .Select(a => new Member(c.Key, a, well.Contains(c.Key))))]))], []);

    private static NetworkNames Of(
        string name, NetworkRecord network, string bridge, IReadOnlyList<Member> members)
    {
        var names = members.SelectMany(m => m.At.Aliases.Append(m.Container)
            .Select(a => (Name: a.ToLowerInvariant(), Member: m)))
            .GroupBy(a => a.Name, a => a.Member, StringComparer.Ordinal)
            .ToImmutableSortedDictionary(g => g.Key, g => Reached([.. g]),
                StringComparer.Ordinal);
        return new(bridge, Networking.Subnet.Parse(network.Subnet).Gateway, network.Subnet,
            network.Internal, names, members.ToImmutableSortedDictionary(
                m => m.At.Address, m => $"{m.Container}.{name}", StringComparer.Ordinal));
    }

    private static ImmutableArray<string> Reached(IReadOnlyList<Member> members) =>
    [
        .. members.Where(m => m.IsWell || !members.Any(o => o.IsWell))
            .Select(m => m.At.Address).Distinct(),
    ];

    private sealed record Member(string Container, AttachmentRecord At, bool IsWell);
}
