using System.Collections.Immutable;

namespace Loam.Core.Backups;

/// <summary>What a restore would do.</summary>
/// <param name="Target">The directory that gets the contents.</param>
/// <param name="InPlace">It is the volume itself.</param>
/// <param name="Replaces">There is something, which is put aside until all is well.</param>
/// <param name="Stops">Services that are stopped meanwhile.</param>
/// <param name="Free">Bytes free there.</param>
public sealed record RestorePlan(
    BackupCopy Copy, string Target, bool InPlace, bool Replaces, ImmutableArray<string> Stops,
    long Free);
