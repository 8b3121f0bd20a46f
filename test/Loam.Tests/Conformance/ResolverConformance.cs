using Loam.Core.Observing;
using Loam.Core.Planning;
using Loam.Core.Reconciling;
using Loam.Core.Resources;
using Loam.Core.StateFiles;
using Loam.Drivers.Files;
using Loam.Drivers.Network;
using Loam.Simulation.Host;

namespace Loam.Tests.Conformance;

/// <summary>How names are resolved, planned and done on any files beneath.</summary>
public abstract class ResolverConformance
{
    private const string ResolvConf = "/etc/resolv.conf";
    private const string ByHand = "# by hand\nnameserver 192.0.2.1\n";
    private const string Two = "dns: {nameservers: [192.0.2.53, \"2001:db8::53\"], search: [home.arpa]}";

    private readonly NetworkLedger _ledger = new(null);
    private readonly SimulatedPrograms _programs = new();

    private protected abstract IHostTree Tree { get; }

    [Fact]
    public async Task A_plain_file_is_replaced_and_comes_back()
    {
        Put(ResolvConf, HostFile.Of(ByHand));
        var plan = await PlanAsync("bans: []", Two);
        plan.Steps.ShouldHaveSingleItem().Notes[0].ShouldContain("it is replaced, and comes back");
        await DoAsync(plan);
        Tree.Look(ResolvConf).Text.ShouldBe("# Written by Loam from network.yaml.\n"
            + "nameserver 192.0.2.53\nnameserver 2001:db8::53\nsearch home.arpa\n");
        (await PlanAsync(Two, Two, heal: true)).IsEmpty.ShouldBeTrue();

        await DoAsync(await PlanAsync(Two, "bans: []"));
        Tree.Look(ResolvConf).Text.ShouldBe(ByHand);
        (await PlanAsync("bans: []", "bans: []", heal: true)).IsEmpty.ShouldBeTrue();
        _programs.Last.ShouldBe("");
    }

    [Fact]
    public async Task Taking_back_leaves_no_trace()
    {
        foreach (var former in (HostFile[])[HostFile.Absent, HostFile.Of(ByHand)])
        {
            Put(ResolvConf, former);
            var plan = await PlanAsync("bans: []", Two);
            await DoAsync(plan);
            await UndoAsync(plan);
            Tree.Look(ResolvConf).ShouldBe(former);
            _ledger.ResolvConf.ShouldBeNull();
        }
    }

    [Fact]
    public async Task Search_domains_alone_keep_the_name_servers()
    {
        Put(ResolvConf, HostFile.Of(ByHand));
        await DoAsync(await PlanAsync("bans: []", "dns: {search: [home.arpa]}"));
        Tree.Look(ResolvConf).Text.ShouldNotBeNull().ShouldEndWith(
            "nameserver 192.0.2.1\nsearch home.arpa\n");
        (await PlanAsync("dns: {search: [home.arpa]}", "dns: {search: [home.arpa]}", heal: true))
            .IsEmpty.ShouldBeTrue();
    }

    [Theory]
    [InlineData("../run/systemd/resolve/stub-resolv.conf", "/etc/systemd/resolved.conf.d/loam.conf",
        "[Resolve]\nDNS=192.0.2.53 2001:db8::53\nDomains=~. home.arpa\n",
        "systemctl try-reload-or-restart systemd-resolved.service")]
    [InlineData("/run/NetworkManager/resolv.conf", "/etc/NetworkManager/conf.d/loam-dns.conf",
        "[global-dns]\nsearches=home.arpa\n\n[global-dns-domain-*]\n"
        + "servers=192.0.2.53,2001:db8::53\n", "nmcli general reload")]
    [InlineData("/etc/resolvconf/run/resolv.conf", "/etc/resolvconf/resolv.conf.d/head",
        "nameserver 192.0.2.53\nnameserver 2001:db8::53\nsearch home.arpa\n# Loam: end\n",
        "resolvconf -u")]
    public async Task Whoever_is_in_charge_gets_a_file_of_ours_and_is_told(
        string link, string file, string text, string told)
    {
        Put(ResolvConf, HostFile.LinkTo(link));
        var plan = await PlanAsync("bans: []", Two);
        plan.Steps.ShouldHaveSingleItem().Notes[0].ShouldEndWith($"is in charge: {file}");
        await DoAsync(plan);
        Tree.Look(file).Text.ShouldBe("# Written by Loam from network.yaml.\n" + text);
        _programs.Last.ShouldBe(told);
        (await PlanAsync(Two, Two, heal: true)).IsEmpty.ShouldBeTrue();

        await DoAsync(await PlanAsync(Two, "dns: {nameservers: []}"));
        Tree.Look(file).ShouldBe(HostFile.Absent);
        Tree.Look(ResolvConf).ShouldBe(HostFile.LinkTo(link));
    }

