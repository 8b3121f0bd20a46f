using Loam.Core.Planning;
using Loam.Core.Resources;
using Loam.Core.StateFiles;

namespace Loam.Tests.Bans;

public sealed class BanPlanTests
{
    private static readonly PlanningContext s_context =
        new("11111111-2222-3333-4444-555555555555", "/var/lib/loam/volumes")
        {
            LoginLog = () => "the system's journal",
            LoginFailures = i => i.Product == "grafana" ? ["status=401 from={address}"] : [],
        };

    [Fact]
    public void A_plan_says_who_is_shut_out_when_and_from_what()
    {
        var plan = Plan("", "{service: sshd, max_failures: 3, ban_for: 2d}");
        var step = Of(plan).ShouldHaveSingleItem();
        step.Summary.ShouldBe("shut out who fails at sshd");
        step.Actions.ShouldBeEmpty();
        step.Notes.ShouldBe(
        [
            "with 3 failures within 10 min, for 2 days",
            "whoever is shut out cannot begin a connection to any port; those there are stay. "
                + "`loam bans` lists them, `loam unban` lets one in again",
            "failures are read from the system's journal",
        ]);
        plan.Restricted.ShouldBe(["network.yaml"]);
        plan.Risk.ShouldBe(Risk.Medium);
        plan.HasErrors.ShouldBeFalse();
        Of(Plan("{service: sshd}", "{service: sshd}")).ShouldBeEmpty();
        var gone = Of(Plan("{service: sshd}", "")).ShouldHaveSingleItem();
        gone.Summary.ShouldBe("shut out nobody who fails at sshd");
        gone.Notes.ShouldBe(["who is shut out on its account is let in again"]);
    }

    [Fact]
    public void A_service_the_catalogue_knows_is_watched_and_another_needs_words()
    {
        Of(Plan("", "{service: grafana}")).Single().Notes[^1].ShouldBe("failures are read from what "
            + "grafana writes to its log: \"status=401 from={address}\"");
        Errors(Plan("", "{service: web}")).ShouldHaveSingleItem()
            .ShouldBe("Nobody knows how web says that a login failed.");
        Errors(Plan("", "{service: web, failure: \"denied for {address}\"}")).ShouldBeEmpty();
    }

    [Fact]
    public void What_cannot_work_here_is_said_before()
    {
        Errors(Plan("", "{service: sshd}", s_context with { CanBan = false }))
            .ShouldHaveSingleItem().ShouldContain("nft is not installed");
        Errors(Plan("", "{service: sshd}", s_context with { LoginLog = () => null }))
            .ShouldHaveSingleItem().ShouldContain("Nothing on this machine tells");
        Errors(Plan("", "{service: loam}")).ShouldHaveSingleItem()
            .ShouldContain("not reached over the network");
        // What was approved before keeps nothing else from being done.
        Plan("{service: sshd}", "{service: sshd}", s_context with { LoginLog = () => null })
            .HasErrors.ShouldBeFalse();
    }

    private static IEnumerable<Step> Of(Plan plan) =>
        plan.Steps.Where(s => s.Id.Kind == ResourceKind.Ban);

    private static IEnumerable<string> Errors(Plan plan) =>
        plan.Findings.Where(f => f.IsError).Select(f => f.Message);

    private static Plan Plan(string before, string after, PlanningContext? context = null) =>
        Planner.Plan(State(before), State(after), new() { ObservedAt = default },
            context ?? s_context);

    private static DesiredState State(string ban)
    {
        var set = StateSet.Empty
            .With("services.yaml", Head("ServiceManifest") + "  services:\n"
                + "    - {name: grafana, image: \"grafana/grafana:11.3.1\", replicas: 0}\n"
                + "    - {name: web, image: \"nginx:1.27\", replicas: 0}\n")
            .With("network.yaml", Head("NetworkConfig")
                + (ban.Length == 0 ? "  bans: []\n" : $"  bans:\n    - {ban}\n"));
        var reading = StateReader.Read(set);
        return reading.State.ShouldNotBeNull(string.Join('\n', reading.Findings));
    }

    private static string Head(string kind) =>
        $"apiVersion: loam/v1\nkind: {kind}\nmetadata:\n  name: test\nspec:\n";
}
