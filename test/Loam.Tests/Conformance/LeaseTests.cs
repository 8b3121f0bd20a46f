using System.Diagnostics;
using Loam.Core.Planning;
using Loam.Core.Reconciling;
using Loam.Core.Resources;
using Loam.Core.StateFiles;
using Loam.Drivers.Network;
using Loam.Drivers.Network.Dhcp;
using Loam.Simulation.Host;
using Loam.Supervision;
using EventLog = Loam.Core.Reconciling.EventLog;

namespace Loam.Tests.Conformance;

/// <summary>Addresses by DHCP where nobody is in charge: the real client, the kernel, and real
/// servers in another network namespace.</summary>
[NeedsDhcp]
public sealed class LeaseTests : IAsyncLifetime
{
    private const string Static = "interfaces: [{name: eth0, type: static, address: 10.9.0.2/16}]";
    private const string Dhcp = "interfaces: [{name: eth0, type: dhcp}]";
    private const string ResolvConf = "/etc/resolv.conf";

    private readonly string _name = $"ldh{Guid.NewGuid().ToString("N")[..8]}";
    private readonly string _folder = Directory.CreateTempSubdirectory("loam-dhcp-").FullName;
    private readonly NetworkLedger _ledger = new(null);
    private readonly SimulatedTree _tree = new();
    private readonly EventLog _events = new(TimeProvider.System);
    private readonly CancellationTokenSource _stop = new();
    private readonly List<Udhcpc> _clients = [];
    private readonly List<Process> _servers = [];
    private Leases _leases = null!;

    private string Here => _name + "h";
    private string There => _name + "c";
    private WithinLinks Links => new(Here);

    public async Task InitializeAsync()
    {
        if (new NeedsDhcpAttribute().Missing() is not null)
        {
            return;
        }
        await IpAsync("netns", "add", Here);
        await IpAsync("netns", "add", There);
        await IpAsync("link", "add", "eth0", "netns", Here, "type", "veth", "peer", "name", "eth0",
            "netns", There);
        await IpAsync("-n", There, "addr", "add", "10.9.0.9/16", "dev", "eth0");
        await IpAsync("-n", There, "link", "set", "eth0", "up");
        await IpAsync("-n", Here, "link", "set", "lo", "up");
        _leases = Begin();
    }

    public async Task DisposeAsync()
    {
        await _stop.CancelAsync();
        _clients.ForEach(c => c.Dispose());
        foreach (var server in _servers)
        {
            await EndAsync(server);
            server.Dispose();
        }
        await Processes.RunAsync("ip", "netns", "delete", Here);
        await Processes.RunAsync("ip", "netns", "delete", There);
        Directory.Delete(_folder, recursive: true);
    }

    [NeedingFact]
    public async Task It_is_lent_an_address_a_way_out_and_name_servers_and_gives_them_up()
    {
        _tree[ResolvConf] = HostFile.Of("nameserver 9.9.9.9\n");
        Dnsmasq();
        var watch = Watch();
        await DoAsync(await PlanAsync(Static, Static));
        await DoAsync(await PlanAsync(Static, Dhcp));
        var lent = Now().Leased.Single(a => !a.Contains(':'));
        lent.ShouldStartWith("10.9.0.1");
        lent.ShouldEndWith("/16");
        Now().Addresses.ShouldBeEmpty();
        Now().Gateways.ShouldBe(["10.9.0.9"]);
        (await PlanAsync(Dhcp, Dhcp, heal: true)).IsEmpty.ShouldBeTrue();
        (await SeenAsync()).Lease!.Server.ShouldBe("10.9.0.9");
        (await Processes.RunAsync("ip", "-n", Here, "addr", "show", "eth0")).Output
            .ShouldMatch(@"dynamic eth0\n\s+valid_lft 1[12]\dsec");

        _ = watch.RunAsync(_stop.Token);
        await UntilAsync(() => _tree[ResolvConf].Text == "# Written by Loam from a DHCP lease.\n"
            + "search home.arpa\nnameserver 10.9.0.9\n");
        // What somebody takes away comes back.
        Links.RemoveAddress("eth0", lent);
        await UntilAsync(() => Now().Leased.Contains(lent));

        await DoAsync(await PlanAsync(Dhcp, Static));
        Now().Addresses.ShouldBe(["10.9.0.2/16"]);
        Now().Gateways.ShouldBeEmpty();
        await UntilAsync(() => _tree[ResolvConf].Text == "nameserver 9.9.9.9\n");
        await Task.Delay(TimeSpan.FromSeconds(2));
        Now().Leased.Where(a => !a.Contains(':')).ShouldBeEmpty();
        watch.Alerts().ShouldBeEmpty();
    }

