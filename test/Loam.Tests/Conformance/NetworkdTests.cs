using System.Diagnostics;
using Loam.Core.Planning;
using Loam.Core.Reconciling;
using Loam.Core.Resources;
using Loam.Core.StateFiles;
using Loam.Drivers.Files;
using Loam.Drivers.Linux;
using Loam.Drivers.Network;

namespace Loam.Tests.Conformance;

/// <summary>The real systemd-networkd, with a bus and files of its own, in namespaces; a DHCP
/// server in another one.</summary>
[NeedsNetworkd]
public sealed class NetworkdTests : IAsyncLifetime
{
    private const string Static =
        "interfaces: [{name: eth0, type: static, address: 10.9.0.2/16, gateway: 10.9.0.9}]";

    private const string Script = """
        set -e
        mount -t sysfs -o ro none /sys
        mkdir -p "$1/systemd/network"
        cp -a /etc/systemd/*.conf "$1/systemd/"
        mount --bind "$1/systemd" /etc/systemd
        mount -t tmpfs none /run
        mkdir -p /run/dbus /run/systemd/netif
        chown systemd-network:systemd-network /run/systemd/netif
        dbus-daemon --system --nofork --nopidfile &
        while [ ! -S /run/dbus/system_bus_socket ]; do sleep 0.1; done
        /usr/lib/systemd/systemd-networkd &
        while [ ! -f /run/systemd/netif/state ]; do sleep 0.1; done
        echo ready
        wait
        """;

    private readonly string _name = $"lnd{Guid.NewGuid().ToString("N")[..8]}";
    private readonly string _folder = Directory.CreateTempSubdirectory("loam-networkd-").FullName;
    private readonly NetworkLedger _ledger = new(null);
    private readonly List<Process> _servers = [];

    private string Here => _name + "h";
    private string There => _name + "c";
    private WithinLinks Links => new(Here);

    public async Task InitializeAsync()
    {
        if (new NeedsNetworkdAttribute().Missing() is not null)
        {
            return;
        }
        await IpAsync("netns", "add", Here);
        await IpAsync("netns", "add", There);
        await IpAsync("link", "add", "eth0", "netns", Here, "type", "veth", "peer", "name", "eth0",
            "netns", There);
        await IpAsync("-n", There, "addr", "add", "10.9.0.9/16", "dev", "eth0");
        await IpAsync("-n", There, "link", "set", "eth0", "up");
        var holder = Serve(Here, "unshare", "--mount", "--pid", "--fork", "--kill-child",
            "--mount-proc", "--propagation", "private", "bash", "-c", Script, "bash", _folder);
        (await holder.StandardOutput.ReadLineAsync()).ShouldBe("ready");
    }

    public async Task DisposeAsync()
    {
        foreach (var server in _servers)
        {
            server.Kill(entireProcessTree: true);
            await server.WaitForExitAsync();
            server.Dispose();
        }
        await Processes.RunAsync("ip", "netns", "delete", Here);
        await Processes.RunAsync("ip", "netns", "delete", There);
        Directory.Delete(_folder, recursive: true);
    }

    [NeedingFact]
    public async Task A_static_address_is_set_mended_and_taken_away()
    {
        var plan = await PlanAsync("bans: []", Static);
        plan.Steps.ShouldHaveSingleItem().Notes[0].ShouldStartWith("systemd-networkd is in charge");
        await DoAsync(plan);
        Now().Addresses.ShouldBe(["10.9.0.2/16"]);
        Now().Gateways.ShouldBe(["10.9.0.9"]);
        (await PlanAsync(Static, Static, heal: true)).IsEmpty.ShouldBeTrue();

        Links.RemoveAddress("eth0", "10.9.0.2/16");
        await DoAsync(await PlanAsync(Static, Static, heal: true));
        await UntilAsync(() => Now().Addresses.Contains("10.9.0.2/16"));

        await DoAsync(await PlanAsync(Static, "interfaces: []"));
        await UntilAsync(() => Now() is { Addresses.IsEmpty: true, Gateways.IsEmpty: true });
    }

    [NeedingFact]
    public async Task Taking_back_restores_what_was_set_by_hand()
    {
        Links.Raise("eth0");
        Links.AddAddress("eth0", "10.9.0.5/16");
        var plan = await PlanAsync("bans: []", Static);
        await DoAsync(plan);
        await UntilAsync(() => Now().Addresses is ["10.9.0.2/16"]);

        await Driver().ApplyAsync(Inverse.Of(plan.Steps[0].Actions[0])!, (_, _, _) => { }, default);

        await UntilAsync(() => Now() is { Addresses: ["10.9.0.5/16"], Gateways.IsEmpty: true });
        await Task.Delay(TimeSpan.FromSeconds(1));
        Now().Addresses.ShouldBe(["10.9.0.5/16"]);
    }

