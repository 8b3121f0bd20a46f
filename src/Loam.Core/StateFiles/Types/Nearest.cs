namespace Loam.Core.StateFiles.Types;

/// <summary>Finds the word somebody probably meant.</summary>
public static class Nearest
{
    private const int LongestWord = 40;

    /// <summary>The nearest of the known words; null when none is near: an edit distance of a
    /// third of the word's length at most.</summary>
    public static string? To(string word, IEnumerable<string> known)
    {
        if (word.Length is 0 or > LongestWord)
        {
            return null;
        }
        var plain = Plain(word);
        string? best = null;
        var least = int.MaxValue;
        foreach (var candidate in known)
        {
            if (candidate.Length > LongestWord)
            {
                continue;
            }
            var other = Plain(candidate);
            var distance = plain == other || plain == other + "s" || plain + "s" == other
                ? 0 : Distance(plain, other);
            if (distance < least && distance <= Math.Max(plain.Length, other.Length) / 3)
            {
                (best, least) = (candidate, distance);
            }
        }
        return best;
    }

    /// <summary>Case and separators are what people get wrong most.</summary>
    private static string Plain(string word) =>
        string.Concat(word.Where(c => c is not ('_' or '-' or '.' or ' ')))
            .ToLowerInvariant();

    /// <summary>Changed, added, lost and swapped letters (optimal string alignment).</summary>
    private static int Distance(string a, string b)
    {
        Span<int> before = stackalloc int[LongestWord + 1];
        Span<int> last = stackalloc int[LongestWord + 1];
        Span<int> row = stackalloc int[LongestWord + 1];
        for (var j = 0; j <= b.Length; j++)
        {
            last[j] = j;
        }
        for (var i = 1; i <= a.Length; i++)
        {
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var change = last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
                row[j] = Math.Min(change, Math.Min(last[j], row[j - 1]) + 1);
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                {
                    row[j] = Math.Min(row[j], before[j - 2] + 1);
                }
            }
            last.CopyTo(before);
            row.CopyTo(last);
        }
        return last[b.Length];
    }
}
