using System.Collections.Immutable;
using System.Globalization;
using Loam.Core.Resources;
using Loam.Drivers.Containers.Native.Networking;
using Loam.NamesHost;

namespace Loam.Tests.NamesHost;

/// <summary>Who is called what, for whom.</summary>
public sealed class NameLookupTests
{
    private const string Front = "10.200.0.1", Back = "10.200.4.1";

    private readonly NetworkRecords _records = Records();
    private readonly HashSet<string> _open = ["web-1", "web-2", "db", "app"];
    private readonly HashSet<string> _leaving = [];

    [Fact]
    public void A_name_leads_to_all_that_have_it_each_time_another_first()
    {
        var lookup = Lookup();
        var first = Ask(lookup, "web", Front, "10.200.0.9");
        var second = Ask(lookup, "WEB", Front, "10.200.0.9");
        first.Order().ShouldBe(["10.200.0.2", "10.200.0.3"]);
        second.Order().ShouldBe(first.Order());
        second[0].ShouldNotBe(first[0]);
        Ask(lookup, "web-1", Front, "10.200.0.9").ShouldBe(["10.200.0.2"]);
    }

    [Fact]
    public void Only_who_is_well_is_named_where_somebody_is()
    {
        Ask(Lookup("web-2"), "web", Front, "10.200.0.9").ShouldBe(["10.200.0.3"]);
        Ask(Lookup("web-2"), "web-1", Front, "10.200.0.9").ShouldBe(["10.200.0.2"]);
        _leaving.Add("web-2");
        Ask(Lookup("web-2"), "web", Front, "10.200.0.9").ShouldBe(["10.200.0.2"], "it leaves");
        _open.Remove("web-2");
        Ask(Lookup("web-2"), "web", Front, "10.200.0.9").ShouldBe(["10.200.0.2"]);
    }

    [Fact]
    public void A_name_that_has_no_address_of_a_sort_exists_all_the_same()
    {
        foreach (var type in (ushort[])[Dns.V6, Dns.Mail])
        {
            var answer = Answer(Lookup(), Dns.Question("web", type), Front, "10.200.0.9");
            answer.ShouldNotBeNull();
            (Dns.Code(answer), Dns.Count(answer)).ShouldBe((0, 0));
        }
    }

    [Fact]
    public void Each_hears_of_his_own_networks()
    {
        Answer(Lookup(), Dns.Question("db"), Front, "10.200.0.2").ShouldBeNull("ask the host's");
        Ask(Lookup(), "db", Back, "10.200.4.2").ShouldBe(["10.200.4.2"]);
        Ask(Lookup(), "db", Front, "10.200.0.4").ShouldBe(["10.200.4.2"], "app is in both");
        Ask(Lookup(), "app", Back, "10.200.4.3").ShouldBe(["10.200.4.3"]);
        Dns.Code(Answer(Lookup(), Dns.Question("example.org"), Back, "10.200.4.2")!)
            .ShouldBe(5, "whoever is in internal networks only hears nothing of others");
        Answer(Lookup(), Dns.Question("example.org"), Back, "10.200.4.3").ShouldBeNull();
    }

    [Fact]
    public void An_address_leads_to_its_container()
    {
        var answer = Answer(Lookup(), Dns.Question("2.0.200.10.in-addr.arpa", Dns.Pointer), Front,
            "10.200.0.3")!;
        Convert.ToHexString(answer).ShouldEndWith("0007" + "05" + Convert.ToHexString(
            "web-1"u8) + "00");
        Dns.Code(Answer(Lookup(), Dns.Question("77.0.200.10.in-addr.arpa", Dns.Pointer), Front,
            "10.200.0.3")!).ShouldBe(3);
        Answer(Lookup(), Dns.Question("8.8.8.8.in-addr.arpa", Dns.Pointer), Front, "10.200.0.3")
            .ShouldBeNull();
    }

    [Fact]
    public void An_answer_without_room_is_cut_and_whole_as_a_stream()
    {
        var many = Enumerable.Range(0, 100).ToImmutableSortedDictionary(
            i => string.Create(CultureInfo.InvariantCulture, $"web-{i}"),
            i => new MemberRecord("web", [], [new("front",
                string.Create(CultureInfo.InvariantCulture, $"10.200.0.{i + 2}"), "eth0",
                ["web"])]), StringComparer.Ordinal);
        _open.UnionWith(many.Keys);
        var lookup = new NameLookup(NameTable.Of(
            _records with { Containers = many }, n => n, new(_open, _open, _open)));

        var question = Dns.Question("web");
        var cut = Answer(lookup, question, Front, "10.200.0.9")!;
        cut.Length.ShouldBeLessThanOrEqualTo(512);
        Dns.IsCut(cut).ShouldBeTrue();
        Dns.Addresses(question, cut).Length.ShouldBe(30);
        Dns.Addresses(question, lookup.Answer(
            DnsQuestion.Read(question, out _)!, Front, "10.200.0.9", isStream: true)!)
            .Distinct().Count().ShouldBe(100);
        question = Dns.Question("web", room: 4096);
        Dns.Addresses(question, Answer(lookup, question, Front, "10.200.0.9")!).Length
            .ShouldBe(75);
    }

    private static NetworkRecords Records()
    {
        NetworkRecord Network(bool isInternal, string subnet) => new("", "", isInternal, subnet,
            ImmutableSortedDictionary<string, string>.Empty);
        MemberRecord In(string service, params (string Network, string Address)[] at) => new(
            service, [], [.. at.Select(a => new AttachmentRecord(
                a.Network, a.Address, "eth0", [service]))]);
        return NetworkRecords.Empty with
        {
            Networks = NetworkRecords.Empty.Networks.Add("front", Network(false, "10.200.0.0/22"))
                .Add("back", Network(true, "10.200.4.0/22")),
            Containers = NetworkRecords.Empty.Containers
                .Add("web-1", In("web", ("front", "10.200.0.2")))
                .Add("web-2", In("web", ("front", "10.200.0.3")))
                .Add("app", In("app", ("front", "10.200.0.4"), ("back", "10.200.4.3")))
                .Add("db", In("db", ("back", "10.200.4.2")))
                .Add("gone", In("web", ("front", "10.200.0.5"))),
        };
    }

    private NameLookup Lookup(params string[] well) =>
        new(NameTable.Of(_records, n => n, new(_open, well.ToHashSet(), _leaving)));

    private static byte[]? Answer(
        NameLookup lookup, byte[] question, string gateway, string asker) =>
        lookup.Answer(DnsQuestion.Read(question, out _)!, gateway, asker, isStream: false);

    private static string[] Ask(NameLookup lookup, string name, string gateway, string asker)
    {
        var question = Dns.Question(name);
        return Dns.Addresses(question, Answer(lookup, question, gateway, asker)!);
    }
}
