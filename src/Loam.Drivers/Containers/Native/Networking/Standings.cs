namespace Loam.Drivers.Containers.Native.Networking;

/// <summary>How containers stand at the moment.</summary>
/// <param name="Open">They can be reached.</param>
/// <param name="Well">They are known to be well.</param>
/// <param name="Leaving">They are about to end.</param>
public sealed record Standings(
    IReadOnlySet<string> Open, IReadOnlySet<string> Well, IReadOnlySet<string> Leaving)
{
    /// <summary>Of those that do the same, to whom somebody new is led: all that are as well as
    /// any of them.</summary>
    public IEnumerable<T> Best<T>(IEnumerable<T> all, Func<T, string> container)
    {
        var ranked = all.GroupBy(a => Rank(container(a))).MinBy(g => g.Key);
        return ranked ?? Enumerable.Empty<T>();
    }

    private int Rank(string container) =>
        (Leaving.Contains(container) ? 2 : 0) + (Well.Contains(container) ? 0 : 1);
}
