using System.Collections.Immutable;
using Loam.Core.Observing;
using Loam.Core.Planning;
using Loam.Core.Reconciling;
using Loam.Core.Resources;
using Loam.Core.Scheduling;
using Loam.Core.StateFiles;
using Loam.Drivers.Containers;
using Loam.Drivers.Files;
using Loam.Drivers.Jobs;
using Loam.Drivers.Secrets;
using Loam.Simulation.Host;
using Loam.Simulation.Running;

namespace Loam.Tests.Jobs;

/// <summary>Jobs in fresh containers, on the simulated engine.</summary>
public sealed class JobContainersTests : IAsyncDisposable
{
    private static readonly PlanningContext s_context =
        new("11111111-2222-3333-4444-555555555555", "/volumes");

    private readonly TestFolder _folder = TestFolder.Make(TestFolder.Docker);
    private readonly VirtualTime _time = new(new(2030, 1, 1, 12, 0, 0, TimeSpan.Zero));
    private readonly SimulatedEngine _engine;
    private readonly SecretVault _vault;
    private readonly JobContainers _jobs;

    public JobContainersTests()
    {
        _engine = new(_time);
        var key = SecretKey.LoadOrCreate(Path.Combine(_folder.Path, "key"), TimeProvider.System);
        _vault = new(key, new(Path.Combine(_folder.Path, "secrets")));
        _jobs = new(_engine, s_context, _vault, new(_engine, _ => null), _time);
    }

    public ValueTask DisposeAsync() => _folder.DisposeAsync();

    [Fact]
    public void It_runs_once_and_leaves_nothing_but_its_words()
    {
        var result = Run(new() { EndsAfter = TimeSpan.FromMinutes(3), ExitCode = 0, Prints = ["a", "b"] });
        result.ShouldBe(new ExecResult(0, "a\nb\n"));
        _engine.Everything().ShouldBeEmpty();
        _time.Elapsed.ShouldBeGreaterThan(TimeSpan.FromMinutes(3));
    }

    [Fact]
    public void What_takes_too_long_is_ended_and_its_words_are_kept()
    {
        var result = Run(new() { Prints = ["begun"], StopsAfter = TimeSpan.FromHours(5) });
        result.Broken.ShouldBe("It did not end within 3600 s, and was ended.");
        result.Output.ShouldBe("begun\n");
        _engine.Everything().ShouldBeEmpty();
        _time.Elapsed.ShouldBeLessThan(TimeSpan.FromHours(1.1));
    }

    [Fact]
    public void What_a_dead_daemon_left_is_told_of_and_removed()
    {
        var result = Run(new() { EndsAfter = TimeSpan.FromSeconds(5), ExitCode = 4, Prints = ["half"] });
        result.ExitCode.ShouldBe(4);
        var state = State();
        var spec = JobSteps.Container(s_context, state, state.Jobs["tidy"]);
        ImmutableArray<LeftJob> left = [];
        void Leave(TimeSpan wait) => _time.Run(async () =>
        {
            await _engine.CreateAsync(SecretReferences.Fill(spec, _vault,
                EngineLabels.Owned(s_context.Instance, 0)), default);
            await _engine.StartAsync(spec.Name, default);
            await Task.Delay(wait, _time);
            left = await _jobs.RecoverAsync(default);
        }, () => false, TimeSpan.FromHours(1));

        Leave(TimeSpan.FromSeconds(9));
        left.ShouldHaveSingleItem().Result.ShouldBe(new ExecResult(4, "half\n"));
        left[0].Job.ShouldBe("tidy");
        Leave(TimeSpan.FromSeconds(1));
        left.ShouldHaveSingleItem().Result.Broken!.ShouldStartWith("The daemon ended");
        _engine.Everything().ShouldBeEmpty();
    }

