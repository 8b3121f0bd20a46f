using System.Collections.Immutable;
using Loam.Core.Diagnostics;
using Loam.Core.Observing;
using Loam.Core.Planning;
using Loam.Core.Resources;
using Loam.Core.StateFiles;

namespace Loam.Tests.Planning;

public sealed class PlannerTests
{
    private static readonly PlanningContext s_context =
        new("11111111-2222-3333-4444-555555555555", "/volumes");

    private static DesiredState State(string services, string? storage = null)
    {
        var files = StateSet.Empty.With("services.yaml",
            "apiVersion: loam/v1\nkind: ServiceManifest\nspec:\n" + services);
        if (storage is not null)
        {
            files = files.With("storage.yaml",
                "apiVersion: loam/v1\nkind: StorageConfig\nspec:\n" + storage);
        }
        var reading = StateReader.Read(files);
        reading.State.ShouldNotBeNull(string.Join('\n', reading.Findings));
        var images = reading.State.Services.Values.Select(s => s.Image).DistinctBy(i => i.Name)
            .ToImmutableSortedDictionary(i => i.Name, i => new ResolvedImage(
                i.Name, "sha256:" + Digests.Of(i.Name), false, 100), StringComparer.Ordinal);
        return reading.State.With(images);
    }

    private static ObservedState Nothing(DesiredState state) => new()
    {
        ObservedAt = DateTimeOffset.UnixEpoch,
        Images = [.. state.Images.Values.Select(i => i.Digest)],
    };

    /// <summary>The machine as it is after a state was applied.</summary>
    private static ObservedState After(DesiredState state)
    {
        var plan = Planner.Plan(DesiredState.Empty, state, Nothing(state), s_context);
        var actions = plan.Steps.SelectMany(s => s.Actions).ToList();
        return Nothing(state) with
        {
            Containers = [.. actions.Where(a => a.Kind == ActionKind.Create)
                .Select(a => Running(a.Container!))],
            Networks = [.. actions.Where(a => a.Kind == ActionKind.CreateNetwork).Select(a =>
                new ObservedNetwork("id-" + a.Target, a.Target, a.Network!.Declared,
                    a.Network.Revision, a.Network.Internal))],
            Volumes = [.. actions.Where(a => a.Kind == ActionKind.CreateVolume).Select(a =>
                new ObservedVolume(a.Volume!.Name, a.Volume.Path, a.Volume.Mode, true))],
        };
    }

    private static ObservedContainer Running(ContainerSpec spec) => new(
        "id-" + spec.Name, spec.Name, spec.Service, spec.Revision, spec.Index, 1, false,
        ContainerState.Running, null, 0, DateTimeOffset.UnixEpoch, "10.0.0.2",
        spec.Networks.ToImmutableSortedDictionary(n => n.Network, n => n.Aliases,
            StringComparer.Ordinal),
        spec.Limits, spec.Restart, spec.ImageDigest,
        [.. spec.Ports.Where(p => p.Host is not null)]);

    private static Plan Change(DesiredState before, DesiredState after, ObservedState? seen = null)
    {
        var observed = seen ?? After(before);
        return Planner.Plan(before, after, observed with
        {
            Images = observed.Images.Union(after.Images.Values.Select(i => i.Digest)),
        }, s_context);
    }

    private static Step Of(Plan plan, string service) => plan.Steps.Single(
        s => s.Id == new ResourceId(ResourceKind.Service, service));

    private static IEnumerable<ActionKind> Kinds(Step step) => step.Actions.Select(a => a.Kind);

    private const string Web = """
          services:
            - name: web
              image: nginx:1.27
              ports: [{container: 80, host: 8080}]

        """;

    private const string Worker = """
          services:
            - name: worker
              image: worker:1
              environment: {LEVEL: "1"}

        """;

    [Fact]
    public void A_plan_against_its_own_result_is_empty()
    {
        var state = State(Web);
        Planner.Plan(state, state, After(state), s_context with { Heal = true })
            .Steps.ShouldBeEmpty();
    }

    [Fact]
    public void A_new_service_is_created_started_and_waited_for()
    {
        var state = State(Web);
        var plan = Planner.Plan(DesiredState.Empty, state, Nothing(state), s_context);
        Of(plan, "web").Verb.ShouldBe(Verb.Create);
        Kinds(Of(plan, "web")).ShouldBe(
            [ActionKind.Create, ActionKind.Start, ActionKind.Gate]);
        plan.Totals.PortsOpened.ShouldBe([8080]);
        plan.HasErrors.ShouldBeFalse();
    }

