using Loam.Core.Approving;
using Loam.Core.Diagnostics;
using Loam.Core.Observing;
using Loam.Core.Planning;
using Loam.Core.Resources;
using Loam.Core.StateFiles;
using Loam.Drivers.Network;
using Loam.Simulation.Host;

namespace Loam.Tests.Planning;

public sealed class InterfacePlanTests
{
    private const string Static = "interfaces: [{name: eth0, type: static, address: 10.0.0.2/8, "
        + "gateway: 10.0.0.254, dns: [10.0.0.53]}]";
    private const string Dhcp = "interfaces: [{name: eth0, type: dhcp}]";

    private static readonly Access s_access = new("10.0.1.50", 50_000, "10.0.0.1", 22, "eth0");

    [Fact]
    public void Over_which_one_came_in_it_is_on_trial_restricted_and_critical()
    {
        var plan = Plan("bans: []", Static, LinksBy.Networkd, s_access);
        plan.OnTrial.ShouldBeTrue();
        plan.Risk.ShouldBe(Risk.Critical);
        plan.Restricted.ShouldBe(["network.yaml"]);
        var step = plan.Steps.ShouldHaveSingleItem();
        step.Summary.ShouldBe("give interface eth0 the address 10.0.0.2/8");
        step.Notes.ShouldBe(
        [
            "systemd-networkd is in charge: /etc/systemd/network/05-loam-eth0.network",
            "loses 10.0.0.1/8", "the way out over 10.0.0.253 goes",
            "it goes back if the gateway 10.0.0.254 does not answer",
            "you are connected over it; come in anew at 10.0.0.2",
        ]);
        Plan("bans: []", Static, LinksBy.Networkd, null).OnTrial.ShouldBeFalse();
        Plan("bans: []", Static.Replace("gateway: 10.0.0.254", "gateway: 10.0.0.253"),
            LinksBy.Networkd, s_access with { Interface = "eth1" }).OnTrial.ShouldBeFalse();
        Plan("bans: []", Static, LinksBy.Networkd, s_access with { Interface = null })
            .OnTrial.ShouldBeTrue();
    }

    [Theory]
    [InlineData(LinksBy.Networkd, Static, "[Match]\nName=eth0\n\n[Network]\nAddress=10.0.0.2/8\n"
        + "Gateway=10.0.0.254\nDNS=10.0.0.53\n")]
    [InlineData(LinksBy.Networkd, Dhcp, "[Match]\nName=eth0\n\n[Network]\nDHCP=yes\n")]
    [InlineData(LinksBy.Ifupdown, Static, "auto eth0\niface eth0 inet static\n"
        + "    address 10.0.0.2/8\n    gateway 10.0.0.254\n    dns-nameservers 10.0.0.53\n")]
    [InlineData(LinksBy.Ifupdown, Dhcp, "auto eth0\niface eth0 inet dhcp\n")]
    [InlineData(LinksBy.NetworkManager, Static, "[connection]\nid=loam-eth0\nuuid=UUID\n"
        + "type=ethernet\ninterface-name=eth0\nautoconnect-priority=100\n\n[ipv4]\nmethod=manual\n"
        + "address1=10.0.0.2/8,10.0.0.254\ndns=10.0.0.53;\n\n[ipv6]\nmethod=auto\n")]
    public void Whoever_is_in_charge_gets_its_own_words(
        LinksBy manager, string spec, string text)
    {
        var file = Plan("bans: []", spec, manager, null).Steps[0].Actions[0].Interface!.After.File;
        System.Text.RegularExpressions.Regex.Replace(file.Text!, "uuid=[0-9a-f-]{36}", "uuid=UUID")
            .ShouldBe("# Written by Loam from network.yaml.\n" + text);
    }

    [Fact]
    public void What_somebody_configured_by_hand_is_left_alone()
    {
        var found = Plan("bans: []", Static, LinksBy.Netplan, null, "/etc/netplan/50-cloud.yaml");
        found.Steps.SelectMany(s => s.Actions).ShouldBeEmpty();
        found.Findings.ShouldHaveSingleItem().Message.ShouldBe(
            "eth0 is configured by hand in /etc/netplan/50-cloud.yaml (netplan).");
        found.HasErrors.ShouldBeTrue();
    }

    [Fact]
    public void Loam_asks_by_DHCP_where_nobody_else_does_and_says_so()
    {
        var step = Plan("bans: []", Dhcp, LinksBy.Kernel, null).Steps.ShouldHaveSingleItem();
        step.Summary.ShouldBe("let interface eth0 get its address by DHCP");
        step.Notes.ShouldBe(
        [
            "nobody manages it: Loam asks for an address, and goes on asking",
            "loses 10.0.0.1/8", "the way out over 10.0.0.253 goes",
            "it goes back if no DHCP server lends it an address",
            "its name servers are used where `dns:` declares none",
        ]);
        Plan("bans: []", Static, LinksBy.Kernel, null).Findings.ShouldHaveSingleItem().Remedy
            .ShouldContain("under `dns:`");
    }

    [Theory]
    [InlineData("/etc/netplan/a.yaml", "network:\n  ethernets:\n    eth0:\n", "Netplan", true)]
    [InlineData("/etc/netplan/a.yaml", "network:\n  ethernets:\n    eth01:\n", "Kernel", false)]
    [InlineData("/etc/network/interfaces", "auto eth0\niface eth0 inet dhcp\n", "Ifupdown", true)]
    [InlineData("/etc/network/interfaces", "source interfaces.d/*\n", "Ifupdown", false)]
    [InlineData("/etc/network/interfaces.d/loam-eth0", "iface eth0 inet dhcp\n", "Kernel", false)]
    [InlineData("/run/NetworkManager/devices/2", "x", "NetworkManager", false)]
    [InlineData("/run/systemd/netif/state", "x", "Networkd", false)]
    [InlineData("/run/systemd/netif/leases/2", "x", "Kernel", false)]
    public void Whoever_is_in_charge_is_found(
        string file, string text, string manager, bool isByHand)
    {
        var tree = new SimulatedTree { [file] = HostFile.Of(text) };
        var place = new InterfaceSetup(tree, new SimulatedLinks(), new SimulatedPrograms())
            .PlaceOf("eth0");
        place.Manager.ToString().ShouldBe(manager);
        place.ByHand.ShouldBe(isByHand ? file : null);
    }

    private static Plan Plan(string before, string after, LinksBy manager, Access? access,
        string? byHand = null) => Planner.Plan(State(before), State(after),
            new()
            {
                ObservedAt = default,
                Links = [new("eth0", manager, InterfaceText.PathOf(manager, "eth0"), new(
                    HostFile.Absent, ["10.0.0.1/8"], ["10.0.0.253"], null), byHand, false)],
            },
            new("11111111-2222-3333-4444-555555555555", "/var/lib/loam/volumes")
            {
                Access = access,
            });

    private static DesiredState State(string spec) => StateReader.Read(StateSet.Empty.With(
        "network.yaml", $"apiVersion: loam/v1\nkind: NetworkConfig\nspec:\n  {spec}\n"))
        .State.ShouldNotBeNull();
}