    [NeedingFact]
    public async Task An_address_comes_by_DHCP()
    {
        var file = Path.Combine(_folder, "udhcpd.conf");
        await File.WriteAllTextAsync(file, $"""
            interface eth0
            start 10.9.0.100
            end 10.9.0.110
            lease_file {_folder}/leases
            pidfile {_folder}/pid
            opt subnet 255.255.0.0
            opt router 10.9.0.9

            """);
        await File.WriteAllTextAsync(Path.Combine(_folder, "leases"), "");
        Serve(There, "busybox", "udhcpd", "-f", file);
        const string dhcp = "interfaces: [{name: eth0, type: dhcp}]";

        await DoAsync(await PlanAsync("bans: []", dhcp));

        await UntilAsync(() => Now().Leased.Any(
            a => a.StartsWith("10.9.0.1", StringComparison.Ordinal)));
        Now().Gateways.ShouldBe(["10.9.0.9"]);
        (await PlanAsync(dhcp, dhcp, heal: true)).IsEmpty.ShouldBeTrue();
    }

    private HostLink Now() => Links.List().Single(l => l.Name == "eth0");

    private static async Task UntilAsync(Func<bool> holds)
    {
        for (var i = 0; i < 100 && !holds(); i++)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(200));
        }
        holds().ShouldBeTrue();
    }

    private InterfaceDriver Driver() => new(new(new HostTree($"/proc/{_servers[0].Id}/root"), Links,
        new EnteredPrograms(_servers[0].Id)), _ledger, new NoDeadman(), TimeProvider.System);

    private async Task<Plan> PlanAsync(string before, string after, bool heal = false) =>
        Planner.Plan(State(before), State(after), await Driver().ObserveAsync(
            new() { ObservedAt = default }, default),
            new("11111111-2222-3333-4444-555555555555", "/var/lib/loam/volumes") { Heal = heal });

    private async Task DoAsync(Plan plan)
    {
        foreach (var action in plan.Steps.SelectMany(s => s.Actions))
        {
            await Driver().ApplyAsync(action, (_, _, _) => { }, default);
        }
    }

    private static DesiredState State(string spec) => StateReader.Read(StateSet.Empty.With(
        "network.yaml", $"apiVersion: loam/v1\nkind: NetworkConfig\nspec:\n  {spec}\n"))
        .State.ShouldNotBeNull();

    private Process Serve(string space, params string[] command)
    {
        var server = Process.Start(new ProcessStartInfo(
            "nsenter", [$"--net=/run/netns/{space}", .. command])
        {
            RedirectStandardOutput = true,
        })!;
        _servers.Add(server);
        return server;
    }

    private static async Task IpAsync(params string[] arguments)
    {
        var (exit, output) = await Processes.RunAsync("ip", arguments);
        exit.ShouldBe(0, output);
    }

    /// <summary>Programs in the namespaces of a process.</summary>
    private sealed class EnteredPrograms(int process) : IPrograms
    {
        public bool Has(string name) => name == "networkctl";

        public async Task RunAsync(
            string name, IReadOnlyList<string> arguments, CancellationToken cancel)
        {
            // The bus asks who speaks by the number of the process, in its own namespace.
            var inside = (await File.ReadAllTextAsync(
                $"/proc/{process}/task/{process}/children", cancel)).Trim();
            var (exit, output) = await Processes.RunAsync("nsenter",
                ["--target", inside, "--mount", "--net", "--pid", name, .. arguments]);
            exit.ShouldBe(0, output);
        }
    }

    private sealed class NoDeadman : IDeadman
    {
        public Task ArmAsync(PutBack back, TimeSpan after, CancellationToken cancel) =>
            Task.CompletedTask;

        public bool Disarm() => true;
    }
}

/// <summary>Needs root, systemd-networkd and a bus.</summary>
public sealed class NeedsNetworkdAttribute : NeedAttribute
{
    public override string? Missing() =>
        MissingProgram("ip", "nsenter", "unshare", "bash", "dbus-daemon", "networkctl", "busybox")
        ?? (File.Exists("/usr/lib/systemd/systemd-networkd") ? null : "needs systemd-networkd");
}
