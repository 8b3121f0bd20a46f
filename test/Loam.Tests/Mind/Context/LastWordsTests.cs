using System.Text.Json;
using Loam.Core.Approving;
using Loam.Core.Json;
using Loam.Core.Observing;
using Loam.Core.Reconciling;
using Loam.Core.StateFiles;
using Loam.Mind.Context;
using Loam.Simulation.Host;
using Loam.Simulation.Running;

namespace Loam.Tests.Mind.Context;

/// <summary>What a service wrote before it ended explains a failure to people. To a model it is a
/// log, and those are shown only where somebody asks for them.</summary>
public sealed class LastWordsTests
{
    private const string Words = "fatal: cannot continue";

    [Theory]
    [InlineData("true")]
    [InlineData("false")]
    public void They_are_told_to_people_and_stay_out_of_a_view(string rollsBack)
    {
        var world = new World(1);
        world.Engine.Publish("breaks:1", SimulatedBehaviour.Crashes, 1000);
        var told = new List<MachineEvent>();
        ApplyResult? result = null;
        world.Time.Run(async () =>
        {
            await world.Machine.StartAsync(default);
            var change = await world.Machine.PlanAsync(new(ChangeKind.Files, "a wish")
            {
                Texts = StateSet.Empty.With("services.yaml", """
                    apiVersion: loam/v1
                    kind: ServiceManifest
                    spec:
                      services:
                        - name: web
                          image: breaks:1

                    """).With("manifest.yaml", $$"""
                    apiVersion: loam/v1
                    kind: SystemManifest
                    spec:
                      hostname: atlas
                      safety: {rollback_on_health_failure: {{rollsBack}}}

                    """).Texts,
            }, default);
            var now = world.Time.GetUtcNow();
            world.Watch.Approved = change.Plan!;
            result = await world.Machine.ApplyAsync(change, new("anna", Approval.Typed, now,
                now.AddHours(1), change.Plan!.Digest, [.. change.Plan.Restricted]), told.Add,
                default);
        }, () => false, TimeSpan.FromHours(2)).ShouldBeTrue();
        result!.Status.ShouldBe(
            rollsBack == "true" ? ApplyStatus.RolledBack : ApplyStatus.Applied);
        result.Error!.ShouldContain($" It said: {Words}");
        var failed = told.Where(e => e.Said is not null).ToList();
        failed.Select(e => e.Type).ShouldContain("reconcile.step");
        failed.ShouldAllBe(e => e.Explained(e.Error ?? e.Message)!.EndsWith(Words));
        told.ShouldAllBe(e => !$"{e.Error}{e.Message}".Contains(Words));

        var view = Views.Of(StateSet.Empty, world.Events.Kept());
        view.Events.ShouldContain(e => e.Type == "reconcile.step");
        var shown = ContextAssembly.Assemble(new(view, [], [], "why does web fail", "0f1e2d3c"));
        if (rollsBack == "true")
        {
            shown.Text.ShouldContain(told.Single(e => e.Type == "reconcile.failed").Error!);
        }
        shown.Text.ShouldNotContain(Words);
        JsonSerializer.Serialize(view, LoamJson.Default.MachineView).ShouldNotContain(Words);
    }

    /// <summary>So is what the command of a health check writes.</summary>
    [Fact]
    public void What_a_check_wrote_is_a_log_of_its_service()
    {
        var status = new MachineStatus("atlas", "0.1.0", "Docker", 1, null, null, null, null,
            [new("web", "web:1", ServiceHealth.Unhealthy, "sh ended with code 1", 1, 1, [], null, 0,
                null, null, null, null) { Said = $"{Words} password: hunter22" }], [], [], []);
        status.Services[0].Explained.ShouldStartWith("sh ended with code 1: fatal");
        var host = new HostFacts("atlas", "Debian", "6.12", 2, 1, 1, 1, 1,
            DateTimeOffset.UnixEpoch, "UTC", "");
        MachineView View(params LogExcerpt[] logs) => MachineView.Of(1, StateSet.Empty, status, [],
            host, logs, []).Hiding(t => t.Replace("hunter22", "(kept)"));
        string Shown(MachineView view) => ContextAssembly.Assemble(
            new(view, [], [], "why is web ill", "a1b2c3d4")).Text;

        Shown(View()).ShouldNotContain(Words);
        Shown(View(new LogExcerpt("db", ["a line"]))).ShouldNotContain(Words);
        var text = Shown(View(new LogExcerpt("web", ["a line"])));
        text.ShouldContain("<data a1b2c3d4 origin=\"log of the health check of web\">\n| "
            + $"{Words} password: (kept)\n</data a1b2c3d4>");
        text.ShouldNotContain("hunter22");
        text.ShouldContain("web web:1 unhealthy 1/1 (sh ended with code 1)");
    }
}
