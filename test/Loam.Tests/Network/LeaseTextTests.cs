using Loam.Drivers.Network.Dhcp;

namespace Loam.Tests.Network;

/// <summary>What a DHCP server says may be anything.</summary>
public sealed class LeaseTextTests
{
    private static readonly DateTimeOffset s_now = new(2030, 1, 1, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void A_lease_is_read()
    {
        var lease = LeaseText.Read("bound|10.9.0.100|16|10.9.0.9 10.9.0.8|10.9.0.9 9.9.9.9|"
            + "home.arpa lan|ignored|3600|10.9.0.9|", s_now)!.Lease!;
        lease.Address.ShouldBe("10.9.0.100/16");
        lease.Gateways.ShouldBe(["10.9.0.9"]);
        lease.Nameservers.ShouldBe(["10.9.0.9", "9.9.9.9"]);
        lease.Search.ShouldBe(["home.arpa", "lan"]);
        lease.Server.ShouldBe("10.9.0.9");
        lease.Until.ShouldBe(s_now.AddHours(1));
    }

    [Theory]
    [InlineData("renew|10.9.0.100|16|10.9.0.9||||60||10.1.0.0/16 10.9.0.7 0.0.0.0/0 10.9.0.8",
        "10.9.0.8")]
    [InlineData("renew|10.9.0.100|16|10.9.0.9||||60||10.1.0.0/16 10.9.0.7", "")]
    [InlineData("renew|10.9.0.100|16|127.0.0.1 0.0.0.0 224.0.0.1||||60||", "")]
    [InlineData("renew|10.9.0.100|16|010.9.0.9 1 10.9.0.9x||||60||", "")]
    public void The_way_out_is_an_address_of_a_machine(string line, string gateway) =>
        string.Join(' ', LeaseText.Read(line, s_now)!.Lease!.Gateways).ShouldBe(gateway);

    [Theory]
    [InlineData("bound|||||||||")]
    [InlineData("bound|0.0.0.0|16|||||60||")]
    [InlineData("bound|127.0.0.2|8|||||60||")]
    [InlineData("bound|239.0.0.1|8|||||60||")]
    [InlineData("bound|10.9.0.100|0|||||60||")]
    [InlineData("bound|10.9.0.100|33|||||60||")]
    [InlineData("bound|10.9.0.100||||||60||")]
    [InlineData("bound|fd00::1|64|||||60||")]
    [InlineData("bound|10.9.0.100|16|||||60|||more")]
    [InlineData("leasefail|||||||||")]
    [InlineData("")]
    public void What_is_no_lease_tells_nothing(string line) =>
        LeaseText.Read(line, s_now).ShouldBeNull();

    [Theory]
    [InlineData("0", 3600)]
    [InlineData("", 3600)]
    [InlineData("-5", 3600)]
    [InlineData("99999999999", 3600)]
    [InlineData("4294967295", 3650 * 86400)]
    [InlineData("7", 7)]
    public void It_lasts_as_long_as_can_be(string said, int seconds) => LeaseText.Read(
        $"bound|10.9.0.100|16|||||{said}||", s_now)!.Lease!.Lasts
            .ShouldBe(TimeSpan.FromSeconds(seconds));

    [Fact]
    public void A_flood_of_words_is_cut()
    {
        var many = string.Join(' ', Enumerable.Range(1, 200).Select(i => $"10.1.0.{i}"));
        var names = string.Join(' ', Enumerable.Range(1, 200).Select(i => $"d{i}.lan"));
        var lease = LeaseText.Read($"bound|10.9.0.100|16|{many}|{many}|{names} -x ..||9||", s_now)!
            .Lease!;
        (lease.Gateways.Length, lease.Nameservers.Length, lease.Search.Length).ShouldBe((1, 3, 6));
    }

    [Theory]
    [InlineData("deconfig|||||||||")]
    [InlineData("nak|||||||||")]
    public void It_ends(string line) => LeaseText.Read(line, s_now)!.Lease.ShouldBeNull();
}
