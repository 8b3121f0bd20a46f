using System.Collections.Immutable;
using Loam.Core.Approving;
using Loam.Core.Reconciling;
using Loam.Simulation.Running;
using Loam.Supervision;

namespace Loam.Tests.Supervision;

/// <summary>The machine is started again, on a simulated one.</summary>
public sealed class ResumptionTests
{
    private const string Volumes = "apiVersion: loam/v1\nkind: StorageConfig\nspec:\n"
        + "  volumes: [{name: a, size: 64Mi}, {name: b, size: 64Mi}]\n";

    private const string Service = "apiVersion: loam/v1\nkind: ServiceManifest\nspec:\n"
        + "  services:\n    - name: web\n      image: app-good:1\n"
        + "      volumes: [{source: a, target: /a}, {source: b, target: /b}]\n";

    private readonly World _world = new(1);

    [Fact]
    public void A_service_on_two_volumes_runs_again_on_both()
    {
        Live(async () =>
        {
            await _world.Machine.StartAsync(default);
            var change = await _world.Machine.PlanAsync(new(ChangeKind.Files, "declare it")
            {
                Texts = ImmutableSortedDictionary<string, string>.Empty
                    .Add("storage.yaml", Volumes).Add("services.yaml", Service),
            }, default);
            change.CanApply.ShouldBeTrue(string.Join('\n', change.Findings));
            var now = _world.Time.GetUtcNow();
            (await _world.Machine.ApplyAsync(change, new("anna", Approval.Typed, now,
                now.AddHours(1), change.Plan!.Digest, change.Plan.Restricted), _ => { }, default))
                .Status.ShouldBe(ApplyStatus.Applied);
        });
        _world.Storage.Reboot();
        _world.Engine.Restart();
        _world.Boot();
        List<string> said = [];
        Live(async () =>
        {
            await _world.Machine.StartAsync(default);
            await Resumption.RunAsync(_world.Machine, _world.Time, said.Add, default);
            (await _world.Machine.DriftAsync(default)).ShouldBeEmpty(string.Join('\n', said));
        });
        said.ShouldNotContain(s => s.Contains("not attached"));
        foreach (var volume in (string[])["a", "b"])
        {
            _world.Storage.IsMounted($"/var/lib/loam/volumes/{volume}").ShouldBeTrue();
        }
    }

    private void Live(Func<Task> work) =>
        _world.Time.Run(work, () => false, TimeSpan.FromHours(4)).ShouldBeTrue();
}
