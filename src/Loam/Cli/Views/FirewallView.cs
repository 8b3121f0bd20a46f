using System.Collections.Immutable;
using Loam.Core.Firewall;
using Loam.Core.Observing;
using Loam.Core.Resources;

namespace Loam.Cli.Views;

/// <param name="Who">Who may come in.</param>
/// <param name="What">Service or program behind the port; empty: nobody listens.</param>
internal sealed record Door(Passage Port, Reach Who, string What);

/// <summary>The firewall for people: doors, who may pass them, and what is behind.</summary>
internal static class FirewallView
{
    /// <summary>Only what comes from the machine itself comes by it.</summary>
    public const string Loopback = "lo";

    /// <summary>Ports that rules name, that services publish, and on which programs listen to more
    /// than this machine itself.</summary>
    public static IReadOnlyList<Door> All(
        DesiredState state, ImmutableArray<ObservedPort> listening)
    {
        var behind = new Dictionary<Passage, string>();
        foreach (var service in state.Services.Values.Where(s => s.Replicas > 0))
        {
            foreach (var port in service.Ports.Where(p => p.Host is not null))
            {
                behind.TryAdd(Passage.Of(port.Host!.Value, port.Protocol), service.Name);
            }
        }
        foreach (var port in listening)
        {
            behind.TryAdd(Passage.Of(port.Number, port.Protocol), port.Program ?? "a program");
        }
        var doors = new Doors(state.Firewall);
        return [.. Doors.Passages(behind.Keys, state.Firewall)
            .Select(p => new Door(p, doors.To(p),
                behind.GetValueOrDefault(p, "")))];
    }

    public static IEnumerable<Line> Of(
        FirewallRules rules, IReadOnlyList<Door> doors, Look look)
    {
        var head = !rules.IsDeclared
            ? "No firewall is declared: whatever listens can be reached by anyone."
            : rules.IsEnabled ? "The firewall is up: "
                + Units.Count(rules.Rules.Length, "rule") + "."
            : "The firewall is switched off: whatever listens can be reached by anyone.";
        foreach (var line in Paragraph.Of(head, look))
        {
            yield return line;
        }
        yield return Line.Empty;
        var table = new Table("PORT", "WHO", "WHAT IS THERE");
        foreach (var door in doors)
        {
            table.Add(new(door.Port.ToString()), Who(door.Who), new(door.What));
        }
        foreach (var line in table.Render(look))
        {
            yield return line;
        }
    }

    private static Line Who(Reach who) => new(who.ToString(),
        who.Anyone ? Ink.Warn : who.From.IsEmpty ? Ink.Dim : Ink.Good);

    /// <summary>The interfaces by which the packet would meet another rule.</summary>
    public static IReadOnlyList<(string Interface, FirewallDecision Decision)> ByInterface(
        FirewallRules rules, FirewallPacket packet, FirewallDecision otherwise) =>
        [.. rules.Rules.Select(r => r.Interface).OfType<string>().Distinct()
            .Where(i => packet.Interface is null && i != Loopback)
            .Select(i => (i, rules.Decide(packet with { Interface = i })))
            .Where(d => d.Item2 != otherwise)];

    public static IEnumerable<Line> Explain(FirewallRules rules, FirewallPacket packet,
        FirewallDecision decision, IReadOnlyList<(string, FirewallDecision)> byInterface,
        Look look)
    {
        var where = packet.Port is { } port
            ? $"{port}/{packet.Protocol.ToString().ToLowerInvariant()}" : "icmp";
        yield return new Line(decision.IsAccepted ? "✓ " : "✗ ",
            decision.IsAccepted ? Ink.Good : Ink.Bad)
            .Add($"{packet.Source?.ToString() ?? "anyone"} → {where}: ").Add(decision.ToString());
        foreach (var (name, other) in byInterface)
        {
            yield return new Line(other.IsAccepted ? "✓ " : "✗ ",
                other.IsAccepted ? Ink.Good : Ink.Bad).Add($"if it comes by {name}: {other}");
        }
        if (packet.Port is { } number)
        {
            var reach = new Doors(rules).To(new(new(number, number), packet.Protocol));
            foreach (var line in Paragraph.Of(new Line("  "), $"open to: {reach}", look, Ink.Dim))
            {
                yield return line;
            }
        }
    }

    public static string Json(FirewallRules rules, IReadOnlyList<Door> doors) =>
        JsonOutput.Write(json =>
        {
            json.WriteBoolean("declared", rules.IsDeclared);
            json.WriteBoolean("enabled", rules.IsDeclared && rules.IsEnabled);
            json.WriteStartArray("doors");
            foreach (var door in doors)
            {
                json.WriteStartObject();
                json.WriteString("port", door.Port.ToString());
                json.WriteString("who", door.Who.ToString());
                json.WriteString("what", door.What);
                json.WriteEndObject();
            }
            json.WriteEndArray();
        });
}
