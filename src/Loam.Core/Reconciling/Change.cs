using System.Collections.Immutable;
using Loam.Core.Approving;
using Loam.Core.Backups;
using Loam.Core.Diagnostics;
using Loam.Core.Observing;
using Loam.Core.Planning;
using Loam.Core.Resources;
using Loam.Core.StateFiles;

namespace Loam.Core.Reconciling;

public enum ChangeKind
{
    /// <summary>New texts for some files (a proposal, an import, a secret).</summary>
    Files,
    /// <summary>What an editor left in the state directory.</summary>
    WorkTree,
    /// <summary>Back towards an earlier generation.</summary>
    Revert,
    /// <summary>The approved state again, where the machine drifted from it.</summary>
    Heal,
    /// <summary>Tags resolved anew.</summary>
    Update,
    /// <summary>A container Loam did not make becomes a service.</summary>
    Adopt,
}

/// <summary>What somebody would like.</summary>
/// <param name="Reason">One line for the history: the sentence that was said, or the verb.</param>
public sealed record ChangeRequest(ChangeKind Kind, string Reason)
{
    /// <summary>Files: full new texts; an empty text removes the file.</summary>
    /// <remarks>A request that leaves it out means none; the JSON reader would give null.</remarks>
    public ImmutableSortedDictionary<string, string> Texts
    {
        get => field ?? ImmutableSortedDictionary<string, string>.Empty;
        init;
    }

    /// <summary>Files: the generation the texts were made from; 0 for an empty machine.</summary>
    public int BaseGeneration { get; init; }

    /// <summary>Revert: the generation meant; 0: the one before the present.</summary>
    public int Generation { get; init; }

    /// <summary>Update and Heal: services, or anything else as kind and name
    /// (<c>firewall/host</c>); empty: all. Adopt: the foreign container.</summary>
    public ImmutableArray<string> Names
    {
        get => field.IsDefault ? [] : field;
        init;
    }

    /// <summary>Files: the name of an open proposal, whose texts are meant where there are no
    /// others; with texts, a part of it.</summary>
    public string? Proposal { get; init; }

    /// <summary>Who thought of the texts; null: the one who asks. By the daemon's record, whatever
    /// a client writes here.</summary>
    public string? ProposedBy { get; init; }

    /// <summary>Nobody's words cover it (decision 0083): only an answer approves it.</summary>
    public bool IsUnasked { get; init; }

    /// <summary>What of it nobody's words cover, one sentence each. By the daemon's record,
    /// whatever a client writes here.</summary>
    public ImmutableArray<string> Unasked
    {
        get => field.IsDefault ? [] : field;
        init;
    }

    /// <summary>How the one who asks is connected; null: not over the network. By the kernel's
    /// word, whatever a client writes here.</summary>
    public Access? Access { get; init; }

    /// <summary>An <c>images.lock</c> whose pins are used rather than asking a registry.</summary>
    public string? Pins { get; init; }

    /// <summary>The longest path there is.</summary>
    private const int LongestName = 4096;

    /// <summary>What is wrong with one that came from elsewhere; null: nothing.</summary>
    public string? Fault() =>
        !Enum.IsDefined(Kind) ? "there is no such kind."
        : string.IsNullOrWhiteSpace(Reason) ? "its reason is missing."
        : Names.Any(n => string.IsNullOrWhiteSpace(n) || n.Length > LongestName
            || n.Any(char.IsControl)) ? "one of its names is empty or is none."
        : Kind == ChangeKind.Adopt && Names.Length != 1
            ? "adopt needs one name in `names`: a container, an interface or the path of a mount."
        : Texts.Any(t => t.Value is null) ? "one of its texts is missing."
        : Texts.Keys.Any(f => f != StateSet.Lock && FileKinds.Of(f) is null)
            ? "one of its texts is of a file that is none of the six state files."
        : Generation < 0 || BaseGeneration < 0 ? "its generation is below zero." : null;
}

/// <summary>A plan with the state it leads to, shown and waiting for approval.</summary>
/// <param name="Id">Short handle for approving.</param>
/// <param name="BaseGeneration">The generation it starts from.</param>
/// <param name="Before">Present approved state.</param>
/// <param name="After">State after it; null when the texts have errors.</param>
/// <param name="Findings">Errors and warnings of texts and plan together.</param>
public sealed record PlannedChange(
    string Id, ChangeRequest Request, int BaseGeneration, StateSet Before, StateSet After,
    Plan? Plan, ImmutableArray<Diagnostic> Findings)
{
    /// <summary>The setting that makes asking unnecessary; null: somebody must be asked.</summary>
    public string? SelfApproval { get; init; }

    public bool CanApply => Plan is { HasErrors: false } && !Findings.Any(f => f.IsError);

    /// <summary>Only the machine changes, back to what was approved: no new generation.</summary>
    public bool IsHealing => Request.Kind == ChangeKind.Heal;

    /// <summary>Neither the host nor any text would change.</summary>
    public bool IsNothing => CanApply && Plan!.IsEmpty && !After.ChangedFrom(Before).Any();
}

public enum ApplyStatus
{
    Applied,
    /// <summary>It failed and everything is as before.</summary>
    RolledBack,
    /// <summary>It failed and not everything could be taken back: <c>Error</c> says what to do.
    /// </summary>
    Incomplete,
    /// <summary>The state moved on and the plan is another one now: ask again.</summary>
    Changed,
    /// <summary>The approval does not cover it (restricted files, expired, wrong digest).</summary>
    NotApproved,
    Nothing,
}

