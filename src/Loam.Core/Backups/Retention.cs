namespace Loam.Core.Backups;

/// <summary>Which copies of one thing are let go.</summary>
public static class Retention
{
    /// <param name="copies">All of one thing, in any order.</param>
    /// <param name="keep">Whole copies that stay: the newest ones. What is not whole stays as long
    /// as it is newer than the oldest of them, and there are no more of it than that.</param>
    public static IReadOnlyList<BackupCopy> Surplus(IEnumerable<BackupCopy> copies, int keep)
    {
        var newest = copies.OrderByDescending(c => c.At).ToList();
        var whole = newest.Where(c => c.IsWhole).ToList();
        var oldest = whole.Count >= keep ? whole[keep - 1].At : DateTimeOffset.MinValue;
        return
        [
            .. whole.Skip(keep),
            .. newest.Where(c => !c.IsWhole).Where((c, i) => c.At < oldest || i >= keep),
        ];
    }
}
