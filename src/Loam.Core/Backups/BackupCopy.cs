namespace Loam.Core.Backups;

/// <summary>One copy, as the repository has it.</summary>
/// <param name="Id">The repository's own name of it, 64 hex digits.</param>
/// <param name="Item"><see cref="BackupItem.Id"/></param>
/// <param name="Bytes">Of what was read, not of what is stored; null: unknown.</param>
/// <param name="App">The app of the catalogue whose dump it is; null: files.</param>
/// <param name="IsWhole">False: something could not be read, or nobody said that it was finished.
/// Such a copy is better than none and is never taken for a good one.</param>
public sealed record BackupCopy(
    string Id, string Item, DateTimeOffset At, long? Files, long? Bytes, string? App, bool IsWhole)
{
    /// <summary>As much of the name as people need.</summary>
    public string ShortId => Id.Length > 8 ? Id[..8] : Id;
}
