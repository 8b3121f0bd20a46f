using Loam.Core.StateFiles;
using Loam.Mind.Interpreter;
using Loam.Mind.Evaluating.Cases;
using Loam.Mind.Evaluating.Judging;

namespace Loam.Tests.Interpreter.Subjects;

/// <summary>Wishes and questions about the firewall, judged by what the rules then do with
/// packets.</summary>
public sealed class FirewallTests
{
    private static readonly StateSet s_services = StateSet.Empty.With("services.yaml", """
        apiVersion: loam/v1
        kind: ServiceManifest
        metadata: {name: main}
        spec:
          services:
            - name: web
              image: nginx:1.27-alpine
              ports: [{container: 80, host: 80}]
            - name: grafana
              image: grafana/grafana:11.3.0
              ports: [{container: 3000, host: 3001}]
            - name: postgres
              image: postgres:16-alpine
        """);

    private static readonly StateSet s_walled = s_services.With("network.yaml", """
        apiVersion: loam/v1
        kind: NetworkConfig
        metadata: {name: main}
        spec:
          interfaces:
            - {name: eth1, type: static, address: 192.168.7.1/24}
          firewall:
            enabled: true
            default_input_policy: drop
            rules:
              - {name: lo, interface: lo, action: accept}
              - {name: answers, state: "established,related", action: accept}
              # the abuse mails
              - {name: no-scanner, source: 198.51.100.0/24, action: drop}
              - name: ssh
                protocol: tcp
                port: 22
                source: [10.0.0.0/8, 172.16.0.0/12]
                action: accept
              - name: web
                protocol: tcp
                port: [80, 443]   # both
                action: accept
              - {name: no-telnet, protocol: tcp, port: 23, log: true, action: reject}
          bans:
            - {service: sshd, max_failures: 5, window: 10m, ban_for: 1h}
        """);

    private static readonly List<CaseFault> s_faults = [];
    private static readonly Dictionary<string, Loam.Mind.Evaluating.Cases.Case> s_cases = CaseFile
        .Read("inline", Cases, "firewall", false, s_faults)
        .ToDictionary(c => $"{c.State}: {c.Said}");

    public static TheoryData<string> Sentences => [.. s_cases.Keys];

