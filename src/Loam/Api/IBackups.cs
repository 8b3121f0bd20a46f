using System.Collections.Immutable;
using Loam.Core.Backups;
using Loam.Core.Reconciling;

namespace Loam.Api;

/// <summary>What a client can ask about copies.</summary>
internal interface IBackups
{
    /// <summary>The copies, and what they are made of.</summary>
    /// <exception cref="HostException">The repository cannot be read.</exception>
    Task<BackupsAnswer> ListAsync(CancellationToken cancel);

    /// <exception cref="HostException">NotFound: a name means nothing.</exception>
    void Check(IReadOnlyList<string> names);

    /// <summary>Copies now; every line ends or advances one thing.</summary>
    /// <param name="names">Volumes, services, <c>state</c>; none: everything.</param>
    Task BackUpAsync(
        IReadOnlyList<string> names, string who, Action<BackupLine> tell, CancellationToken stop);

    /// <summary>Restores the newest copy of each thing aside, to see whether it is good.</summary>
    Task DrillAsync(string who, Action<BackupLine> tell, CancellationToken stop);

    /// <summary>What a restore would do.</summary>
    Task<RestorePlan> PlanAsync(RestoreOrder order, CancellationToken cancel);

    /// <summary>Restores exactly the copy that a plan named.</summary>
    Task RestoreAsync(
        RestoreOrder order, string who, Action<BackupLine> tell, CancellationToken stop);

    /// <summary>The password that opens the repository anywhere, and where that is.</summary>
    Task<BackupKeyAnswer> KeyAsync(string who, CancellationToken cancel);
}

/// <param name="Names">Volumes, services, <c>state</c>; empty: everything.</param>
internal sealed record BackupOrder(ImmutableArray<string> Names);

/// <param name="Name">A volume, or <c>state</c>.</param>
/// <param name="At">A moment, or the beginning of a copy's ID; null: the newest.</param>
/// <param name="To">Another directory; null: in place.</param>
internal sealed record RestoreOrder(string Name, string? At, string? To);

/// <summary>One line of an answer: how far something is, or how it ended.</summary>
/// <param name="Item">For people: <c>volume data</c>.</param>
internal sealed record BackupLine(string Item)
{
    public string? Doing { get; init; }

    /// <summary>Bytes.</summary>
    public long? Done { get; init; }
    public long? Total { get; init; }

    /// <summary>It ended well: with this copy made, proven or restored.</summary>
    public BackupCopy? Copy { get; init; }

    /// <summary>It ended, with what to say besides.</summary>
    public string? Note { get; init; }

    /// <summary>It ended badly.</summary>
    public Problem? Error { get; init; }
}

/// <summary>One thing that is copied.</summary>
/// <param name="Item"><c>volume/data</c></param>
/// <param name="When">In words; null: only when asked for.</param>
/// <param name="Error">Why the last run failed; null: it did not.</param>
internal sealed record BackupStatus(
    string Item, string? When, int Retain, DateTimeOffset? Next, DateTimeOffset? Running,
    DateTimeOffset? Proven, string? Error);

/// <param name="Where">The repository for people.</param>
/// <param name="Copies">Newest first.</param>
internal sealed record BackupsAnswer(
    string Where, ImmutableArray<BackupStatus> Items, ImmutableArray<BackupCopy> Copies);

internal sealed record BackupKeyAnswer(string Where, string Password);
