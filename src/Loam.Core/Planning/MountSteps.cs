using System.Collections.Immutable;
using Loam.Core.Observing;
using Loam.Core.Resources;

namespace Loam.Core.Planning;

/// <summary>File systems that are attached. What somebody else attached is left alone.</summary>
internal static class MountSteps
{
    public static VolumeSpec Spec(DesiredState state, Mount mount) =>
        VolumeSteps.HostDirectory(mount.Target) with
        {
            Mount = new(mount.Source, mount.Type, mount.Options)
            {
                Sealed = mount.Secret is { } secret
                    ? state.Secrets.GetValueOrDefault(secret)?.Value : null,
            },
        };

    public static ResourceId Id(string target) => new(ResourceKind.Mount, target);

    public static IEnumerable<StorageWork> Declared(PlanDraft draft) => draft.After.Mounts.Values
        .Select(m => Of(draft, Id(m.Target), Spec(draft.After, m))).OfType<StorageWork>();

    private static StorageWork? Of(PlanDraft draft, ResourceId id, VolumeSpec spec)
    {
        var seen = draft.Observed.Storage?.At(spec.Path);
        var actions = StorageSteps.IsWanted(draft, id) ? Actions(draft, spec, seen) : [];
        return actions.IsEmpty && !draft.Changes.ContainsKey(id) ? null
            : new(spec.Path, draft.ChangeOf(id),
                seen?.Owned is null && !actions.IsEmpty ? Verb.Create : Verb.Update, Risk.Medium,
                actions, [.. Notes(spec, actions)]);
    }

    private static ImmutableArray<PlannedAction> Actions(
        PlanDraft draft, VolumeSpec spec, ObservedMount? seen)
    {
        PlannedAction Do(ActionKind kind, MountSpec mount) => new(kind, spec.Path)
        {
            Volume = spec with { Mount = mount },
        };
        if (seen is { Owned: { } owned } && (seen.IsOwn || seen.Source is null))
        {
            return owned != spec.Mount
                ? [Do(ActionKind.Detach, owned), Do(ActionKind.Attach, spec.Mount!)]
                : seen.IsOwn ? [] : [Do(ActionKind.Attach, spec.Mount!)];
        }
        return seen?.Source is null ? [Do(ActionKind.Attach, spec.Mount!)]
            : draft.Context.AdoptedMounts.Contains(spec.Path)
                ? [Do(ActionKind.AdoptMount, spec.Mount!)] : [];
    }

    public static IEnumerable<StorageWork> Gone(PlanDraft draft)
    {
        if (!draft.After.ManagesMounts)
        {
            yield break;
        }
        var owned = (draft.Observed.Storage?.Mounts ?? []).Where(m => m.Owned is { Disk: null }
            && !draft.After.Mounts.ContainsKey(m.Target)
            && (draft.IsInScope(Id(m.Target)) || !draft.Before.ManagesMounts)).ToList();
        foreach (var gone in owned)
        {
            yield return new(gone.Target, draft.ChangeOf(Id(gone.Target)), Verb.Delete,
                Risk.Medium,
                [new(ActionKind.Detach, gone.Target)
                {
                    Volume = VolumeSteps.HostDirectory(gone.Target) with { Mount = gone.Owned },
                }],
                [$"what is on {gone.Owned!.Source} stays there"])
            { Way = Way.InPlace };
        }
        foreach (var forgotten in draft.Changes.Values.Where(c => c.Id.Kind == ResourceKind.Mount
            && c.Verb == Verb.Delete && !owned.Exists(m => m.Target == c.Id.Name)))
        {
            yield return new(forgotten.Id.Name, forgotten, Verb.Delete, Risk.Low, [], [])
            { Way = Way.InPlace };
        }
    }

    private static IEnumerable<string> Notes(
        VolumeSpec spec, ImmutableArray<PlannedAction> actions)
    {
        if (actions.Any(a => a.Kind is ActionKind.Attach or ActionKind.AdoptMount))
        {
            var mount = spec.Mount!;
            yield return $"{mount.Type} {mount.Source}"
                + (mount.Options.Length > 0 ? $" ({mount.Options})" : "");
        }
        if (actions.Any(a => a.Kind == ActionKind.AdoptMount))
        {
            yield return "is mounted there already: nothing is touched, and from now on Loam "
                + "keeps it so";
        }
    }
}
