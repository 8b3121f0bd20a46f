using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using Loam.Core.Approving;
using Loam.Core.Auditing;
using Loam.Core.Diagnostics;
using Loam.Core.Observing;
using Loam.Core.Planning;
using Loam.Core.Resources;
using Loam.Core.StateFiles;

namespace Loam.Core.Reconciling;

/// <summary>One machine and everything a client can ask of it. One change at a time; others wait
/// and are told what for.</summary>
public sealed partial class Machine : IMachine
{
    private readonly MachineParts _parts;
    private readonly Reconciler _reconciler;
    private readonly ChangePlanning _planning;
    private readonly ChangeRecord _record;
    private readonly Turns _turns = new();
    private readonly Pace _pace;
    private InForce _now = InForce.Nothing;
    private volatile string? _recovery;
    private volatile Trial? _trial;
    private bool _isBroken;

    public Machine(MachineParts parts)
    {
        _parts = parts;
        _reconciler = new(parts.Drivers, parts.Journal, parts.Deadman, parts.Time);
        _planning = new(parts, _reconciler);
        _record = new(parts.Audit, parts.Events, parts.Time);
        _pace = new(parts.Time);
    }

    /// <summary>Start-up is recovery: an interrupted change is finished or taken back before
    /// anything else happens. Call once, before all others.</summary>
    /// <returns>What was found and done, in words; null when there was nothing.</returns>
    public async Task<string?> StartAsync(CancellationToken cancel)
    {
        var open = _parts.Journal.Open();
        if (open.Count > 0)
        {
            _recovery = await RecoverAsync(open, cancel);
            Tell(new(0, Now, "recovery") { Message = _recovery });
        }
        await LoadAsync(cancel);
        _pace.Begin(await _parts.History.ListAsync(Pace.Remembered, cancel));
        return _recovery;
    }

    public Task<(int Generation, StateSet Files)> CurrentAsync(CancellationToken cancel) =>
        Task.FromResult((_now.Generation, _now.Files));

    /// <summary>A change is being applied.</summary>
    public bool IsBusy => _turns.Busy is not null;

    /// <summary>The approved state, typed.</summary>
    public DesiredState Desired => _now.State;

    /// <summary>Decides what a request would do. Changes nothing.</summary>
    /// <exception cref="HostException">The host cannot be seen.</exception>
    public Task<PlannedChange> PlanAsync(ChangeRequest request, CancellationToken cancel) =>
        _planning.PlanAsync(request, _now, cancel);

    /// <summary>Applies a plan that was shown, or says why not. Every event of the change goes
    /// to <paramref name="tell"/> too.</summary>
    /// <param name="stop">The daemon ends: the change in hand is taken back.</param>
    public async Task<ApplyResult> ApplyAsync(PlannedChange change, Approval approval,
        Action<MachineEvent> tell, CancellationToken stop)
    {
        ApplyResult? result = null;
        for (var isTaken = true; isTaken && result is null;)
        {
            var ready = await _pace.WaitAsync(change.Request, approval, () => Most,
                words => tell(Waiting(words)), stop);
            isTaken = await InTurnAsync(change.Request.Reason, async () => result =
                _pace.FreeAt(change.Request, ready, Most) is null
                    ? await ApplyShownAsync(change, ready, tell, stop) : null, tell, stop);
        }
        return result ?? TooMany;
    }

    private int Most => _now.State.Settings.MaxChangesPerHour;

