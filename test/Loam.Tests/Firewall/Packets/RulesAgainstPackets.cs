using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Loam.Core.Firewall;
using Loam.Core.Planning;
using Loam.Core.StateFiles;
using Loam.Drivers.Firewall;

namespace Loam.Tests.Firewall.Packets;

/// <summary>What is declared, what is written into the kernel and what becomes of real packets
/// must agree.</summary>
[NeedsNet]
[Collection(NamespacesCollection.Name)]
public sealed class RulesAgainstPackets(Namespaces net)
{
    private const int Firewalls = 60;
    private const int PacketsEach = 40;

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(1);

    private readonly Traffic _traffic = new(net);

    private static readonly string[] s_networks =
    [
        "10.9.0.0/16", "10.9.1.0/24", "10.9.1.7", "10.7.0.0/16", "10.0.0.0/8", "fd09::/64",
        "fd00::/8", "fd07::2", "0.0.0.0/0", "::/0", "192.0.2.0/24", "2001:db8::/32",
    ];

    private static readonly string[] s_here =
        ["10.9.0.1", "10.7.0.1", "10.9.0.0/16", "fd09::1", "fd07::/64", "10.8.0.2", "fd08::/64"];

    private static readonly string[] s_ports =
        ["22", "80", "443", "7001", "7000-7010", "1-1023", "20-30, 25-40", "7001, 22", "53"];

    private static readonly int[] s_targets = [22, 25, 53, 80, 443, 1023, 7000, 7001, 7010, 9000];

    [NeedingFact]
    public async Task Random_rules_decide_about_random_packets_as_the_evaluator_does()
    {
        var sets = 0;
        for (var seed = 1; seed <= Firewalls; seed++)
        {
            var random = new Random(seed);
            var text = Draw(random);
            var rules = Rules(text);
            sets += FirewallTable.Of(rules)!.Body.Split(" more\"").Length - 1;
            await SetAsync(rules);
            Shot[] shots = [.. Enumerable.Range(0, PacketsEach).Select(_ => DrawShot(random))];
            var passed = await _traffic.SendAsync(shots);
            for (var i = 0; i < shots.Length; i++)
            {
                var decision = rules.Decide(shots[i].Packet);
                passed[i].ShouldBe(decision.IsAccepted,
                    $"seed {seed}: {shots[i]} was {(passed[i] ? "let through" : "kept back")}, "
                    + $"but {decision}\n{text}\n{FirewallTable.Of(rules)?.Body}");
            }
        }
        sets.ShouldBeGreaterThan(Firewalls / 2, "rules that stand in sets");
    }

    [NeedingFact]
    public async Task A_rate_lets_through_so_many_and_no_more()
    {
        await SetAsync(Rules("""
            rules:
              - {name: few, protocol: tcp, port: 22, rate: 5/hour, action: accept}
              - {name: many, protocol: tcp, port: 80, rate: 5/hour, action: drop}
              - {name: rest, protocol: tcp, port: 80, action: accept}
            """));

        (await Shots(22, 9)).Count(p => p).ShouldBe(5, "accept matches up to the rate");
        (await Shots(80, 9)).Count(p => p).ShouldBe(5, "drop matches beyond it");
    }

    [NeedingFact]
    public async Task What_the_host_began_is_answered_and_a_container_is_reached()
    {
        await _traffic.PrepareAsync();
        await SetAsync(Rules("""
            rules:
              - {name: established, state: "established,related", action: accept}
              - {name: site, protocol: tcp, port: 7001, source: 10.9.0.0/16, action: accept}
            """));

        Talk(net.Client, "10.9.0.1", 7001, net.Box, 80).ShouldBeTrue("published and allowed");
        Talk(net.Client, "10.7.0.1", 7001, net.Box, 80).ShouldBeFalse("not from there");
        Talk(net.Client, "10.9.0.1", 7002, net.Box, 80).ShouldBeFalse("published, and no rule");
        Talk(net.Host, "10.9.0.2", 5000, net.Client, 5000).ShouldBeTrue("the host's own");
        Talk(net.Box, "10.8.0.2", 5001, net.Far, 5001).ShouldBeTrue("a container's way out");
        Talk(net.Host, "172.31.9.2", 80, net.Box, 80).ShouldBeTrue("a probe of a container");
        Talk(net.Client, "10.8.0.2", 5002, net.Far, 5002).ShouldBeFalse("passing through");
        Talk(net.Box, "172.31.9.1", 53, net.Host, 53).ShouldBeTrue("names, for containers");
        Talk(net.Box, "172.31.9.1", 22, net.Host, 22).ShouldBeFalse("nothing else of the host");
        Talk(net.Box, "10.9.0.1", 7001, net.Box, 80).ShouldBeFalse(
            "a published port, from a container that no rule names");
    }

