using System.Collections.Immutable;
using Loam.Core.Diagnostics;
using Loam.Core.Observing;
using Loam.Core.Resources;
using Loam.Core.StateFiles;

namespace Loam.Core.Planning;

/// <summary>Decides everything: two states, what was observed, and out comes a plan that leaves
/// no choice to execution. Pure: the same input gives the same plan and the same digest.
/// </summary>
public static class Planner
{
    private static readonly ResourceId BackupSetting = new(ResourceKind.Setting, "backup");

    public static Plan Plan(
        DesiredState before, DesiredState after, ObservedState observed, PlanningContext context)
    {
        var draft = new PlanDraft(before, after, observed, context);
        AddSettingsAndSecrets(draft);
        StorageSteps.Add(draft);
        AddNetworks(draft);
        AddServices(draft);
        JobSteps.Add(draft);
        CertificateSteps.Add(draft);
        UserSteps.Add(draft);
        IdentitySteps.Add(draft);
        ResolverSteps.Add(draft);
        InterfaceSteps.Add(draft);
        BanSteps.Add(draft);
        FirewallStep.Add(draft);
        AddImages(draft);
        var steps = StepOrder.Arrange(draft, out var findings);
        var all = new DiagnosticBag();
        all.AddRange(findings);
        all.AddRange(after.NotYet);
        PlanChecks.All(draft, steps, all);
        return PlanSummary.Finish(draft, steps, all.ToList());
    }

    /// <summary>The volumes, mounts and directories of a state: what to look for on the host.
    /// </summary>
    public static IEnumerable<VolumeSpec> Places(PlanningContext context, DesiredState state) =>
        StorageSteps.Sought(context, state).Concat(
            state.Services.Values.SelectMany(s => s.Volumes).Where(v => v.IsHostPath)
                .Select(v => v.Source).Distinct().Select(VolumeSteps.HostDirectory))
            .DistinctBy(p => p.Name);

    private static void AddSettingsAndSecrets(PlanDraft draft)
    {
        foreach (var change in draft.Changes.Values)
        {
            if (change.Id.Kind is ResourceKind.Setting or ResourceKind.Secret)
            {
                draft.Add(change, change.Verb, Way.InPlace, TimeSpan.Zero, [], [],
                    change.Id.Kind == ResourceKind.Setting || change.Verb != Verb.Create
                        ? Risk.Medium : Risk.Low,
                    change.Id == BackupSetting
                        ? [.. BackupNotes.OfMachine(draft.After.Backups)] : []);
            }
        }
    }

    private static void AddNetworks(PlanDraft draft)
    {
        var isManaged = draft.After.ManagesServices || draft.After.ManagesNetworks;
        var wanted = EngineNames.Networks(draft.Context, draft.After);
        var present = draft.Observed.Networks.ToLookup(n => n.Declared, StringComparer.Ordinal);
        foreach (var (declared, spec) in wanted)
        {
            var id = new ResourceId(ResourceKind.Network, declared);
            var there = present[declared].Any(n => n.Revision == spec.Revision);
            var old = present[declared].Where(n => n.Revision != spec.Revision)
                .Select(n => n.Name).ToImmutableArray();
            if (there && (old.IsEmpty || !draft.IsInScope(id)))
            {
                continue;
            }
            ImmutableArray<PlannedAction> actions = there ? []
                : [new(ActionKind.CreateNetwork, spec.Name) { Network = spec }];
            draft.Add(draft.ChangeOf(id), old.IsEmpty ? Verb.Create : Verb.Replace, Way.Fresh,
                TimeSpan.Zero, actions, old, Risk.Low);
        }
        foreach (var gone in present.Where(g => isManaged && !wanted.ContainsKey(g.Key)))
        {
            var id = new ResourceId(ResourceKind.Network, gone.Key);
            if (draft.IsInScope(id) || gone.Key == EngineNames.DefaultNetwork)
            {
                draft.Add(draft.ChangeOf(id), Verb.Delete, Way.Fresh, TimeSpan.Zero, [],
                    [.. gone.Select(n => n.Name)], Risk.Low);
            }
        }
    }

