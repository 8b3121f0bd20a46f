using System.Collections.Immutable;
using Loam.Core.Observing;
using Loam.Core.Planning;
using Loam.Core.Reconciling;
using Loam.Core.Resources;
using Loam.Core.StateFiles;
using Loam.Drivers.Linux;
using Loam.Drivers.Network;
using Loam.Simulation.Host;
using Loam.Tests.Firewall.Packets;

namespace Loam.Tests.Conformance;

/// <summary>Interfaces, planned and set on any kernel beneath.</summary>
public abstract class InterfaceConformance
{
    private const string One = "interfaces: [{name: eth0, type: static, address: 10.9.0.1/16}]";
    private const string Two = "interfaces: [{name: eth0, type: static, address: 10.9.0.2/16, "
        + "gateway: 10.9.0.9}]";
    private const string Six = "interfaces: [{name: eth0, type: static, "
        + "address: \"fd09::7/64\", gateway: \"fd09::9\"}]";

    private readonly NetworkLedger _ledger = new(null);
    private readonly SimulatedTree _tree = new();
    private readonly NotingDeadman _deadman = new();

    /// <summary>A machine with eth0 and nothing on it, and a neighbour at 10.9.0.9 and fd09::9.
    /// </summary>
    private protected abstract ILinks Links { get; }

    [NeedingFact]
    public async Task An_address_is_given_replaced_and_taken_away()
    {
        await DoAsync(await PlanAsync("bans: []", One));
        Now().Addresses.ShouldBe(["10.9.0.1/16"]);
        (await PlanAsync(One, One, heal: true)).IsEmpty.ShouldBeTrue();

        var plan = await PlanAsync(One, Two);
        plan.Steps.ShouldHaveSingleItem().Notes.ShouldContain("loses 10.9.0.1/16");
        await DoAsync(plan);
        Now().Addresses.ShouldBe(["10.9.0.2/16"]);
        Now().Gateways.ShouldBe(["10.9.0.9"]);
        (await PlanAsync(Two, Two, heal: true)).IsEmpty.ShouldBeTrue();

        await DoAsync(await PlanAsync(Two, "interfaces: []"));
        Now().Addresses.ShouldBeEmpty();
        Now().Gateways.ShouldBeEmpty();
        _ledger.Interfaces.ShouldBeEmpty();
    }

    [NeedingFact]
    public async Task Taking_back_leaves_it_as_it_was()
    {
        Links.Raise("eth0");
        Links.AddAddress("eth0", "10.9.0.5/16");
        Links.AddAddress("eth0", "10.9.0.6/16");
        Links.AddGateway("eth0", "10.9.0.9");
        var before = Text(Now());

        var plan = await PlanAsync("bans: []", Two);
        await DoAsync(plan);
        Now().Addresses.ShouldBe(["10.9.0.2/16"]);
        for (var i = 0; i < 2; i++)
        {
            await UndoAsync(plan);
            Text(Now()).ShouldBe(before);
        }
        _ledger.Interfaces.ShouldBeEmpty();
    }

    [NeedingFact]
    public async Task Addresses_that_come_later_and_of_the_other_family_stay()
    {
        await DoAsync(await PlanAsync("bans: []", One));
        Links.AddAddress("eth0", "10.9.0.77/32");
        Links.AddAddress("eth0", "fd09::5/64");
        (await PlanAsync(One, One, heal: true)).IsEmpty.ShouldBeTrue();
        await DoAsync(await PlanAsync(One, Two));
        Now().Addresses.Order().ShouldBe(["10.9.0.2/16", "10.9.0.77/32", "fd09::5/64"]);
    }

    [NeedingFact]
    public async Task The_sixth_version_as_well()
    {
        await DoAsync(await PlanAsync("bans: []", Six), isChecked: false);
        Now().Addresses.ShouldBe(["fd09::7/64"]);
        Now().Gateways.ShouldBe(["fd09::9"]);
        (await PlanAsync(Six, Six, heal: true)).IsEmpty.ShouldBeTrue();
    }

    [NeedingFact]
    public async Task What_somebody_took_away_is_drift_and_comes_back()
    {
        await DoAsync(await PlanAsync("bans: []", Two));
        Links.RemoveAddress("eth0", "10.9.0.2/16");
        var plan = await PlanAsync(Two, Two, heal: true);
        plan.Steps.ShouldHaveSingleItem().Verb.ShouldBe(Verb.Create);
        await DoAsync(plan);
        Now().Addresses.ShouldBe(["10.9.0.2/16"]);
        Now().Gateways.ShouldBe(["10.9.0.9"]);
    }

    [NeedingFact]
    public async Task A_gateway_that_cannot_be_reached_is_a_failure()
    {
        var plan = await PlanAsync("bans: []",
            "interfaces: [{name: eth0, type: static, address: 10.9.0.2/16, gateway: 10.0.0.254}]");
        var fault = await Should.ThrowAsync<HostException>(() => DoAsync(plan));
        fault.Fault.ShouldBe(Fault.Conflict);
        fault.Message.ShouldContain("10.0.0.254");
    }

