using System.Collections.Immutable;
using Loam.Core.Observing;
using Loam.Core.Resources;

namespace Loam.Core.Planning;

/// <summary>What must be done to one service, without number and place in the plan.</summary>
internal sealed record ServiceWork(
    Verb Verb, Way Way, TimeSpan Gap, ImmutableArray<PlannedAction> Actions,
    ImmutableArray<string> Retires);

/// <summary>Decides how one service gets from what runs to what is declared (decision 10).
/// </summary>
internal static class ServiceSteps
{
    /// <summary>Median gap of stopping one container and starting the next.</summary>
    public static readonly TimeSpan SwapGap = TimeSpan.FromSeconds(1);

    /// <summary>Least gap of an upgrade of data: two versions start and end, and more data take
    /// longer.</summary>
    private static readonly TimeSpan UpgradeGap = TimeSpan.FromSeconds(30);

    /// <summary>The work for a declared service; null when it already is as declared.</summary>
    /// <param name="first">The container wanted for replica 0.</param>
    /// <param name="previous">The one the present state has, so that it can be taken up again
    /// with its secret files.</param>
    /// <param name="running">All containers of the service, of whatever revision.</param>
    /// <param name="upgrade">Its data must be taken to another version; null: they stay.</param>
    public static ServiceWork? Work(PlanningContext context, Service service, ContainerSpec first,
        ContainerSpec? previous, ImmutableArray<ObservedContainer> running,
        DataUpgrade? upgrade = null)
    {
        var current = running.Where(c => c.Revision == first.Revision && !c.Rehearsal)
            .ToDictionary(c => c.Index);
        var others = running.Where(c => c.Revision != first.Revision || c.Rehearsal
            || c.Index >= Math.Max(service.Replicas, 1)).ToList();
        var adopted = context.Adoptions.GetValueOrDefault(service.Name);
        var actions = ImmutableArray.CreateBuilder<PlannedAction>();
        if (service.Replicas == 0)
        {
            return StopAll(context, previous, running, others);
        }
        var live = others.Where(c => IsLive(c) && !c.Rehearsal).ToList();
        var way = upgrade is not null ? Way.Swap : WayOf(context, service, current, live, adopted);
        for (var index = 0; index < service.Replicas; index++)
        {
            var spec = ContainerPlanning.Replica(context, first, index);
            var old = live.Find(c => c.Index == index);
            var stop = old is null ? null : Stop(context, previous, old);
            if (upgrade is not null)
            {
                AddUpgrade(actions, service, spec, stop, upgrade);
                continue;
            }
            AddReplica(context, actions, service, spec, current.GetValueOrDefault(index), stop,
                way);
        }
        foreach (var extra in live.Where(c => c.Index >= service.Replicas))
        {
            actions.Add(Stop(context, previous, extra));
        }
        if (actions.Count == 0 && others.Count == 0)
        {
            return null;
        }
        var inPlace = actions.All(a => a.Kind == ActionKind.Update);
        return new(running.IsEmpty ? Verb.Create
            : current.Count == 0 ? Verb.Replace : Verb.Update,
            actions.Count > 0 && inPlace ? Way.InPlace : way,
            upgrade is not null ? UpgradeGap
                : way is Way.Swap or Way.Rehearse && live.Count > 0 ? SwapGap : TimeSpan.Zero,
            actions.ToImmutable(), [.. others.Select(c => c.Name)]);
    }

    /// <summary>Taking a service away: stopped now, removed when the whole plan is applied.
    /// </summary>
    public static ServiceWork Removal(PlanningContext context, ContainerSpec? previous,
        ImmutableArray<ObservedContainer> running) =>
        new(Verb.Delete, Way.Fresh, TimeSpan.Zero,
            [.. running.Where(IsLive).Select(c => Stop(context, previous, c))],
            [.. running.Select(c => c.Name)]);

