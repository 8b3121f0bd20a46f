using System.Collections.Immutable;
using Loam.Core.Approving;
using Loam.Core.Diagnostics;
using Loam.Core.Observing;
using Loam.Core.Planning;
using Loam.Core.Resources;
using Loam.Core.StateFiles;
using Loam.Core.StateFiles.Editing;

namespace Loam.Core.Reconciling;

/// <summary>The approved state in force.</summary>
/// <param name="Generation">0: nothing was ever applied.</param>
internal sealed record InForce(int Generation, StateSet Files, DesiredState State)
{
    public static readonly InForce Nothing = new(0, StateSet.Empty, DesiredState.Empty);
}

/// <summary>From a request to a plan that can be shown. Reads the host, changes nothing.
/// </summary>
internal sealed class ChangePlanning(MachineParts parts, Reconciler reconciler)
{
    private readonly ImagePinning _pinning = new(parts.Images);
    private long _handles;

    public async Task<PlannedChange> PlanAsync(
        ChangeRequest request, InForce now, CancellationToken cancel)
    {
        var context = parts.Abilities(parts.Context) with
        {
            Heal = request.Kind == ChangeKind.Heal,
            HealOnly = request.Kind == ChangeKind.Heal ? [.. Ids(request.Names)] : [],
            Access = request.Access,
            IsRevert = request.Kind == ChangeKind.Revert,
        };
        var found = new DiagnosticBag();
        if (request.Kind == ChangeKind.Adopt)
        {
            (request, context) = await AdoptAsync(request, now, context, cancel);
        }
        var target = await TargetAsync(request, now, found, cancel);
        var reading = StateReader.Read(target);
        found.AddRange(reading.Findings);
        if (reading.State is null || found.HasErrors)
        {
            return Change(request, now, target, null, found);
        }
        bool Renew(ImageUse use) => request.Kind == ChangeKind.Update && request.Pins is null
            && (request.Names.IsEmpty || request.Names.Contains(use.By.Name));
        var pinned = request.Pins is null ? reading.State : Repin(reading.State, request.Pins);
        var (after, faults) = await _pinning.PinAsync(pinned, Renew, cancel);
        found.AddRange(faults);
        if (found.HasErrors)
        {
            return Change(request, now, after.Files, null, found);
        }
        return await PlanStateAsync(request, now, after, context, found, cancel);
    }

    /// <summary>What is to be taken over: what is mounted at a path, an interface, or a container.
    /// </summary>
    private async Task<(ChangeRequest, PlanningContext)> AdoptAsync(ChangeRequest request,
        InForce now, PlanningContext context, CancellationToken cancel)
    {
        ImmutableSortedDictionary<string, string> files;
        var name = request.Names[0];
        if (name.StartsWith('/'))
        {
            var target = name.Length > 1 ? name.TrimEnd('/') : name;
            var isDeclared = now.State.Mounts.ContainsKey(target);
            files = await parts.AdoptMount(target, now.Files, isDeclared, cancel);
            context = context with
            {
                AdoptedMounts = context.AdoptedMounts.Add(target),
                Heal = isDeclared, HealOnly = isDeclared ? [MountSteps.Id(target)] : [],
            };
        }
        else if (parts.AdoptLink(name, now.Files, now.State.Interfaces.ContainsKey(name))
            is { } link)
        {
            files = link;
        }
        else
        {
            var adoption = await parts.Adopt(name, now.Files, cancel);
            files = adoption.Files;
            context = context with
            {
                Adoptions = context.Adoptions.Add(adoption.Service, adoption.Container),
            };
        }
        // Encrypting again gives another text: what was shown is what is applied.
        return (request.Texts.IsEmpty
            ? request with { Texts = files, BaseGeneration = now.Generation } : request, context);
    }

    /// <summary>Plans towards a state that is already pinned.</summary>
    public async Task<PlannedChange> PlanStateAsync(ChangeRequest request, InForce now,
        DesiredState after, PlanningContext context, DiagnosticBag found,
        CancellationToken cancel)
    {
        var observed = await reconciler.ObserveAsync(
            Planner.Places(context, after), cancel);
        var before = request.Kind == ChangeKind.Heal ? after : now.State;
        observed = observed with
        {
            Ports = parts.PortsTaken(
                NewPorts(after, observed, context.Adoptions.Values)),
            Listening = FirewallStep.Changes(before, after) ? parts.Listening() : [],
        };
        var plan = Planner.Plan(before, after, observed, context);
        found.AddRange(plan.Findings);
        return Change(request, now, after.Files, plan, found) with
        {
            SelfApproval = request.IsUnasked ? null
                : SelfApproval.Of(request.Kind, now.State, after, plan),
        };
    }