    [Fact]
    public void What_runs_while_the_engine_is_away_is_removed_when_it_is_back()
    {
        Prepare(new() { StopsAfter = TimeSpan.FromHours(5) });
        var (state, isAway) = (State(), false);
        _engine.Before = _ => isAway
            ? throw new HostException(Fault.Unavailable, "The engine is away.")
            : Task.CompletedTask;
        var told = new List<LeftJob>();
        using var stop = new CancellationTokenSource();
        _time.Run(async () =>
        {
            var sweeping = _jobs.SweepAsync(told.Add, stop.Token);
            var running = _jobs.RunAsync(state.Jobs["tidy"], state, default);
            await Task.Delay(TimeSpan.FromMinutes(1), _time);
            isAway = true;
            (await FaultAsync(running)).ShouldBe(Fault.Unavailable);
            await Task.Delay(TimeSpan.FromMinutes(1), _time);
            _engine.Everything().ShouldHaveSingleItem();
            isAway = false;
            await Task.Delay(TimeSpan.FromSeconds(10), _time);
            _engine.Everything().ShouldBeEmpty();
            // What runs now is nobody's to remove.
            var again = _jobs.RunAsync(state.Jobs["tidy"], state, default);
            await Task.Delay(TimeSpan.FromMinutes(2), _time);
            _engine.Everything().ShouldHaveSingleItem();
            stop.Cancel();
            (await again).Broken.ShouldNotBeNull();
            await EndedAsync(sweeping);
        }, () => false, TimeSpan.FromHours(3));
        told.ShouldBeEmpty("its run was told of when it failed");
    }

    [Fact]
    public void What_a_dead_daemon_left_is_told_of_when_the_engine_is_there()
    {
        Run(new() { EndsAfter = TimeSpan.FromHours(0.5), ExitCode = 0 }).ExitCode.ShouldBe(0);
        var state = State();
        var spec = JobSteps.Container(s_context, state, state.Jobs["tidy"]);
        var told = new List<LeftJob>();
        using var stop = new CancellationTokenSource();
        _time.Run(async () =>
        {
            await _engine.CreateAsync(SecretReferences.Fill(spec, _vault,
                EngineLabels.Owned(s_context.Instance, 0)), default);
            await _engine.StartAsync(spec.Name, default);
            _engine.Before = _ => throw new HostException(Fault.Unavailable, "It is away.");
            (await FaultAsync(_jobs.RecoverAsync(default))).ShouldBe(Fault.Unavailable);
            var sweeping = _jobs.SweepAsync(told.Add, stop.Token);
            _engine.Before = _ => Task.CompletedTask;
            await Task.Delay(TimeSpan.FromSeconds(10), _time);
            stop.Cancel();
            await EndedAsync(sweeping);
        }, () => false, TimeSpan.FromHours(1));
        told.ShouldHaveSingleItem().Job.ShouldBe("tidy");
        _engine.Everything().ShouldBeEmpty();
    }

    [Fact]
    public void What_is_left_of_the_name_is_in_nobodys_way()
    {
        _engine.AddForeign(EngineNames.Job(s_context, "tidy"), running: true,
            ImmutableSortedDictionary<string, string>.Empty.Add(EngineLabels.Instance,
                s_context.Instance).Add(EngineLabels.Job, "tidy"));
        Run(new() { EndsAfter = TimeSpan.FromSeconds(1), ExitCode = 0 }).ExitCode.ShouldBe(0);
    }

    [Fact]
    public void Its_secrets_reach_it_and_not_what_is_kept_of_it()
    {
        Prepare(new() { EndsAfter = TimeSpan.FromSeconds(1), ExitCode = 0, Prints = ["it is hunter2!"] });
        var state = State();
        var runner = new JobRunner(_engine, s_context.Instance, _jobs,
            new("/nonexistent", _ => true, _time), new(InstancePaths.Below(_folder.Path), _time), _vault);
        ExecResult? result = null;
        _time.Run(async () => result = await runner.RunAsync(state.Jobs["tidy"], state, default),
            () => false, TimeSpan.FromHours(1));
        result!.Output.ShouldBe("it is ***!\n");
        var made = SecretReferences.Fill(
            JobSteps.Container(s_context, state, state.Jobs["tidy"]), _vault,
            ImmutableSortedDictionary<string, string>.Empty);
        made.Environment["TOKEN"].ShouldBe("hunter2");
        made.Spec.Entrypoint.ShouldBe(["tidy", "--key", "hunter2"]);
    }

