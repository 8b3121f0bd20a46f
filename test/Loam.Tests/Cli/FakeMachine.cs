using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using Loam.Core.Approving;
using Loam.Core.Observing;
using Loam.Core.Planning;
using Loam.Core.Reconciling;
using Loam.Core.Resources;
using Loam.Core.StateFiles;

namespace Loam.Tests.Cli;

/// <summary>A machine of texts alone: plans are the real planner's, and applying one tells the
/// events of every step without a host beneath.</summary>
internal sealed class FakeMachine : IMachine
{
    public static readonly DateTimeOffset Noon = new(2026, 3, 2, 12, 0, 0, TimeSpan.Zero);

    private static readonly PlanningContext Context =
        new("0badcafe-0000-4000-8000-000000000000", "/var/lib/loam/volumes");

    private readonly List<(Generation Generation, StateSet Files)> _history = [];
    private int _plans;

    public StateSet Files { get; set; } = StateSet.Empty;
    public StateSet WorkTree { get; set; } = StateSet.Empty;
    public MachineStatus Status { get; set; } = new("host", "0.1.0", "Docker 20.10", 0, null,
        null, null, null, [], [], [], []);

    /// <summary>Plays a result instead of success.</summary>
    public Func<PlannedChange, ApplyResult>? Result { get; set; }

    /// <summary>Comes before each plan.</summary>
    public Action<ChangeRequest>? Planning { get; set; }

    /// <summary>Comes before the steps' own events.</summary>
    public List<MachineEvent> Before { get; } = [];

    /// <summary>The setting that makes asking unnecessary.</summary>
    public string? Policy { get; set; }

    public List<Approval> Approvals { get; } = [];
    public List<MachineEvent> Happened { get; } = [];
    public TaskCompletionSource? Hold { get; set; }

    public Task<(int Generation, StateSet Files)> CurrentAsync(CancellationToken cancel) =>
        Task.FromResult((_history.Count, Files));

    public Task<Inventory> InventoryAsync(CancellationToken cancel) =>
        Task.FromResult(new Inventory(
        [
            new("anna", 1001, "/home/anna", "/bin/bash", ["sudo"], Ownership.Created, true, true,
                false, false, [new("ed25519 SHA256:abc anna@laptop", true)], Noon.AddDays(-1),
                null),
        ], []));

    public Task<PlannedChange> PlanAsync(ChangeRequest request, CancellationToken cancel)
    {
        Planning?.Invoke(request);
        var after = request.Kind switch
        {
            ChangeKind.Files => request.Texts.Aggregate(Files, (files, text) =>
                text.Value.Length == 0 ? files.Without(text.Key)
                    : files.With(text.Key, text.Value)),
            ChangeKind.WorkTree => WorkTree,
            ChangeKind.Revert => Earlier(request.Generation),
            ChangeKind.Adopt => throw new HostException(Fault.NotFound,
                $"There is no container {request.Names[0]}.", "`docker ps -a` lists them."),
            _ => Files,
        };
        return Task.FromResult(
            Change(request, Files, Pinned(after), $"p{++_plans}", _history.Count) with
            {
                SelfApproval = request.IsUnasked ? null : Policy,
            });
    }

    /// <summary>Every image is found, and is 5.2 MB.</summary>
    private static StateSet Pinned(StateSet files)
    {
        var state = StateReader.Read(files).State;
        var missing = state?.Services.Values.Select(s => s.Image.Name)
            .Where(i => !state.Images.ContainsKey(i)).Distinct().ToList();
        return missing is not { Count: > 0 } ? files
            : files.With(StateSet.Lock, ImagesLock.Write(state!.Images.Values.Concat(
                missing.Select(m => new ResolvedImage(
                    m, "sha256:" + Digests.Of(m), false, 5_200_000)))));
    }

    /// <summary>What the daemon would answer for these texts.</summary>
    public static PlannedChange Change(
        ChangeRequest request, StateSet before, StateSet after, string id, int generation)
    {
        var (was, shall) = (StateReader.Read(before), StateReader.Read(after));
        var plan = shall.State is null ? null
            : Planner.Plan(was.State ?? DesiredState.Empty, shall.State, Observed(was.State),
                Context);
        return new(id, request, generation, before, after, plan, [.. shall.Findings]);
    }

