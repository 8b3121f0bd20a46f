using System.Collections.Immutable;
using System.Diagnostics;
using System.Net.Sockets;
using Loam.Core.Firewall;
using Loam.Core.Planning;
using Loam.Core.Reconciling;
using Loam.Core.Resources;
using Loam.Core.StateFiles;
using Loam.Drivers.Containers;
using Loam.Drivers.Containers.Native.Networking;
using Loam.Drivers.Firewall;
using Loam.Tests.Firewall.Packets;
using Xunit.Abstractions;

namespace Loam.Tests.Containers.Native.Networking;

/// <summary>Networks, walls and ports of containers, with real packets.</summary>
[NeedsNet]
public sealed class ContainerNetworksTests(ITestOutputHelper output) : IAsyncLifetime
{
    private NetworkHost _host = null!;
    private ContainerNetworks _networks = null!;

    public async Task InitializeAsync()
    {
        if (new NeedsNetAttribute().Missing() is null)
        {
            _host = await NetworkHost.MakeAsync();
            _networks = await _host.ReadyAsync();
        }
    }

    public async Task DisposeAsync() => await (_host?.DisposeAsync() ?? default);

    [NeedingFact]
    public async Task Containers_of_a_network_reach_one_another_and_out_and_are_not_reached_from_there()
    {
        await NetworkHost.NetworkAsync(_networks, "front");
        await _host.StartAsync(_networks, "a", "a", [], "front");
        await _host.StartAsync(_networks, "b", "b", [], "front");
        _host.Serve(_host.Outside, "outside");

        NetworkHost.Ask(In("a"), At("b"), 80).ShouldBe("b");
        NetworkHost.Ask(In("b"), At("a"), 80, isUdp: true).ShouldBe("a");
        NetworkHost.AskWhole(_host.Host, At("a"), 80).ShouldBe($"a to {Gateway("front")}");
        NetworkHost.AskWhole(In("a"), NetworkHost.OutsideAddress, 80).ShouldBe(
            $"outside to {NetworkHost.HostAddress}", "as the host");
        NetworkHost.Ask(_host.Outside, At("a"), 80).ShouldBeNull("nothing is published");
        NetworkHost.Ask(_host.Outside, NetworkHost.BesideAddress, 80).ShouldBeNull();
    }

    [NeedingFact]
    public async Task What_was_not_passed_on_before_is_not_passed_on_when_containers_come()
    {
        _host.Serve(_host.Beside, "beside");
        NetworkHost.Ask(_host.Outside, NetworkHost.BesideAddress, 80).ShouldBeNull();
        await NetworkHost.NetworkAsync(_networks, "front");
        new NetworkKernel(_host.Host).Forwards.ShouldBeFalse("no container needs it yet");
        await _host.StartAsync(_networks, "a", "a", [], "front");

        new NetworkKernel(_host.Host).Forwards.ShouldBeTrue();
        NetworkHost.Ask(In("a"), NetworkHost.BesideAddress, 80).ShouldBe("beside");
        NetworkHost.Ask(_host.Outside, NetworkHost.BesideAddress, 80).ShouldBeNull();
    }

