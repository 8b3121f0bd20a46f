using System.Net;

namespace Loam.Core.Firewall;

/// <summary>Which way a packet goes, seen from the machine.</summary>
public enum PacketDirection { Input, Output, Forward }

public enum PacketProtocol { Tcp, Udp, Icmp, Other }

/// <summary>What the kernel knows of the connection a packet belongs to.</summary>
[Flags]
public enum ConnectionStates
{
    None = 0,
    Established = 1,
    Related = 2,
    New = 4,
    Invalid = 8,
    Untracked = 16,
}

/// <summary>A packet to be decided about. What is left out is not known, and a rule that asks for
/// it does not match: a question about anybody is not answered with a rule for somebody.</summary>
public sealed record FirewallPacket(PacketDirection Direction, PacketProtocol Protocol)
{
    /// <summary>The port it goes to; null for protocols without ports.</summary>
    public int? Port { get; init; }

    public IPAddress? Source { get; init; }
    public IPAddress? Destination { get; init; }

    /// <summary>The interface it comes in or goes out by.</summary>
    public string? Interface { get; init; }

    /// <summary>One state: the first packet of a connection is new.</summary>
    public ConnectionStates State { get; init; } = ConnectionStates.New;
}
