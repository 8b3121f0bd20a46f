namespace Loam.Mind.Interpreter.Resolving;

internal static class Wording
{
    /// <summary><c>a, b and c</c>.</summary>
    public static string List(IEnumerable<string> items, string last = "and")
    {
        var all = items.ToList();
        return all.Count switch
        {
            0 => "nothing",
            1 => all[0],
            _ => $"{string.Join(", ", all[..^1])} {last} {all[^1]}",
        };
    }

    /// <summary>At most eight of them, and how many more.</summary>
    public static string Some(IEnumerable<string> items)
    {
        var all = items.ToList();
        return all.Count <= 8 ? List(all)
            : $"{string.Join(", ", all.Take(8))} and {all.Count - 8} more";
    }

}