    [NeedingFact]
    public async Task Where_no_server_is_everything_goes_back()
    {
        await DoAsync(await PlanAsync("bans: []", Static));
        var plan = await PlanAsync(Static, Dhcp);
        (await Should.ThrowAsync<HostException>(() => DoAsync(plan))).Message
            .ShouldBe("No DHCP server lends eth0 an address.");
        Now().Addresses.ShouldBe(["10.9.0.2/16"]);
        await UndoAsync(plan);
        Now().Addresses.ShouldBe(["10.9.0.2/16"]);
        _ledger.Interfaces["eth0"].Address.ShouldBe("10.9.0.2/16");
    }

    [NeedingFact]
    public async Task Going_back_to_a_lease_needs_no_server()
    {
        var server = Udhcpd(3600);
        await DoAsync(await PlanAsync("bans: []", Dhcp));
        var before = Now();
        var plan = await PlanAsync(Dhcp, Static);
        plan.Steps.ShouldHaveSingleItem().Notes.ShouldContain("the way out over 10.9.0.9 goes");
        await EndAsync(server);
        await DoAsync(plan);
        Now().Leased.Where(a => !a.Contains(':')).ShouldBeEmpty();

        for (var i = 0; i < 2; i++)
        {
            await UndoAsync(plan);
            Now().Leased.ShouldContain(before.Leased[0]);
            Now().Gateways.ShouldBe(before.Gateways);
            Now().Addresses.ShouldBeEmpty();
        }
        // Also by a process in which nobody asks.
        await DoAsync(plan);
        var change = plan.Steps[0].Actions[0].Interface!;
        await new FormerState(new SimulatedNftables(), new(_tree, Links, new NoPrograms()))
            .PutBackAsync(new(null, change with { Before = change.After, After = change.Before }),
                default);
        Now().Leased.ShouldContain(before.Leased[0]);
        Now().Gateways.ShouldBe(before.Gateways);
    }

    /// <summary>Of half a minute; the client asks again after half of it. It takes no lease to be
    /// shorter than sixteen seconds.</summary>
    [NeedingFact]
    public async Task A_lease_is_renewed_ends_without_a_server_and_is_taken_again()
    {
        var server = Udhcpd(30);
        await DoAsync(await PlanAsync("bans: []", Dhcp));
        var (lent, first) = (Now().Leased[0], _leases.Of("eth0")!.Until);
        var watch = Watch();
        _ = watch.RunAsync(_stop.Token);
        await UntilAsync(
            () => _leases.Of("eth0")?.Until > first + TimeSpan.FromSeconds(8), 60);
        // On a busy machine the kernel may have dropped it before it was lent on.
        await UntilAsync(() => Now().Leased.Contains(lent), 30);

        await EndAsync(server);
        await UntilAsync(() => Now() is { Leased: var l, Gateways.IsEmpty: true }
            && l.All(a => a.Contains(':')), 80);
        await UntilAsync(() => _events.Kept().Any(e => e.Type == "lease.lost"));
        await UntilAsync(() => watch.Alerts().Length > 0, 40);
        watch.Alerts()[0].ShouldStartWith("eth0 has no address by DHCP since ");
        // It is no drift that a plan could mend.
        (await PlanAsync(Dhcp, Dhcp, heal: true)).IsEmpty.ShouldBeTrue();

        Udhcpd(30);
        await UntilAsync(() => Now().Leased.Any(a => !a.Contains(':')), 40);
        await UntilAsync(() => watch.Alerts().IsEmpty);
    }

