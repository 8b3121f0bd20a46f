namespace Loam.Mind.Evaluating.Judging;

/// <summary>The lines of which two texts differ: a longest common subsequence is what is left.
/// </summary>
internal static class LineChange
{
    /// <returns>Indices of lines of the one that are not in the other.</returns>
    public static (List<int> Lost, List<int> Gained) Between(string[] before, string[] after)
    {
        var start = 0;
        while (start < before.Length && start < after.Length && before[start] == after[start])
        {
            start++;
        }
        var (endBefore, endAfter) = (before.Length, after.Length);
        while (endBefore > start && endAfter > start
            && before[endBefore - 1] == after[endAfter - 1])
        {
            (endBefore, endAfter) = (endBefore - 1, endAfter - 1);
        }
        var common = Lengths(before, after, start, endBefore, endAfter);
        var (lost, gained, i, j) = (new List<int>(), new List<int>(), start, start);
        while (i < endBefore || j < endAfter)
        {
            if (i < endBefore && j < endAfter && before[i] == after[j])
            {
                (i, j) = (i + 1, j + 1);
            }
            else if (j == endAfter || (i < endBefore
                && common[i + 1 - start, j - start] >= common[i - start, j + 1 - start]))
            {
                lost.Add(i++);
            }
            else
            {
                gained.Add(j++);
            }
        }
        return (lost, gained);
    }

    /// <summary>Of the longest common subsequence of the rest from each pair of lines on.</summary>
    private static int[,] Lengths(
        string[] before, string[] after, int start, int endBefore, int endAfter)
    {
        var lengths = new int[endBefore - start + 1, endAfter - start + 1];
        for (var i = endBefore - 1; i >= start; i--)
        {
            for (var j = endAfter - 1; j >= start; j--)
            {
                var (x, y) = (i - start, j - start);
                lengths[x, y] = before[i] == after[j] ? lengths[x + 1, y + 1] + 1
                    : Math.Max(lengths[x + 1, y], lengths[x, y + 1]);
            }
        }
        return lengths;
    }
}
