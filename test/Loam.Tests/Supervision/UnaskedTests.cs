using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using Loam.Core.Approving;
using Loam.Core.Reconciling;
using Loam.Drivers.Files;
using Loam.Simulation.Running;
using Loam.Supervision;
using Loam.Tests.Files;

namespace Loam.Tests.Supervision;

/// <summary>What the daemon does by itself, on a whole simulated machine.</summary>
public sealed class UnaskedTests : IDisposable
{
    private const string Web = """
        services:
            - name: web
              image: app-good:1
              ports: [{container: 80}]
              healthcheck: {tcp: {port: 80}, interval: 1s}
        """;

    private readonly World _world = new(1);
    private readonly Scratch _scratch = new();
    private readonly CancellationTokenSource _stop = new();

    public UnaskedTests() => Live(() => _world.Machine.StartAsync(default));

    private Machine Machine => _world.Machine;

    public void Dispose()
    {
        _stop.Dispose();
        _scratch.Dispose();
    }

    [Fact]
    public void A_certificate_is_renewed_before_its_end_and_who_uses_it_is_started_anew()
    {
        Live(() => ApplyAsync(("services.yaml", "ServiceManifest", Web),
            ("security.yaml", "SecurityConfig", """
                certificates:
                    - {name: site, provider: self-signed, domains: [a.example.com],
                       used_by: [web]}
                """)));
        _world.Certificates.Snapshot().ShouldContain(" v1 ");
        var began = Started();

        _world.Time.Jump(TimeSpan.FromDays(59));
        Watch(new CertificateWatch(Machine, _world.Events, _world.Time).RunAsync);
        _world.Certificates.Snapshot().ShouldContain(" v1 ");
        Started().ShouldBe(began);

        _world.Time.Jump(TimeSpan.FromDays(2));
        Watch(new CertificateWatch(Machine, _world.Events, _world.Time).RunAsync);
        _world.Certificates.Snapshot().ShouldContain(" v2 ");
        Started().ShouldBeGreaterThan(began);
        Told("certificate.renewed").ShouldBe(["Certificate site was renewed."]);
        Watch(new CertificateWatch(Machine, _world.Events, _world.Time).RunAsync);
        Told("certificate.renewed").Count.ShouldBe(1);
    }

    [Fact]
    public void An_edit_that_could_not_be_applied_for_a_while_is_applied_then()
    {
        Live(() => ApplyAsync(("manifest.yaml", "SystemManifest",
            "safety: {require_approval: false}")));
        var isAway = true;
        _world.Engine.Before = _ => isAway
            ? throw new HostException(Fault.Unavailable, "The engine is away.")
            : Task.CompletedTask;
        Edit(Web);
        Watch(stop => new EditWatch(_scratch.Paths, Machine, _world.Events, _world.Time)
            .FollowAsync(SignalsAsync([1, 100], stop), stop), async () =>
        {
            await Task.Delay(TimeSpan.FromSeconds(40), _world.Time);
            Machine.Desired.Services.ShouldBeEmpty();
            Told("state.rejected").Count.ShouldBe(1);
            isAway = false;
            await Task.Delay(TimeSpan.FromSeconds(50), _world.Time);
            Machine.Desired.Services.Keys.ShouldBe(["web"]);

            // The same file again: another edit.
            Edit(Web.Replace("app-good:1", "app-good:2"));
            await Task.Delay(TimeSpan.FromSeconds(60), _world.Time);
            Machine.Desired.Services["web"].Image.Tag.ShouldBe("2");
        });
    }

    [Fact]
    public void Drift_is_noticed_also_while_healing_has_to_wait()
    {
        Live(() => ApplyAsync(("services.yaml", "ServiceManifest", Web),
            ("manifest.yaml", "SystemManifest",
                "safety: {max_changes_per_hour: 1, auto_approve_categories: [heal]}")));
        var name = _world.Engine.Everything().Single(c => c.Service == "web").Name;
        var drift = new DriftWatch(Machine, _world.Events, _world.Time);
        Watch(drift.RunAsync, async () =>
        {
            _world.Engine.Kill(name, 1);
            await Task.Delay(TimeSpan.FromMinutes(5), _world.Time);
            Told("drift.found").Count.ShouldBe(2);
            Told("drift.found")[1].ShouldContain("safety.max_changes_per_hour");
            (await Machine.StatusAsync(default)).Alerts.ShouldBeEmpty();
            await Task.Delay(TimeSpan.FromHours(2), _world.Time);
            (await Machine.DriftAsync(default)).ShouldBeEmpty();
        });
    }