    private static IEnumerable<ResourceId> Ids(IEnumerable<string> names) => names.Select(
        n => ResourceId.TryParse(n, out var id) ? id : new(ResourceKind.Service, n));

    private static DesiredState Repin(DesiredState state, string pins) =>
        state.With(state.Images.SetItems(ImagesLock.Read(pins, new())));

    private PlannedChange Change(ChangeRequest request, InForce now, StateSet after, Plan? plan,
        DiagnosticBag found) =>
        new($"p{Interlocked.Increment(ref _handles)}", request, now.Generation, now.Files, after,
            plan, [.. found.ToList()]);

    /// <summary>The texts a request means, rebased when the state moved on since it was made.
    /// </summary>
    private async Task<StateSet> TargetAsync(
        ChangeRequest request, InForce now, DiagnosticBag found, CancellationToken cancel)
    {
        switch (request.Kind)
        {
            case ChangeKind.WorkTree:
                var edited = await parts.History.ReadWorkTreeAsync(cancel);
                return now.Files[StateSet.Lock] is { } pins
                    ? edited.With(StateSet.Lock, pins) : edited.Without(StateSet.Lock);
            case ChangeKind.Revert:
                var number = request.Generation > 0 ? request.Generation : now.Generation - 1;
                var former = number <= 0 ? StateSet.Empty
                    : await parts.History.ReadAsync(number, cancel);
                return KeepSecrets(former, now.Files);
            case ChangeKind.Files or ChangeKind.Adopt:
                return await MergedAsync(request, now, found, cancel);
            default:
                return now.Files;
        }
    }

    private async Task<StateSet> MergedAsync(
        ChangeRequest request, InForce now, DiagnosticBag found, CancellationToken cancel)
    {
        var from = request.BaseGeneration == now.Generation ? now.Files
            : request.BaseGeneration == 0 ? StateSet.Empty
            : await parts.History.ReadAsync(request.BaseGeneration, cancel);
        var target = now.Files;
        foreach (var (file, mine) in request.Texts)
        {
            var (theirs, origin) = (now.Files[file] ?? "", from[file] ?? "");
            if (theirs == origin || theirs == mine)
            {
                target = mine.Length == 0 ? target.Without(file) : target.With(file, mine);
                continue;
            }
            var (merged, conflicts) = StateMerge.Merge(file, origin, theirs, mine);
            found.AddRange(conflicts);
            target = merged is null ? target : target.With(file, merged);
        }
        return target;
    }

    /// <summary>Decision 7: a revert never changes the value of a secret that exists now.
    /// </summary>
    private static StateSet KeepSecrets(StateSet former, StateSet now)
    {
        const string File = "security.yaml";
        var present = StateReader.Read(now).State?.Secrets;
        var old = StateReader.Read(former).State?.Secrets;
        if (present is null || old is null || former[File] is not { } text)
        {
            return former;
        }
        foreach (var (name, secret) in old)
        {
            if (present.TryGetValue(name, out var kept) && kept.Value != secret.Value)
            {
                text = SecretText.Replace(text, name, kept.Value);
            }
        }
        return former.With(File, text);
    }

    /// <summary>Host ports that the state wants and no running container of ours holds.
    /// </summary>
    private static HashSet<(int, string)> NewPorts(DesiredState after, ObservedState observed,
        IEnumerable<ObservedContainer> adopted)
    {
        var ours = observed.Containers.Concat(adopted)
            .Where(c => c.State is ContainerState.Running or ContainerState.Paused)
            .SelectMany(c => c.Ports).Where(p => p.Host is not null)
            .Select(p => (p.Host!.Value, p.Protocol));
        return [.. after.Services.Values.Where(s => s.Replicas > 0).SelectMany(s => s.Ports)
            .Where(p => p.Host is not null).Select(p => (p.Host!.Value, p.Protocol))
            .Except(ours)];
    }
}