    /// <summary>Plans and applies in one turn what was approved beforehand. Healing does not wait
    /// when too much was changed: it comes again by itself.</summary>
    /// <param name="approve">Sees the plan; null: it is not applied.</param>
    /// <returns>Null: it was not approved.</returns>
    public async Task<ApplyResult?> ChangeAsync(ChangeRequest request,
        Func<PlannedChange, Approval?> approve, Action<MachineEvent> tell, CancellationToken stop)
    {
        ApplyResult? result = null;
        (PlannedChange, Approval)? early = null;
        var isTaken = await InTurnAsync(request.Reason, async () =>
        {
            var change = await _planning.PlanAsync(request, _now, stop);
            if (approve(change) is not { } approval)
            {
                return;
            }
            var free = _pace.FreeAt(request, approval, Most);
            if (free is null)
            {
                result = await ApplyPlannedAsync(change, approval, tell, stop);
            }
            else if (request.Kind == ChangeKind.Heal)
            {
                result = Refused(
                    ApplyStatus.NotApproved, _pace.Words(free.Value, Most), "It comes again.");
            }
            else
            {
                early = (change, approval);
            }
        }, tell, stop);
        return early is var (shown, given) ? await ApplyAsync(shown, given, tell, stop)
            : isTaken ? result : TooMany;
    }

    private Task<bool> InTurnAsync(string reason, Func<Task> work, Action<MachineEvent> tell,
        CancellationToken stop) => _turns.TakeAsync(reason, async () =>
        {
            try
            {
                await MendAsync();
                await work();
            }
            catch (Exception) when (_isBroken)
            {
                await TryMendAsync();
                throw;
            }
            finally
            {
                _trial = null;
            }
        }, message => tell(Waiting(message)), stop);

    private MachineEvent Waiting(string why) =>
        Tell(new(0, Now, "reconcile.waiting") { Message = why });

    private ApplyResult TooMany => Refused(ApplyStatus.NotApproved,
        "Too many changes are waiting already.", "Try again when they are done.");

    public string Confirm(Access? by)
    {
        var (trial, busy) = (_trial, _turns.Busy);
        if (trial is null)
        {
            throw new HostException(Fault.NotFound, "No change waits for a confirmation.",
                "`loam status` shows what is in force.");
        }
        trial.Confirm(by);
        return $"Confirmed: «{busy}» stays.";
    }

    /// <inheritdoc cref="Turns.HoldAsync"/>
    public Task HoldAsync(string what, Func<Task> work, CancellationToken cancel) =>
        _turns.HoldAsync(what, work, cancel);

    /// <summary>Returns when no change is in hand any more.</summary>
    public Task UntilIdleAsync() => _turns.UntilIdleAsync();

    /// <summary>What differs between the machine and the approved state, as the steps that would
    /// mend it.</summary>
    public async Task<ImmutableArray<Step>> DriftAsync(CancellationToken cancel)
    {
        var now = _now;
        var observed = await _reconciler.ObserveAsync(
            Volumes(now.State), cancel, isPassing: true);
        return DriftIn(now, observed).Steps;
    }

    public async Task<MachineStatus> StatusAsync(CancellationToken cancel)
    {
        var now = _now;
        var observed = await _reconciler.ObserveAsync(
            Volumes(now.State), cancel, isPassing: true);
        var drift = _turns.Busy is null ? DriftIn(now, observed) : null;
        var edited = await Edits.LookAsync(_parts.History, now.Files, cancel);
        var last = await _parts.History.CurrentAsync(cancel);
        var os = _parts.Os();
        return new(_parts.Host(), _parts.Version, _parts.Engine, now.Generation, last?.Message,
            last?.At, _turns.Busy, _recovery,
            StatusReport.Services(now.State, observed, _parts, drift),
            edited.Files, edited.Problems,
            drift is null ? [] : [.. drift.Steps.Select(s => s.Summary)])
        {
            Backups = _parts.Backups(),
            Os = os,
            Alerts = [.. Waits(), .. _parts.Alerts(), .. os?.Alerts() ?? [],
                .. CertificateSteps.Alerts(now.State, observed.Certificates, Now),
                .. StorageChecks.Alerts(observed)],
            Volumes = VolumeStatus.All(now.State, observed),
        };
    }

    public async Task<Inventory> InventoryAsync(CancellationToken cancel)
    {
        var state = _now.State;
        return Inventory.Of(state, await _reconciler.ObserveAsync(
            Volumes(state), cancel, isPassing: true));
    }

