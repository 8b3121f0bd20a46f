using Loam.Core;
using Loam.Core.Approving;
using Loam.Core.Observing;
using Loam.Core.Planning;
using Loam.Core.Reconciling;
using Loam.Core.Resources;
using Loam.Core.StateFiles;

namespace Loam.Simulation.Running;

/// <param name="Violations">What did not hold; empty when all did.</param>
/// <param name="Transcript">Digest of everything that happened.</param>
internal sealed record TrialResult(
    ulong Seed, IReadOnlyList<string> Violations, int Plans, int Crashes, ulong Transcript,
    IReadOnlyList<string> Lines);

/// <summary>One seed: a machine, a few wishes one after the other, faults and crashes between,
/// and the invariants.</summary>
internal sealed class Trial
{
    private static readonly TimeSpan s_longest = TimeSpan.FromHours(2);

    private readonly World _world;
    private readonly ulong _seed;
    private int _crashes;
    private bool _engineRestarted;
    private PlannedChange? _other;
    private bool _confirmed;
    private Dictionary<string, string> _secrets = [];

    private Trial(ulong seed, bool keepLines)
    {
        _seed = seed;
        _world = new(seed);
        _world.Watch.Lines = keepLines ? [] : null;
    }

    public static TrialResult Run(ulong seed, bool keepLines = false)
    {
        var trial = new Trial(seed, keepLines);
        try
        {
            trial.Live();
        }
        catch (Exception fault) when (fault is StuckException or InvariantException
            or HostException or InvalidOperationException or NullReferenceException
            or KeyNotFoundException or ArgumentException)
        {
            trial._world.Watch.Violation($"{fault.GetType().Name}: {fault.Message}");
            trial._world.Watch.Lines?.Add(fault.ToString());
        }
        var watch = trial._world.Watch;
        return new(seed, watch.Violations, watch.Plans, trial._crashes, watch.Transcript,
            watch.Lines ?? []);
    }

    private void Live()
    {
        Restart();
        var services = Scenario.Begin(_world.Chance);
        for (var wishes = 2 + _world.Chance.Below(3); wishes > 0; wishes--)
        {
            Wish(services);
            if (_world.Watch.Violations.Count > 0)
            {
                return;
            }
            services = Scenario.Next(_world.Chance, services);
        }
        CheckRevertsAndHeals();
    }

    /// <summary>One change from request to result, with whatever goes wrong on the way.</summary>
    private void Wish(List<ServiceDraft> services)
    {
        var before = Force();
        _other = null;
        var texts = Scenario.Texts(services, v => Disks.Draw(_world, v));
        texts["security.yaml"] = Scenario.Security(
            services, _secrets, People.Draw(_world.Chance) + Scenario.Certificates(_world.Chance, services));
        if (_world.Chance.OneIn(3))
        {
            texts["network.yaml"] = Scenario.Network(_world.Chance);
        }
        if (_world.Chance.OneIn(3))
        {
            texts["scheduled.yaml"] = Scenario.Jobs(_world.Chance, services);
        }
        if (_world.Chance.OneIn(3))
        {
            texts["manifest.yaml"] = Identity.Draw(_world.Chance);
        }
        var access = _world.Chance.OneIn(2)
            ? new Access("10.0.0.9", 1000 + _world.Chance.Below(9000), "10.0.0.1", 22,
                _world.Chance.OneIn(2) ? "eth0" : null)
            {
                User = _world.Chance.OneIn(2) ? "anna" : "root",
            } : null;
        var (people, identity, linking) =
            (new People(_world), new Identity(_world), new Linking(_world));
        var (table, links) = (_world.Nftables.Table, _world.Links.Snapshot());
        var disks = new Disks(_world);
        _confirmed = false;
        var certificates = _world.Certificates.Snapshot();
        _world.Faults.Budget = _world.Chance.OneIn(2) ? 0 : _world.Chance.Below(12);
        var (isCalm, crashes) = (_world.Faults.Budget == 0, _crashes);
        _world.Faults.Revive();
        if (_world.Chance.OneIn(2))
        {
            _world.Faults.CrashAt = _world.Chance.Below(160);
        }
        PlannedChange? change = null;
        ApplyResult? result = null;
        var request = new ChangeRequest(ChangeKind.Files, "a wish")
        {
            Texts = texts.ToImmutable(),
            BaseGeneration = before.Generation,
            Access = access,
        };
        var wasApprovedBefore = _world.Chance.OneIn(3);
        Drive(async () =>
        {
            if (wasApprovedBefore)
            {
                result = await _world.Machine.ChangeAsync(request,
                    c => (change = c).CanApply ? Approve(c) : null, Answer,
                    CancellationToken.None);
                return;
            }
            change = await _world.Machine.PlanAsync(request, CancellationToken.None);
            await MeddleAsync(services, before);
            result = change.CanApply ? await ApplyAsync(change) : null;
            change = result?.Replan ?? change;
        }, () => CheckDeadman(table, links));
        var wasCalm = isCalm && _crashes == crashes;
        _world.Faults.Budget = 0;
        _world.Faults.CrashAt = -1;
        CheckOldOrNew(before, change, result);
        if (wasCalm && result is { Status: ApplyStatus.RolledBack }
            && result.Error?.Contains("did not become healthy", StringComparison.Ordinal) == true)
        {
            CheckDataCouldGo(change!.Plan!, result);
        }
        _world.Data.Check();
        _world.Data.Use(_world.Engine.Serving());
        if (Force().Generation == before.Generation
            && _world.Certificates.Snapshot() != certificates)
        {
            _world.Watch.Violation("a change was taken back, and the certificates are not as before");
        }
        people.Check(Force().Generation == before.Generation, StateReader.Read(Force().Files).State!);
        identity.Check(Force().Generation == before.Generation,
            StateReader.Read(Force().Files).State!);
        new Naming(_world).Check(StateReader.Read(Force().Files).State!);
        linking.Check(Force().Generation == before.Generation,
            StateReader.Read(Force().Files).State!);
        disks.Check(Force().Generation == before.Generation, StateReader.Read(Force().Files).State!);
        if (change?.Plan?.OnTrial == true && result?.Status == ApplyStatus.Applied && !_confirmed)
        {
            _world.Watch.Violation("a change on trial stayed although nobody confirmed it");
        }
        _secrets = SecretsInForce();
    }

