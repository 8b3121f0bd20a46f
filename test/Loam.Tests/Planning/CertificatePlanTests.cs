using System.Collections.Immutable;
using Loam.Core.Observing;
using Loam.Core.Planning;
using Loam.Core.Resources;
using Loam.Core.StateFiles;

namespace Loam.Tests.Planning;

public sealed class CertificatePlanTests
{
    private static readonly DateTimeOffset s_now = new(2026, 3, 2, 12, 0, 0, TimeSpan.Zero);

    private const string Site =
        "- {name: site, domains: [shop.example.com], provider: self-signed}";

    [Fact]
    public void A_new_certificate_is_obtained_and_then_used()
    {
        var plan = Plan("[]", Site);

        var step = plan.Steps.ShouldHaveSingleItem();
        step.Summary.ShouldBe("issue certificate site");
        step.Actions.Select(a => a.Kind).ShouldBe(
            [ActionKind.ObtainCertificate, ActionKind.UseCertificate]);
        step.Actions[1].Certificate.ShouldBe(new(step.Actions[0].Certificate!.Order, 0, 1));
        step.Notes[0].ShouldBe("for shop.example.com");
        step.Notes.ShouldContain("written to /c/site: cert.pem and key.pem");
        plan.Restricted.ShouldBeEmpty();
        Plan(Site, Site, heal: true, seen: Seen(80)).IsEmpty.ShouldBeTrue();
    }

    [Theory]
    [InlineData(31, false)]
    [InlineData(29, true)]
    [InlineData(-1, true)]
    public void It_is_renewed_in_time(int daysLeft, bool isDue)
    {
        var plan = Plan(Site, Site, heal: true, seen: Seen(daysLeft));
        plan.IsEmpty.ShouldBe(!isDue);
        if (isDue)
        {
            plan.Steps[0].Summary.ShouldBe("issue certificate site anew");
            plan.Steps[0].Actions[0].Certificate!.Order.Version.ShouldBe(5);
        }
    }

    [Fact]
    public void Without_auto_renew_it_is_only_told()
    {
        var kept = Site.Replace("}", ", auto_renew: false}");
        Plan(kept, kept, heal: true, seen: Seen(3)).IsEmpty.ShouldBeTrue();
        CertificateSteps.Alerts(State(kept), [Seen(3)], s_now).ShouldHaveSingleItem()
            .ShouldContain("ends in 3 days");
        CertificateSteps.Alerts(State(kept), [Seen(-2)], s_now).ShouldHaveSingleItem()
            .ShouldContain("ended on 2026-02-28");
        CertificateSteps.Alerts(State(Site), [Seen(20)], s_now).ShouldBeEmpty();
    }

    [Fact]
    public void More_days_than_it_lasts_do_not_renew_it_for_ever()
    {
        var early = Site.Replace("}", ", renew_before_days: 365}");
        Plan(early, early, heal: true, seen: Seen(89)).IsEmpty.ShouldBeTrue();
        Plan(early, early, heal: true, seen: Seen(29)).IsEmpty.ShouldBeFalse();
    }

    [Fact]
    public void Other_names_or_a_fault_issue_it_anew()
    {
        var plan = Plan(Site, Site.Replace("shop", "www"), seen: Seen(80));
        plan.Steps.ShouldHaveSingleItem().Notes.ShouldContain("because it is declared otherwise");
        Plan(Site, Site, heal: true, seen: Seen(80) with { Fault = "It is broken." })
            .Steps.ShouldHaveSingleItem().Notes.ShouldContain("because It is broken");
    }

    [Fact]
    public void Another_directory_leaves_the_former_one()
    {
        var plan = Plan(Site, Site.Replace("}", ", path: /srv/tls}"), seen: Seen(80));
        var actions = plan.Steps.ShouldHaveSingleItem().Actions;
        actions.Select(a => (a.Kind, a.Certificate!.Order.Folder, a.Certificate.After)).ShouldBe(
        [
            (ActionKind.ObtainCertificate, "/srv/tls", 1),
            (ActionKind.UseCertificate, "/c/site", 0),
            (ActionKind.UseCertificate, "/srv/tls", 1),
        ]);
    }

    [Fact]
    public void Another_provider_is_said_and_a_hook_is_restricted()
    {
        var plan = Plan("[]", "- {name: site, domains: [shop.example.com], email: a@b.org}");
        plan.Steps.ShouldHaveSingleItem().Notes[1].ShouldBe(
            "signed by acme-v02.api.letsencrypt.org, whose terms you agree to");
        plan.Restricted.ShouldBeEmpty();

        const string Hooked = "- {name: site, domains: [\"*.example.com\"], challenge: dns, "
            + "dns_hook: [/opt/dns, set]}";
        plan = Plan("[]", Hooked);
        plan.Restricted.ShouldBe(["security.yaml"]);
        plan.Steps[0].Notes[2].ShouldBe(
            "the domains are proved by a record, which is set by `/opt/dns set`");
        Plan(Hooked, Hooked.Replace("/opt/dns", "/opt/other"), seen: Seen(80)).Restricted
            .ShouldBe(["security.yaml"]);
    }

