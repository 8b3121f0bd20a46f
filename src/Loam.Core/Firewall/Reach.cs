using System.Collections.Immutable;
using System.Globalization;

namespace Loam.Core.Firewall;

/// <summary>A port of this machine, as rules speak of it: <c>22/tcp</c>,
/// <c>8000-8100/tcp</c>; no port: every port that nothing else names.</summary>
public sealed record Passage(PortRange? Ports, PacketProtocol Protocol)
{
    /// <param name="protocol"><c>tcp</c> or <c>udp</c>.</param>
    public static Passage Of(int port, string protocol) => new(new(port, port),
        protocol == "udp" ? PacketProtocol.Udp : PacketProtocol.Tcp);

    public override string ToString() => Ports is null ? "every other port"
        : string.Create(CultureInfo.InvariantCulture,
            $"{Ports}/{Protocol.ToString().ToLowerInvariant()}");
}

/// <summary>Who may begin a connection to a port, in the words of the rules.</summary>
/// <param name="Anyone">Whoever is not among <paramref name="Except"/>; otherwise only those of
/// <paramref name="From"/>.</param>
public sealed record Reach(
    bool Anyone, ImmutableArray<string> From, ImmutableArray<string> Except)
{
    private const int Named = 4;

    /// <summary><c>anyone</c>, <c>anyone but 203.0.113.9</c>, <c>only 10.0.0.0/8</c>,
    /// <c>nobody</c>.</summary>
    public override string ToString() => (Anyone, From.IsEmpty, Except.IsEmpty) switch
    {
        (true, _, true) => "anyone",
        (true, _, false) => $"anyone but {List(Except)}",
        (false, true, _) => "nobody",
        _ => $"only {List(From)}",
    };

    private static string List(ImmutableArray<string> whom)
    {
        var distinct = whom.Distinct().ToList();
        return distinct.Count <= Named ? string.Join(", ", distinct)
            : $"{string.Join(", ", distinct.Take(Named - 1))} and "
                + string.Create(CultureInfo.InvariantCulture, $"{distinct.Count - Named + 1} more");
    }
}