    private static ServiceWork? StopAll(PlanningContext context, ContainerSpec? previous,
        ImmutableArray<ObservedContainer> running, List<ObservedContainer> others)
    {
        var live = running.Where(IsLive).ToList();
        return live.Count == 0 && others.Count == 0 ? null
            : new(Verb.Update, Way.Fresh, TimeSpan.Zero,
                [.. live.Select(c => Stop(context, previous, c))],
                [.. others.Select(c => c.Name)]);
    }

    private static Way WayOf(PlanningContext context, Service service,
        Dictionary<int, ObservedContainer> current, List<ObservedContainer> live,
        ObservedContainer? adopted) =>
        adopted is not null ? Way.Swap
        : live.Count == 0 || current.Count > 0 ? Way.Fresh
        : service.WritesVolumes ? Way.Swap
        : service.PublishesPorts && !context.SharesPorts ? Way.Rehearse
        : Way.Overlap;

    private static void AddReplica(PlanningContext context,
        ImmutableArray<PlannedAction>.Builder actions, Service service, ContainerSpec spec,
        ObservedContainer? present, PlannedAction? stop, Way way)
    {
        if (present is not null)
        {
            Settle(context, actions, service, spec, present);
            return;
        }
        var adopted = context.Adoptions.GetValueOrDefault(service.Name);
        var gate = new PlannedAction(ActionKind.Gate, spec.Name) { Probe = service.Probe };
        if (adopted is not null)
        {
            AddAdoption(context, actions, spec, adopted, gate);
            return;
        }
        switch (stop is null ? Way.Fresh : way)
        {
            case Way.Overlap:
                AddOverlap(actions, spec, stop!, gate);
                break;
            case Way.Rehearse:
                AddRehearsal(actions, service, spec);
                AddSwap(actions, spec, stop!, gate);
                break;
            case Way.Swap:
                AddSwap(actions, spec, stop!, gate);
                break;
            default:
                actions.Add(Create(spec));
                actions.Add(new(ActionKind.Start, spec.Name) { Container = spec });
                actions.Add(gate);
                break;
        }
    }

    /// <summary>The right container is there: only its limits or whether it runs may differ.
    /// </summary>
    private static void Settle(PlanningContext context,
        ImmutableArray<PlannedAction>.Builder actions, Service service, ContainerSpec spec,
        ObservedContainer present)
    {
        var limitsDiffer = context.LimitsInPlace && (present.Limits != spec.Limits
            || present.Restart != spec.Restart);
        if (limitsDiffer)
        {
            actions.Add(new(ActionKind.Update, spec.Name)
            {
                Limits = new(present.Limits, present.Restart, spec.Limits, spec.Restart),
            });
        }
        if (HasCompleted(service, present))
        {
            return;
        }
        if (!IsLive(present) || present.State == ContainerState.Paused)
        {
            actions.Add(new(ActionKind.Start, spec.Name) { Container = spec });
            actions.Add(new(ActionKind.Gate, spec.Name) { Probe = service.Probe });
        }
        else if (MissingNetworks(spec, present).ToImmutableArray() is { IsEmpty: false } missing)
        {
            actions.Add(new(ActionKind.GiveAlias, spec.Name) { Aliases = missing });
        }
    }

    private static IEnumerable<NetworkUse> MissingNetworks(
        ContainerSpec spec, ObservedContainer present) =>
        spec.Networks.Where(n => !present.Networks.TryGetValue(n.Network, out var aliases)
            || !n.Aliases.All(aliases.Contains));

    private static void AddOverlap(ImmutableArray<PlannedAction>.Builder actions,
        ContainerSpec spec, PlannedAction stop, PlannedAction gate)
    {
        var nameless = spec with { Networks = ContainerPlanning.WithoutAliases(spec.Networks) };
        actions.Add(Create(nameless));
        actions.Add(new(ActionKind.Start, spec.Name) { Container = nameless });
        actions.Add(gate);
        actions.Add(new(ActionKind.GiveAlias, spec.Name) { Aliases = spec.Networks });
        actions.Add(gate);
        actions.Add(stop);
    }