    [Fact]
    public void What_breaks_off_in_the_middle_is_taken_back_and_the_next_change_goes()
    {
        Live(() => ApplyAsync(("services.yaml", "ServiceManifest", Web)));
        foreach (var at in (string[])["reconcile.started", "reconcile.step", "reconcile.completed"])
        {
            var before = _world.Engine.Everything().Select(c => c.Name).ToList();
            Should.Throw<InvalidOperationException>(() => Live(() => ApplyAsync(
                e => _ = e.Type == at ? throw new InvalidOperationException("ours") : 0,
                ("services.yaml", "ServiceManifest", Web.Replace("good:1", "good:2")))));
            if (at != "reconcile.completed")
            {
                _world.Engine.Everything().Select(c => c.Name).ShouldBe(before);
                Machine.Desired.Services["web"].Image.Tag.ShouldBe("1");
            }
            _world.Journal.Open().ShouldBeEmpty();
        }
        Machine.Desired.Services["web"].Image.Tag.ShouldBe("2");
        Live(() => ApplyAsync(("services.yaml", "ServiceManifest",
            Web.Replace("good:1", "good:3"))));
        Machine.Desired.Services["web"].Image.Tag.ShouldBe("3");
    }

    private void Edit(string services) => _world.History.WorkTree = _world.History.WorkTree
        .With("services.yaml", Text("ServiceManifest", services));

    private DateTimeOffset Started() =>
        _world.Engine.Everything().Single(c => c.Service == "web").StartedAt!.Value;

    private List<string> Told(string type) =>
        [.. _world.Events.Kept().Where(e => e.Type == type).Select(e => e.Message!)];

    private static string Text(string kind, string spec) =>
        $"apiVersion: loam/v1\nkind: {kind}\nmetadata: {{name: x}}\nspec:\n  "
            + spec.ReplaceLineEndings("\n") + "\n";

    private Task ApplyAsync(params (string File, string Kind, string Spec)[] files) =>
        ApplyAsync(_ => { }, files);

    private async Task ApplyAsync(
        Action<MachineEvent> tell, params (string File, string Kind, string Spec)[] files)
    {
        var request = new ChangeRequest(ChangeKind.Files, "a wish")
        {
            Texts = files.ToImmutableSortedDictionary(f => f.File, f => Text(f.Kind, f.Spec)),
            BaseGeneration = (await Machine.CurrentAsync(default)).Generation,
        };
        var result = await Machine.ChangeAsync(request, change =>
        {
            change.CanApply.ShouldBeTrue(string.Join('\n', change.Findings));
            var now = _world.Time.GetUtcNow();
            return new("anna", Approval.Typed, now, now.AddHours(1), change.Plan!.Digest,
                change.Plan.Restricted);
        }, tell, default);
        result.ShouldNotBeNull().Status.ShouldBe(ApplyStatus.Applied, result.Error);
    }

    /// <summary>Runs a watch for some minutes, or as long as something lasts.</summary>
    private void Watch(Func<CancellationToken, Task> watch, Func<Task>? while_ = null) =>
        Live(async () =>
    {
        using var stop = new CancellationTokenSource();
        var running = watch(stop.Token);
        await (while_?.Invoke() ?? Task.Delay(TimeSpan.FromMinutes(5), _world.Time));
        stop.Cancel();
        try
        {
            await running;
        }
        catch (OperationCanceledException)
        {
            // As asked.
        }
    });

    private void Live(Func<Task> work) =>
        _world.Time.Run(work, () => false, TimeSpan.FromHours(4)).ShouldBeTrue();

    private async IAsyncEnumerable<StateTouched> SignalsAsync(
        int[] seconds, [EnumeratorCancellation] CancellationToken stop)
    {
        var began = _world.Time.Elapsed;
        foreach (var second in seconds)
        {
            await Task.Delay(TimeSpan.FromSeconds(second) - (_world.Time.Elapsed - began),
                _world.Time, stop);
            yield return new([]);
        }
        await Task.Delay(Timeout.InfiniteTimeSpan, _world.Time, stop);
    }
}
