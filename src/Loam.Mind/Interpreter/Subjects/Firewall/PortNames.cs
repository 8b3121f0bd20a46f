using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;
using Loam.Core.Firewall;
using Loam.Mind.Interpreter.Language;
using Loam.Mind.Interpreter.Recognising;

namespace Loam.Mind.Interpreter.Subjects.Firewall;

/// <param name="Protocol">Null: not said.</param>
/// <param name="Ports">Null: the protocol has none.</param>
internal readonly record struct Gate(PacketProtocol? Protocol, PortRange? Ports);

/// <summary>Ports and addresses as people write them, and the names that ports have.</summary>
internal static partial class PortNames
{
    private static readonly Lazy<Dictionary<string, (string Name, ImmutableArray<Gate> Gates)>>
        s_byKey = new(() => WordFile.Read("en", "ports").Select(l => l.Key).Distinct()
            .ToDictionary(k => k, Parse, StringComparer.Ordinal));

    /// <summary>The name and ports of a key in <c>ports.txt</c>; null: it is none.</summary>
    public static (string Name, ImmutableArray<Gate> Gates)? Of(Lexeme lexeme)
    {
        foreach (var reading in lexeme.Readings)
        {
            if (reading.Part == Part.Topic && s_byKey.Value.TryGetValue(reading.Key, out var found))
            {
                return found;
            }
        }
        return null;
    }

    /// <summary>What a port is called; null: nothing well known.</summary>
    public static string? NameOf(PacketProtocol protocol, int port) => s_byKey.Value.Values
        .Where(n => n.Gates.Any(g => g.Protocol == protocol && g.Ports is { } p && p.First == port
            && p.Last == port))
        .OrderBy(n => n.Gates.Length).Select(n => n.Name).FirstOrDefault();

    /// <summary><c>22</c>, <c>80,443</c>, <c>8000-8100/tcp</c>, <c>udp/53</c>; empty: no ports.
    /// </summary>
    public static ImmutableArray<Gate> Numbers(string text)
    {
        text = text.TrimStart('#', ':').ToLowerInvariant();
        if (ProtocolFirst().Match(text) is { Success: true } first)
        {
            text = $"{first.Groups[2].Value}/{first.Groups[1].Value}";
        }
        if (text.Length > 200 || !PortList().IsMatch(text))
        {
            return [];
        }
        var gates = ImmutableArray.CreateBuilder<Gate>();
        var protocols = new List<PacketProtocol?>();
        foreach (var part in text.Split(',', '+', '/', '&'))
        {
            if (part is "tcp" or "udp")
            {
                protocols.Add(part == "tcp" ? PacketProtocol.Tcp : PacketProtocol.Udp);
                continue;
            }
            if (Range(part) is not { } range)
            {
                return [];
            }
            gates.Add(new(null, range));
        }
        return protocols.Count == 0 ? gates.ToImmutable()
            : [.. gates.SelectMany(g => protocols.Select(p => g with { Protocol = p }))];
    }

    private static PortRange? Range(string text)
    {
        var ends = text.Split('-', ':');
        var first = Literals.Whole(ends[0]);
        var last = ends.Length == 2 ? Literals.Whole(ends[1]) : first;
        return first is > 0 and <= 65535 && last is > 0 and <= 65535 && first <= last
            ? new(first.Value, last.Value) : null;
    }

    /// <summary>It has the form of an address, and is none.</summary>
    public static bool IsBroken(string text) => text.Split('/') is [var host, ..]
        && host.Split('.') is { Length: 4 } parts && parts.All(p => p.Length is > 0 and < 4
            && p.All(char.IsAsciiDigit)) && (parts.Any(p => int.Parse(p,
                System.Globalization.CultureInfo.InvariantCulture) > 255)
            || text.Contains('/') && !System.Net.IPNetwork.TryParse(text, out _)
                && (!int.TryParse(text.Split('/')[1], out var length) || length > 32));

    /// <summary>The network an address stands for, as it is written in a file; null: none.
    /// </summary>
    public static string? Network(Lexeme lexeme)
    {
        var text = lexeme.Text;
        if (Stars().Match(text) is { Success: true })
        {
            var parts = text.Split('.').TakeWhile(p => p is not ("*" or "x" or "xx" or "xxx"))
                .ToList();
            text = string.Join('.', parts.Concat(Enumerable.Repeat("0", 4 - parts.Count)))
                + $"/{parts.Count * 8}";
        }
        else if (!lexeme.Is(Part.Address) && !lexeme.Is(Part.Cidr))
        {
            return null;
        }
        return Written(text);
    }

    /// <summary>A host without its prefix length, a network without host bits.</summary>
    public static string? Written(string text)
    {
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        if (!IPAddress.TryParse(slash < 0 ? text : text[..slash], out var address))
        {
            return null;
        }
        var bits = address.GetAddressBytes().Length * 8;
        var prefix = slash < 0 ? bits : Literals.Whole(text[(slash + 1)..]) ?? -1;
        if (prefix < 0 || prefix > bits)
        {
            return null;
        }
        return prefix == bits ? address.ToString() : Masked(address, prefix).ToString();
    }

    /// <summary>The network with that prefix length around an address.</summary>
    public static IPNetwork Masked(IPAddress address, int prefix)
    {
        var bytes = address.GetAddressBytes();
        for (var bit = prefix; bit < bytes.Length * 8; bit++)
        {
            bytes[bit / 8] &= (byte)~(0x80 >> (bit % 8));
        }
        return new(new IPAddress(bytes), prefix);
    }

    /// <summary>A network from its written form.</summary>
    public static IPNetwork Parsed(string written) =>
        written.Contains('/', StringComparison.Ordinal) ? IPNetwork.Parse(written)
            : new(IPAddress.Parse(written), IPAddress.Parse(written).GetAddressBytes().Length * 8);

    public static string Text(IPNetwork network) => Written(network.ToString())!;

    public static string Text(PortRange range) => range.First == range.Last
        ? range.First.ToString(CultureInfo.InvariantCulture)
        : string.Create(CultureInfo.InvariantCulture, $"{range.First}-{range.Last}");

    private static (string, ImmutableArray<Gate>) Parse(string key)
    {
        var cut = key.IndexOf(' ', StringComparison.Ordinal);
        var gates = ImmutableArray.CreateBuilder<Gate>();
        foreach (var part in key[(cut + 1)..].Split('+'))
        {
            var colon = part.IndexOf(':', StringComparison.Ordinal);
            var protocol = part[..colon] switch
            {
                "udp" => PacketProtocol.Udp,
                "icmp" => PacketProtocol.Icmp,
                _ => PacketProtocol.Tcp,
            };
            var numbers = Numbers(part[(colon + 1)..]);
            gates.AddRange(numbers.IsEmpty ? [new(protocol, null)]
                : numbers.Select(n => n with { Protocol = protocol }));
        }
        return (key[..cut], gates.ToImmutable());
    }

    [GeneratedRegex("^(tcp|udp)[/:](\\d{1,5}(-\\d{1,5})?)$")]
    private static partial Regex ProtocolFirst();

    [GeneratedRegex("^\\d{1,5}([-:]\\d{1,5})?([,+/&]\\d{1,5}(-\\d{1,5})?)*(/(tcp|udp)){0,2}$")]
    private static partial Regex PortList();

    [GeneratedRegex("^\\d{1,3}(\\.\\d{1,3}){0,2}(\\.(\\*|x|xx|xxx)){1,3}$")]
    private static partial Regex Stars();
}
