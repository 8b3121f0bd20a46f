using System.Collections.Immutable;
using Loam.Core.Diagnostics;
using Loam.Core.Firewall;
using Loam.Core.Resources;

namespace Loam.Core.Planning;

public enum Verb { Create, Update, Replace, Delete }

public enum Risk { Low, Medium, High, Critical }

/// <summary>How a step can be taken back.</summary>
public enum Undo { Exact, FromSnapshot, None }

/// <summary>How a service is replaced (decision 10).</summary>
public enum Way
{
    /// <summary>Nothing runs that must be replaced.</summary>
    Fresh,
    /// <summary>New beside old; the name moves when the new one is healthy. No gap.</summary>
    Overlap,
    /// <summary>A candidate without host ports is probed first, then swapped in.</summary>
    Rehearse,
    /// <summary>Old stopped, new started; the old one is taken up again on failure.</summary>
    Swap,
    /// <summary>The running container takes the new values.</summary>
    InPlace,
}

public enum ActionKind
{
    Pull, CreateNetwork, RemoveNetwork, CreateVolume, RemoveVolume,
    SetGroup,
    MakeImage, RemoveImage, Attach, Detach, GrowImage, SetAccess, AdoptMount, ReleaseMount,
    Create, Remove, Start, Stop, Update, GiveAlias, TakeAlias, Gate,
    SetFirewall,
    CreateGroup, RemoveGroup, SetUser,
    ObtainCertificate, DiscardCertificate, UseCertificate,
    DumpData, DiscardDump, SetDataAside, PutDataBack, LoadData,
    SetHostname, SetTimezone,
    SetResolver, CheckResolver,
    SetInterface, CheckInterface,
}

/// <summary>One call to the host, fixed when planned and journaled on its own. Level-triggered:
/// it names the target, and doing it twice is doing it once.</summary>
/// <param name="Kind">What to do.</param>
/// <param name="Target">The engine's name of the container or network, the volume's name, or the
/// image reference.</param>
public sealed record PlannedAction(ActionKind Kind, string Target)
{
    /// <summary>For Create: the container; also kept with Remove, so that it can be undone.
    /// </summary>
    public ContainerSpec? Container { get; init; }
    public NetworkSpec? Network { get; init; }
    /// <summary>For whatever is done to a volume or a mount.</summary>
    public VolumeSpec? Volume { get; init; }
    /// <summary>For SetGroup.</summary>
    public GroupChange? Group { get; init; }
    /// <summary>For SetAccess.</summary>
    public AccessChange? Access { get; init; }
    /// <summary>For SetGroup, MakeImage and SetAccess: names the plan, so that it takes back its
    /// own alone. Not part of what is approved.</summary>
    public long Token { get; init; }
    /// <summary>For Pull.</summary>
    public ResolvedImage? Image { get; init; }
    /// <summary>For Gate: the probe; for a dependency's gate too. For LoadData.</summary>
    public Probe? Probe { get; init; }
    /// <summary>For Update: limits and policy, before and after.</summary>
    public LimitChange? Limits { get; init; }
    /// <summary>For GiveAlias and TakeAlias: network and alias.</summary>
    public ImmutableArray<NetworkUse> Aliases { get; init; } = [];
    /// <summary>For SetFirewall.</summary>
    public FirewallChange? Firewall { get; init; }
    /// <summary>For SetUser.</summary>
    public UserChange? User { get; init; }
    /// <summary>For ObtainCertificate, DiscardCertificate and UseCertificate.</summary>
    public CertificateChange? Certificate { get; init; }
    /// <summary>For DumpData, SetDataAside and LoadData.</summary>
    public DataMove? Data { get; init; }
    /// <summary>For SetHostname.</summary>
    public HostnameChange? Hostname { get; init; }
    /// <summary>For SetTimezone.</summary>
    public TimezoneChange? Timezone { get; init; }
    /// <summary>For SetResolver.</summary>
    public ResolverChange? Resolver { get; init; }
    /// <summary>For CheckResolver.</summary>
    public ResolverProbe? ResolverProbe { get; init; }
    /// <summary>For SetInterface.</summary>
    public InterfaceChange? Interface { get; init; }
    /// <summary>For CheckInterface.</summary>
    public InterfaceProbe? InterfaceProbe { get; init; }
    /// <summary>After how long it goes back by itself, even if this process is gone; null: it
    /// stays. Not part of the plan: known when the action begins.</summary>
    public TimeSpan? Trial { get; init; }
}

