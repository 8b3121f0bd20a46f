using Loam.Core.Firewall;
using Loam.Core.Observing;
using Loam.Core.Planning;
using Loam.Core.Reconciling;
using Loam.Drivers.Firewall;
using Loam.Tests.Firewall.Packets;

namespace Loam.Tests.Conformance;

/// <summary>What the firewall's driver does with any packet filter beneath it, so that what is
/// proved with the simulated one holds for nftables.</summary>
public abstract class FirewallConformance
{
    protected const string Instance = "11111111-2222-3333-4444-555555555555";

    protected static readonly FirewallTable One = Table("ssh", 22);
    protected static readonly FirewallTable Two = Table("web", 80);

    private readonly Lazy<INftables> _nft;

    protected FirewallConformance() => _nft = new(Make);

    private protected INftables Nft => _nft.Value;

    private protected abstract INftables Make();

    [NeedingFact]
    public async Task Nothing_is_seen_where_nothing_was_made()
    {
        (await SeenAsync(Driver())).ShouldBeNull();
    }

    [NeedingFact]
    public async Task A_table_is_put_up_replaced_and_taken_away()
    {
        var driver = Driver();

        await SetAsync(driver, null, One);
        (await SeenAsync(driver)).ShouldBe(new(One.Digest, true));
        await SetAsync(driver, One, Two);
        (await SeenAsync(driver)).ShouldBe(new(Two.Digest, true));
        var words = (await Nft.ListAsync(default)).ShouldNotBeNull();
        words.ShouldContain("comment \"web\"");
        words.ShouldNotContain("comment \"ssh\"");
        await SetAsync(driver, Two, null);
        (await SeenAsync(driver)).ShouldBeNull();
        (await Nft.ListAsync(default)).ShouldBeNull();
    }

    [NeedingFact]
    public async Task Doing_it_twice_is_doing_it_once()
    {
        var driver = Driver();
        for (var i = 0; i < 2; i++)
        {
            await SetAsync(driver, null, One);
            (await SeenAsync(driver)).ShouldBe(new(One.Digest, true));
        }
        for (var i = 0; i < 2; i++)
        {
            await SetAsync(driver, One, null);
            (await SeenAsync(driver)).ShouldBeNull();
        }
    }

    [NeedingFact]
    public async Task Another_process_of_the_same_instance_sees_it()
    {
        var memory = new FirewallMemory(null);
        await SetAsync(Driver(memory), null, One);

        (await SeenAsync(Driver(memory))).ShouldBe(new(One.Digest, true));
    }

    [NeedingFact]
    public async Task A_table_of_another_instance_is_left_alone()
    {
        await SetAsync(Driver(instance: "another"), null, One);

        var refused = await Should.ThrowAsync<HostException>(
            () => SetAsync(Driver(), null, Two));
        refused.Fault.ShouldBe(Fault.Conflict);
        refused.Message.ShouldContain("another Loam (another)");
        (await Nft.ListAsync(default)).ShouldNotBeNull().ShouldContain("comment \"ssh\"");
    }

    [NeedingFact]
    public async Task The_way_back_is_armed_before_the_rules_change()
    {
        var order = new List<string>();
        var deadman = new NotingDeadman(order, async () => await Nft.ListAsync(default));
        var driver = new FirewallDriver(Nft, Instance, new(null), () => [], deadman);
        await SetAsync(driver, null, One);

        await driver.ApplyAsync(new(ActionKind.SetFirewall, FirewallTable.Name)
        {
            Firewall = new(One, Two), Trial = TimeSpan.FromSeconds(60),
        }, (_, _, _) => { }, default);

        order.ShouldHaveSingleItem().ShouldContain("comment \"ssh\"");
        await Nft.RunAsync(deadman.Script!, default);
        (await Nft.ListAsync(default)).ShouldNotBeNull().ShouldContain("comment \"ssh\"");
    }

    protected static Task SetAsync(
        FirewallDriver driver, FirewallTable? before, FirewallTable? after) =>
        driver.ApplyAsync(new(ActionKind.SetFirewall, FirewallTable.Name)
        {
            Firewall = new(before, after),
        }, (_, _, _) => { }, default);

    protected static async Task<ObservedFirewall?> SeenAsync(FirewallDriver driver) =>
        (await driver.ObserveAsync(new() { ObservedAt = default }, default)).Firewall;

    protected FirewallDriver Driver(FirewallMemory? memory = null, string instance = Instance,
        params string[] bridges) => new(
            Nft, instance, memory ?? new(null), () => bridges, new NotingDeadman([], null));

    private static FirewallTable Table(string name, int port) => FirewallTable.Of(new()
    {
        Rules =
        [
            new(name, PacketDirection.Input, FirewallAction.Accept)
            {
                Protocol = PacketProtocol.Tcp, Ports = [new(port, port)],
            },
        ],
    })!;