    [NeedingFact]
    public async Task A_redirected_packet_is_judged_by_where_it_was_sent_and_where_it_arrives()
    {
        await _traffic.PrepareAsync();
        async Task<bool> PassesAsync(params int[] open)
        {
            await SetAsync(Rules("rules:\n" + string.Join('\n', open.Select(p =>
                $"  - {{name: p{p}, protocol: tcp, port: {p}, action: accept}}"))));
            return Talk(net.Client, "10.9.0.1", 7201, net.Host, 7202);
        }

        (await PassesAsync(7201, 7202)).ShouldBeTrue();
        (await PassesAsync(7202)).ShouldBeFalse("nobody may send to 7201");
        (await PassesAsync(7201)).ShouldBeFalse("nobody may come to 7202");
        // To elsewhere, and caught on its way: no rule for this machine's addresses saw it.
        Talk(net.Client, "10.8.0.2", 7201, net.Host, 7202).ShouldBeFalse("not to 7202");
    }

    /// <summary>Whether a connection comes about, both ways.</summary>
    private static bool Talk(string from, string address, int port, string at, int listening)
    {
        Socket? server = null;
        Namespaces.In(at, () =>
        {
            server = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            server.SetSocketOption(
                SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
            server.Bind(new IPEndPoint(IPAddress.Any, listening));
            server.Listen();
        });
        using var listener = server!;
        var came = false;
        Namespaces.In(from, () =>
        {
            using var client = new Socket(
                AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                came = client.ConnectAsync(IPAddress.Parse(address), port).Wait(s_patience);
            }
            catch (AggregateException e) when (e.InnerException is SocketException)
            {
                // Refused.
            }
        });
        return came;
    }

    private Task<bool[]> Shots(int port, int count) => _traffic.SendAsync(
        [.. Enumerable.Repeat(new Shot(PacketDirection.Input, PacketProtocol.Tcp, "10.9.0.2",
            "10.9.0.1", port, "lan0"), count)]);

    private async Task SetAsync(FirewallRules rules)
    {
        var driver = new FirewallDriver(new Nftables(Namespaces.Enter(net.Host)), "test",
            new(null), () => [Namespaces.Bridge], new NoDeadman());
        await driver.ApplyAsync(new(ActionKind.SetFirewall, FirewallTable.Name)
        {
            Firewall = new(null, FirewallTable.Of(rules)),
        }, (_, _, _) => { }, default);
        (await driver.ObserveAsync(new() { ObservedAt = default }, default)).Firewall
            .ShouldBe(FirewallTable.Of(rules) is { } table ? new(table.Digest, true) : null);
    }

    private static FirewallRules Rules(string firewall)
    {
        var text = "apiVersion: loam/v1\nkind: NetworkConfig\nmetadata:\n  name: test\nspec:\n"
            + "  firewall:\n" + string.Concat(firewall.Split('\n').Select(l => $"    {l}\n"));
        var reading = StateReader.Read(StateSet.Empty.With("network.yaml", text));
        reading.State.ShouldNotBeNull(string.Join('\n', reading.Findings) + "\n" + text);
        return reading.State.Firewall;
    }

    private static string Draw(Random random)
    {
        var text = new StringBuilder();
        foreach (var hook in (string[])["input", "output", "forward"])
        {
            text.Append(CultureInfo.InvariantCulture,
                $"default_{hook}_policy: {(random.Next(2) == 0 ? "accept" : "drop")}\n");
        }
        text.Append("rules:\n");
        var count = random.Next(1, 9);
        for (var i = 0; i < count; i++)
        {
            text.Append(CultureInfo.InvariantCulture, $"  - {{name: r{i}{DrawRule(random)}}}\n");
            if (random.Next(4) == 0)
            {
                AddAlike(random, $"r{i}", text);
            }
        }
        return text.ToString().TrimEnd();
    }

    /// <summary>Rules of one form with one verdict, which may overlap one another.</summary>
    private static void AddAlike(Random random, string name, StringBuilder text)
    {
        string Pick(string[] from) => from[random.Next(from.Length)];
        var (direction, action) = (
            Pick(["input", "input", "output", "forward"]), Pick(["accept", "drop", "reject"]));
        var (protocol, form) = (Pick(["tcp", "udp"]), random.Next(1, 8));
        var count = random.Next(2, 7);
        for (var i = 0; i < count; i++)
        {
            text.Append(CultureInfo.InvariantCulture,
                $"  - {{name: {name}-{i}, direction: {direction}, protocol: {protocol}")
                .Append((form & 1) == 0 ? "" : $", port: [{Pick(s_ports)}]")
                .Append((form & 2) == 0 ? "" : $", source: \"{Pick(s_networks[..8])}\"")
                .Append((form & 4) == 0 ? "" : $", destination: \"{Pick(s_here)}\"")
                .Append(CultureInfo.InvariantCulture, $", action: {action}}}\n");
        }
    }

    private static string DrawRule(Random random)
    {
        var rule = new StringBuilder();
        void Maybe(int oneIn, string field, Func<string> value)
        {
            if (random.Next(oneIn) == 0)
            {
                rule.Append(CultureInfo.InvariantCulture, $", {field}: {value()}");
            }
        }
        string Pick(string[] from) => from[random.Next(from.Length)];
        string List(string[] from) => "[" + string.Join(", ", Enumerable.Range(
            0, random.Next(1, 4)).Select(_ => $"\"{Pick(from)}\"").Distinct()) + "]";
        var protocol = Pick(["all", "tcp", "udp", "tcp"]);
        rule.Append(CultureInfo.InvariantCulture, $", protocol: {protocol}");
        if (protocol != "all")
        {
            Maybe(2, "port", () => $"[{Pick(s_ports)}]");
        }
        Maybe(3, "source", () => List(s_networks));
        Maybe(4, "destination", () => List(s_here));
        Maybe(4, "direction", () => Pick(["input", "output", "forward"]));
        Maybe(6, "interface", () => Pick(["lan0", "wan0", "far0"]));
        Maybe(6, "state", () => Pick(["new", "\"established,related\"", "\"new,untracked\"",
            "invalid"]));
        Maybe(8, "rate", () => "10000/second");
        Maybe(5, "log", () => "true");
        rule.Append(CultureInfo.InvariantCulture,
            $", action: {Pick(["accept", "drop", "reject"])}");
        return rule.ToString();
    }

    private static Shot DrawShot(Random random)
    {
        T Pick<T>(T[] from) => from[random.Next(from.Length)];
        var protocol = Pick([PacketProtocol.Tcp, PacketProtocol.Udp]);
        var port = Pick(s_targets);
        return random.Next(5) switch
        {
            0 => Pick(
            [
                new Shot(PacketDirection.Output, protocol, "10.9.0.1", "10.9.0.2", port, "lan0"),
                new(PacketDirection.Output, protocol, "fd07::1", "fd07::2", port, "wan0"),
                new(PacketDirection.Output, protocol, "10.8.0.1", "10.8.0.2", port, "far0"),
            ]),
            1 => Pick(
            [
                new Shot(PacketDirection.Forward, protocol, "10.9.0.2", "10.8.0.2", port, "lan0"),
                new(PacketDirection.Forward, protocol, "fd09::2", "fd08::2", port, "lan0"),
                new(PacketDirection.Forward, protocol, "10.9.1.7", "10.8.0.2", port, "lan0"),
            ]),
            _ => Pick(
            [
                new Shot(PacketDirection.Input, protocol, "10.9.0.2", "10.9.0.1", port, "lan0"),
                new(PacketDirection.Input, protocol, "10.9.1.7", "10.9.0.1", port, "lan0"),
                new(PacketDirection.Input, protocol, "10.7.0.2", "10.7.0.1", port, "wan0"),
                new(PacketDirection.Input, protocol, "10.7.3.3", "10.7.0.1", port, "wan0"),
                new(PacketDirection.Input, protocol, "fd09::2", "fd09::1", port, "lan0"),
                new(PacketDirection.Input, protocol, "fd07::2", "fd07::1", port, "wan0"),
            ]),
        };
    }

    private sealed class NoDeadman : Loam.Core.Reconciling.IDeadman
    {
        public Task ArmAsync(Loam.Core.Reconciling.PutBack back, TimeSpan after, CancellationToken cancel) =>
            Task.CompletedTask;

        public bool Disarm() => true;
    }
}