/// <param name="Before">The table of the approved state; null: none.</param>
/// <param name="After">The table that is to be; null: none.</param>
public sealed record FirewallChange(FirewallTable? Before, FirewallTable? After);

public sealed record LimitChange(
    ResourceLimits Before, RestartPolicy PolicyBefore,
    ResourceLimits After, RestartPolicy PolicyAfter);

/// <summary>One field that changes, for people: <c>ports: 80 → 80</c> to <c>8080 → 80</c>.
/// </summary>
public sealed record FieldChange(string Field, string? Before, string? After);

/// <summary>The change of one resource. Complete: nothing is left to decide when it runs.
/// </summary>
/// <param name="Before">Canonical spec before, null when there was none.</param>
/// <param name="After">Canonical spec after, null when there will be none.</param>
/// <param name="Requires">Numbers of steps that must be done first.</param>
/// <param name="Gap">Expected interruption of the service.</param>
public sealed record Step(
    int Number, ResourceId Id, Verb Verb, Way Way, string? Before, string? After,
    Risk Risk, Undo Undo, TimeSpan Gap,
    ImmutableArray<int> Requires, ImmutableArray<PlannedAction> Actions,
    ImmutableArray<FieldChange> Changes, string Summary)
{
    /// <summary>Containers and networks that go away for good once the whole plan is applied;
    /// until then they are only stopped.</summary>
    public ImmutableArray<string> Retires { get; init; } = [];

    /// <summary>Remarks for the person: probe made up, secret stored by the engine …</summary>
    public ImmutableArray<string> Notes { get; init; } = [];
}

/// <summary>What a plan adds to the machine.</summary>
/// <param name="Memory">Bytes of limits added (may be negative).</param>
/// <param name="Download">Bytes to download; null when unknown.</param>
public sealed record PlanTotals(
    int Created, int Changed, int Replaced, int Deleted, long Memory, long Cpu, long? Download,
    ImmutableArray<int> PortsOpened, ImmutableArray<int> PortsClosed);

/// <summary>Immutable and complete. <see cref="Digest"/> covers the steps and what they touch,
/// not the generation's number (decision 5).</summary>
public sealed record Plan
{
    public required ImmutableArray<Step> Steps { get; init; }
    public required ImmutableArray<Diagnostic> Findings { get; init; }
    public required PlanTotals Totals { get; init; }
    public required Risk Risk { get; init; }
    /// <summary>Files whose name must be typed (decision 6).</summary>
    public required ImmutableArray<string> Restricted { get; init; }
    /// <summary>Secrets made at approval: name and length.</summary>
    public required ImmutableArray<string> Generates { get; init; }
    /// <summary>64 hex digits.</summary>
    public required string Digest { get; init; }

    /// <summary>It could cut off whoever approves it: it goes back by itself unless somebody
    /// confirms it over a new connection.</summary>
    public bool OnTrial { get; init; }

    /// <summary>The other one but for the revisions, which follow from the values of secrets.
    /// </summary>
    public bool IsLike(Plan other) => ReferenceEquals(this, other)
        || Steps.Select(Shape).SequenceEqual(other.Steps.Select(Shape));

    private static string Shape(Step step) =>
        $"{step.Number} {step.Id} {step.Verb} {step.Way} {step.Risk} "
        + $"{string.Join(' ', step.Requires)}: "
        + string.Join(' ', step.Actions.Select(a => a.Kind));

    public bool IsEmpty => Steps.IsEmpty;
    public bool HasErrors => Findings.Any(f => f.IsError);
}