    [NeedingFact]
    public async Task The_next_daemon_takes_over_and_the_address_stays()
    {
        Udhcpd(3600);
        await DoAsync(await PlanAsync("bans: []", Dhcp));
        var lent = Now().Leased[0];
        // The daemon is killed: nobody ends its client.
        _leases = Begin();
        (await PlanAsync(Dhcp, Dhcp, heal: true)).IsEmpty.ShouldBeTrue();
        _ = Watch().RunAsync(_stop.Token);
        for (var i = 0; i < 40; i++)
        {
            Now().Leased.ShouldContain(lent);
            await Task.Delay(100);
        }
        await UntilAsync(() => _clients[1].Told("eth0") is { Lease: not null });
        Now().Leased.Where(a => !a.Contains(':')).ShouldBe([lent]);
        var asking = (await Processes.RunAsync("ip", "netns", "pids", Here)).Output;
        asking.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length.ShouldBe(1);
    }

    /// <summary>What begins anew says at first that it has none.</summary>
    [NeedingFact]
    public async Task A_client_that_dies_takes_no_address_along()
    {
        var server = Udhcpd(40);
        await DoAsync(await PlanAsync("bans: []", Dhcp));
        var lent = Now().Leased[0];
        _ = Watch().RunAsync(_stop.Token);
        await EndAsync(server);
        var first = await ClientAsync();
        Kill(first);
        await UntilAsync(async () => await ClientAsync() is var next && next > 0 && next != first);
        for (var i = 0; i < 15; i++)
        {
            Now().Leased.ShouldContain(lent);
            Now().Gateways.ShouldBe(["10.9.0.9"]);
            await Task.Delay(200);
        }
        _events.Kept().ShouldNotContain(e => e.Type == "lease.lost");
        // It ends when it ends, and that is said.
        await UntilAsync(() => Now().Leased.All(a => a.Contains(':')), 60);
        await UntilAsync(() => _events.Kept().Any(e => e.Type == "lease.lost"));
        Now().Gateways.ShouldBeEmpty();
        _leases.All.ShouldBeEmpty();
    }

    [NeedingFact]
    public async Task A_client_that_cannot_be_begun_is_begun_when_it_can()
    {
        var way = Path.Combine(_folder, "way");
        File.WriteAllText(way, $"#!/bin/sh\nexec nsenter --net=/run/netns/{Here} \"$@\"\n");
        File.SetUnixFileMode(way, (UnixFileMode)0b111_000_000);
        using var client = new Udhcpc(_folder, () => null, TimeProvider.System, way);
        client.Begin("eth0", null);
        var script = Path.Combine(_folder, "dhcp-news");
        File.SetLastWriteTimeUtc(script, DateTime.UnixEpoch);
        await UntilAsync(async () => await ClientAsync() > 0);
        File.Move(way, way + ".gone");
        Kill(await ClientAsync());
        await UntilAsync(() => Thrown(() => client.Begin("eth0", null)) is not null);
        for (var i = 0; i < 3; i++)
        {
            Thrown(() => client.Begin("eth0", null)).ShouldBeOfType<HostException>();
        }
        File.Move(way + ".gone", way);
        client.Begin("eth0", null);
        await UntilAsync(async () => await ClientAsync() > 0);
        // Nothing need be written for it.
        File.GetLastWriteTimeUtc(script).ShouldBe(DateTime.UnixEpoch);
    }