    [NeedingFact]
    public async Task Networks_are_apart_unless_a_container_is_in_both()
    {
        await NetworkHost.NetworkAsync(_networks, "front");
        await NetworkHost.NetworkAsync(_networks, "back", isInternal: true);
        await _host.StartAsync(_networks, "web", "web", [], "front");
        await _host.StartAsync(_networks, "db", "db", [], "back");
        await _host.StartAsync(_networks, "app", "app", [], "back", "front");
        _host.Serve(_host.Outside, "outside");

        NetworkHost.Ask(In("web"), At("db"), 80).ShouldBeNull();
        NetworkHost.Ask(In("db"), At("web"), 80).ShouldBeNull();
        NetworkHost.Ask(In("app"), At("db"), 80).ShouldBe("db");
        NetworkHost.Ask(In("app"), At("web"), 80).ShouldBe("web");
        NetworkHost.Ask(In("app"), NetworkHost.OutsideAddress, 80).ShouldBe("outside");
        NetworkHost.Ask(In("db"), NetworkHost.OutsideAddress, 80).ShouldBeNull("internal");

        await _networks.DisconnectAsync("front", "app", default);
        NetworkHost.Ask(In("app"), At("web"), 80).ShouldBeNull();
        NetworkHost.Ask(In("app"), At("db"), 80).ShouldBe("db");
        await _networks.ConnectAsync("front", "app", ["app"], default);
        NetworkHost.Ask(In("app"), At("web"), 80).ShouldBe("web");
        NetworkHost.Ask(In("app"), NetworkHost.OutsideAddress, 80).ShouldBe("outside");
    }

    [NeedingFact]
    public async Task A_port_is_reached_from_outside_from_the_host_and_from_containers()
    {
        await NetworkHost.NetworkAsync(_networks, "front");
        await NetworkHost.NetworkAsync(_networks, "other");
        await _host.StartAsync(_networks, "web", "web", [Published(8080), Published(8080, "udp"),
            Published(8081, address: "127.0.0.1"),
            Published(8082, address: NetworkHost.HostAddress)], "front");
        await _host.StartAsync(_networks, "near", "near", [], "front");
        await _host.StartAsync(_networks, "far", "far", [], "other");

        foreach (var isUdp in (bool[])[false, true])
        {
            NetworkHost.Ask(_host.Outside, NetworkHost.HostAddress, 8080, isUdp).ShouldBe("web");
            NetworkHost.Ask(_host.Host, "127.0.0.1", 8080, isUdp).ShouldBe("web");
            NetworkHost.Ask(_host.Host, NetworkHost.HostAddress, 8080, isUdp).ShouldBe("web");
            foreach (var container in (string[])["near", "far", "web"])
            {
                NetworkHost.Ask(In(container), NetworkHost.HostAddress, 8080, isUdp)
                    .ShouldBe("web", container);
                NetworkHost.Ask(In(container), Gateway("front"), 8080, isUdp)
                    .ShouldBe("web", container);
            }
        }
        NetworkHost.AskWhole(_host.Outside, NetworkHost.HostAddress, 8080).ShouldBe(
            $"web to {NetworkHost.OutsideAddress}", "it sees who asks");
        NetworkHost.Ask(_host.Host, "127.0.0.1", 8081).ShouldBe("web");
        NetworkHost.Ask(_host.Outside, NetworkHost.HostAddress, 8081).ShouldBeNull();
        NetworkHost.Ask(_host.Outside, NetworkHost.HostAddress, 8082).ShouldBe("web");
        NetworkHost.Ask(_host.Beside, NetworkHost.OtherHostAddress, 8082).ShouldBeNull();
        NetworkHost.Ask(In("near"), At("far"), 80).ShouldBeNull("that is no port of the host");

        await _networks.PublishAsync("web", "web", [], default);
        NetworkHost.Ask(_host.Outside, NetworkHost.HostAddress, 8080).ShouldBeNull();
        NetworkHost.Ask(_host.Host, "127.0.0.1", 8081).ShouldBeNull();
    }

    [NeedingFact]
    public async Task The_host_s_own_loop_stays_shut_to_containers()
    {
        await NetworkHost.NetworkAsync(_networks, "front");
        await _host.StartAsync(_networks, "web", "web", [Published(8080)], "front");
        _host.Serve(_host.Host, "host", 9000);
        await Processes.RunAsync("nsenter", $"--net={In("web")}", "ip", "route", "add",
            "127.0.0.2/32", "via", Gateway("front"));
        NetworkSpace.In(In("web"), () =>
        {
            File.WriteAllText("/proc/sys/net/ipv4/conf/all/route_localnet", "1");
            return true;
        });
        await Processes.RunAsync("nsenter", $"--net={In("web")}", "ip", "route", "delete",
            "local", "127.0.0.0/8", "table", "local");

        NetworkHost.Ask(_host.Host, "127.0.0.2", 9000).ShouldBe("host");
        NetworkHost.Ask(In("web"), "127.0.0.2", 9000).ShouldBeNull();
        (await _host.InHostAsync("nft", "list", "table", "inet", Table())).Output.ShouldContain(
            "ip daddr 127.0.0.0/8 drop");
    }

