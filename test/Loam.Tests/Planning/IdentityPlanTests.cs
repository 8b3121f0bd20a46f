using Loam.Core.Diagnostics;
using Loam.Core.Observing;
using Loam.Core.Planning;
using Loam.Core.Resources;
using Loam.Core.StateFiles;

namespace Loam.Tests.Planning;

public sealed class IdentityPlanTests
{
    private static readonly ObservedIdentity s_seen = new(
        new("debian", "debian\n", null), ["localhost"],
        new(HostFile.LinkTo("/usr/share/zoneinfo/Etc/UTC"), "Etc/UTC\n"),
        ["Africa/Cairo", "Etc/UTC", "Europe/Berlin", "Europe/London", "UTC"]);

    [Fact]
    public void A_name_is_given_in_all_places()
    {
        var step = Plan("safety: {}", "hostname: attic.example.com").Steps.ShouldHaveSingleItem();

        step.Summary.ShouldBe("call the machine attic.example.com");
        step.Notes.ShouldBe(["now: debian"]);
        step.Actions.ShouldHaveSingleItem().Hostname.ShouldBe(new(s_seen.Hostname,
            new("attic.example.com", "attic.example.com\n",
                "127.0.1.1 attic.example.com attic")));
    }

    [Fact]
    public void A_plan_against_its_own_result_is_empty()
    {
        var plan = Plan("safety: {}", "hostname: attic\n  timezone: Europe/Berlin");
        var after = s_seen with
        {
            Hostname = plan.Steps.SelectMany(s => s.Actions).Select(a => a.Hostname)
                .OfType<HostnameChange>().Single().After,
            Timezone = plan.Steps.SelectMany(s => s.Actions).Select(a => a.Timezone)
                .OfType<TimezoneChange>().Single().After,
        };
        const string same = "hostname: attic\n  timezone: Europe/Berlin";
        Plan(same, same, after, heal: true).IsEmpty.ShouldBeTrue();
        Plan(same, same, s_seen, heal: true).Steps.Length.ShouldBe(2);
    }

    [Fact]
    public void What_is_so_already_is_only_recorded_and_a_name_by_hand_needs_no_line()
    {
        Plan("safety: {}", "hostname: debian", s_seen with { OtherNames = ["debian"] })
            .Steps.ShouldHaveSingleItem().Summary.ShouldBe("record the hostname");
        var kept = s_seen with
        {
            Timezone = new(HostFile.LinkTo("../usr/share/zoneinfo/UTC"), "UTC"),
        };
        Plan("safety: {}", "timezone: UTC", kept).Steps.ShouldHaveSingleItem()
            .Actions.ShouldBeEmpty();
    }

    [Fact]
    public void Declared_no_more_it_stays_and_the_plan_says_so()
    {
        var plan = Plan("hostname: debian\n  timezone: UTC", "safety: {}");
        plan.Steps.SelectMany(s => s.Actions).ShouldBeEmpty();
        plan.Steps.SelectMany(s => s.Notes).ShouldBe(
            ["the name debian stays", "the zone Etc/UTC stays"]);
    }

    [Theory]
    [InlineData("Europe/Berln", "Write Europe/Berlin.")]
    [InlineData("Berlin", "Write Europe/Berlin.")]
    [InlineData("Cario", "Write Africa/Cairo.")]
    [InlineData("Mars/Olympus", "Write one such as Europe/Berlin")]
    public void An_unknown_zone_is_an_error_that_names_the_nearest(string zone, string remedy)
    {
        var found = Plan("safety: {}", $"timezone: {zone}").Findings.ShouldHaveSingleItem();
        found.Code.ShouldBe(Codes.NotHere);
        found.Message.ShouldBe($"This machine knows no time zone {zone}.");
        found.Remedy.ShouldStartWith(remedy);
    }

    [Fact]
    public void A_machine_without_zones_says_what_to_install() =>
        Plan("safety: {}", "timezone: UTC", s_seen with { Zones = [] }).Findings
            .ShouldHaveSingleItem().Remedy.ShouldContain("tzdata");

    private static Plan Plan(string before, string after, ObservedIdentity? seen = null,
        bool heal = false) => Planner.Plan(State(before), State(after),
            new() { ObservedAt = default, Identity = seen ?? s_seen },
            new("11111111-2222-3333-4444-555555555555", "/var/lib/loam/volumes") { Heal = heal });

    private static DesiredState State(string spec) => StateReader.Read(StateSet.Empty.With(
        "manifest.yaml", $"apiVersion: loam/v1\nkind: SystemManifest\nspec:\n  {spec}\n"))
        .State.ShouldNotBeNull();
}