    [Fact]
    public void Images_are_pulled_before_anything_is_touched()
    {
        var state = State(Web);
        var plan = Planner.Plan(DesiredState.Empty, state,
            Nothing(state) with { Images = [] }, s_context);
        var pull = plan.Steps.Single(s => s.Id.Kind == ResourceKind.Image);
        plan.Steps.Where(s => s != pull).ShouldAllBe(s => s.Requires.Contains(pull.Number));
    }

    [Fact]
    public void Without_port_and_volume_the_new_one_starts_beside_the_old_one()
    {
        var plan = Change(State(Worker), State(Worker.Replace("\"1\"", "\"2\"")));
        var step = Of(plan, "worker");
        step.Way.ShouldBe(Way.Overlap);
        step.Gap.ShouldBe(TimeSpan.Zero);
        Kinds(step).ShouldBe([ActionKind.Create, ActionKind.Start, ActionKind.Gate,
            ActionKind.GiveAlias, ActionKind.Gate, ActionKind.Stop]);
        step.Actions[0].Container!.Networks.ShouldAllBe(n => n.Aliases.IsEmpty);
    }

    [Fact]
    public void With_a_host_port_a_candidate_is_tried_first()
    {
        var plan = Change(State(Web), State(Web.Replace("1.27", "1.28")));
        var step = Of(plan, "web");
        step.Way.ShouldBe(Way.Rehearse);
        var kinds = Kinds(step).ToList();
        kinds.IndexOf(ActionKind.Gate).ShouldBeLessThan(kinds.IndexOf(ActionKind.Stop));
        step.Actions[0].Container!.Ports.ShouldAllBe(p => p.Host == null);
        step.Retires.ShouldHaveSingleItem();
    }

    [Fact]
    public void With_a_writable_volume_the_old_one_stops_first_and_is_kept()
    {
        const string storage = "  volumes: [{name: data}]\n";
        var text = Worker + "      volumes: [{source: data, target: /data}]\n";
        var plan = Change(State(text, storage),
            State(text.Replace("worker:1", "worker:2"), storage));
        var step = Of(plan, "worker");
        step.Way.ShouldBe(Way.Swap);
        Kinds(step).ShouldBe(
            [ActionKind.Create, ActionKind.Stop, ActionKind.Start, ActionKind.Gate]);
        Kinds(step).ShouldNotContain(ActionKind.Remove);
    }

    [Fact]
    public void Limits_change_while_it_runs()
    {
        var plan = Change(State(Worker), State(Worker + "      resources: {memory: 64Mi}\n"));
        var step = Of(plan, "worker");
        step.Way.ShouldBe(Way.InPlace);
        Kinds(step).ShouldBe([ActionKind.Update]);
        plan.Totals.Memory.ShouldBe(64 * 1024 * 1024);
    }

    [Fact]
    public void An_engine_that_cannot_change_limits_gets_a_new_container()
    {
        var (before, after) = (State(Worker), State(Worker + "      resources: {memory: 64Mi}\n"));
        var context = s_context with { LimitsInPlace = false };
        var first = Planner.Plan(DesiredState.Empty, before, Nothing(before), context);
        var seen = Nothing(before) with
        {
            Containers = [.. first.Steps.SelectMany(s => s.Actions)
                .Where(a => a.Kind == ActionKind.Create).Select(a => Running(a.Container!))],
            Networks = After(before).Networks,
        };
        Of(Planner.Plan(before, after, seen, context), "worker").Way.ShouldBe(Way.Overlap);
    }

    [Fact]
    public void No_replicas_stops_and_removes_nothing()
    {
        var plan = Change(State(Web), State(Web + "      replicas: 0\n"));
        Kinds(Of(plan, "web")).ShouldBe([ActionKind.Stop]);
        Of(plan, "web").Retires.ShouldBeEmpty();
    }

    [Fact]
    public void A_removed_service_goes_after_what_is_new_is_verified()
    {
        var plan = Change(State(Worker), State(Worker.Replace("name: worker", "name: other")));
        Of(plan, "worker").Verb.ShouldBe(Verb.Delete);
        Of(plan, "worker").Requires.ShouldContain(Of(plan, "other").Number);
    }