    [Fact]
    public void A_plan_pulls_its_image_makes_its_network_and_nothing_else()
    {
        var state = State();
        var plan = Planner.Plan(DesiredState.Empty, state, Nothing, s_context);
        plan.Steps.SelectMany(s => s.Actions).Select(a => a.Kind).ShouldBe(
            [ActionKind.Pull, ActionKind.CreateNetwork], ignoreOrder: true);
        plan.Steps.Single(s => s.Id.Kind == ResourceKind.Job).Notes.ShouldBe(
        [
            "every day at 3:00, in a fresh tool:1", "runs tidy --key ${secrets.token}",
            "the engine stores the secret token with the container while it runs",
        ]);

        var moved = state.With(state.Images.SetItem(state.Jobs["tidy"].Image!.Name,
            new("docker.io/library/tool:1", "sha256:" + new string('b', 64), false, 5)));
        var there = Nothing with { Images = [.. moved.Images.Values.Select(i => i.Digest)] };
        var update = Planner.Plan(state, moved, there, s_context);
        update.Steps.Single(s => s.Id.Kind == ResourceKind.Job).Notes.ShouldBe(["runs from another build of tool:1"]);
        update.Digest.ShouldNotBe(Planner.Plan(state, state.With(state.Images.SetItem(
            state.Jobs["tidy"].Image!.Name, new("docker.io/library/tool:1",
                "sha256:" + new string('c', 64), false, 5))), there with
            {
                Images = ["sha256:" + new string('c', 64)],
            }, s_context).Digest);
    }

    /// <summary>On the one thread of this world; Shouldly's own way leaves it.</summary>
    private static async Task<Fault?> FaultAsync(Task work)
    {
        try
        {
            await work;
            return null;
        }
        catch (HostException fault)
        {
            return fault.Fault;
        }
    }

    private static async Task EndedAsync(Task work)
    {
        try
        {
            await work;
        }
        catch (OperationCanceledException)
        {
            // As asked.
        }
    }

    private static ObservedState Nothing => new() { ObservedAt = DateTimeOffset.UnixEpoch };

    private ExecResult Run(SimulatedBehaviour behaviour)
    {
        Prepare(behaviour);
        var state = State();
        ExecResult? result = null;
        _time.Run(async () => result = await _jobs.RunAsync(state.Jobs["tidy"], state, default),
            () => false, TimeSpan.FromHours(2));
        return result!;
    }

    private void Prepare(SimulatedBehaviour behaviour)
    {
        _engine.Publish("docker.io/library/tool:1", behaviour, 1000);
        var network = EngineNames.NetworkOf(s_context, DesiredState.Empty, "default");
        _time.Run(() => _engine.CreateNetworkAsync(network, null,
            ImmutableSortedDictionary<string, string>.Empty, default), () => false,
            TimeSpan.FromHours(1));
    }

    private DesiredState State()
    {
        var reading = StateReader.Read(StateSet.Empty
            .With("scheduled.yaml", """
                apiVersion: loam/v1
                kind: ScheduledTasks
                spec:
                  jobs:
                    - name: tidy
                      schedule: 0 3 * * *
                      image: tool:1
                      command: [tidy, --key, "${secrets.token}"]
                      environment: {TOKEN: "${secrets.token}"}
                """)
            .With("security.yaml", $"""
                apiVersion: loam/v1
                kind: SecurityConfig
                spec:
                  secrets:
                    - name: token
                      value: {_vault.Seal("hunter2")}
                """));
        reading.State.ShouldNotBeNull(string.Join('\n', reading.Findings));
        var image = reading.State.Jobs["tidy"].Image!;
        var digest = _engine.PublishedDigest(image) ?? "sha256:" + new string('a', 64);
        return reading.State.With(reading.State.Images.SetItem(
            image.Name, new(image.Name, digest, false, 1000)));
    }
}