    [Fact]
    public void Two_do_not_share_a_directory()
    {
        var other = Site.Replace("site", "mail").Replace("}", ", path: /c/site}");
        Plan(Site, Site + "\n    " + other, seen: Seen(80)).Findings.ShouldContain(
            f => f.IsError && f.Message.Contains("is the directory of certificate site"));
    }

    [Fact]
    public void One_that_is_taken_out_leaves_its_files()
    {
        var plan = Plan(Site, "[]", seen: Seen(80));
        var step = plan.Steps.ShouldHaveSingleItem();
        step.Summary.ShouldBe("forget certificate site and keep its files");
        step.Actions.ShouldHaveSingleItem().Certificate!.After.ShouldBe(0);
        Plan(Site, null, seen: Seen(80)).Steps.ShouldBeEmpty();
        Plan(null, "[]", seen: Seen(80)).Steps.ShouldHaveSingleItem();
    }

    [Fact]
    public void Who_uses_it_is_stopped_while_it_changes()
    {
        const string Web = "apiVersion: loam/v1\nkind: ServiceManifest\nmetadata: {name: x}\n"
            + "spec:\n  services: [{name: web, image: \"nginx:1\", ports: [{container: 80}]}]\n";
        var used = Site.Replace("}", ", used_by: [web]}");
        var state = State(used, Web);
        var context = new PlanningContext("11111111-2222-3333-4444-555555555555", "/v")
        {
            CertificateRoot = "/c", Heal = true,
        };
        var first = Planner.Plan(DesiredState.Empty, state, new() { ObservedAt = s_now }, context);
        var container = first.Steps.SelectMany(s => s.Actions)
            .First(a => a.Kind == ActionKind.Create).Container!;
        var running = new ObservedContainer("1", container.Name, "web", container.Revision, 0, 1,
            false, ContainerState.Running, null, 0, s_now, "10.0.0.2",
            container.Networks.ToImmutableSortedDictionary(n => n.Network, n => n.Aliases),
            container.Limits, container.Restart, container.ImageDigest, []);

        var plan = Planner.Plan(state, state, new()
        {
            ObservedAt = s_now, Containers = [running], Certificates = [Seen(5)],
            Networks = [.. EngineNames.Networks(context, state).Select(n => new ObservedNetwork(
                n.Key, n.Value.Name, n.Key, n.Value.Revision, false))],
        }, context);

        var step = plan.Steps.Single(s => s.Id.Kind == ResourceKind.Certificate);
        step.Actions.Select(a => a.Kind).ShouldBe(
        [
            ActionKind.ObtainCertificate, ActionKind.Stop, ActionKind.UseCertificate,
            ActionKind.Start, ActionKind.Gate,
        ]);
        step.Notes.ShouldContain("restarts web, which uses it");
        step.Gap.ShouldBe(TimeSpan.FromSeconds(1));
        first.Steps.Single(s => s.Id.Kind == ResourceKind.Service).Requires.ShouldContain(
            first.Steps.Single(s => s.Id.Kind == ResourceKind.Certificate).Number);
    }

    [Fact]
    public void Who_holds_the_port_of_the_proof_is_stopped_before_or_named()
    {
        const string Web = "apiVersion: loam/v1\nkind: ServiceManifest\nmetadata: {name: x}\n"
            + "spec:\n  services: [{name: web, image: \"nginx:1\", ports: [{container: 80, "
            + "host: 80}]}]\n";
        const string Site = "- {name: site, domains: [shop.example.com]}";
        var context = new PlanningContext("11111111-2222-3333-4444-555555555555", "/v")
        {
            CertificateRoot = "/c",
        };
        Plan Of(string site) => Planner.Plan(
            DesiredState.Empty, State(site, Web), new() { ObservedAt = s_now }, context);

        Of(Site).Findings.ShouldContain(f => !f.IsError
            && f.Message.Contains("over port 80, which web publishes"));
        Of(Site.Replace("}", ", used_by: [web]}")).Findings.ShouldNotContain(
            f => f.Message.Contains("over port 80"));
    }

    private static ObservedCertificate Seen(int daysLeft) => new(
        new("site", ["shop.example.com"], CertificateProvider.Own, "/c/site", 4),
        s_now.AddDays(daysLeft - 90), s_now.AddDays(daysLeft), "1", "Loam", null);

    private static Plan Plan(string? before, string? after, bool heal = false,
        ObservedCertificate? seen = null) => Planner.Plan(State(before), State(after),
            new() { ObservedAt = s_now, Certificates = seen is null ? [] : [seen] },
            new("11111111-2222-3333-4444-555555555555", "/v")
            {
                Heal = heal, CertificateRoot = "/c",
            });

    private static DesiredState State(string? certificates, string? services = null)
    {
        var spec = certificates is null ? "  secrets: []"
            : certificates == "[]" ? "  certificates: []" : "  certificates:\n    " + certificates;
        var files = StateSet.Empty.With("security.yaml", "apiVersion: loam/v1\n"
            + $"kind: SecurityConfig\nmetadata: {{name: x}}\nspec:\n{spec}\n");
        var reading = StateReader.Read(
            services is null ? files : files.With("services.yaml", services));
        return reading.State.ShouldNotBeNull(string.Join('\n', reading.Findings));
    }
}