    [Fact]
    public void A_host_port_is_given_up_before_it_is_taken()
    {
        var plan = Change(State(Web), State(Web.Replace("name: web", "name: other")));
        Of(plan, "other").Requires.ShouldContain(Of(plan, "web").Number);
        plan.HasErrors.ShouldBeFalse();
    }

    [Fact]
    public void A_dependent_waits_until_what_it_needs_is_healthy()
    {
        var state = State(Worker + "    - name: app\n      image: app:1\n"
            + "      depends_on: [worker]\n");
        var plan = Planner.Plan(DesiredState.Empty, state, Nothing(state), s_context);
        Of(plan, "app").Requires.ShouldContain(Of(plan, "worker").Number);
        Kinds(Of(plan, "worker")).Last().ShouldBe(ActionKind.Gate);
    }

    [Fact]
    public void What_was_not_asked_for_is_left_alone_even_when_it_drifted()
    {
        var before = State(Worker + "    - name: app\n      image: app:1\n");
        var seen = After(before) with { Containers = [] };
        var plan = Change(before, State(Worker.Replace("\"1\"", "\"2\"")
            + "    - name: app\n      image: app:1\n"), seen);
        plan.Steps.ShouldNotContain(s => s.Id.Name == "app");
    }

    [Fact]
    public void An_absent_list_is_unmanaged_and_an_empty_one_removes()
    {
        var before = State(Web);
        Change(before, State("  networks: []\n")).Steps
            .ShouldNotContain(s => s.Id.Kind == ResourceKind.Service);
        Of(Change(before, State("  services: []\n")), "web").Verb.ShouldBe(Verb.Delete);
    }

    [Fact]
    public void A_taken_port_names_its_holder_and_a_free_one()
    {
        var state = State(Web);
        var plan = Planner.Plan(DesiredState.Empty, state, Nothing(state) with
        {
            Ports = [new(8080, "tcp", "0.0.0.0", "caddy (process 812)") { NextFree = 8083 }],
        }, s_context);
        var finding = plan.Findings.Single(f => f.Code == Codes.PortTaken);
        finding.Message.ShouldContain("caddy (process 812)");
        finding.Remedy.ShouldContain("8083");
    }

    [Fact]
    public void Replicas_behind_one_host_port_are_refused()
    {
        var state = State(Web + "      replicas: 2\n");
        Planner.Plan(DesiredState.Empty, state, Nothing(state), s_context).Findings
            .ShouldContain(f => f.Code == Codes.ReplicasNeedPorts && f.IsError);
        Planner.Plan(DesiredState.Empty, state, Nothing(state),
            s_context with { SharesPorts = true }).Findings
            .ShouldNotContain(f => f.Code == Codes.ReplicasNeedPorts);
    }

    [Fact]
    public void Where_ports_are_shared_the_new_one_comes_beside_the_old()
    {
        var (before, after) = (State(Web), State(Web + "      restarted_at: now\n"));
        Of(Change(before, after), "web").Way.ShouldBe(Way.Rehearse);
        Of(Planner.Plan(before, after, After(before), s_context with { SharesPorts = true }),
            "web").Way.ShouldBe(Way.Overlap);
    }

    [Fact]
    public void A_major_version_on_the_same_data_is_refused()
    {
        const string storage = "  volumes: [{name: data}]\n";
        var text = Worker + "      volumes: [{source: data, target: /data}]\n";
        var (before, after) = (State(text, storage),
            State(text.Replace("worker:1", "worker:2"), storage));
        var plan = Planner.Plan(before, after, After(before),
            s_context with { DataMajor = image => image.Tag });
        plan.Findings.ShouldNotContain(f => f.IsError, "an empty directory is nobody's data");
        plan = Planner.Plan(before, after, WithData(before),
            s_context with { DataMajor = image => image.Tag });
        plan.Findings.ShouldContain(f => f.Code == Codes.MajorUpgrade && f.IsError
            && f.Message.Contains("does not know how"));
    }