    [NeedingFact]
    public async Task Replicas_share_a_port_in_turn_and_one_that_falls_out_keeps_its_connections()
    {
        await NetworkHost.NetworkAsync(_networks, "front");
        string[] replicas = ["web-1", "web-2", "web-3"];
        foreach (var name in replicas)
        {
            await _host.StartAsync(_networks, name, "web", [Published(8080)], "front");
        }

        Asked(12).ShouldBe(replicas.ToDictionary(r => r, _ => 4), "none is known to be well");
        using var call = NetworkHost.Call(_host.Outside, NetworkHost.HostAddress, 8080);
        var mine = NetworkHost.Say(call).ShouldNotBeNull().Split(' ')[0];
        var others = replicas.Where(r => r != mine).ToHashSet();
        await _networks.SetHealthyAsync(others, default);
        Asked(12).ShouldBe(others.Order().ToDictionary(r => r, _ => 6));
        NetworkHost.Say(call).ShouldNotBeNull().Split(' ')[0].ShouldBe(mine);
        await _networks.SetHealthyAsync(replicas.ToHashSet(), default);
        Asked(12).ShouldBe(replicas.ToDictionary(r => r, _ => 4));
        await _networks.LeaveAsync("web-2", default);
        Asked(12).ShouldBe(new() { ["web-1"] = 6, ["web-3"] = 6 }, "it is about to end");
        await _networks.CloseAsync("web-2", default);
        Asked(12).ShouldBe(new() { ["web-1"] = 6, ["web-3"] = 6 });
        NetworkHost.Say(call).ShouldBe(mine == "web-2" ? null
            : $"{mine} to {NetworkHost.OutsideAddress}");
    }

    [NeedingFact]
    public async Task Nobody_is_refused_while_rules_are_written()
    {
        await NetworkHost.NetworkAsync(_networks, "front");
        ImmutableArray<string> replicas = ["web-1", "web-2", "web-3"];
        foreach (var name in replicas)
        {
            await _host.StartAsync(_networks, name, "web", [Published(8080)], "front");
        }
        // Sets are empty to who passes while they are replaced: one call in thousands was refused.
        (await _host.InHostAsync("nft", "list", "table", "inet", Table())).Output.Split('\n')
            .ShouldNotContain(l => l.Contains('{') && l.Contains('}') || l.Contains(" set "));
        var (calls, isOver) = (0, false);
        var calling = Task.WhenAll(Enumerable.Range(0, 3).Select(_ => Task.Run(() =>
        {
            for (; !Volatile.Read(ref isOver); Interlocked.Increment(ref calls))
            {
                // Throws where it is refused. Its port is free again at once.
                using var call = NetworkHost.Call(
                    _host.Outside, NetworkHost.HostAddress, 8080);
                call.LingerState = new(true, 0);
            }
        })));
        var changes = 0;
        for (; changes < 200 && !calling.IsCompleted; changes++)
        {
            await _networks.SetHealthyAsync(
                replicas.Where((_, i) => (changes >> i) % 2 == 0).ToHashSet(), default);
        }
        Volatile.Write(ref isOver, true);
        await calling;
        output.WriteLine($"{changes} changes, {calls} calls");
        calls.ShouldBeGreaterThan(changes, "else they hardly met");
    }