    /// <summary>What the kernel has counts, not what was noted and not the time of day.</summary>
    [NeedingFact]
    public async Task Whether_there_is_an_address_the_kernel_says()
    {
        var server = Udhcpd(3600);
        await DoAsync(await PlanAsync("bans: []", Dhcp));
        var lent = Now().Leased[0];
        await EndAsync(server);
        var clock = new Cli.FakeTime { Ahead = TimeSpan.FromDays(400) };
        _leases = Begin(clock);
        var watch = Watch(clock);
        _ = watch.RunAsync(_stop.Token);
        await Task.Delay(TimeSpan.FromSeconds(3));
        clock.Ahead += TimeSpan.FromMinutes(1);
        watch.Alerts().ShouldBeEmpty();
        Now().Leased.ShouldContain(lent);

        // As after a restart of the machine: it is noted, and the clock is right again.
        clock.Ahead = TimeSpan.Zero;
        await Task.Delay(TimeSpan.FromSeconds(3));
        Links.RemoveAddress("eth0", lent);
        _leases.Of("eth0").ShouldNotBeNull();
        await Task.Delay(TimeSpan.FromSeconds(3));
        clock.Ahead = TimeSpan.FromMinutes(1);
        watch.Alerts().ShouldHaveSingleItem().ShouldStartWith("eth0 has no address by DHCP");
    }

    [NeedingFact]
    public async Task Whoever_takes_charge_has_no_client_of_ours_beside()
    {
        Udhcpd(3600);
        await DoAsync(await PlanAsync("bans: []", Dhcp));
        var lent = Now().Leased[0];
        _ = Watch().RunAsync(_stop.Token);
        await UntilAsync(async () => await ClientAsync() > 0);
        _tree["/etc/network/interfaces"] = HostFile.Of("iface eth0 inet dhcp\n");
        await UntilAsync(async () => await ClientAsync() == 0);
        Now().Leased.ShouldContain(lent);
        _tree["/etc/network/interfaces"] = HostFile.Absent;
        await UntilAsync(async () => await ClientAsync() > 0);
    }

    [NeedingFact]
    public async Task Two_interfaces_have_a_way_out_each()
    {
        await IpAsync("link", "add", "eth1", "netns", Here, "type", "veth", "peer", "name", "eth1",
            "netns", There);
        await IpAsync("-n", There, "link", "set", "eth1", "up");
        HostLink Second() => Links.List().Single(l => l.Name == "eth1");
        foreach (var (name, subnet) in ((string, int)[])[("eth0", 9), ("eth1", 8)])
        {
            Links.Raise(name);
            Links.Lend(name, $"10.{subnet}.0.5/16", TimeSpan.FromHours(1));
            Links.AddGateway(name, $"10.{subnet}.0.9", isLent: true);
            Links.AddGateway(name, $"10.{subnet}.0.9", isLent: true);
        }
        Now().Gateways.ShouldBe(["10.9.0.9"]);
        Second().Gateways.ShouldBe(["10.8.0.9"]);
        // One that was declared comes before them.
        Links.AddGateway("eth0", "10.9.0.1");
        (await Processes.RunAsync("ip", "-n", Here, "route", "get", "192.0.2.1")).Output
            .ShouldContain("via 10.9.0.1");
        Links.RemoveGateway("eth0", "10.9.0.1");
        Links.RemoveGateway("eth0", "10.9.0.9");
        Now().Gateways.ShouldBeEmpty();
        Second().Gateways.ShouldBe(["10.8.0.9"]);
    }

    /// <returns>The process of ours that asks; 0: none.</returns>
    private async Task<int> ClientAsync()
    {
        var all = (await Processes.RunAsync("ip", "netns", "pids", Here)).Output;
        return all.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(int.Parse)
            .FirstOrDefault();
    }

    private static void Kill(int client)
    {
        client.ShouldBeGreaterThan(0);
        using var process = Process.GetProcessById(client);
        process.Kill();
    }

    private static Exception? Thrown(Action action)
    {
        try
        {
            action();
            return null;
        }
        catch (Exception e)
        {
            return e;
        }
    }

    private HostLink Now() => Links.List().Single(l => l.Name == "eth0");

    private async Task<LinkState> SeenAsync() => (await Driver().ObserveAsync(
        new() { ObservedAt = default }, default)).Links.Single(l => l.Name == "eth0").Now;

    /// <summary>A daemon's part of it.</summary>
    private Leases Begin(TimeProvider? time = null)
    {
        var client = new Udhcpc(_folder, () => "attic", TimeProvider.System, "nsenter",
            $"--net=/run/netns/{Here}");
        _clients.Add(client);
        return new(Links, client, new(Path.Combine(_folder, "leases.json")),
            time ?? TimeProvider.System);
    }