    private IEnumerable<string> Waits()
    {
        if (_trial is { IsOpen: true } trial)
        {
            yield return $"«{_turns.Busy}» is on trial: it goes back in "
                + $"{trial.Left.TotalSeconds:0} s unless you log in anew and run `loam confirm`.";
        }
        foreach (var words in _pace.Waits)
        {
            yield return words;
        }
    }

    public Task<ImmutableArray<Generation>> HistoryAsync(int most, CancellationToken cancel) =>
        _parts.History.ListAsync(most, cancel);

    public Task<StateSet> FilesOfAsync(int generation, CancellationToken cancel) =>
        _parts.History.ReadAsync(generation, cancel);

    public IAsyncEnumerable<MachineEvent> EventsAsync(bool follow, CancellationToken cancel) =>
        _parts.Events.ReadAsync(follow, cancel);

    /// <summary>What was edited in the state directory and is not in force.</summary>
    public Task<Edits> EditedAsync(CancellationToken cancel) =>
        Edits.LookAsync(_parts.History, _now.Files, cancel);

    private IEnumerable<VolumeSpec> Volumes(DesiredState state) =>
        Planner.Places(_parts.Context, state);

    private Plan DriftIn(InForce now, ObservedState observed) =>
        Planner.Plan(now.State, now.State, observed, _parts.Context with { Heal = true });

    /// <summary>What was shown a while ago is planned again.</summary>
    private async Task<ApplyResult> ApplyShownAsync(PlannedChange change, Approval approval,
        Action<MachineEvent> tell, CancellationToken stop)
    {
        if (approval.PlanDigest != change.Plan?.Digest)
        {
            return Refused(ApplyStatus.NotApproved, "The approval is for another plan.",
                "Look at the plan again and approve that one.");
        }
        if (approval.Until < Now)
        {
            return Refused(ApplyStatus.NotApproved, "The approval has expired.",
                "Plan again and approve the new plan.");
        }
        return await ApplyPlannedAsync(
            await _planning.PlanAsync(Rebased(change), _now, stop), approval, tell, stop);
    }

    /// <param name="fresh">Planned in this turn.</param>
    private async Task<ApplyResult> ApplyPlannedAsync(PlannedChange fresh, Approval approval,
        Action<MachineEvent> tell, CancellationToken stop)
    {
        if (fresh.Plan?.Digest != approval.PlanDigest || !fresh.CanApply)
        {
            return new(ApplyStatus.Changed, _now.Generation,
                "The machine or its state changed since the plan was shown.",
                "Look at the new plan.", TimeSpan.Zero, fresh);
        }
        if (approval.IsPolicy && fresh.SelfApproval is null)
        {
            return Refused(ApplyStatus.NotApproved,
                "The state in force no longer lets this change approve itself.",
                "Look at the plan and approve it.");
        }
        var missing = fresh.Plan.Restricted.Except(approval.Confirmed).ToList();
        if (missing.Count > 0)
        {
            return Refused(ApplyStatus.NotApproved,
                $"The change is restricted: it needs the name {string.Join(", ", missing)} typed.",
                $"Add {string.Join(' ', missing.Select(m => $"--confirm {m}"))}.");
        }
        return fresh.IsNothing
            ? new(ApplyStatus.Nothing, _now.Generation, null, null, TimeSpan.Zero, null)
            : await CommitAsync(fresh, approval, tell, stop);
    }

    /// <summary>Pins resolved for the plan that was shown are kept, so that a tag that moved
    /// meanwhile does not change it.</summary>
    private static ChangeRequest Rebased(PlannedChange change) =>
        change.Request with { Pins = change.After[StateSet.Lock] };

