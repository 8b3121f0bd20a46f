using System.Collections.Immutable;
using Loam.Core.Observing;
using Loam.Core.Resources;
using Loam.Core.StateFiles;

namespace Loam.Core.Planning;

/// <summary>How one declared thing differs between two states.</summary>
internal sealed record ResourceChange(
    ResourceId Id, Verb Verb, string? Before, string? After, ImmutableArray<FieldChange> Fields);

/// <summary>A plan being put together. Lives for one call of the planner.</summary>
internal sealed class PlanDraft
{
    private readonly List<Step> _steps = [];
    private readonly Dictionary<string, ContainerSpec> _containersBefore;

    public PlanDraft(DesiredState before, DesiredState after, ObservedState observed,
        PlanningContext context)
    {
        Before = before;
        After = after;
        Observed = observed;
        Context = context;
        Changes = Differences(before, after);
        _containersBefore = before.Services.Values.ToDictionary(s => s.Name,
            s => ContainerPlanning.Container(context, before, s, 0), StringComparer.Ordinal);
    }

    public DesiredState Before { get; }
    public DesiredState After { get; }
    public ObservedState Observed { get; }
    public PlanningContext Context { get; }
    public IReadOnlyDictionary<ResourceId, ResourceChange> Changes { get; }
    public IReadOnlyList<Step> Steps => _steps;

    /// <summary>Containers that the step of a volume or mount stops.</summary>
    public HashSet<string> Stopped { get; } = new(StringComparer.Ordinal);

    public Diagnostics.Span? Where(Service service) =>
        After.Resources.GetValueOrDefault(new(ResourceKind.Service, service.Name))?.At;

    /// <summary>A change plans what it changes; healing plans everything.</summary>
    public bool IsInScope(ResourceId id) => Changes.ContainsKey(id)
        || (Context.Heal && (Context.HealOnly.IsEmpty || Context.HealOnly.Contains(id)));

    /// <summary>First container of the service in the present state; null when it has none.
    /// </summary>
    public ContainerSpec? ContainerBefore(string service) =>
        _containersBefore.GetValueOrDefault(service);

    /// <summary>First container of the service in the state to come.</summary>
    public ContainerSpec ContainerAfter(Service service) => ReferenceEquals(Before, After)
        ? _containersBefore[service.Name]
        : ContainerPlanning.Container(Context, After, service, 0);

    /// <summary>The change of a thing, or, when only the machine differs, one without fields.
    /// </summary>
    public ResourceChange ChangeOf(ResourceId id)
    {
        if (Changes.TryGetValue(id, out var change))
        {
            return change;
        }
        var spec = After.Resources.GetValueOrDefault(id)?.Spec.Canonical();
        return new(id, Verb.Update, spec, spec, []);
    }

    public void Add(ResourceChange change, Verb verb, Way way, TimeSpan gap,
        ImmutableArray<PlannedAction> actions, ImmutableArray<string> retires, Risk risk,
        params ImmutableArray<string> notes) =>
        _steps.Add(new(_steps.Count, change.Id, verb, way, change.Before, change.After, risk,
            Undo.Exact, gap, [], actions, change.Fields, "")
        {
            Retires = retires,
            Notes = notes,
        });

    public void AddService(Service service, ContainerSpec first, ServiceWork work)
    {
        var notes = ImmutableArray.CreateBuilder<string>();
        if (service.Probe.Synthesised && !work.Actions.IsEmpty)
        {
            notes.Add(service.Probe.Kind == ProbeKind.Settle
                ? $"no port and no health check: counts as healthy when it {service.Probe}"
                : $"no health check declared: {service.Probe} is probed");
        }
        foreach (var secret in ContainerPlanning.SecretsOf(service)
            .Except(first.SecretFiles.Select(f => f.Secret)))
        {
            notes.Add($"the engine stores the secret {secret} with the container: "
                + "the image reads it only from there");
        }
        if (MovesData(work) && DataUpgrade.Of(this, service).Upgrade is { } upgrade)
        {
            notes.AddRange(upgrade.Notes());
        }
        if (Context.Adoptions.TryGetValue(service.Name, out var foreign))
        {
            notes.Add($"takes over from {foreign.Name}, which is stopped and kept");
        }
        Add(ChangeOf(new(ResourceKind.Service, service.Name)), work.Verb, work.Way, work.Gap,
            work.Actions, work.Retires, RiskOf(service, work), notes.ToImmutable());
    }

    private static Risk RiskOf(Service service, ServiceWork work)
    {
        if (service.Privileged || !service.Devices.IsEmpty || MovesData(work))
        {
            return Risk.High;
        }
        if (!service.CapAdd.IsEmpty || service.Volumes.Any(v => v.IsHostPath && !v.ReadOnly)
            || work.Way == Way.Swap)
        {
            return Risk.Medium;
        }
        return Risk.Low;
    }

    private static bool MovesData(ServiceWork work) =>
        work.Actions.Any(a => a.Kind == ActionKind.DumpData);

    private static Dictionary<ResourceId, ResourceChange> Differences(
        DesiredState before, DesiredState after)
    {
        var changes = new Dictionary<ResourceId, ResourceChange>();
        foreach (var (id, now) in after.Resources)
        {
            var then = before.Resources.GetValueOrDefault(id);
            if (then is null)
            {
                changes[id] = new(id, Verb.Create, null, now.Spec.Canonical(), []);
                continue;
            }
            if (ReferenceEquals(then.Spec, now.Spec))
            {
                continue;
            }
            var (old, fresh) = (then.Spec.Canonical(), now.Spec.Canonical());
            if (old != fresh)
            {
                changes[id] = new(id, Verb.Update, old, fresh, StateDiff.Fields(
                    id, then.Spec, now.Spec));
            }
        }
        foreach (var (id, then) in before.Resources)
        {
            if (!after.Resources.ContainsKey(id) && id.Kind switch
            {
                ResourceKind.Service => after.ManagesServices,
                ResourceKind.User => after.ManagesUsers,
                ResourceKind.Certificate => after.ManagesCertificates,
                ResourceKind.Interface => after.ManagesInterfaces,
                ResourceKind.Mount => after.ManagesMounts,
                _ => true,
            })
            {
                changes[id] = new(id, Verb.Delete, then.Spec.Canonical(), null, []);
            }
        }
        return changes;
    }
}
