using Loam.Core.Scheduling;

namespace Loam.Core.Backups;

/// <summary>Something that copies are made of: a volume, or Loam's own state.</summary>
/// <param name="Volume">The volume's name; null: Loam's own state.</param>
/// <param name="Retain">Whole copies that are kept.</param>
/// <param name="Stops">The services that use it are stopped while its files are read.</param>
public sealed record BackupItem(string? Volume, CronSchedule Schedule, int Retain, bool Stops)
{
    /// <summary>What people call Loam's own state among the names of volumes.</summary>
    public const string State = "state";

    private const string Prefix = "volume/";

    /// <summary><c>volume/data</c>, or <c>loam/state</c>: in the repository, events and memory.
    /// </summary>
    public string Id => IdOf(Volume);

    public string Words => WordsOf(Id);

    public static string IdOf(string? volume) => volume is null ? "loam/state" : Prefix + volume;

    /// <summary>Null: Loam's own state.</summary>
    public static string? VolumeOf(string id) =>
        id.StartsWith(Prefix, StringComparison.Ordinal) ? id[Prefix.Length..] : null;

    public static string WordsOf(string id) =>
        VolumeOf(id) is { } volume ? $"volume {volume}" : "Loam's own state";
}