    private const string Cases = """
        # Letting in
        walled: open port 8080
            => proposal; allows tcp 8080 from 203.0.113.9; blocks udp 8080 from 203.0.113.9
        walled: open 8000-8100 tcp and 53 udp
            => proposal; allows tcp 8050 from 203.0.113.9; allows udp 53 from 203.0.113.9
        walled: allow 5432 from 192.168.1.0/24 only
            => proposal; allows tcp 5432 from 192.168.1.7; blocks tcp 5432 from 203.0.113.9
        walled: let the office (203.0.113.7) reach postgres
            => proposal; allows tcp 5432 from 203.0.113.7; blocks tcp 5432 from 203.0.113.8;
            says publishes no port
        walled: ssh also from 203.0.113.7
            => proposal; firewall.rules.ssh.source has 203.0.113.7; firewall.rules count 6
        walled: make ssh accessible from anywhere
            => proposal; allows tcp 22 from 203.0.113.9; blocks tcp 22 from 198.51.100.3
        walled: allow ping => proposal; allows icmp from 203.0.113.9
        walled: wireguard needs udp 51821 => proposal; allows udp 51821 from 203.0.113.9
        walled: let 203.0.113.0/24 use grafana
            => proposal; allows tcp 3001 from 203.0.113.5; blocks tcp 3001 from 192.0.2.5
        walled: allow tcp 60000 to 60010 from 2001:db8::/32
            => proposal; allows tcp 60005 from 2001:db8::5; blocks tcp 60005 from 10.0.0.5
        walled: allow everything that comes in on eth1
            => proposal; firewall.rules has {interface: eth1, action: accept}
        walled: allow http and https from everywhere => no-change; says already
        walled: allow telnet
            => proposal; allows tcp 23 from 203.0.113.9; no firewall.rules.no-telnet; risk >=
            high
        walled: allow telnet from 10.0.0.0/8
            => proposal; allows tcp 23 from 10.0.0.1; blocks tcp 23 from 203.0.113.9;
            firewall.rules.no-telnet
        # Shutting out
        walled: block 203.0.113.0/24
            => proposal; blocks tcp 80 from 203.0.113.9; allows tcp 80 from 192.0.2.9
        walled: I don't want anyone from 203.0.113.0/24 to reach this server
            => proposal; blocks tcp 80 from 203.0.113.9
        walled: stop 203.0.113.9 from connecting => proposal; blocks tcp 443 from 203.0.113.9
        walled: keep 203.0.113.0/24 out => proposal; blocks tcp 443 from 203.0.113.9
        walled: close port 80
            => proposal; blocks tcp 80 from 203.0.113.9; allows tcp 443 from 203.0.113.9;
            firewall.rules count 6
        walled: deny telnet => no-change; says no-telnet
        walled: 172.16.0.0/12 shall not have ssh any more
            => proposal; blocks tcp 22 from 172.16.0.1; allows tcp 22 from 10.0.0.1;
            firewall.rules count 6; risk >= high
        walled: drop everything from 2001:db8::/32
            => proposal; blocks tcp 80 from 2001:db8::1; allows tcp 80 from 2001:db9::1
        walled: block outgoing smtp
            => proposal; blocks out tcp 25 to 192.0.2.1; allows out tcp 443 to 192.0.2.1
        walled: block all outgoing traffic except dns and https
            => proposal; blocks out tcp 25 to 192.0.2.1; allows out udp 53 to 192.0.2.1; allows
            out tcp 443 to 192.0.2.1
        walled: nobody outside the LAN should reach grafana
            => proposal; allows tcp 3001 from 192.168.7.9; blocks tcp 3001 from 203.0.113.9;
            says 192.168.7.0/24
        # Only
        walled: lock down the system, only allow ssh from 10.0.0.0/8
            => proposal; allows tcp 22 from 10.1.1.1; blocks tcp 22 from 172.16.0.1; blocks tcp
            80 from 203.0.113.9; risk >= high; says 80 (web)
        walled: restrict ssh to 10.8.0.0/24
            => proposal; allows tcp 22 from 10.8.0.1; blocks tcp 22 from 10.9.0.1; allows tcp 80
            from 203.0.113.9
        walled: close everything except ssh and https
            => proposal; allows tcp 443 from 203.0.113.9; blocks tcp 80 from 203.0.113.9; blocks
            tcp 22 from 203.0.113.9; allows tcp 22 from 10.0.0.1
        walled: lock down the server => question; says reachable
        walled: lock down the server // ssh from 10.0.0.0/8
            => proposal; allows tcp 22 from 10.0.0.1; blocks tcp 80 from 10.0.0.1
        walled: close port 22 => proposal; blocks tcp 22 from 10.0.0.1; risk critical
        # Without a firewall
        bare: allow 5432 from 192.168.1.0/24 only
            => proposal; allows tcp 5432 from 192.168.1.7; blocks tcp 5432 from 10.0.0.1; allows
            tcp 22 from 203.0.113.9; allows tcp 80 from 203.0.113.9
        bare: allow ssh from 10.0.0.0/8
            => proposal; allows tcp 22 from 10.0.0.1; allows tcp 80 from 203.0.113.9; risk >=
            high; says 80 (web)
        bare: enable the firewall
            => proposal; allows tcp 22 from 203.0.113.9; allows tcp 3001 from 203.0.113.9;
            blocks tcp 8080 from 203.0.113.9
        bare: block 203.0.113.9
            => proposal; blocks tcp 22 from 203.0.113.9; allows tcp 8080 from 203.0.113.10
        bare: turn the firewall off => no-change
        bare: close port 80 => proposal; services.web.ports lacks {host: 80}
        # Rules, rates, logs and policies
        walled: turn off the firewall => proposal; firewall.enabled = false; risk >= high
        walled: remove the rule no-telnet => proposal; no firewall.rules.no-telnet
        walled: delete rule web => proposal; no firewall.rules.web; says 80 (web)
        walled: take 172.16.0.0/12 out of the ssh rule
            => proposal; firewall.rules.ssh.source lacks 172.16.0.0/12; allows tcp 22 from
            10.0.0.1
        walled: add 192.168.0.0/16 to the ssh rule
            => proposal; allows tcp 22 from 192.168.0.1; allows tcp 22 from 10.0.0.1
        walled: change the source of ssh to 10.1.0.0/16
            => proposal; allows tcp 22 from 10.1.0.1; blocks tcp 22 from 10.2.0.1
        walled: move rule web above no-scanner => proposal; allows tcp 80 from 198.51.100.9
        walled: drop telnet instead of rejecting it
            => proposal; firewall.rules.no-telnet.action = drop
        walled: limit ssh to 10 connections per minute
            => proposal; firewall.rules.ssh.rate = 10/minute
        walled: rate limit http to 100/second
            => proposal; firewall.rules has {port: 80, rate: 100/second}; allows tcp 443 from
            203.0.113.9
        walled: log dropped packets => proposal; firewall.rules has {action: drop, log: true}
        walled: don't log no-telnet any more => proposal; firewall.rules.no-telnet.log = false
        walled: 198.51.100.0/24 may come back in => proposal; no firewall.rules.no-scanner
        walled: unblock 198.51.100.25
            => proposal; allows tcp 80 from 198.51.100.25; blocks tcp 80 from 198.51.100.26;
            blocks tcp 22 from 198.51.100.25
        walled: default deny incoming => no-change
        walled: set default input policy to accept
            => proposal; firewall.default_input_policy = accept; risk >= high
        walled: block that ip => question; says address
        walled: run iptables -F => refusal
        # Bans
        walled: ban addresses after 3 failed ssh logins for a day
            => proposal; bans.sshd.max_failures = 3; bans.sshd.ban_for = 1d; bans.sshd.window =
            10m
        walled: 3 strikes in 5 minutes
            => proposal; bans.sshd.max_failures = 3; bans.sshd.window = 5m; bans.sshd.ban_for =
            1h
        walled: bans should last a whole day instead of an hour
            => proposal; bans.sshd.ban_for = 1d
        walled: double the ban time => proposal; bans.sshd.ban_for = 2h
        walled: stop banning => proposal; no bans.sshd
        walled: five failures within ten minutes, an hour out, for sshd => no-change
        walled: ban 203.0.113.9 => proposal; blocks tcp 80 from 203.0.113.9
        bare: ban after 4 failed logins => proposal; bans.sshd.max_failures = 4
        # Going on
        walled: open 9000 // only from 192.168.10.0/24 // and udp too
            => proposal; allows udp 9000 from 192.168.10.1; allows tcp 9000 from 192.168.10.1;
            blocks tcp 9000 from 203.0.113.9
        walled: block 203.0.113.0/24 // no sorry, 192.0.2.0/24
            => proposal; blocks tcp 80 from 192.0.2.1; allows tcp 80 from 203.0.113.1
        walled: allow 8080 from 10.0.0.0/8 // also from 192.168.0.0/16
            => proposal; allows tcp 8080 from 192.168.0.1; allows tcp 8080 from 10.0.0.1
        walled: block 203.0.113.0/24 // remove it again => no-change
        walled: open 9000 // undo that => no-change
        # Questions
        walled: which ports are open? => answer; says 22; says 443; says 3001
        walled: can 203.0.113.5 reach ssh? => answer; says no
        walled: can 10.0.0.5 reach ssh? => answer; says yes
        walled: is port 443 open? => answer; says everybody
        walled: who can reach ssh? => answer; says 172.16.0.0/12
        walled: what is blocked? => answer; says no-scanner
        walled: why is 198.51.100.7 not getting through => answer; says no-scanner
        walled: is the firewall on? => answer; says on
        bare: is the firewall on? => answer; says no firewall
        walled: which addresses are banned? => answer; says loam bans
        # Not about packets
        walled: allow grafana 2GB of memory => proposal; services.grafana.resources.memory = 2Gi
        walled: remove grafana => proposal; no services.grafana
        walled: grafana on port 3100 => proposal; services.grafana.ports has {host: 3100}
        """;

