using System.Collections.Immutable;
using Loam.Core.Observing;
using Loam.Core.Resources;
using Loam.Core.StateFiles.Checks;

namespace Loam.Core.Planning;

/// <summary>What must be done to one volume or mount, before the services on it are stopped.
/// </summary>
/// <param name="Place">Its directory.</param>
internal sealed record StorageWork(
    string Place, ResourceChange Change, Verb Verb, Risk Risk,
    ImmutableArray<PlannedAction> Actions, ImmutableArray<string> Notes)
{
    public Way Way { get; init; } = Way.Fresh;

    /// <summary>Binds come after what they bind.</summary>
    public bool IsBind => Actions.Any(a => a.Volume?.Mount?.Type == "bind");

    public bool Moves => Actions.Any(a => a.Kind is ActionKind.Attach or ActionKind.Detach);
}

/// <summary>Volume groups, volumes and mounts: made, attached, grown, given to somebody, and
/// detached when they are declared no more. Data is never deleted.</summary>
internal static class StorageSteps
{
    public static void Add(PlanDraft draft)
    {
        List<StorageWork> kept = [.. VolumeSteps.Declared(draft), .. MountSteps.Declared(draft)];
        List<StorageWork> gone =
            [.. VolumeSteps.Gone(draft), .. MountSteps.Gone(draft), .. GroupSteps.Gone(draft)];
        kept =
        [
            .. GroupSteps.Declared(draft),
            .. kept.OrderBy(w => w.IsBind).ThenBy(w => w.Place, StringComparer.Ordinal),
        ];
        // What lies deepest goes first.
        gone = [.. gone.OrderByDescending(w => w.Place, StringComparer.Ordinal)];
        var stops = Stops(draft, [.. kept.Where(w => w.Moves).Select(w => w.Place)]);
        foreach (var work in kept.Concat(gone))
        {
            var first = work.Moves && work.Verb != Verb.Delete ? stops : [];
            stops = first.IsEmpty ? stops : [];
            draft.Add(work.Change, work.Verb, work.Way, TimeSpan.Zero,
                [.. first, .. work.Actions], [], work.Risk, work.Notes);
        }
    }

    /// <summary>What each declared volume, mount or volume group should be, for looking and for
    /// acting.</summary>
    public static IEnumerable<VolumeSpec> Sought(PlanningContext context, DesiredState state) =>
        state.Volumes.Values.Select(v => VolumeSteps.Spec(context, v))
            .Concat(state.Mounts.Values.Select(m => MountSteps.Spec(state, m)))
            .Concat(state.Groups.Values.Select(GroupSteps.Spec));

    /// <summary>A container keeps the file system it was started on: who runs on what is attached
    /// anew is stopped before it and started after it, also when it is taken back.</summary>
    private static ImmutableArray<PlannedAction> Stops(PlanDraft draft, List<string> places)
    {
        var stops = ImmutableArray.CreateBuilder<PlannedAction>();
        foreach (var container in draft.Observed.Containers.Where(
            c => ServiceSteps.IsLive(c) && !c.Rehearsal))
        {
            var state = draft.Before.Services.ContainsKey(container.Service)
                ? draft.Before : draft.After;
            if (state.Services.GetValueOrDefault(container.Service) is { } service
                && PathsOf(draft.Context, state, service).Any(
                    p => places.Exists(place => StoragePlaces.Holds(place, p))))
            {
                draft.Stopped.Add(container.Name);
                stops.Add(ServiceSteps.Stop(draft.Context,
                    draft.ContainerBefore(service.Name), container));
            }
        }
        return stops.ToImmutable();
    }

    /// <summary>The directories of the host that a service uses.</summary>
    public static IEnumerable<string> PathsOf(
        PlanningContext context, DesiredState state, Service service) =>
        service.Volumes.Select(v => v.IsHostPath ? v.Source
            : ContainerPlanning.PathOf(context, state.Volumes.GetValueOrDefault(v.Source)
                ?? new(v.Source, null, null, null)));

    /// <summary>It is changed or healed, or something that is changed needs it. Others wait: a
    /// server that is away stands in nobody else's way.</summary>
    public static bool IsWanted(PlanDraft draft, ResourceId id) => draft.IsInScope(id)
        || draft.Changes.Keys.Any(changed => draft.After.Resources.TryGetValue(changed, out var r)
            && r.DependsOn.Contains(id));

    public static string Sentence(Step step)
    {
        var name = step.Id.Name;
        bool Does(ActionKind kind) => step.Actions.Any(a => a.Kind == kind);
        if (step.Id.Kind == ResourceKind.Mount)
        {
            var spec = step.Actions.LastOrDefault(a => a.Volume?.Mount is not null)?.Volume?.Mount;
            return step.Verb == Verb.Delete ? $"unmount {name}"
                : Does(ActionKind.AdoptMount) ? $"take over the mount at {name}"
                : Does(ActionKind.Attach) ? $"mount {spec!.Source} at {name}"
                : $"record the mount at {name}";
        }
        if (step.Id.Kind == ResourceKind.Group)
        {
            return step switch
            {
                { Verb: Verb.Delete } => $"forget volume group {name} and leave it as it is",
                { Actions.IsEmpty: true } => $"record volume group {name}",
                { Verb: Verb.Create } => $"create volume group {name}",
                _ when step.Actions.All(a => a.Group!.Before.Length == a.Group.After.Length) =>
                    $"take over volume group {name}",
                _ => $"extend volume group {name}",
            };
        }
        return step.Verb switch
        {
            Verb.Create => $"create volume {name}",
            Verb.Delete => $"forget volume {name} and keep its data",
            _ when Does(ActionKind.MakeImage) => $"create volume {name}",
            _ when Does(ActionKind.GrowImage) => $"grow volume {name}",
            _ when Does(ActionKind.Attach) => $"attach volume {name}",
            _ => $"change volume {name}",
        };
    }
}
