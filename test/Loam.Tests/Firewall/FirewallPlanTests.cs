using Loam.Core.Approving;
using Loam.Core.Firewall;
using Loam.Core.Observing;
using Loam.Core.Planning;
using Loam.Core.Resources;
using Loam.Core.StateFiles;

namespace Loam.Tests.Firewall;

public sealed class FirewallPlanTests
{
    private const string Ssh = """
        rules:
          - {name: established, state: "established,related", action: accept}
          - {name: ssh, protocol: tcp, port: 22, source: 10.0.0.0/8, action: accept}
        """;

    private static readonly Access s_office = new("10.0.1.50", 50_000, "10.0.0.1", 22, "eth0");
    private static readonly Access s_home = new("203.0.113.9", 50_000, "10.0.0.1", 22, "eth0");

    [Fact]
    public void A_first_firewall_says_what_closes_and_what_becomes_of_the_approver()
    {
        var plan = Plan("", Ssh, s_office, new ObservedPort(5432, "tcp", "0.0.0.0",
            "postgres (process 7)"));

        var step = plan.Steps.ShouldHaveSingleItem();
        step.Verb.ShouldBe(Verb.Create);
        step.Notes.ShouldBe(
        [
            "22/tcp: anyone → only 10.0.0.0/8",
            "5432/tcp (postgres): anyone → nobody",
            "every other port: anyone → nobody",
            "ping: anyone → nobody",
            "what passes through: accepted → dropped, unless a rule says otherwise",
            "your connection from 10.0.1.50 stays, and you can come again",
        ]);
        plan.OnTrial.ShouldBeTrue();
        plan.Risk.ShouldBe(Risk.Medium);
        plan.Restricted.ShouldBe(["network.yaml"]);
    }

    [Fact]
    public void Who_would_shut_himself_out_is_told()
    {
        var plan = Plan("", Ssh, s_home);
        plan.Risk.ShouldBe(Risk.Critical);
        plan.Steps[0].Notes[^1].ShouldBe("your connection from 203.0.113.9 stays, but nobody "
            + "from there can come in anew");
        Plan("", "rules: []", s_home).Steps[0].Notes[^1].ShouldBe(
            "your connection from 203.0.113.9 is cut off");
    }

    [Fact]
    public void Answers_must_get_out_too()
    {
        var plan = Plan(Ssh, Ssh + "\ndefault_output_policy: drop", s_office);
        plan.Risk.ShouldBe(Risk.Critical);
        plan.Steps[0].Notes.ShouldBe(
        [
            "what goes out: accepted → dropped, unless a rule says otherwise",
            "your connection from 10.0.1.50 is cut off",
        ]);
    }

    [Fact]
    public void One_protocol_of_all_ports_is_told_apart() =>
        Plan("rules: []", "rules: [{name: udp, protocol: udp, action: accept}]", null)
            .Steps[0].Notes.ShouldBe(["every other UDP port: nobody → anyone"]);

    [Fact]
    public void Who_sits_at_the_machine_is_not_tried() =>
        Plan("", Ssh, null).OnTrial.ShouldBeFalse();

    [Fact]
    public void A_firewall_that_is_taken_away_is_a_high_risk()
    {
        var plan = Plan(Ssh, "", null);
        plan.Steps.ShouldHaveSingleItem().Verb.ShouldBe(Verb.Delete);
        plan.Steps[0].Actions.ShouldHaveSingleItem().Firewall!.After.ShouldBeNull();
        plan.Risk.ShouldBe(Risk.High);
        Plan(Ssh, "enabled: false", null).Risk.ShouldBe(Risk.High);
    }

    [Fact]
    public void Nothing_is_planned_where_none_is_declared() =>
        Plan("", "", s_office).IsEmpty.ShouldBeTrue();

    [Theory]
    [InlineData(false, true, "put up the firewall")]
    [InlineData(true, false, "change the firewall")]
    [InlineData(true, true, null)]
    public void Drift_is_healed(bool isThere, bool isIntact, string? summary)
    {
        var state = State(Ssh);
        var plan = Planner.Plan(state, state, new()
        {
            ObservedAt = default,
            Firewall = isThere ? new(FirewallTable.Of(state.Firewall)!.Digest, isIntact) : null,
        }, new("11111111-2222-3333-4444-555555555555", "/v") { Heal = true });

        plan.Steps.Select(s => s.Summary).ShouldBe(summary is null ? [] : [summary]);
    }

    [Fact]
    public void It_comes_last_and_goes_back_as_it_was()
    {
        var before = State(Ssh);
        var after = StateReader.Read(Network("rules: []").With("storage.yaml",
            "apiVersion: loam/v1\nkind: StorageConfig\nmetadata:\n  name: test\nspec:\n"
            + "  volumes: [{name: data}]\n")).State!;
        var plan = Planner.Plan(before, after, Seen(before),
            new("11111111-2222-3333-4444-555555555555", "/v"));

        var last = plan.Steps[^1];
        last.Id.Kind.ShouldBe(ResourceKind.Firewall);
        last.Requires.ShouldBe([0]);
        var back = Inverse.Of(last.Actions[0])!.Firewall!;
        back.After.ShouldBe(FirewallTable.Of(before.Firewall));
        back.Before.ShouldBe(FirewallTable.Of(after.Firewall));
    }

    private static Plan Plan(
        string before, string after, Access? access, params ObservedPort[] listening)
    {
        var state = State(before);
        return Planner.Plan(state, State(after), Seen(state) with { Listening = [.. listening] },
            new("11111111-2222-3333-4444-555555555555", "/v") { Access = access });
    }

    private static ObservedState Seen(DesiredState state) => new()
    {
        ObservedAt = default,
        Firewall = FirewallTable.Of(state.Firewall) is { } table ? new(table.Digest, true) : null,
    };

    private static DesiredState State(string firewall) =>
        StateReader.Read(Network(firewall)).State.ShouldNotBeNull();

    private static StateSet Network(string firewall) => StateSet.Empty.With("network.yaml",
        "apiVersion: loam/v1\nkind: NetworkConfig\nmetadata:\n  name: test\nspec:\n"
        + (firewall.Length == 0 ? "  dns: {}\n"
            : "  firewall:\n" + string.Concat(firewall.Split('\n').Select(l => $"    {l}\n"))));
}