    [Fact]
    public void A_major_version_goes_by_a_dump_that_nobody_can_disturb()
    {
        const string storage = "  volumes: [{name: data}]\n";
        var text = Worker + "      volumes: [{source: data, target: /data}]\n";
        var (before, after) = (State(text, storage),
            State(text.Replace("worker:1", "worker:2"), storage));
        var context = s_context with
        {
            DataMajor = image => image.Tag,
            DumpOf = _ => new("/data", ["dump"], "end", ["load"]),
        };
        var plan = Planner.Plan(before, after, WithData(before), context);
        plan.HasErrors.ShouldBeFalse();
        plan.Risk.ShouldBe(Risk.High);
        var step = plan.Steps.Single(s => s.Id.Kind == ResourceKind.Service);
        step.Actions.Select(a => a.Kind).ShouldBe(
        [
            ActionKind.Create, ActionKind.Stop,
            ActionKind.Create, ActionKind.Start, ActionKind.Gate, ActionKind.DumpData,
            ActionKind.Remove, ActionKind.SetDataAside,
            ActionKind.Create, ActionKind.Start, ActionKind.Gate, ActionKind.LoadData,
            ActionKind.Remove, ActionKind.Start, ActionKind.Gate,
        ]);
        step.Actions[2].Container!.ImageReference.ShouldBe("worker:1");
        step.Actions[8].Container!.ImageReference.ShouldBe("worker:2");
        step.Actions.Where(a => a.Container is { Rehearsal: true })
            .ShouldAllBe(a => a.Container!.Networks.All(n => n.Aliases.IsEmpty));
        step.Actions[7].Data!.Aside.ShouldBe("/volumes/data.before-2");
        step.Notes.ShouldContain(n => n.Contains("/volumes/data.before-2"));

        var shared = "\n    - name: other\n      image: other:1\n"
            + "      volumes: [{source: data, target: /there}]\n";
        Planner.Plan(State(text + shared, storage),
            State(text.Replace("worker:1", "worker:2") + shared, storage),
            WithData(State(text + shared, storage)), context).Findings
            .ShouldContain(f => f.Message.Contains("other uses the same volume"));
    }

    private static ObservedState WithData(DesiredState state)
    {
        var seen = After(state);
        return seen with { Volumes = [.. seen.Volumes.Select(v => v with { IsEmpty = false })] };
    }

    [Fact]
    public void A_field_without_a_driver_is_refused_by_name()
    {
        var files = StateSet.Empty.With("manifest.yaml",
            "apiVersion: loam/v1\nkind: SystemManifest\nspec:\n  observe: {metrics_retention: 48h}\n");
        var state = StateReader.Read(files).State!;
        Planner.Plan(DesiredState.Empty, state, Nothing(state), s_context).Findings
            .ShouldContain(f => f.Code == Codes.NotYet
                && f.Message.Contains("observe", StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public void Removing_a_volume_keeps_its_data_and_says_so()
    {
        var plan = Change(State(Worker, "  volumes: [{name: data}]\n"),
            State(Worker, "  volumes: []\n"));
        var step = plan.Steps.Single(s => s.Id.Kind == ResourceKind.Volume);
        step.Actions.ShouldBeEmpty();
        step.Notes.Single().ShouldContain("/volumes/data");
    }

    [Fact]
    public void The_digest_depends_on_what_is_done_and_on_nothing_else()
    {
        var (before, after) = (State(Worker), State(Worker.Replace("\"1\"", "\"2\"")));
        Change(before, after).Digest.ShouldBe(Change(before, after).Digest);
        Change(before, after).Digest.ShouldNotBe(
            Change(before, State(Worker.Replace("\"1\"", "\"3\""))).Digest);
    }

    [Fact]
    public void Every_action_has_an_inverse_or_leaves_nothing_behind()
    {
        foreach (var kind in Enum.GetValues<ActionKind>())
        {
            var action = new PlannedAction(kind, "x")
            {
                Limits = new(new(null, null, null), RestartPolicy.Always,
                    new(null, null, null), RestartPolicy.Never),
                Firewall = new(null, null),
                User = new(null, null),
                Hostname = new(new("a", null, null), new("b", null, null)),
                Timezone = new(new(HostFile.Absent, null), new(HostFile.Absent, null)),
                Interface = new("x", LinksBy.Kernel, "", new(HostFile.Absent, [], [], null),
                    new(HostFile.Absent, [], [], null)),
                Resolver = new(NamesBy.File, "/x", HostFile.Absent, HostFile.Absent),
                Access = new(null, null), Group = new("media", [], []),
                Certificate = new(
                    new("x", [], CertificateProvider.Own, "/x", 1), 0, 1),
            };
            if (Inverse.Of(action) is { } inverse && Inverse.Of(inverse) is { } again)
            {
                again.Kind.ShouldBe(kind);
            }
        }
    }
}