    [NeedingFact]
    public async Task Who_goes_on_sending_datagrams_is_led_to_another_when_his_container_ends()
    {
        await NetworkHost.NetworkAsync(_networks, "front");
        using var sender = NetworkSpace.In(_host.Outside, () => new Socket(
            AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp));
        await sender.ConnectAsync(NetworkHost.HostAddress, 8080);
        NetworkHost.Say(sender).ShouldBeNull("nothing is there yet");
        foreach (var name in (string[])["web-1", "web-2"])
        {
            await _host.StartAsync(_networks, name, "web", [Published(8080, "udp")], "front");
        }
        var mine = NetworkHost.Say(sender).ShouldNotBeNull();
        NetworkHost.Say(sender).ShouldBe(mine, "one flow");
        await _networks.CloseAsync(mine, default);

        NetworkHost.Say(sender).ShouldBe(mine == "web-1" ? "web-2" : "web-1");
    }

    [NeedingFact]
    public async Task A_port_of_another_service_is_refused_while_that_is_open()
    {
        await NetworkHost.NetworkAsync(_networks, "front");
        await _host.StartAsync(_networks, "web", "web", [Published(8080)], "front");
        await _networks.ConnectAsync("front", "other", ["other"], default);
        await _networks.PublishAsync("other", "other",
            [Published(8080, address: "127.0.0.1")], default);

        var refused = await NetworkHost.OpenAsync(_networks, "other")
            .ShouldThrowAsync<HostException>();
        refused.Fault.ShouldBe(Fault.Conflict);
        refused.Message.ShouldBe(
            "Port 8080 is taken on this host: it leads to web already.");
        await _networks.CloseAsync("web", default);
        await NetworkHost.OpenAsync(_networks, "other");
        (await _networks.PublishAsync("other", "other", [Published(1, address: "::1")], default)
            .ShouldThrowAsync<HostException>()).Fault.ShouldBe(Fault.Unsupported);
    }

    [NeedingFact]
    public async Task Rules_for_arriving_packets_hold_for_published_ports()
    {
        await NetworkHost.NetworkAsync(_networks, "front");
        await _host.StartAsync(_networks, "web", "web", [Published(8080), Published(8081)],
            "front");
        await _host.StartAsync(_networks, "near", "near", [], "front");
        _host.Serve(_host.Outside, "outside");
        _host.Serve(_host.Host, "names", 53);
        _host.Serve(_host.Host, "host", 9000);
        await FirewallAsync("""
            rules:
              - {name: established, state: "established,related", action: accept}
              - {name: web, protocol: tcp, port: 8080, source: 10.9.0.0/24, action: accept}
            """);

        NetworkHost.Ask(_host.Outside, NetworkHost.HostAddress, 8080).ShouldBe("web");
        NetworkHost.Ask(_host.Outside, NetworkHost.HostAddress, 8081).ShouldBeNull();
        NetworkHost.Ask(_host.Beside, NetworkHost.OtherHostAddress, 8080).ShouldBeNull();
        NetworkHost.Ask(In("near"), At("web"), 80).ShouldBe("web");
        NetworkHost.Ask(In("near"), NetworkHost.OutsideAddress, 80).ShouldBe("outside");
        NetworkHost.Ask(In("near"), Gateway("front"), 53).ShouldBe("names");
        NetworkHost.Ask(In("near"), Gateway("front"), 53, isUdp: true).ShouldBe("names");
        NetworkHost.Ask(In("near"), Gateway("front"), 9000).ShouldBeNull();
        NetworkHost.Ask(In("near"), NetworkHost.HostAddress, 8081).ShouldBeNull();
    }

