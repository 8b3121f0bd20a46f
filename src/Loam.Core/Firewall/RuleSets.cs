using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Net;

namespace Loam.Core.Firewall;

/// <summary>Rules of one form as sets of nftables: each element is a source, a destination and a
/// range of ports, as far as the form has them.</summary>
internal static class RuleSets
{
    /// <summary>Elements that one rule may become: beyond it, two sets in a line of its own are
    /// shorter.</summary>
    private const int MostElements = 16;

    /// <summary>Whether the rules can stand in sets: they speak of something, and none of a whole
    /// family of addresses, which no interval holds.</summary>
    public static bool CanHold(List<FirewallRule> rules) =>
        !(rules[0].Ports.IsEmpty && rules[0].Sources.IsEmpty && rules[0].Destinations.IsEmpty)
        && rules.TrueForAll(r => Count(r.Ports) * Count(r.Sources) * Count(r.Destinations)
                <= MostElements
            && r.Sources.Concat(r.Destinations).All(n => n.PrefixLength > 0));

    /// <summary>The sets that together hold what the rules match.</summary>
    public static IEnumerable<(string Fields, IEnumerable<string> Elements)> Of(
        List<FirewallRule> rules)
    {
        var first = rules[0];
        var hasAddresses = !(first.Sources.IsEmpty && first.Destinations.IsEmpty);
        foreach (var family in hasAddresses ? (string[])["ip", "ip6"] : [""])
        {
            var fields = string.Join(" . ", ((string?[])[
                first.Sources.IsEmpty ? null : $"{family} saddr",
                first.Destinations.IsEmpty ? null : $"{family} daddr",
                first.Ports.IsEmpty ? null
                    : $"{first.Protocol.ToString()!.ToLowerInvariant()} dport",
            ]).OfType<string>());
            foreach (var layer in Apart(rules.SelectMany(r => Boxes(r, family))))
            {
                yield return (fields, layer.Select(b => b.Text));
            }
        }
    }

    public static bool IsV4(IPNetwork network) =>
        network.BaseAddress.GetAddressBytes().Length == 4;

    private static int Count<T>(ImmutableArray<T> items) => Math.Max(1, items.Length);

    private static IEnumerable<Box> Boxes(FirewallRule rule, string family) =>
        from source in OrNone(rule.Sources.Where(n => IsOf(n, family)), rule.Sources)
        from destination in OrNone(
            rule.Destinations.Where(n => IsOf(n, family)), rule.Destinations)
        from ports in OrNone(rule.Ports, rule.Ports)
        select Box.Of(source, destination, ports);

    /// <summary>A field that the rule leaves open is one that stands for all.</summary>
    private static IEnumerable<T?> OrNone<T>(IEnumerable<T> fitting, ImmutableArray<T> all)
        where T : struct => all.IsEmpty ? [null] : fitting.Select(f => (T?)f);

    private static bool IsOf(IPNetwork network, string family) =>
        IsV4(network) == (family == "ip");

    /// <summary>The kernel takes no elements into a set that overlap in every field: those that do
    /// go into another.</summary>
    private static IEnumerable<List<Box>> Apart(IEnumerable<Box> boxes)
    {
        var layers = new List<Layer>();
        foreach (var box in boxes)
        {
            if (layers.Exists(l => l.Near(box).Any(b => b.Covers(box))))
            {
                continue;
            }
            var free = layers.Find(l => !l.Near(box).Any(b => b.Touches(box)));
            if (free is null)
            {
                layers.Add(free = new());
            }
            free.Add(box);
        }
        return layers.Select(l => l.All);
    }

    /// <summary>Elements of one set, found by their port: a thousand rules are mostly about
    /// different ones.</summary>
    private sealed class Layer
    {
        private readonly Dictionary<UInt128, List<Box>> _ofOnePort = [];
        private readonly List<Box> _ofMore = [];

        public List<Box> All { get; } = [];

        public void Add(Box box)
        {
            All.Add(box);
            if (box.Ports.First != box.Ports.Last)
            {
                _ofMore.Add(box);
            }
            else if (_ofOnePort.TryGetValue(box.Ports.First, out var others))
            {
                others.Add(box);
            }
            else
            {
                _ofOnePort[box.Ports.First] = [box];
            }
        }

        /// <summary>Those that can have something in common with a box.</summary>
        public IEnumerable<Box> Near(Box box) => box.Ports.First != box.Ports.Last ? All
            : _ofOnePort.TryGetValue(box.Ports.First, out var others) ? others.Concat(_ofMore)
            : _ofMore;
    }

    /// <summary>What one element matches.</summary>
    private readonly record struct Box(
        Span Source, Span Destination, Span Ports, string Text)
    {
        public static Box Of(IPNetwork? source, IPNetwork? destination, PortRange? ports) => new(
            Span.Of(source), Span.Of(destination),
            ports is { } p ? new((uint)p.First, (uint)p.Last) : default,
            string.Join(" . ", ((string?[])
                [source?.ToString(), destination?.ToString(), ports?.ToString()])
                .OfType<string>()));

        public bool Touches(Box other) => Ports.Touches(other.Ports)
            && Source.Touches(other.Source) && Destination.Touches(other.Destination);

        public bool Covers(Box other) => Ports.Covers(other.Ports)
            && Source.Covers(other.Source) && Destination.Covers(other.Destination);
    }

    /// <summary>Numbers from the first to the last, both among them.</summary>
    private readonly record struct Span(UInt128 First, UInt128 Last)
    {
        public static Span Of(IPNetwork? network)
        {
            if (network is not { } range)
            {
                return default;
            }
            var bytes = range.BaseAddress.GetAddressBytes();
            UInt128 first = bytes.Length == 4 ? BinaryPrimitives.ReadUInt32BigEndian(bytes)
                : BinaryPrimitives.ReadUInt128BigEndian(bytes);
            var rest = (bytes.Length * 8) - range.PrefixLength;
            return new(first, first | ((UInt128.One << rest) - 1));
        }

        public bool Touches(Span other) => First <= other.Last && other.First <= Last;

        public bool Covers(Span other) => First <= other.First && Last >= other.Last;
    }
}