/// <param name="Generation">The generation in force afterwards.</param>
/// <param name="Error">One or two sentences, for people.</param>
/// <param name="Replan">With <see cref="ApplyStatus.Changed"/>: the new plan.</param>
public sealed record ApplyResult(
    ApplyStatus Status, int Generation, string? Error, string? Remedy, TimeSpan Duration,
    PlannedChange? Replan);

/// <summary>Something that happened, for <c>loam events</c> and live display.</summary>
/// <param name="Type"><c>reconcile.started</c>, <c>reconcile.step</c>,
/// <c>reconcile.progress</c>, <c>reconcile.completed</c>, <c>reconcile.failed</c>,
/// <c>reconcile.waiting</c>, <c>reconcile.trying</c>, <c>service.healthy</c>,
/// <c>service.unhealthy</c>, <c>service.died</c>, <c>service.started</c>,
/// <c>state.edited</c>, <c>state.rejected</c>, <c>drift.found</c>, <c>recovery</c>; of a job, a
/// backup, a drill or a restore <c>job.started</c>, <c>backup.completed</c>, <c>drill.failed</c>
/// and so on.</param>
/// <param name="Name">The resource or step concerned.</param>
/// <param name="Status"><c>running</c>, <c>done</c>, <c>failed</c>, <c>undone</c>.</param>
/// <param name="Message">A sentence.</param>
public sealed record MachineEvent(long Sequence, DateTimeOffset At, string Type)
{
    public string? Name { get; init; }
    public string? Status { get; init; }
    public string? Message { get; init; }
    public string? Trigger { get; init; }
    public int? Generation { get; init; }
    public int? Step { get; init; }
    public int? Changes { get; init; }
    public bool? Success { get; init; }
    public bool? RolledBack { get; init; }
    public string? Error { get; init; }
    /// <summary>What a program wrote that explains it. A view for models has none of it.</summary>
    public string? Said { get; init; }
    /// <summary>Whoever declared it wants it told at any hour.</summary>
    public bool? IsAlert { get; init; }
    /// <summary>When a change on trial goes back.</summary>
    public DateTimeOffset? Until { get; init; }
    /// <summary>Milliseconds.</summary>
    public double? Duration { get; init; }
    /// <summary>Bytes or tries, for progress.</summary>
    public long? Done { get; init; }
    public long? Total { get; init; }

    /// <summary>Words about it, with what a program wrote.</summary>
    public string? Explained(string? words) => words is null ? words : Words(words, Said);

    internal static string Words(string words, string? said) =>
        string.IsNullOrEmpty(said) ? words : $"{words} It said: {said}";
}

public enum ServiceHealth { Healthy, Unhealthy, Starting, Stopped, Missing, Unknown }

/// <param name="Drift">How it differs from what was approved; null when it does not.</param>
public sealed record ServiceStatus(
    string Name, string Image, ServiceHealth Health, string Detail, int Running, int Wanted,
    ImmutableArray<Port> Ports, DateTimeOffset? Since, int Restarts, string? Drift,
    long? MemoryUsed, long? MemoryLimit, double? CpuPercent)
{
    /// <summary>What the command of its health check wrote last; null: nothing. A view for models
    /// has none of it but as a log.</summary>
    public string? Said { get; init; }

    /// <summary>How it is, with what a program wrote, for people.</summary>
    public string Explained => Said is null ? Detail : $"{Detail}: {Said}";
}

/// <param name="Pending">Edits in the state directory that were not applied: file names.</param>
/// <param name="Problems">Findings in those edits.</param>
public sealed record MachineStatus(
    string Host, string Version, string Engine, int Generation, string? LastChange,
    DateTimeOffset? LastChangeAt, string? Busy, string? Recovery,
    ImmutableArray<ServiceStatus> Services, ImmutableArray<string> Pending,
    ImmutableArray<Diagnostic> Problems, ImmutableArray<string> Drift)
{
    /// <summary>What the daemon waits for while it starts, and knows nothing else yet; null: it
    /// has started.</summary>
    public string? Starting { get; init; }

    /// <summary>How the copies are; null: none are made.</summary>
    public BackupSummary? Backups { get; init; }

    /// <summary>Loam as the operating system; null: it is another's.</summary>
    public OsStatus? Os { get; init; }

    /// <summary>How full those with a size are.</summary>
    public ImmutableArray<VolumeStatus> Volumes
    {
        get => field.IsDefault ? [] : field;
        init;
    }

    /// <summary>How many proposals wait for somebody to decide.</summary>
    public int Proposals { get; init; }

    /// <summary>What somebody should look at, as sentences.</summary>
    public ImmutableArray<string> Alerts
    {
        get => field.IsDefault ? [] : field;
        init;
    }
}

/// <summary>Finds what a tag means today.</summary>
public interface IImageResolver
{
    /// <param name="settings">Mirrors and accounts from the manifest.</param>
    /// <exception cref="HostException">NotFound: no such image or tag; Unavailable: no registry
    /// can be reached.</exception>
    Task<ResolvedImage> ResolveAsync(
        ImageReference image, Settings settings, CancellationToken cancel);
}
