using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using Loam.Core.StateFiles;

namespace Loam.Core.Firewall;

public enum FirewallAction { Accept, Drop, Reject }

/// <summary>Ports from the first to the last, both among them.</summary>
public readonly record struct PortRange(int First, int Last)
{
    public bool Contains(int port) => port >= First && port <= Last;

    /// <summary>The normal form.</summary>
    public override string ToString() => First == Last
        ? First.ToString(CultureInfo.InvariantCulture)
        : string.Create(CultureInfo.InvariantCulture, $"{First}-{Last}");

    /// <summary>Reads the normal form: <c>443</c> or <c>8000-8100</c>.</summary>
    internal static PortRange Of(string text)
    {
        var dash = text.IndexOf('-', StringComparison.Ordinal);
        var first = int.Parse(dash < 0 ? text : text[..dash], CultureInfo.InvariantCulture);
        return new(first, dash < 0 ? first
            : int.Parse(text[(dash + 1)..], CultureInfo.InvariantCulture));
    }
}

/// <summary>One rule of network.yaml. An empty list, like a null, asks for nothing.</summary>
public sealed record FirewallRule(
    string Name, PacketDirection Direction, FirewallAction Action)
{
    /// <summary>Null: all.</summary>
    public PacketProtocol? Protocol { get; init; }

    public ImmutableArray<PortRange> Ports { get; init; } = [];
    public ImmutableArray<IPNetwork> Sources { get; init; } = [];
    public ImmutableArray<IPNetwork> Destinations { get; init; } = [];
    public string? Interface { get; init; }
    public ConnectionStates States { get; init; }

    /// <summary><c>10/minute</c>: accept matches up to it, drop and reject beyond it.</summary>
    public string? Rate { get; init; }

    public bool Log { get; init; }

    /// <param name="spec">A rule of a network.yaml without errors.</param>
    internal static FirewallRule Of(MapValue spec) => new(
        spec.Text("name")!, DirectionOf(spec.Text("direction")), ActionOf(spec.Text("action")))
    {
        Protocol = spec.Text("protocol") switch
        {
            "tcp" => PacketProtocol.Tcp,
            "udp" => PacketProtocol.Udp,
            "icmp" => PacketProtocol.Icmp,
            _ => null,
        },
        Ports = [.. spec.Texts("port").Select(PortRange.Of)],
        Sources = [.. spec.Texts("source").Select(NetworkOf)],
        Destinations = [.. spec.Texts("destination").Select(NetworkOf)],
        Interface = spec.Text("interface"),
        States = StatesOf(spec.Text("state")),
        Rate = spec.Text("rate"),
        Log = spec.Flag("log") == true,
    };

    /// <summary>Whether the rule decides about the packet. A rate is never used up here: up to it
    /// lies every single packet, beyond it none.</summary>
    public bool Matches(FirewallPacket packet) =>
        Direction == packet.Direction
        && (Protocol is null || Protocol == packet.Protocol)
        && (Ports.IsEmpty || (packet.Port is { } port && HasPorts(packet.Protocol)
            && Ports.Any(r => r.Contains(port))))
        && Holds(Sources, packet.Source)
        && Holds(Destinations, packet.Destination)
        && (Interface is null || Interface == packet.Interface)
        && (States == ConnectionStates.None || (States & packet.State) != 0)
        && (Rate is null || Action == FirewallAction.Accept);

    private static bool HasPorts(PacketProtocol protocol) =>
        protocol is PacketProtocol.Tcp or PacketProtocol.Udp;

    private static bool Holds(ImmutableArray<IPNetwork> networks, IPAddress? address)
    {
        if (networks.IsEmpty)
        {
            return true;
        }
        // A v4 address in a v6 coat is the same host.
        var bare = address?.Bare();
        return bare is not null && networks.Any(n => n.Contains(bare));
    }

    /// <summary>A v4 network in a v6 coat is a v4 network.</summary>
    private static IPNetwork NetworkOf(string text)
    {
        var network = IPNetwork.Parse(text);
        return network.BaseAddress.IsIPv4MappedToIPv6 && network.PrefixLength >= 96
            ? new(network.BaseAddress.MapToIPv4(), network.PrefixLength - 96) : network;
    }

    private static PacketDirection DirectionOf(string? word) => word switch
    {
        "output" => PacketDirection.Output,
        "forward" => PacketDirection.Forward,
        _ => PacketDirection.Input,
    };

    internal static FirewallAction ActionOf(string? word) => word switch
    {
        "accept" => FirewallAction.Accept,
        "reject" => FirewallAction.Reject,
        _ => FirewallAction.Drop,
    };

    private static ConnectionStates StatesOf(string? words) =>
        (words?.Split(',') ?? []).Aggregate(ConnectionStates.None, (states, word) => states
            | word switch
            {
                "established" => ConnectionStates.Established,
                "related" => ConnectionStates.Related,
                "new" => ConnectionStates.New,
                "invalid" => ConnectionStates.Invalid,
                _ => ConnectionStates.Untracked,
            });
}
