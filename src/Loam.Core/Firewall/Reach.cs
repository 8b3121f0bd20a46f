using System.Collections.Immutable;
using System.Globalization;

namespace Loam.Core.Firewall;

/// <summary>A port of this machine, as rules speak of it: <c>22/tcp</c>,
/// <c>8000-8100/tcp</c>; no port: whatever of the protocol nothing else names.</summary>
public sealed record Passage(PortRange? Ports, PacketProtocol Protocol)
{
    /// <param name="protocol"><c>tcp</c> or <c>udp</c>.</param>
    public static Passage Of(int port, string protocol) => new(new(port, port),
        protocol == "udp" ? PacketProtocol.Udp : PacketProtocol.Tcp);

    public override string ToString() => (Ports, Protocol) switch
    {
        (null, PacketProtocol.Icmp) => "ping",
        (null, PacketProtocol.Tcp) => "every other TCP port",
        (null, _) => "every other UDP port",
        _ => string.Create(CultureInfo.InvariantCulture,
            $"{Ports}/{Protocol.ToString().ToLowerInvariant()}"),
    };
}

/// <summary>Who may begin a connection to a port, in the words of the rules.</summary>
/// <param name="Anyone">Whoever is not among <paramref name="Except"/>, and those of
/// <paramref name="From"/> all the same; otherwise only those of <paramref name="From"/> that are
/// not among <paramref name="Except"/>.</param>
public sealed record Reach(
    bool Anyone, ImmutableArray<string> From, ImmutableArray<string> Except)
{
    private const int Named = 4;

    /// <summary><c>anyone</c>, <c>anyone but 203.0.113.9</c>, <c>only 10.0.0.0/8 but not
    /// 10.0.1.50</c>, <c>nobody</c>.</summary>
    public override string ToString() => (Anyone, From.IsEmpty, Except.IsEmpty) switch
    {
        (true, _, true) => "anyone",
        (true, true, false) => $"anyone but {List(Except)}",
        (true, false, false) => $"anyone but {List(Except)}, though {List(From)} may",
        (false, true, _) => "nobody",
        (false, false, true) => $"only {List(From)}",
        _ => $"only {List(From)} but not {List(Except)}",
    };

    /// <summary>Lists are the same by what is in them.</summary>
    public bool IsLike(Reach other) => Anyone == other.Anyone && From.SequenceEqual(other.From)
        && Except.SequenceEqual(other.Except);

    /// <summary>From one to the other: <c>anyone → nobody</c>; where both read alike, by what comes
    /// and goes.</summary>
    public string To(Reach other)
    {
        if (ToString() != other.ToString())
        {
            return $"{this} → {other}";
        }
        string[] then = [.. From, .. Except], now = [.. other.From, .. other.Except];
        var parts = new List<string>();
        if (now.Except(then).ToImmutableArray() is { IsEmpty: false } more)
        {
            parts.Add($"also {List(more)}");
        }
        if (then.Except(now).ToImmutableArray() is { IsEmpty: false } less)
        {
            parts.Add($"no longer {List(less)}");
        }
        return $"{this}: {string.Join(", ", parts)}";
    }

    private static string List(ImmutableArray<string> whom) => whom.Length <= Named
        ? string.Join(", ", whom)
        : $"{string.Join(", ", whom.Take(Named - 1))} and "
            + string.Create(CultureInfo.InvariantCulture, $"{whom.Length - Named + 1} more");
}
