using System.Collections.Immutable;

namespace Loam.Core.Backups;

/// <summary>How the copies are, for <c>loam status</c>.</summary>
/// <param name="Where">Where they go, for people.</param>
/// <param name="Things">Of how many things copies are made.</param>
/// <param name="Copied">When the thing whose last whole copy is the oldest was copied; null: one
/// has none yet.</param>
/// <param name="Proven">When the thing whose last proven restore is the oldest was proven; null:
/// one never was.</param>
/// <param name="Next">When the next copy is due.</param>
/// <param name="Warnings">What would make the copies useless on a bad day, as sentences.</param>
public sealed record BackupSummary(
    string Where, int Things, DateTimeOffset? Copied, DateTimeOffset? Proven,
    DateTimeOffset? Next, ImmutableArray<string> Warnings);

/// <summary>What is remembered of the copies of one thing.</summary>
/// <param name="Copied">When the last whole copy was made.</param>
/// <param name="Proven">When a copy was last restored aside and was as it should be.</param>
/// <param name="ProvenCopy">Which.</param>
/// <param name="Fault">Why the last drill did not prove it; null: it did.</param>
public sealed record BackupFacts(
    DateTimeOffset? Copied, DateTimeOffset? Proven, string? ProvenCopy, string? Fault)
{
    public static readonly BackupFacts None = new(null, null, null, null);
}

/// <summary>What is remembered from run to run.</summary>
/// <param name="Repositories">By destination, the repository's own identity: one that is gone is
/// not silently begun anew.</param>
/// <param name="KeyShown">When somebody was shown the password that a restore elsewhere needs.
/// </param>
/// <param name="Facts">By destination and <see cref="BackupItem.Id"/>.</param>
public sealed record BackupMemory(
    ImmutableSortedDictionary<string, string> Repositories, DateTimeOffset? KeyShown,
    ImmutableSortedDictionary<string, BackupFacts> Facts)
{
    public static readonly BackupMemory Empty = new(
        ImmutableSortedDictionary<string, string>.Empty, null,
        ImmutableSortedDictionary<string, BackupFacts>.Empty);

    public BackupFacts Of(string item) => Facts.GetValueOrDefault(item, BackupFacts.None);

    public BackupMemory With(string item, Func<BackupFacts, BackupFacts> change) =>
        this with { Facts = Facts.SetItem(item, change(Of(item))) };
}