    public async Task<ApplyResult> ApplyAsync(PlannedChange change, Approval approval,
        Action<MachineEvent> tell, CancellationToken cancel)
    {
        Approvals.Add(approval);
        Before.ForEach(tell);
        if (Hold is { } hold)
        {
            await hold.Task;
        }
        if (Result?.Invoke(change) is { } other)
        {
            return other;
        }
        foreach (var step in change.Plan!.Steps)
        {
            tell(Event(step, "running", 0));
            if (step.Actions.Any(a => a.Kind == ActionKind.Gate))
            {
                tell(Event(step, "Gate", 300) with { Type = "reconcile.progress", Done = 1 });
            }
            tell(Event(step, "done", 700));
        }
        Files = change.After;
        WorkTree = Files;
        _history.Add((new(_history.Count + 1, "c0ffee", Noon, approval.Who,
            change.Request.Reason), Files));
        return new(ApplyStatus.Applied, _history.Count, null, null, TimeSpan.FromSeconds(1.9),
            null);
    }

    public async Task<ApplyResult?> ChangeAsync(ChangeRequest request,
        Func<PlannedChange, Approval?> approve, Action<MachineEvent> tell,
        CancellationToken cancel)
    {
        var change = await PlanAsync(request, cancel);
        return approve(change) is { } approval
            ? await ApplyAsync(change, approval, tell, cancel) : null;
    }

    private static MachineEvent Event(Step step, string status, int after) =>
        new(0, Noon.AddMilliseconds(after), "reconcile.step")
        {
            Name = step.Id.ToString(),
            Step = step.Number,
            Status = status,
            Duration = after,
        };

    public string Confirm(Access? by) => throw new HostException(
        Fault.NotFound, "No change waits for a confirmation.", "`loam status` shows it.");

    public Task<MachineStatus> StatusAsync(CancellationToken cancel) => Task.FromResult(Status);

    public Task<ImmutableArray<Generation>> HistoryAsync(int most, CancellationToken cancel) =>
        Task.FromResult(_history.Select(h => h.Generation).Reverse().Take(most)
            .ToImmutableArray());

    public Task<StateSet> FilesOfAsync(int generation, CancellationToken cancel) =>
        Task.FromResult(Earlier(generation));

    private StateSet Earlier(int generation)
    {
        var number = generation == 0 ? _history.Count - 1 : generation;
        return number == 0 ? StateSet.Empty
            : number > 0 && number <= _history.Count ? _history[number - 1].Files
            : throw new HostException(Fault.NotFound,
                $"There is no generation {generation}.", "`loam history` lists them.");
    }

    public async IAsyncEnumerable<MachineEvent> EventsAsync(
        bool follow, [EnumeratorCancellation] CancellationToken cancel)
    {
        foreach (var happened in Happened)
        {
            yield return happened;
        }
        if (follow)
        {
            await Task.Delay(Timeout.Infinite, cancel);
        }
    }

    /// <summary>Everything of a state, running.</summary>
    private static ObservedState Observed(DesiredState? state)
    {
        if (state is null)
        {
            return new() { ObservedAt = Noon };
        }
        var steps = Planner.Plan(
            DesiredState.Empty, state, new() { ObservedAt = Noon }, Context).Steps;
        var actions = steps.SelectMany(s => s.Actions).ToList();
        return new()
        {
            ObservedAt = Noon,
            Containers = [.. actions.Where(a => a.Kind == ActionKind.Create)
                .Select(a => a.Container!).Select(c => new ObservedContainer(
                    c.Name, c.Name, c.Service, c.Revision, c.Index, 1, false,
                    ContainerState.Running, null, 0, Noon, "10.0.0.2",
                    c.Networks.ToImmutableSortedDictionary(n => n.Network, n => n.Aliases),
                    c.Limits, c.Restart, c.ImageDigest, c.Ports))],
            Networks = [.. actions.Where(a => a.Network is not null).Select(a => a.Network!)
                .Select(n => new ObservedNetwork(n.Name, n.Name, n.Declared, n.Revision,
                    n.Internal))],
            Volumes = [.. actions.Where(a => a.Volume is not null).Select(a => a.Volume!)
                .Select(v => new ObservedVolume(v.Name, v.Path, v.Mode, false))],
            Images = [.. state.Images.Values.Select(i => i.Digest)],
        };
    }
}