    private InterfaceSetup Setup() => new(_tree, Links, new NoPrograms(), _leases);

    private InterfaceDriver Driver() =>
        new(Setup(), _ledger, new NoDeadman(), TimeProvider.System);

    private LeaseWatch Watch(TimeProvider? time = null) => new(
        _leases, new(_tree, _ledger), Setup(), _ledger, _events, time ?? TimeProvider.System);

    private async Task<Plan> PlanAsync(string before, string after, bool heal = false) =>
        Planner.Plan(Acting.Network(before), Acting.Network(after), await Driver().ObserveAsync(
            new() { ObservedAt = default }, default),
            new("11111111-2222-3333-4444-555555555555", "/var/lib/loam/volumes") { Heal = heal });

    private Task DoAsync(Plan plan) => Acting.DoAsync(plan, Driver, _ => true);

    private Task UndoAsync(Plan plan) => Acting.UndoAsync(plan, Driver);

    private void Dnsmasq() => Serve("dnsmasq", "--keep-in-foreground", "--conf-file=/dev/null",
        "--interface=eth0", "--bind-interfaces", "--no-resolv", "--no-hosts", "--user=root",
        "--dhcp-authoritative", "--dhcp-range=10.9.0.100,10.9.0.110,255.255.0.0,2m",
        "--dhcp-option=3,10.9.0.9", "--dhcp-option=6,10.9.0.9", "--dhcp-option=119,home.arpa",
        $"--dhcp-leasefile={_folder}/dnsmasq", "--pid-file=");

    private Process Udhcpd(int seconds)
    {
        var file = Path.Combine(_folder, "udhcpd.conf");
        File.WriteAllText(file, $"""
            interface eth0
            start 10.9.0.100
            end 10.9.0.110
            min_lease 5
            lease_file {_folder}/udhcpd
            pidfile {_folder}/udhcpd.pid
            opt subnet 255.255.0.0
            opt router 10.9.0.9
            opt lease {seconds}

            """);
        File.AppendAllText(Path.Combine(_folder, "udhcpd"), "");
        return Serve("busybox", "udhcpd", "-f", file);
    }

    private Process Serve(params string[] command)
    {
        var server = Process.Start(new ProcessStartInfo(
            "nsenter", [$"--net=/run/netns/{There}", .. command])
        {
            RedirectStandardError = true,
        })!;
        server.BeginErrorReadLine();
        _servers.Add(server);
        return server;
    }

    private static async Task EndAsync(Process server)
    {
        server.Kill();
        await server.WaitForExitAsync();
    }

    private static Task UntilAsync(Func<bool> holds, int seconds = 15) =>
        UntilAsync(() => Task.FromResult(holds()), seconds);

    private static async Task UntilAsync(Func<Task<bool>> holds, int seconds = 15)
    {
        for (var i = 0; i < seconds * 5 && !await holds(); i++)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(200));
        }
        (await holds()).ShouldBeTrue();
    }

    private static async Task IpAsync(params string[] arguments)
    {
        var (exit, output) = await Processes.RunAsync("ip", arguments);
        exit.ShouldBe(0, output);
    }

    private sealed class NoDeadman : IDeadman
    {
        public Task ArmAsync(PutBack back, TimeSpan after, CancellationToken cancel) =>
            Task.CompletedTask;

        public bool Disarm() => true;
    }

    /// <summary>A machine on which nobody else configures anything.</summary>
    private sealed class NoPrograms : Drivers.Linux.IPrograms
    {
        public bool Has(string name) => false;

        public Task RunAsync(
            string name, IReadOnlyList<string> arguments, CancellationToken cancel) =>
            throw new InvalidOperationException($"{name} was run");
    }
}

/// <summary>Needs root, a DHCP client and two servers.</summary>
public sealed class NeedsDhcpAttribute : NeedAttribute
{
    public override string? Missing() => MissingProgram("ip", "nsenter", "busybox", "dnsmasq");
}