    [NeedingFact]
    public async Task A_published_port_53_takes_nothing_from_the_names_of_containers()
    {
        await NetworkHost.NetworkAsync(_networks, "front");
        await _host.StartAsync(_networks, "dns", "dns", [Published(53), Published(53, "udp")],
            "front");
        await _host.StartAsync(_networks, "near", "near", [], "front");
        _host.Serve(_host.Host, "names", 53);

        NetworkHost.Ask(In("near"), Gateway("front"), 53, isUdp: true).ShouldBe("names");
        NetworkHost.Ask(In("near"), Gateway("front"), 53).ShouldBe("names");
        NetworkHost.Ask(_host.Outside, NetworkHost.HostAddress, 53, isUdp: true).ShouldBe("dns");
    }

    [NeedingFact]
    public async Task Everything_comes_back_as_recorded()
    {
        await NetworkHost.NetworkAsync(_networks, "front");
        await NetworkHost.NetworkAsync(_networks, "back", isInternal: true);
        await _host.StartAsync(_networks, "web", "web", [Published(8080)], "front", "back");
        await _host.StartAsync(_networks, "db", "db", [], "back");
        var address = At("web");
        await _host.WipeAsync();
        NetworkHost.Ask(_host.Outside, NetworkHost.HostAddress, 8080).ShouldBeNull();

        // As another process, after a crash.
        var anew = _host.Networks();
        await anew.RestoreAsync(default);
        NetworkHost.Ask(_host.Outside, NetworkHost.HostAddress, 8080).ShouldBe("web");
        NetworkHost.Ask(In("web"), At("db"), 80).ShouldBe("db");
        anew.Of("web")["front"].Address.ShouldBe(address);

        // As after a restart of the machine: the namespaces are gone as well.
        await anew.CloseAsync("web", default);
        await anew.CloseAsync("db", default);
        await _host.WipeAsync();
        anew = _host.Networks();
        await anew.RestoreAsync(default);
        await NetworkHost.OpenAsync(anew, "web");
        _host.Serve(In("web"), "web");
        anew.Of("web")["front"].Address.ShouldBe(address);
        NetworkHost.Ask(_host.Outside, NetworkHost.HostAddress, 8080).ShouldBe("web");
        NetworkHost.Ask(_host.Host, address, 80).ShouldBe("web");
    }

    [NeedingFact]
    public async Task Strays_are_taken_away_and_a_flushed_table_is_written_anew()
    {
        await NetworkHost.NetworkAsync(_networks, "front");
        await _host.StartAsync(_networks, "web", "web", [Published(8080)], "front");
        var kernel = new NetworkKernel(_host.Host);
        kernel.MakeBridge(NetworkBridge.Name(NetworkHost.Instance, "gone"), "10.77.0.1/24");
        kernel.OpenSpace(_host.Space("stray"));
        await _host.InHostAsync("ip", "link", "add", "lvffff-00000000", "type", "bridge");

        await _host.Networks().RestoreAsync(default);
        kernel.Links().ShouldNotContain(NetworkBridge.Name(NetworkHost.Instance, "gone"));
        kernel.Links().ShouldContain("lvffff-00000000", "another's");
        kernel.Spaces(_host.Spaces).ShouldBe([_host.Space("web")]);

        await _host.InHostAsync("nft", "flush", "ruleset");
        NetworkHost.Ask(_host.Outside, NetworkHost.HostAddress, 8080).ShouldBeNull();
        await _networks.FollowAsync(default);
        NetworkHost.Ask(_host.Outside, NetworkHost.HostAddress, 8080).ShouldBe("web");
    }

    [NeedingFact]
    public async Task Nothing_is_left_when_all_are_forgotten()
    {
        var before = new NetworkKernel(_host.Host).Links();
        await NetworkHost.NetworkAsync(_networks, "front");
        await _host.StartAsync(_networks, "web", "web", [Published(8080)], "front");
        (await _networks.RemoveAsync("front", default).ShouldThrowAsync<HostException>())
            .Message.ShouldBe("Network front is in use by web.");
        await _networks.ForgetAsync("web", default);
        await _networks.ForgetAsync("web", default);
        await _networks.RemoveAsync("front", default);
        await _networks.RemoveAsync("front", default);

        new NetworkKernel(_host.Host).Links().ShouldBe(before);
        Directory.EnumerateFileSystemEntries(_host.Spaces).ShouldBeEmpty();
        (await _host.InHostAsync("nft", "list", "ruleset")).Output.Trim().ShouldBeEmpty();
        (await _networks.ListAsync(NetworkHost.Instance, default)).ShouldBeEmpty();
    }