    [Fact]
    public async Task Lines_by_hand_in_the_head_of_resolvconf_stay()
    {
        Put(ResolvConf, HostFile.LinkTo("/etc/resolvconf/run/resolv.conf"));
        Put("/etc/resolvconf/resolv.conf.d/head", HostFile.Of("# mine\n"));
        await DoAsync(await PlanAsync("bans: []", Two));
        Tree.Look("/etc/resolvconf/resolv.conf.d/head").Text.ShouldNotBeNull()
            .ShouldEndWith("# Loam: end\n# mine\n");
        await DoAsync(await PlanAsync(Two, "bans: []"));
        Tree.Look("/etc/resolvconf/resolv.conf.d/head").Text.ShouldBe("# mine\n");
    }

    [Fact]
    public async Task A_link_to_somewhere_unknown_is_left_alone()
    {
        Put(ResolvConf, HostFile.LinkTo("/var/lib/own/resolv.conf"));
        var plan = await PlanAsync("bans: []", Two);
        plan.HasErrors.ShouldBeTrue();
        plan.Findings.ShouldHaveSingleItem().Message.ShouldContain("/var/lib/own/resolv.conf");
        plan.Steps.SelectMany(s => s.Actions).ShouldBeEmpty();
    }

    [Fact]
    public async Task Servers_of_which_none_answers_are_a_failure()
    {
        Put(ResolvConf, HostFile.Of(ByHand));
        var plan = await PlanAsync("bans: []", "dns: {nameservers: [203.0.113.53]}");
        (await Should.ThrowAsync<HostException>(() => DoAsync(plan))).Message.ShouldBe(
            "No name is resolved: 203.0.113.53 does not answer when asked for the root.");
    }

    [Fact]
    public async Task Somebody_elses_edit_is_drift()
    {
        Put(ResolvConf, HostFile.Of(ByHand));
        await DoAsync(await PlanAsync("bans: []", Two));
        Put(ResolvConf, HostFile.Of("nameserver 198.51.100.1\n"));
        (await PlanAsync(Two, Two, heal: true)).Steps.ShouldHaveSingleItem().Summary
            .ShouldBe("change how names are resolved");
    }

    private void Put(string path, HostFile file) => Tree.Put(path, file, 0x1a4);

    private ResolverDriver Driver() => new(Tree, _programs, new SimulatedDns(), _ledger);

    private async Task<Plan> PlanAsync(string before, string after, bool heal = false) =>
        Planner.Plan(Acting.Network(before), Acting.Network(after), await Driver().ObserveAsync(
            new() { ObservedAt = default }, default),
            new("11111111-2222-3333-4444-555555555555", "/var/lib/loam/volumes") { Heal = heal });

    private Task DoAsync(Plan plan) => Acting.DoAsync(plan, Driver);

    private Task UndoAsync(Plan plan) => Acting.UndoAsync(plan, Driver);
}

/// <summary>Files in memory.</summary>
public sealed class SimulatedResolverConformance : ResolverConformance
{
    private protected override IHostTree Tree { get; } = new SimulatedTree();
}

/// <summary>Files below a directory.</summary>
public sealed class RealResolverConformance : ResolverConformance, IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("loam-resolver-").FullName;

    private protected override IHostTree Tree => new HostTree(_root);

    public void Dispose() => Directory.Delete(_root, recursive: true);
}