    private static void AddRehearsal(
        ImmutableArray<PlannedAction>.Builder actions, Service service, ContainerSpec spec)
    {
        var candidate = ContainerPlanning.Rehearsal(spec);
        actions.Add(Create(candidate));
        actions.Add(new(ActionKind.Start, candidate.Name) { Container = candidate });
        actions.Add(new(ActionKind.Gate, candidate.Name) { Probe = service.Probe });
        actions.Add(new(ActionKind.Remove, candidate.Name));
    }

    private static void AddSwap(ImmutableArray<PlannedAction>.Builder actions,
        ContainerSpec spec, PlannedAction stop, PlannedAction gate)
    {
        actions.Add(Create(spec));
        actions.Add(stop);
        actions.Add(new(ActionKind.Start, spec.Name) { Container = spec });
        actions.Add(gate);
    }

    /// <summary>Each version works on its data alone: a client that wrote between the dump and
    /// the swap would lose what it wrote, and one that came before the data were read in would
    /// find a database without them.</summary>
    private static void AddUpgrade(ImmutableArray<PlannedAction>.Builder actions, Service service,
        ContainerSpec spec, PlannedAction? stop, DataUpgrade upgrade)
    {
        var (former, fresh) = (ContainerPlanning.Rehearsal(upgrade.Former),
            ContainerPlanning.Rehearsal(spec));
        PlannedAction Moving(ActionKind kind, string target, Probe? probe = null) =>
            new(kind, target) { Data = upgrade.Move, Probe = probe };
        void Run(ContainerSpec container, Probe probe, ActionKind work)
        {
            actions.Add(Create(container));
            actions.Add(new(ActionKind.Start, container.Name) { Container = container });
            actions.Add(new(ActionKind.Gate, container.Name) { Probe = probe });
            actions.Add(Moving(work, container.Name, probe));
            actions.Add(new(ActionKind.Remove, container.Name));
        }
        actions.Add(Create(spec));
        if (stop is not null)
        {
            actions.Add(stop);
        }
        Run(former, upgrade.FormerProbe, ActionKind.DumpData);
        actions.Add(Moving(ActionKind.SetDataAside, upgrade.Move.Path));
        Run(fresh, service.Probe, ActionKind.LoadData);
        actions.Add(new(ActionKind.Start, spec.Name) { Container = spec });
        actions.Add(new(ActionKind.Gate, spec.Name) { Probe = service.Probe });
    }

    /// <summary>A container that is not ours is never removed: it is stopped, and kept from
    /// coming back.</summary>
    private static void AddAdoption(PlanningContext context,
        ImmutableArray<PlannedAction>.Builder actions, ContainerSpec spec,
        ObservedContainer foreign, PlannedAction gate)
    {
        actions.Add(Create(spec));
        if (context.LimitsInPlace && foreign.Restart != RestartPolicy.Never)
        {
            actions.Add(new(ActionKind.Update, foreign.Name)
            {
                Limits = new(foreign.Limits, foreign.Restart, foreign.Limits,
                    RestartPolicy.Never),
            });
        }
        if (IsLive(foreign))
        {
            actions.Add(new(ActionKind.Stop, foreign.Name));
        }
        actions.Add(new(ActionKind.Start, spec.Name) { Container = spec });
        actions.Add(gate);
    }

    private static PlannedAction Create(ContainerSpec spec) =>
        new(ActionKind.Create, spec.Name) { Container = spec };

    /// <summary>A one-shot program that ended well is as it should be.</summary>
    public static bool HasCompleted(Service service, ObservedContainer container) =>
        service.Restart == RestartPolicy.Never && container.State == ContainerState.Exited
        && container.ExitCode == 0;

    public static PlannedAction Stop(
        PlanningContext context, ContainerSpec? previous, ObservedContainer container) =>
        new(ActionKind.Stop, container.Name)
        {
            Container = previous?.Revision == container.Revision
                ? ContainerPlanning.Replica(context, previous, container.Index) : null,
        };

    public static bool IsLive(ObservedContainer container) =>
        container.State is ContainerState.Running or ContainerState.Restarting
            or ContainerState.Paused;
}