    private async Task<ApplyResult> CommitAsync(PlannedChange change, Approval approval,
        Action<MachineEvent> tell, CancellationToken stop)
    {
        var started = _parts.Time.GetTimestamp();
        var generation = change.IsHealing ? _now.Generation : _now.Generation + 1;
        var (after, plan) = await SealAsync(change, stop);
        if (!plan.IsLike(change.Plan!))
        {
            return Refused(ApplyStatus.NotApproved,
                "The machine changed in the moment of approval.", "Look at the plan again.");
        }
        _pace.Count();
        await _record.ApprovedAsync(plan, approval, generation, change.IsHealing, stop);
        void Say(MachineEvent what) => tell(Tell(what));
        Say(new(0, Now, "reconcile.started")
        {
            Trigger = change.Request.Reason,
            Generation = generation,
            Changes = plan.Steps.Length,
        });
        var commit = change.IsHealing ? "" : await _parts.History.StoreAsync(
            generation, after.Files, approval.Who, change.Request.Reason, stop);
        _trial = plan.OnTrial ? new(Limits.Trial, _parts.Connections, _parts.Time) : null;
        var run = new Run(generation, plan, approval, commit, change.Request.Reason)
        {
            RollsBackUnhealthy = after.Settings.RollbackOnHealthFailure,
            Trial = _trial,
        };
        _isBroken = true;
        var result = await RunAsync(run, after, plan, Say, stop);
        await _record.EndedAsync(plan, approval, generation, result.Outcome);
        if (result.Outcome == Outcome.Applied)
        {
            await FinishAsync(generation, plan, change.IsHealing);
            await LoadAsync(CancellationToken.None);
        }
        else if (result.Outcome == Outcome.RolledBack)
        {
            await SettleAsync(generation);
        }
        _isBroken = false;
        return Report(change, plan, result, generation,
            _parts.Time.GetElapsedTime(started), Say);
    }

    /// <summary>A journal that cannot be written (a full disk) ends a change as a crash would:
    /// what it says is taken back at once, from the space reserved for that.</summary>
    private async Task<RunResult> RunAsync(Run run, DesiredState after, Plan plan,
        Action<MachineEvent> say, CancellationToken stop)
    {
        try
        {
            return await _reconciler.RunAsync(
                run, seen => Unfinished(after, plan, seen), say, stop);
        }
        catch (HostException fault)
        {
            var open = _parts.Journal.Open();
            if (open.Count == 0)
            {
                // It never began: nothing was touched.
                say(new(0, Now, "reconcile.failed") { Error = fault.Message, RolledBack = true });
                throw;
            }
            var back = await _reconciler.RecoverAsync(open, say);
            return back with { Error = fault.Message, Remedy = fault.Remedy };
        }
    }

    /// <summary>Secrets to be generated get their values now; the plan that runs is made anew
    /// from the final texts and differs from the approved one in nothing else.</summary>
    private async Task<(DesiredState, Plan)> SealAsync(
        PlannedChange change, CancellationToken cancel)
    {
        var state = StateReader.Read(change.After).State;
        Invariant.Require(state is not null, "a plan was approved for texts with errors");
        if (change.Plan!.Generates.IsEmpty)
        {
            return (state, change.Plan);
        }
        var files = SecretText.Generate(
            change.After, state.Secrets.Values, _parts.SealFresh);
        var after = StateReader.Read(files).State;
        Invariant.Require(after is not null, "generated secrets made the texts unreadable");
        var plan = await _planning.PlanStateAsync(change.Request with { Pins = null }, _now,
            after, _parts.Context with { Access = change.Request.Access }, new(), cancel);
        return (after, plan.Plan!);
    }