    [NeedingFact]
    public async Task A_hundred_containers_have_a_hundred_addresses_and_one_port()
    {
        await NetworkHost.NetworkAsync(_networks, "front");
        var took = new List<double>();
        for (var i = 0; i < 100; i++)
        {
            var began = Stopwatch.GetTimestamp();
            await _networks.ConnectAsync("front", $"web-{i}", ["web"], default);
            await _networks.PublishAsync($"web-{i}", "web", [Published(8080)], default);
            await NetworkHost.OpenAsync(_networks, $"web-{i}");
            took.Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
            _host.Serve(_host.Space($"web-{i}"), $"web-{i}");
        }
        took.Sort();
        output.WriteLine($"connect, publish and open: median {took[50]:0.0} ms, "
            + $"fastest {took[0]:0.0} ms, slowest {took[^1]:0.0} ms");

        Enumerable.Range(0, 100).Select(i => At($"web-{i}")).Distinct().Count().ShouldBe(100);
        Asked(100).Values.ShouldAllBe(n => n == 1);
        NetworkHost.Ask(In("web-99"), At("web-0"), 80).ShouldBe("web-0");
        await _networks.ForgetAsync("web-50", default);
        await _host.StartAsync(_networks, "late", "late", [], "front");
        At("late").ShouldBe(_networks.Of("web-49")["front"].Address.Replace(
            ".51", ".52", StringComparison.Ordinal), "the lowest that is free");
    }

    private static Port Published(
        int host, string protocol = "tcp", string address = "0.0.0.0") =>
        new(80, host, protocol, address);

    private string In(string container) => _host.Space(container);

    private string At(string container) => _networks.FirstAddress(container)!;

    private string Gateway(string network) =>
        _networks.Names.Current.Networks.Single(n => n.Bridge == NetworkBridge.Name(
            NetworkHost.Instance, network)).Gateway;

    private static string Table() =>
        "loam_net_" + NetworkBridge.Prefix(NetworkHost.Instance).TrimEnd('-');

    private Dictionary<string, int> Asked(int times) => Enumerable.Range(0, times)
        .Select(_ => NetworkHost.Ask(_host.Outside, NetworkHost.HostAddress, 8080) ?? "nobody")
        .GroupBy(a => a).OrderBy(g => g.Key).ToDictionary(g => g.Key, g => g.Count());

    private async Task FirewallAsync(string firewall)
    {
        var text = "apiVersion: loam/v1\nkind: NetworkConfig\nmetadata:\n  name: test\nspec:\n"
            + "  firewall:\n" + string.Concat(firewall.Split('\n').Select(l => $"    {l}\n"));
        var rules = StateReader.Read(StateSet.Empty.With("network.yaml", text)).State!.Firewall;
        var driver = new FirewallDriver(new Nftables("nsenter", $"--net={_host.Host}"), "test",
            new(null), () => [.. new NetworkKernel(_host.Host).Links().Where(
                EngineBridges.IsEngines)], new NoDeadman());
        await driver.ApplyAsync(new(ActionKind.SetFirewall, FirewallTable.Name)
        {
            Firewall = new(null, FirewallTable.Of(rules)),
        }, (_, _, _) => { }, default);
    }

    private sealed class NoDeadman : IDeadman
    {
        public Task ArmAsync(PutBack back, TimeSpan after, CancellationToken cancel) =>
            Task.CompletedTask;

        public bool Disarm() => true;
    }
}