    private sealed class NotingDeadman(List<string> order, Func<Task<string?>>? look) : IDeadman
    {
        public string? Script { get; private set; }

        public async Task ArmAsync(PutBack back, TimeSpan after, CancellationToken cancel)
        {
            Script = back.Rules;
            order.Add(look is null ? "" : await look() ?? "");
        }

        public bool Disarm() => true;
    }
}

/// <summary>The real nftables, in a network namespace of its own.</summary>
[NeedsNet]
public sealed class RealFirewallConformance : FirewallConformance, IAsyncLifetime
{
    private readonly string _name = $"lfc{Guid.NewGuid().ToString("N")[..8]}";

    private protected override INftables Make() => new Nftables(Namespaces.Enter(_name));

    public Task InitializeAsync() => new NeedsNetAttribute().Missing() is null
        ? Processes.RunAsync("ip", "netns", "add", _name) : Task.CompletedTask;

    public Task DisposeAsync() => Processes.RunAsync("ip", "netns", "delete", _name);

    [NeedingFact]
    public async Task A_rule_that_somebody_added_is_noticed()
    {
        var driver = Driver();
        await SetAsync(driver, null, One);
        await Nft.RunAsync("add rule inet loam input tcp dport 23 accept\n", default);

        (await SeenAsync(driver)).ShouldBe(new(One.Digest, false));

        await SetAsync(driver, One, One);
        (await SeenAsync(driver)).ShouldBe(new(One.Digest, true));
    }

    [NeedingFact]
    public async Task A_table_that_somebody_took_away_is_missed()
    {
        var driver = Driver();
        await SetAsync(driver, null, One);
        await Nft.RunAsync("delete table inet loam\n", default);

        (await SeenAsync(driver)).ShouldBeNull();
    }

    [NeedingFact]
    public async Task Tables_of_others_stay_as_they_are()
    {
        const string Theirs = "table ip theirs { chain input { type filter hook input priority 0; "
            + "tcp dport 1 drop; }; }\n";
        await Nft.RunAsync(Theirs, default);
        var driver = Driver();
        await SetAsync(driver, null, One);
        await SetAsync(driver, One, Two);
        await SetAsync(driver, Two, null);

        var (_, all) = await Processes.RunAsync(
            "nsenter", $"--net=/run/netns/{_name}", "nft", "list", "ruleset");
        all.ShouldContain("table ip theirs");
        all.ShouldContain("tcp dport 1 drop");
        all.ShouldNotContain("inet loam");
    }

    [NeedingFact]
    public async Task A_table_of_that_name_which_is_not_Loams_is_left_alone()
    {
        await Nft.RunAsync("table inet loam { chain mine { }; }\n", default);

        (await Should.ThrowAsync<HostException>(() => SetAsync(Driver(), null, One)))
            .Message.ShouldContain("somebody else");
        (await Nft.ListAsync(default)).ShouldNotBeNull().ShouldContain("chain mine");
    }

    [NeedingFact]
    public async Task New_bridges_are_no_drift()
    {
        List<string> bridges = ["docker0"];
        var driver = new FirewallDriver(Nft, Instance, new(null), () => bridges, new None());
        await SetAsync(driver, null, One);
        bridges.Add("br-0123456789ab");

        await driver.FollowAsync(default);

        (await Nft.ListAsync(default)).ShouldNotBeNull().ShouldContain("br-0123456789ab");
        (await SeenAsync(driver)).ShouldBe(new(One.Digest, true));
    }

    [NeedingFact]
    public async Task A_thousand_rules_are_taken_at_once()
    {
        var rules = new FirewallRules
        {
            Rules =
            [
                .. Enumerable.Range(1, 1000).Select(n => new FirewallRule(
                    $"r{n}", PacketDirection.Input, FirewallAction.Accept)
                {
                    Protocol = PacketProtocol.Tcp, Ports = [new(n, n)],
                    Sources = [System.Net.IPNetwork.Parse($"10.{n % 250}.0.0/16")],
                }),
            ],
        };
        var driver = Driver();

        await SetAsync(driver, null, FirewallTable.Of(rules));

        (await SeenAsync(driver)).ShouldNotBeNull().IsIntact.ShouldBeTrue();
    }

    private sealed class None : IDeadman
    {
        public Task ArmAsync(PutBack back, TimeSpan after, CancellationToken cancel) =>
            Task.CompletedTask;

        public bool Disarm() => true;
    }
}

/// <summary>The filter of the simulation.</summary>
public sealed class SimulatedFirewallConformance : FirewallConformance
{
    private protected override INftables Make() => new Simulation.Host.SimulatedNftables();
}