    /// <summary>What of a plan is not true afterwards: the planner, asked to heal, should find
    /// nothing to do for what the plan touched.</summary>
    private ImmutableArray<string> Unfinished(
        DesiredState after, Plan plan, ObservedState observed)
    {
        var touched = plan.Steps.Where(s => !s.Actions.IsEmpty || !s.Retires.IsEmpty)
            .Select(s => s.Id).ToHashSet();
        var retired = plan.Steps.SelectMany(s => s.Retires).ToHashSet(StringComparer.Ordinal);
        var seen = observed with
        {
            Containers = [.. observed.Containers.Where(c => !retired.Contains(c.Name)
                || ServiceSteps.IsLive(c))],
            Networks = [.. observed.Networks.Where(n => !retired.Contains(n.Name))],
        };
        var rest = Planner.Plan(after, after, seen, _parts.Context with { Heal = true });
        return [.. rest.Steps.Where(s => touched.Contains(s.Id) && !s.Actions.IsEmpty)
            .Select(s => $"still to do: {s.Summary}")];
    }

    /// <summary>After the commit point. Every part is idempotent; recovery comes here too.
    /// </summary>
    private async Task FinishAsync(int generation, Plan plan, bool isHealing)
    {
        // The history and the engine have nothing to do with one another: both are needed before
        // the plan has settled, in whatever order.
        var advancing = isHealing ? Task.CompletedTask
            : _parts.History.AdvanceAsync(generation, CancellationToken.None);
        await RetireAsync(generation, plan);
        await advancing;
        await SettleAsync(generation);
    }

    private async Task RetireAsync(int generation, Plan plan)
    {
        var retired = plan.Steps.Where(s => !s.Retires.IsEmpty)
            .ToLookup(s => s.Id.Kind == ResourceKind.Network, s => s.Retires);
        var retirement = new Retirement([.. retired[false].SelectMany(r => r)],
            [.. retired[true].SelectMany(r => r)], 
            await KeptImages.OfAsync(_parts.History, generation));
        try
        {
            await _reconciler.PersistAsync(
                () => _parts.RetireAsync(retirement, CancellationToken.None));
        }
        catch (HostException fault)
        {
            // The change is committed; what is left over is stopped, and is retired again with
            // the next change of its service.
            Tell(new(0, Now, "reconcile.leftover") { Error = fault.Message });
        }
    }

    private Task SettleAsync(int generation) => _parts.Journal.AppendAsync(
        new(JournalMark.Settled, generation, Now), CancellationToken.None);

    private async Task LoadAsync(CancellationToken cancel)
    {
        var generation = await _parts.History.CurrentAsync(cancel);
        if (generation is null)
        {
            _now = InForce.Nothing;
            return;
        }
        var files = await _parts.History.ReadAsync(generation.Number, cancel);
        var state = StateReader.Read(files).State;
        Invariant.Require(state is not null, $"generation {generation.Number} is unreadable");
        _now = new(generation.Number, files, state);
        _pace.Look();
    }

    private ApplyResult Report(PlannedChange change, Plan plan, RunResult result, int generation,
        TimeSpan took, Action<MachineEvent> say)
    {
        if (result.Outcome == Outcome.Applied)
        {
            say(new(0, Now, "reconcile.completed")
            {
                Success = true,
                Changes = plan.Steps.Length,
                Duration = took.TotalMilliseconds,
                Generation = generation,
                Trigger = change.Request.Reason,
            });
            return new(ApplyStatus.Applied, generation,
                result.Warnings.IsEmpty ? null : string.Join(" ", result.Warnings), null, took,
                null);
        }
        var back = result.Outcome == Outcome.RolledBack;
        say(new(0, Now, "reconcile.failed")
        {
            Error = result.Error, Said = result.Said,
            RolledBack = back,
            Duration = took.TotalMilliseconds,
            Trigger = change.Request.Reason,
        });
        return new(back ? ApplyStatus.RolledBack : ApplyStatus.Incomplete, _now.Generation,
            result.Explained, result.Remedy, took, null);
    }

    private ApplyResult Refused(ApplyStatus status, string error, string remedy) =>
        new(status, _now.Generation, error, remedy, TimeSpan.Zero, null);

    private DateTimeOffset Now => _parts.Time.GetUtcNow();

    private MachineEvent Tell(MachineEvent what) => _parts.Events.Add(what);
}
