using System.Net;
using Loam.Core.Firewall;
using Loam.Core.StateFiles;
using Loam.Core.StateFiles.Types;

namespace Loam.Tests.Firewall;

public sealed class FirewallRulesTests
{
    private const string Usual = """
        default_input_policy: drop
        rules:
          - {name: loopback, interface: lo, action: accept}
          - {name: established, state: "established,related", action: accept}
          - {name: no-guests, source: 10.0.9.0/24, action: reject}
          - {name: ssh, protocol: tcp, port: 22, source: [10.0.0.0/8, "fd00::/8"], action: accept}
          - {name: web, protocol: tcp, port: [80, 443, 8000-8100], action: accept}
          - {name: dns, protocol: udp, port: 53, interface: eth1, action: accept}
          - {name: ping, protocol: icmp, rate: 10/second, action: accept}
          - {name: flood, protocol: tcp, port: 9000, rate: 5/minute, action: drop}
          - {name: late, protocol: tcp, port: 9000, action: accept}
          - {name: no-mail, direction: output, protocol: tcp, port: 25, action: reject}
          - {name: to-dmz, direction: forward, destination: 192.0.2.0/24, action: accept}
        """;

    [Theory]
    [InlineData(22, "10.0.1.5", "rule ssh accepts it")]
    [InlineData(22, "fd12::1", "rule ssh accepts it")]
    [InlineData(22, "::ffff:10.0.1.5", "rule ssh accepts it")]
    [InlineData(22, "10.0.9.7", "rule no-guests rejects it")]
    [InlineData(22, "203.0.113.9", "default_input_policy drops it")]
    [InlineData(22, "2001:db8::1", "default_input_policy drops it")]
    [InlineData(443, "203.0.113.9", "rule web accepts it")]
    [InlineData(8000, "203.0.113.9", "rule web accepts it")]
    [InlineData(8100, "203.0.113.9", "rule web accepts it")]
    [InlineData(8101, "203.0.113.9", "default_input_policy drops it")]
    [InlineData(9000, "203.0.113.9", "rule late accepts it")]
    public void The_first_rule_that_matches_decides(int port, string source, string decision) =>
        Rules(Usual).Decide(Tcp(port, source)).ToString().ShouldBe(decision);

    [Fact]
    public void Protocols_are_told_apart()
    {
        var rules = Rules(Usual);
        var udp = new FirewallPacket(PacketDirection.Input, PacketProtocol.Udp)
        {
            Port = 443,
            Source = IPAddress.Parse("203.0.113.9"),
        };
        rules.Decide(udp).IsAccepted.ShouldBeFalse();
        rules.Decide(udp with { Port = 53 }).IsAccepted.ShouldBeFalse("not on any interface");
        rules.Decide(udp with { Port = 53, Interface = "eth1" }).Name.ShouldBe("dns");
        rules.Decide(udp with { Protocol = PacketProtocol.Icmp, Port = null }).Name
            .ShouldBe("ping", "the first packet is within any rate");
        rules.Decide(udp with { Protocol = PacketProtocol.Other, Port = null }).By
            .ShouldBe(DecidedBy.Policy);
    }

    [Fact]
    public void States_and_interfaces_count()
    {
        var rules = Rules(Usual);
        var packet = Tcp(50_000, "203.0.113.9");
        rules.Decide(packet).IsAccepted.ShouldBeFalse();
        rules.Decide(packet with { State = ConnectionStates.Established }).Name
            .ShouldBe("established");
        rules.Decide(packet with { Interface = "lo" }).Name.ShouldBe("loopback");
    }

    [Fact]
    public void Each_direction_has_its_rules_and_its_policy()
    {
        var rules = Rules(Usual);
        var packet = new FirewallPacket(PacketDirection.Output, PacketProtocol.Tcp)
        {
            Port = 25,
            Destination = IPAddress.Parse("192.0.2.9"),
        };
        rules.Decide(packet).ShouldBe(new(FirewallAction.Reject, DecidedBy.Rule, "no-mail"));
        rules.Decide(packet with { Port = 443 }).ShouldBe(
            new(FirewallAction.Accept, DecidedBy.Policy, "default_output_policy"));
        rules.Decide(packet with { Direction = PacketDirection.Forward }).Name.ShouldBe("to-dmz");
        rules.Decide(packet with
        {
            Direction = PacketDirection.Forward,
            Destination = IPAddress.Parse("198.51.100.1"),
        }).ShouldBe(new(FirewallAction.Drop, DecidedBy.Policy, "default_forward_policy"));
    }

    [Fact]
    public void Policies_are_as_declared() =>
        Rules("{default_input_policy: accept, rules: []}").Decide(Tcp(22, "203.0.113.9"))
            .ShouldBe(new(FirewallAction.Accept, DecidedBy.Policy, "default_input_policy"));

    [Fact]
    public void A_rule_for_somebody_says_nothing_of_who_is_not_known()
    {
        var rules = Rules("{rules: [{name: a, source: 10.0.0.0/8, action: accept}]}");
        rules.Decide(Tcp(22, "10.0.0.1") with { Source = null }).IsAccepted.ShouldBeFalse();
    }

    [Fact]
    public void Without_a_firewall_in_force_everything_passes()
    {
        FirewallRules.Of(null).Decide(Tcp(22, "203.0.113.9")).ShouldBe(
            new(FirewallAction.Accept, DecidedBy.NoFirewall, null));
        Rules("enabled: false").Decide(Tcp(22, "203.0.113.9")).By
            .ShouldBe(DecidedBy.DisabledFirewall);
        Rules("enabled: true").Decide(Tcp(22, "203.0.113.9")).IsAccepted.ShouldBeFalse();
    }

    private static FirewallPacket Tcp(int port, string source) =>
        new(PacketDirection.Input, PacketProtocol.Tcp)
        {
            Port = port,
            Source = IPAddress.Parse(source),
        };

    private static FirewallRules Rules(string firewall)
    {
        var text = "firewall:\n" + string.Concat(firewall.Split('\n').Select(l => $"  {l}\n"));
        var found = new Loam.Core.Diagnostics.DiagnosticBag();
        var root = YamlReader.Read("network.yaml", text, found)!;
        var spec = new ObjectType(Loam.Core.Resources.NetworkFile.Kind.Spec)
            .Read(root, "", found) as MapValue;
        found.ToList().ShouldBeEmpty();
        return FirewallRules.Of(spec);
    }
}