    private static void AddServices(PlanDraft draft)
    {
        if (!draft.After.ManagesServices)
        {
            return;
        }
        var running = draft.Observed.Containers.ToLookup(c => c.Service, StringComparer.Ordinal);
        foreach (var service in draft.After.Services.Values)
        {
            var id = new ResourceId(ResourceKind.Service, service.Name);
            var first = draft.ContainerAfter(service);
            var previous = draft.ContainerBefore(service.Name);
            var stops = running[service.Name].Any(c => draft.Stopped.Contains(c.Name));
            if (!draft.IsInScope(id) && first.Revision == previous?.Revision && !stops)
            {
                continue;
            }
            // What a volume's step stops is not live any more when the service's turn comes.
            ImmutableArray<ObservedContainer> containers = [.. running[service.Name].Select(
                c => !draft.Stopped.Contains(c.Name) ? c
                    : c with { State = ContainerState.Created })];
            var work = ServiceSteps.Work(draft.Context, service, first, previous, containers,
                DataUpgrade.Of(draft, service).Upgrade);
            if (work is not null)
            {
                draft.AddService(service, first, WithDirectories(draft, service, !stops ? work
                    : work with { Way = Way.Swap, Gap = ServiceSteps.SwapGap }));
            }
            else if (draft.Changes.TryGetValue(id, out var recorded))
            {
                draft.Add(recorded, Verb.Update, Way.InPlace, TimeSpan.Zero, [], [], Risk.Low);
            }
        }
        foreach (var gone in running.Where(g => !draft.After.Services.ContainsKey(g.Key)))
        {
            var id = new ResourceId(ResourceKind.Service, gone.Key);
            if (draft.IsInScope(id))
            {
                var work = ServiceSteps.Removal(
                    draft.Context, draft.ContainerBefore(gone.Key), [.. gone]);
                draft.Add(draft.ChangeOf(id), Verb.Delete, work.Way, work.Gap, work.Actions,
                    work.Retires, Risk.Medium);
            }
        }
        foreach (var gone in draft.Changes.Values.Where(c => c.Verb == Verb.Delete
            && c.Id.Kind == ResourceKind.Service && !running.Contains(c.Id.Name)))
        {
            draft.Add(gone, Verb.Delete, Way.Fresh, TimeSpan.Zero, [], [], Risk.Low);
        }
    }

    /// <summary>A directory of the host that a service mounts is made when it is absent.
    /// </summary>
    private static ServiceWork WithDirectories(
        PlanDraft draft, Service service, ServiceWork work)
    {
        var absent = service.Volumes.Where(v => v.IsHostPath).Select(v => v.Source).Distinct()
            .Where(p => !draft.Observed.Volumes.Any(v => v.Path == p)
                && !draft.Steps.Any(s => s.Actions.Any(a => a.Volume?.Path == p)));
        return work with
        {
            Actions = [.. absent.Select(p => new PlannedAction(ActionKind.CreateVolume, p)
            {
                Volume = VolumeSteps.HostDirectory(p),
            }), .. work.Actions],
        };
    }

    /// <summary>Every image the plan starts containers from and the engine lacks is pulled
    /// first, so that a pull that fails has touched nothing.</summary>
    private static void AddImages(PlanDraft draft)
    {
        var needed = draft.Steps.SelectMany(s => s.Actions)
            .Where(a => a.Kind == ActionKind.Create)
            .Select(a => (a.Container!.ImageReference, a.Container.ImageDigest))
            .Concat(JobSteps.Images(draft))
            .DistinctBy(i => i.ImageReference).OrderBy(i => i.ImageReference,
                StringComparer.Ordinal);
        foreach (var (reference, digest) in needed)
        {
            var image = draft.After.Images.Values.FirstOrDefault(i => i.Digest == digest);
            if (image is null || image.IsLocalId
                || draft.Observed.Images.Contains(image.Digest))
            {
                continue;
            }
            var id = new ResourceId(ResourceKind.Image, reference);
            draft.Add(new(id, Verb.Create, null, null, []), Verb.Create, Way.Fresh,
                TimeSpan.Zero,
                [new(ActionKind.Pull, reference) { Image = image }], [], Risk.Low);
        }
    }
}
