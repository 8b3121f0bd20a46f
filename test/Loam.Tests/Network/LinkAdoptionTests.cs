using Loam.Core.Reconciling;
using Loam.Core.StateFiles;
using Loam.Drivers.Network;
using Loam.Simulation.Host;

namespace Loam.Tests.Network;

/// <summary><c>loam adopt eth0</c>.</summary>
public sealed class LinkAdoptionTests
{
    private readonly SimulatedLinks _links = new();

    [Fact]
    public void A_lasting_address_is_declared_with_its_way_out()
    {
        _links.Put("eth0", ["10.0.0.1/8", "fd00::1/64"], ["fd00::9", "10.0.0.9"]);
        var wanted = Read().Interfaces["eth0"];
        (wanted.Address, wanted.Gateway).ShouldBe(("10.0.0.1/8", "10.0.0.9"));
    }

    [Fact]
    public void One_that_was_lent_is_got_by_DHCP_and_one_of_v6_is_declared_where_it_is_all()
    {
        _links.Put("eth0", [], ["10.0.0.9"], "10.0.0.77/8", "fd00::5/64");
        Read().Interfaces["eth0"].IsDhcp.ShouldBeTrue();
        _links.Put("eth0", ["fd00::1/64"], ["fd00::9"]);
        Read().Interfaces["eth0"].Gateway.ShouldBe("fd00::9");
    }

    [Fact]
    public void What_is_declared_beside_it_stays()
    {
        _links.Put("eth0", ["10.0.0.1/8"], []);
        var now = StateSet.Empty.With("network.yaml", "apiVersion: loam/v1\nkind: NetworkConfig\n"
            + "spec:\n  interfaces:\n    # the other one\n    - {name: eth1, type: dhcp}\n");
        var text = new LinkAdoption(_links).Read("eth0", now, false)!["network.yaml"];
        text.ShouldContain("# the other one");
        StateReader.Read(now.With("network.yaml", text)).State!.Interfaces.Keys
            .ShouldBe(["eth0", "eth1"]);
    }

    [Fact]
    public void What_cannot_be_declared_as_it_is_is_said()
    {
        _links.Put("eth0", ["10.0.0.1/8", "10.0.0.2/8"], []);
        Should.Throw<HostException>(Read).Message.ShouldBe(
            "eth0 has several addresses (10.0.0.1/8, 10.0.0.2/8), and one is declared for an "
            + "interface.");
        _links.Put("eth0", ["10.0.0.1/8"], [], "10.0.0.77/8");
        Should.Throw<HostException>(Read).Message.ShouldContain("10.0.0.77/8");
        _links.Put("eth0", [], []);
        Should.Throw<HostException>(Read).Message.ShouldBe("eth0 has no address.");
        new LinkAdoption(_links).Read("web", StateSet.Empty, false).ShouldBeNull();
        Should.Throw<HostException>(() => new LinkAdoption(_links).Read(
            "eth0", StateSet.Empty, true)).Message.ShouldBe("eth0 is declared already.");
    }

    private Core.Resources.DesiredState Read() => StateReader.Read(StateSet.Empty.With(
        "network.yaml", new LinkAdoption(_links).Read("eth0", StateSet.Empty, false)![
            "network.yaml"])).State.ShouldNotBeNull();
}