    /// <summary>Nothing went wrong around a change of data's format: then the new version must
    /// come up on them.</summary>
    private void CheckDataCouldGo(Plan plan, ApplyResult result)
    {
        var actions = plan.Steps.SelectMany(s => s.Actions).ToList();
        if (actions.Exists(a => a.Kind == ActionKind.DumpData)
            && !actions.Exists(a => a.Container?.ImageReference.Split(':')[0]
                is Scenario.Silent or Scenario.Crashing))
        {
            _world.Watch.Violation("data could not go to another version, although nothing "
                + $"went wrong: {result.Error}");
        }
    }

    /// <summary>Between the plan and its approval, now and then, another client applies a change
    /// of its own.</summary>
    private async Task MeddleAsync(
        List<ServiceDraft> services, (int Generation, StateSet Files) before)
    {
        if (!_world.Chance.OneIn(4))
        {
            return;
        }
        var other = Scenario.Next(_world.Chance, services);
        var texts = Scenario.Texts(other, v => Disks.Draw(_world, v));
        texts["security.yaml"] = Scenario.Security(
            other, _secrets, People.Draw(_world.Chance) + Scenario.Certificates(_world.Chance, other));
        var change = await _world.Machine.PlanAsync(new(ChangeKind.Files, "another's wish")
        {
            Texts = texts.ToImmutable(),
            BaseGeneration = before.Generation,
        }, CancellationToken.None);
        if (change.CanApply)
        {
            _other = change;
            await ApplyAsync(change);
        }
    }

    private Task<ApplyResult> ApplyAsync(PlannedChange change) => _world.Machine.ApplyAsync(
        change, Approve(change), Answer, CancellationToken.None);

    private Approval Approve(PlannedChange change)
    {
        var plan = change.Plan!;
        _world.Watch.Approved = plan;
        var now = _world.Time.GetUtcNow();
        return new("tester", "typed", now, now.AddDays(365), plan.Digest, plan.Restricted);
    }

    /// <summary>The approver hears of the trial and comes in anew, or not; over the old connection it
    /// does not count.</summary>
    private void Answer(MachineEvent what)
    {
        if (what.Type != "reconcile.trying")
        {
            return;
        }
        if (_world.Chance.OneIn(3))
        {
            // Nobody answers, and now and then the process dies over it.
            _world.Faults.CrashAt = _world.Chance.OneIn(2) ? _world.Faults.Calls
                : _world.Faults.CrashAt;
            return;
        }
        var again = new Access("10.0.0.9", 20_000 + _world.Chance.Below(9000), "10.0.0.1", 22,
            null);
        if (_world.Chance.OneIn(4))
        {
            if (_world.Chance.OneIn(2))
            {
                again = again with { IsFromHere = true };
                _world.Connections.Add(again.Key());
            }
            try
            {
                _world.Machine.Confirm(again);
                _world.Watch.Violation("a connection that proves nothing confirmed a change");
            }
            catch (HostException)
            {
                // As it should be.
            }
            return;
        }
        _world.Connections.Add(again.Key());
        _world.Machine.Confirm(again);
        _confirmed = true;
    }

