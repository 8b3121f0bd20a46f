using System.Net;
using Loam.Core.Firewall;
using Loam.Mind.Interpreter.Resolving;

namespace Loam.Mind.Interpreter.Subjects.Firewall;

/// <summary>Ports of one protocol that one rule can hold.</summary>
/// <param name="Protocol">Null: all protocols, and then no ports.</param>
internal sealed record Flow(string Name, PacketProtocol? Protocol, List<PortRange> Ports)
{
    public static Flow All { get; } = new("", null, []);

    public string Numbers => string.Join(", ", Ports.Select(PortNames.Text))
        + (Protocol == PacketProtocol.Udp ? "/udp" : "");

    public override string ToString() => Protocol switch
    {
        null => "everything",
        PacketProtocol.Icmp => "ping",
        _ when Ports.Count == 0 => $"all of {RuleBook.Word(Protocol.Value)}",
        _ when Name.Length == 0 => $"port{(Ports.Count > 1 || Ports[0].First != Ports[0].Last
            ? "s" : "")} {Numbers}",
        _ => $"{Name} ({Numbers})",
    };
}

/// <summary>A group with all its names resolved.</summary>
internal sealed record Want(PacketDirection Direction, List<Flow> Flows)
{
    /// <summary>As written in files; empty: anybody.</summary>
    public List<string> Sources { get; init; } = [];
    public List<string> Destinations { get; init; } = [];
    public string? Interface { get; init; }
    public string? Rate { get; init; }
    public bool? Log { get; init; }
    public bool Also { get; init; }

    /// <summary>From anywhere, in so many words.</summary>
    public bool Anywhere { get; init; }

    /// <summary>What its rule shall be called; null: not said.</summary>
    public string? Name { get; init; }

    /// <summary>What people must hear of how names were resolved.</summary>
    public List<string> Notes { get; init; } = [];

    public bool IsEverything => Flows is [{ Protocol: null }];
    public bool IsForAll => Sources.Count == 0 && Destinations.Count == 0 && Interface is null;

    public IEnumerable<Traffic> Traffics() => Flows.SelectMany(Traffics);

    public IEnumerable<Traffic> Traffics(Flow flow) =>
        from source in OrAll(Sources)
        from destination in OrAll(Destinations)
        from ports in flow.Ports.Count == 0 ? [null] : flow.Ports.Select(p => (PortRange?)p)
        select new Traffic(Direction)
        {
            Protocol = flow.Protocol,
            Ports = ports,
            Source = source,
            Destination = destination,
            Interface = Interface,
        };

    private static IEnumerable<IPNetwork?> OrAll(List<string> networks) => networks.Count == 0
        ? [null] : networks.Select(n => (IPNetwork?)PortNames.Parsed(n));

    public NewRule Rule(RuleBook book, Flow flow, FirewallAction action, string name) =>
        new(book.Free(Name ?? name), action)
        {
            Direction = Direction,
            Protocol = flow.Protocol,
            Ports = flow.Ports,
            Sources = Sources,
            Destinations = Destinations,
            Interface = Interface,
            Rate = Rate,
            Log = Log == true,
        };

    /// <summary>"ssh (22) from 10.0.0.0/8".</summary>
    public override string ToString() => What + From();

    public string What => IsEverything && Direction == PacketDirection.Output
        ? "everything that goes out" : Direction switch
        {
            PacketDirection.Output => "outgoing ",
            PacketDirection.Forward => "forwarded ",
            _ => "",
        } + Wording.List(Flows.Select(f => f.ToString()));

    public string From()
    {
        var text = Sources.Count > 0 ? $" from {Wording.List(Sources)}" : "";
        text += Destinations.Count > 0 ? $" to {Wording.List(Destinations)}" : "";
        return text + (Interface is null ? "" : $" on {Interface}");
    }
}
