using System.Globalization;
using System.Net;
using Loam.Core.Firewall;
using Loam.Core.Resources;
using Loam.Core.StateFiles.Types;

namespace Loam.Mind.Evaluating.Facts;

/// <summary><c>allows tcp 22 from 10.0.1.5</c>, <c>blocks out tcp 443 to 192.0.2.9</c></summary>
public sealed record PacketFact(string Text, FirewallPacket Packet, bool IsAllowed) : Fact(Text)
{
    private const string Form =
        "Write it as in `allows tcp 22 from 10.0.1.5` or `blocks out udp 53 to 192.0.2.9`; "
        + "`on eth1` may follow.";

    public override IEnumerable<Thing> Named(Result result) => [new("firewall", null)];

    public override string? Wrong(Result result)
    {
        var decision = FirewallRules.Of(result.After.Spec(NetworkFile.File)).Decide(Packet);
        return decision.IsAccepted == IsAllowed ? null : decision.ToString();
    }

    /// <param name="words">What follows <c>allows</c> or <c>blocks</c>.</param>
    public static PacketFact Read(string text, string[] words, bool isAllowed)
    {
        var rest = new Queue<string>(words);
        var direction = Take(rest, "out") ? PacketDirection.Output
            : Take(rest, "forward") ? PacketDirection.Forward : PacketDirection.Input;
        _ = direction != PacketDirection.Input || Take(rest, "in");
        PacketProtocol? protocol = rest.TryDequeue(out var word) ? word switch
        {
            "tcp" => PacketProtocol.Tcp,
            "udp" => PacketProtocol.Udp,
            "icmp" => PacketProtocol.Icmp,
            _ => null,
        } : null;
        if (protocol is null)
        {
            throw new FactException($"'{text}' names no protocol.", Form);
        }
        var packet = new FirewallPacket(direction, protocol.Value);
        if (protocol != PacketProtocol.Icmp)
        {
            packet = packet with
            {
                Port = rest.TryDequeue(out var port) && Formats.TryPort(port, out var number)
                    ? number : throw new FactException($"'{text}' names no port.", Form),
            };
        }
        while (rest.TryDequeue(out var key))
        {
            if (!rest.TryDequeue(out var value))
            {
                throw new FactException($"'{text}' ends too early.", Form);
            }
            packet = key switch
            {
                "from" => packet with { Source = Address(text, value) },
                "to" => packet with { Destination = Address(text, value) },
                "on" => packet with { Interface = value },
                _ => throw new FactException($"'{text}': '{key}' means nothing here.", Form),
            };
        }
        if (direction != PacketDirection.Output ? packet.Source is null
            : packet.Destination is null)
        {
            throw new FactException($"'{text}' does not say "
                + (direction == PacketDirection.Output ? "where to." : "where from."), Form);
        }
        return new(text, packet, isAllowed);
    }

    private static IPAddress Address(string text, string word) =>
        Formats.TryAddress(word, out var address) ? address
            : throw new FactException($"'{text}': '{word}' is not one address.",
                "Write an address inside the network that is meant, such as 10.0.1.5.");

    private static bool Take(Queue<string> words, string word) =>
        words.TryPeek(out var next) && next == word && words.TryDequeue(out _);
}