    [NeedingFact]
    public async Task The_way_back_is_armed_before_anything_changes()
    {
        await DoAsync(await PlanAsync("bans: []", One));
        var plan = await PlanAsync(One, Two);
        var action = plan.Steps[0].Actions[0] with { Trial = TimeSpan.FromSeconds(60) };
        _deadman.Look = () => Now().Addresses;
        await Driver().ApplyAsync(action, (_, _, _) => { }, default);

        _deadman.Seen.ShouldBe(["10.9.0.1/16"]);
        await new FormerState(new SimulatedNftables(), Setup()).PutBackAsync(
            _deadman.Back!, default);
        Now().Addresses.ShouldBe(["10.9.0.1/16"]);
        Now().Gateways.ShouldBeEmpty();
    }

    [NeedingFact]
    public async Task An_interface_that_is_not_there_is_an_error_with_those_that_are()
    {
        var found = (await PlanAsync("bans: []",
            "interfaces: [{name: eht0, type: static, address: 10.9.0.1/16}]")).Findings
            .ShouldHaveSingleItem();
        found.Message.ShouldBe("This machine has no interface eht0.");
        found.Remedy.ShouldContain("perhaps eth0 is meant.");
    }

    private protected IReadOnlyList<string> AddressesNow => Now().Addresses;

    private HostLink Now() => Links.List().Single(l => l.Name == "eth0");

    private static string Text(HostLink link) =>
        $"{string.Join(' ', link.Addresses.Order())} via {string.Join(' ', link.Gateways)}";

    private InterfaceSetup Setup() => new(_tree, Links, new NoPrograms());

    private InterfaceDriver Driver() => new(Setup(), _ledger, _deadman, TimeProvider.System);

    private async Task<Plan> PlanAsync(string before, string after, bool heal = false) =>
        Planner.Plan(Acting.Network(before), Acting.Network(after), await Driver().ObserveAsync(
            new() { ObservedAt = default }, default),
            new("11111111-2222-3333-4444-555555555555", "/var/lib/loam/volumes") { Heal = heal });

    private Task DoAsync(Plan plan, bool isChecked = true) => Acting.DoAsync(
        plan, Driver, a => isChecked || a.Kind != ActionKind.CheckInterface);

    private Task UndoAsync(Plan plan) => Acting.UndoAsync(plan, Driver);

    private sealed class NotingDeadman : IDeadman
    {
        public PutBack? Back { get; private set; }
        public IReadOnlyList<string> Seen { get; private set; } = [];
        public Func<ImmutableArray<string>> Look { get; set; } = () => [];

        public Task ArmAsync(PutBack back, TimeSpan after, CancellationToken cancel)
        {
            (Back, Seen) = (back, Look());
            return Task.CompletedTask;
        }

        public bool Disarm() => true;
    }

    /// <summary>A machine on which nobody else configures anything.</summary>
    private sealed class NoPrograms : IPrograms
    {
        public bool Has(string name) => false;

        public Task RunAsync(
            string name, IReadOnlyList<string> arguments, CancellationToken cancel) =>
            throw new InvalidOperationException($"{name} was run");
    }
}

/// <summary>The simulated interfaces.</summary>
public sealed class SimulatedInterfaceConformance : InterfaceConformance
{
    private readonly SimulatedLinks _links = new();

    public SimulatedInterfaceConformance() => _links.Put("eth0", [], []);

    private protected override ILinks Links => _links;
}

/// <summary>The kernel, in a network namespace of its own, with a neighbour in another.</summary>
[NeedsNet]
public sealed class RealInterfaceConformance : InterfaceConformance, IAsyncLifetime
{
    private readonly string _name = $"lic{Guid.NewGuid().ToString("N")[..8]}";

    private string Here => _name + "h";
    private string There => _name + "c";

    private protected override ILinks Links => new WithinLinks(Here);

    public async Task InitializeAsync()
    {
        if (new NeedsNetAttribute().Missing() is not null)
        {
            return;
        }
        await IpAsync("netns", "add", Here);
        await IpAsync("netns", "add", There);
        await IpAsync("link", "add", "eth0", "netns", Here, "type", "veth", "peer", "name", "eth0",
            "netns", There);
        await IpAsync("-n", There, "addr", "add", "10.9.0.9/16", "dev", "eth0");
        await IpAsync("-n", There, "addr", "add", "fd09::9/64", "dev", "eth0", "nodad");
        await IpAsync("-n", There, "link", "set", "eth0", "up");
    }

    public async Task DisposeAsync()
    {
        await Processes.RunAsync("ip", "netns", "delete", Here);
        await Processes.RunAsync("ip", "netns", "delete", There);
    }

    [NeedingFact]
    public void What_ip_shows_is_what_we_see()
    {
        Links.Raise("eth0");
        Links.AddAddress("eth0", "10.9.0.3/16");
        Links.AddGateway("eth0", "10.9.0.9");
        var (_, said) = Processes.RunAsync("ip", "-n", Here, "addr", "show", "eth0").Result;
        said.ShouldContain("inet 10.9.0.3/16 brd 10.9.255.255 scope global eth0");
        Processes.RunAsync("ip", "-n", Here, "route").Result.Output
            .ShouldContain("default via 10.9.0.9 dev eth0");
        Links.List().Select(l => l.Name).ShouldBe(["eth0"]);
        Should.Throw<HostException>(() => Links.Raise("eth7")).Fault.ShouldBe(Fault.NotFound);
        Should.Throw<HostException>(() => Links.AddGateway("eth0", "192.0.2.1")).Message
            .ShouldContain("cannot be reached from an address of eth0");
    }

    private static async Task IpAsync(params string[] arguments)
    {
        var (exit, output) = await Processes.RunAsync("ip", arguments);
        exit.ShouldBe(0, output);
    }
}
