using Loam.Core.Firewall;
using Loam.Core.StateFiles;

namespace Loam.Tests.Firewall;

public sealed class DoorsTests
{
    private static readonly Doors s_doors = new(Rules("""
        rules:
          - {name: loopback, interface: lo, action: accept}
          - {name: established, state: "established,related", action: accept}
          - {name: guests, source: 10.0.9.0/24, action: drop}
          - {name: ssh, protocol: tcp, port: 22, source: [10.0.0.0/8, 192.0.2.7], action: accept}
          - {name: flood, protocol: tcp, port: 443, rate: 100/second, action: drop}
          - {name: web, protocol: tcp, port: [80, 443], action: accept}
          - {name: games, protocol: udp, port: 27000-27100, action: accept}
          - {name: inside, protocol: tcp, port: 9090, interface: eth1, action: accept}
          - {name: many, protocol: tcp, port: 99, source: ["10.1.0.0/16", "10.2.0.0/16",
              "10.3.0.0/16", "10.4.0.0/16", "10.5.0.0/16"], action: accept}
        """));

    [Theory]
    [InlineData("22/tcp", "only 10.0.0.0/8, 192.0.2.7 but not 10.0.9.0/24")]
    [InlineData("80/tcp", "anyone but 10.0.9.0/24")]
    [InlineData("443/tcp", "anyone but 10.0.9.0/24")]
    [InlineData("443/udp", "nobody")]
    [InlineData("27050/udp", "anyone but 10.0.9.0/24")]
    [InlineData("9090/tcp", "only anyone by eth1 but not 10.0.9.0/24")]
    [InlineData("99/tcp", "only 10.1.0.0/16, 10.2.0.0/16, 10.3.0.0/16 and 2 more")]
    [InlineData("5432/tcp", "nobody")]
    public void A_port_is_open_to_those_whom_the_rules_let_in(string port, string who)
    {
        var parts = port.Split('/');
        s_doors.To(Passage.Of(int.Parse(parts[0]), parts[1])).ToString().ShouldBe(who);
    }

    [Fact]
    public void What_no_rule_names_is_one_door()
    {
        Doors.Passages([], Rules("""
            rules:
              - {name: ssh, protocol: tcp, port: 22, action: accept}
              - {name: games, protocol: udp, port: [27000-27100, 22], action: accept}
              - {name: out, direction: output, protocol: tcp, port: 25, action: drop}
            """)).Select(p => p.ToString())
            .ShouldBe(["22/tcp", "22/udp", "27000-27100/udp", "every other TCP port",
                "every other UDP port", "ping"]);
        s_doors.To(new(null, PacketProtocol.Tcp)).ToString().ShouldBe("nobody");
    }

    [Fact]
    public void Ranges_are_cut_where_others_begin_and_end() => Doors.Passages(
        [Passage.Of(8050, "tcp")], Rules("""
            rules:
              - {name: a, protocol: tcp, port: 8000-8100, action: accept}
              - {name: b, protocol: tcp, port: 8090-9000, action: drop}
            """)).Select(p => p.ToString()).Take(5)
        .ShouldBe(["8000-8049/tcp", "8050/tcp", "8051-8089/tcp", "8090-8100/tcp",
            "8101-9000/tcp"]);

    [Theory]
    [InlineData("drop", "[{s: 10.0.1.50, a: drop}, {s: 10.0.0.0/8, a: accept}]",
        "only 10.0.0.0/8 but not 10.0.1.50")]
    [InlineData("drop", "[{s: 10.0.0.0/8, a: drop}, {s: 10.0.0.0/8, a: accept}]", "nobody")]
    [InlineData("drop", "[{s: 10.0.0.0/8, a: accept}, {s: 10.0.1.50, a: drop}]",
        "only 10.0.0.0/8")]
    [InlineData("accept", "[{s: 10.0.1.50, a: accept}, {s: 10.0.0.0/8, a: drop}]",
        "anyone but 10.0.0.0/8, though 10.0.1.50 may")]
    [InlineData("accept", "[{s: 0.0.0.0/0, a: drop}]", "anyone but anyone by IPv4")]
    [InlineData("accept", "[{s: '0.0.0.0/0, ::/0', a: drop}]", "nobody")]
    [InlineData("drop", "[{s: '::ffff:10.0.1.50', a: accept}]", "only 10.0.1.50")]
    public void Exceptions_are_said(string policy, string rules, string who) =>
        new Doors(Rules($"default_input_policy: {policy}\nrules:\n" + string.Join('\n',
            rules.Trim('[', ']').Split("}, ").Select((r, i) =>
                $"  - {{name: r{i}, protocol: tcp, port: 22, " + r.Trim('{', '}')
                    .Replace("s: '", "source: [\"").Replace("', a", "\"], a")
                    .Replace(", ::", "\", \"::").Replace("s: ", "source: ")
                    .Replace("a: ", "action: ") + "}"))))
            .To(Passage.Of(22, "tcp")).ToString().ShouldBe(who);

    [Fact]
    public void What_reads_alike_is_told_by_what_comes_and_goes()
    {
        var then = new Reach(false, ["a", "b", "c", "d", "e"], []);
        var now = new Reach(false, ["a", "b", "c", "d", "f"], []);
        then.IsLike(now).ShouldBeFalse();
        then.To(now).ShouldBe("only a, b, c and 2 more: also f, no longer e");
    }

    [Fact]
    public void Without_a_firewall_everything_is_open() =>
        new Doors(FirewallRules.None).To(Passage.Of(22, "tcp")).ToString().ShouldBe("anyone");

    /// <summary>Whoever the evaluator lets in is among those named, and nobody else.</summary>
    [Theory]
    [InlineData("10.0.1.5")]
    [InlineData("10.0.9.5")]
    [InlineData("192.0.2.7")]
    [InlineData("203.0.113.9")]
    public void Doors_and_evaluator_agree(string source)
    {
        var rules = Rules("""
            default_input_policy: accept
            rules:
              - {name: guests, source: 10.0.9.0/24, action: drop}
              - {name: ssh, protocol: tcp, port: 22, source: 10.0.0.0/8, action: accept}
              - {name: no-ssh, protocol: tcp, port: 22, action: drop}
            """);
        var reach = new Doors(rules).To(Passage.Of(22, "tcp"));
        var named = reach.From.Any(n => System.Net.IPNetwork.Parse(n)
            .Contains(System.Net.IPAddress.Parse(source)));

        // Somebody may be named who an earlier rule keeps out: that is said where anyone comes in.
        if (rules.Decide(new(PacketDirection.Input, PacketProtocol.Tcp)
        {
            Port = 22, Source = System.Net.IPAddress.Parse(source),
        }).IsAccepted)
        {
            named.ShouldBeTrue();
        }
    }

    private static FirewallRules Rules(string firewall)
    {
        var text = "apiVersion: loam/v1\nkind: NetworkConfig\nmetadata:\n  name: test\nspec:\n"
            + "  firewall:\n" + string.Concat(firewall.Split('\n').Select(l => $"    {l}\n"));
        var reading = StateReader.Read(StateSet.Empty.With("network.yaml", text));
        return reading.State.ShouldNotBeNull(string.Join('\n', reading.Findings)).Firewall;
    }
}