    /// <summary>The process died and nobody starts it again: what nobody confirmed goes back all
    /// the same.</summary>
    private void CheckDeadman(string? before, string links)
    {
        if (!_world.Deadman.IsArmed)
        {
            if (!_confirmed && !_world.Deadman.HasFired && _world.Journal.Open() is [.., { Mark: JournalMark.Trying }] open
                && open[0].Plan!.Steps.Any(s => !s.Actions.IsEmpty
                    && s.Id.Kind is ResourceKind.Firewall or ResourceKind.Interface))
            {
                _world.Watch.Violation("a change is on trial, and nobody outside watches it");
            }
            return;
        }
        if (!_world.Chance.OneIn(2))
        {
            return;
        }
        _world.Time.Run(() => Task.Delay(TimeSpan.FromMinutes(2), _world.Time),
            () => false, s_longest);
        _world.Deadman.Look();
        if (_world.Nftables.Table != before)
        {
            _world.Watch.Violation("the process died during a trial, and the rules stayed");
        }
        if (_world.Links.Snapshot() != links)
        {
            _world.Watch.Violation("the process died during a trial, and addresses stayed");
        }
    }

    /// <summary>Runs until done; a process that dies is followed by another, which recovers and
    /// may die as well.</summary>
    /// <param name="afterDeath">Looks at the host while no process runs.</param>
    private void Drive(Func<Task> work, Action afterDeath)
    {
        try
        {
            if (_world.Time.Run(work, () => _world.Faults.IsDead, s_longest))
            {
                return;
            }
        }
        catch (HostException)
        {
            // The request failed before it began: the host could not be seen.
            return;
        }
        catch (CrashException)
        {
            // Seen by the work before the driver saw it.
        }
        do
        {
            _crashes++;
            _world.Faults.Revive();
            afterDeath();
            if (_world.Chance.OneIn(3))
            {
                _world.Faults.CrashAt = _world.Chance.Below(60);
            }
            if (_world.Chance.OneIn(6))
            {
                _world.Engine.Restart();
                _engineRestarted = true;
            }
            _world.Boot();
        }
        while (!TryStart());
    }

    private bool TryStart()
    {
        try
        {
            return _world.Time.Run(() => _world.Machine.StartAsync(CancellationToken.None),
                () => _world.Faults.IsDead, s_longest);
        }
        catch (CrashException)
        {
            return false;
        }
    }

    private void Restart() => _world.Time.Run(
        () => _world.Machine.StartAsync(CancellationToken.None), () => false, s_longest);

    private (int Generation, StateSet Files) Force()
    {
        (int, StateSet) now = default;
        _world.Time.Run(async () => now = await _world.Machine.CurrentAsync(default),
            () => false, s_longest);
        return now;
    }

    /// <summary>Old or new, never torn: the host is as the generation in force says, that one is
    /// the former or the approved one, and the journal is closed.</summary>
    private void CheckOldOrNew(
        (int Generation, StateSet Files) before, PlannedChange? change, ApplyResult? result)
    {
        var watch = _world.Watch;
        var after = Force();
        var open = _world.Journal.Open();
        if (open.Count > 0)
        {
            watch.Violation($"the journal is still open after it: {open[^1].Mark}");
        }
        if (result?.Status == ApplyStatus.Incomplete)
        {
            watch.Violation($"not everything was taken back: {result.Error}");
        }
        CheckGeneration(before, after, change, result);
        if (_world.History.WorkTree.ChangedFrom(after.Files).Any())
        {
            watch.Violation("the state directory does not show the generation in force");
        }
        CheckHost($"with generation {after.Generation} in force");
        if (result?.Status == ApplyStatus.Applied && !_engineRestarted)
        {
            CheckHealth(change!);
        }
    }

    private void CheckGeneration((int Generation, StateSet Files) before,
        (int Generation, StateSet Files) after, PlannedChange? change, ApplyResult? result)
    {
        var watch = _world.Watch;
        var steps = after.Generation - before.Generation;
        if (steps < 0 || steps > (_other is null ? 1 : 2))
        {
            watch.Violation($"generation went from {before.Generation} to {after.Generation}");
        }
        if (steps == 0 && before.Files.ChangedFrom(after.Files).Any())
        {
            watch.Violation("the state changed without a new generation");
        }
        var services = after.Files["services.yaml"];
        // With a second client the texts are merged: the digest of what was approved counts then.
        if (steps > 0 && _other is null && services != change?.After["services.yaml"])
        {
            watch.Violation("a generation came into force that nobody approved");
        }
        if (result?.Status == ApplyStatus.Applied && steps == 0)
        {
            watch.Violation("the answer was applied, and the generation is the former one");
        }
        if (result is not null && result.Generation != after.Generation)
        {
            watch.Violation($"the answer named generation {result.Generation}, "
                + $"in force is {after.Generation}");
        }
    }