    [Theory, MemberData(nameof(Sentences))]
    public void Understands(string said)
    {
        var test = s_cases[said];
        var judged = Judge.Run(test, new(test.State == "walled" ? s_walled : s_services));
        judged.Fault.ShouldBeNull();
        judged.Collateral.ShouldBeEmpty();
    }

    [Fact]
    public void Every_sentence_says_something_that_can_be_checked() => s_faults.ShouldBeEmpty();

    [Fact]
    public void An_edit_leaves_comments_and_other_rules_alone()
    {
        var before = s_walled["network.yaml"]!.Split('\n');
        var after = Propose("block 203.0.113.9").Files["network.yaml"].Split('\n');
        after.Intersect(before).Count().ShouldBe(before.Distinct().Count());
        after.Except(before).Count().ShouldBe(3);
    }

    [Fact]
    public void A_block_stands_before_what_would_let_in()
    {
        var text = Propose("block 203.0.113.9").Files["network.yaml"];
        text.IndexOf("203.0.113.9", StringComparison.Ordinal)
            .ShouldBeLessThan(text.IndexOf("name: web", StringComparison.Ordinal));
        text.IndexOf("203.0.113.9", StringComparison.Ordinal)
            .ShouldBeGreaterThan(text.IndexOf("name: answers", StringComparison.Ordinal));
    }

    private static Proposal Propose(params string[] turns) =>
        Loam.Mind.Interpreter.Interpreter.Propose(s_walled, turns, Judge.Now);
}