    /// <summary>Applied means healthy: every service the plan started answers its probe.
    /// </summary>
    private void CheckHealth(PlannedChange change)
    {
        var started = change.Plan!.Steps.SelectMany(s => s.Actions)
            .Where(a => a.Kind == ActionKind.Start).Select(a => a.Container!.Service).ToHashSet();
        foreach (var container in _world.Engine.Everything()
            .Where(c => started.Contains(c.Service) && !c.Rehearsal))
        {
            var declared = StateReader.Read(change.After).State!.Services[container.Service];
            if (declared.Image.Product is Scenario.Silent or Scenario.Crashing
                && declared.Replicas > 0)
            {
                _world.Watch.Violation($"{container.Service} can never be healthy, and the change "
                    + "was called applied");
            }
        }
    }

    /// <summary>The planner, asked to heal, finds nothing that the change should have done; what
    /// ended by itself (an engine's restart, a program's own death) is not the change's fault.
    /// </summary>
    private void CheckHost(string when)
    {
        var rest = System.Collections.Immutable.ImmutableArray<Step>.Empty;
        _world.Time.Run(async () => rest = await _world.Machine.DriftAsync(default),
            () => false, s_longest);
        foreach (var step in rest)
        {
            if (step.Actions.Any(a => a.Kind is not (ActionKind.Start or ActionKind.Gate))
                || step.Retires.Length > 0)
            {
                _world.Watch.Violation($"{when} something is left to do: {step.Summary}");
            }
        }
        foreach (var name in (string[])["shop", "old"])
        {
            var foreign = _world.Engine.Everything().FirstOrDefault(c => c.Name == name);
            var ran = name == "shop" && !_engineRestarted;
            if (foreign is null || ran != (foreign.State == ContainerState.Running))
            {
                _world.Watch.Violation($"the foreign container {name} is not as it was");
            }
        }
    }

    /// <summary>Once faults stop, healing brings the approved state back, and a second healing
    /// has nothing to do.</summary>
    private void CheckRevertsAndHeals()
    {
        _world.Faults.Revive();
        _world.Faults.Budget = 0;
        var running = _world.Engine.Everything()
            .Where(c => c.Service.Length > 0 && c.State == ContainerState.Running).ToList();
        if (running.Count > 0 && _world.Chance.OneIn(2))
        {
            _world.Engine.Kill(_world.Chance.Pick(running).Name, 1);
        }
        People.Tamper(_world);
        Identity.Tamper(_world);
        Naming.Tamper(_world);
        Linking.Tamper(_world);
        Disks.Tamper(_world);
        var disks = new Disks(_world);
        if (_world.Chance.OneIn(2))
        {
            // Long enough for certificates to be due.
            _world.Time.Jump(TimeSpan.FromDays(70));
        }
        ApplyResult? result = null;
        _world.Time.Run(async () =>
        {
            var change = await _world.Machine.PlanAsync(new(ChangeKind.Heal, "heal"), default);
            result = change.CanApply ? await ApplyAsync(change) : null;
        }, () => false, s_longest);
        var rest = 0;
        _world.Time.Run(async () => rest = (await _world.Machine.DriftAsync(default)).Length,
            () => false, s_longest);
        if (rest > 0 && result?.Status is ApplyStatus.Applied or ApplyStatus.Nothing)
        {
            _world.Watch.Violation("healing said it was done, and something is left to do");
        }
        if (rest == 0)
        {
            new People(_world).Check(false, StateReader.Read(Force().Files).State!);
            new Identity(_world).Check(false, StateReader.Read(Force().Files).State!);
            new Naming(_world).Check(StateReader.Read(Force().Files).State!);
            new Linking(_world).Check(false, StateReader.Read(Force().Files).State!);
            disks.Check(false, StateReader.Read(Force().Files).State!);
        }
    }

    private Dictionary<string, string> SecretsInForce()
    {
        var state = StateReader.Read(Force().Files).State;
        return state?.Secrets.ToDictionary(s => s.Key, s => s.Value.Value,
            StringComparer.Ordinal) ?? [];
    }
}

internal static class TextsExtension
{
    public static System.Collections.Immutable.ImmutableSortedDictionary<string, string>
        ToImmutable(this Dictionary<string, string> texts) =>
        System.Collections.Immutable.ImmutableSortedDictionary.CreateRange(
            StringComparer.Ordinal, texts);
}
