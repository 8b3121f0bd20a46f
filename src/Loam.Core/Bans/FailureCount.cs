namespace Loam.Core.Bans;

/// <summary>Counts failures by service and source, each for as long as it counts.</summary>
public sealed class FailureCount
{
    /// <summary>Sources that are counted at once: a flood of them pushes out those that failed
    /// longest ago, and takes no more memory.</summary>
    private const int MostSources = 20_000;

    private readonly Dictionary<(string Service, string Source), LinkedListNode<Entry>> _bySource =
        [];
    private readonly LinkedList<Entry> _oldestFirst = new();

    /// <returns>How often it failed within the rule's window, this time among them.</returns>
    public int Add(BanRule rule, string source, DateTimeOffset at)
    {
        var key = (rule.Service, source);
        if (_bySource.TryGetValue(key, out var node))
        {
            _oldestFirst.Remove(node);
        }
        else
        {
            node = new(new(key, []));
            _bySource[key] = node;
            if (_bySource.Count > MostSources)
            {
                _bySource.Remove(_oldestFirst.First!.Value.Key);
                _oldestFirst.RemoveFirst();
            }
        }
        _oldestFirst.AddLast(node);
        var times = node.Value.Times;
        times.Enqueue(at);
        while (times.Count > rule.MaxFailures || times.Peek() <= at - rule.Window)
        {
            times.Dequeue();
        }
        return times.Count;
    }

    /// <summary>Begins anew: it was shut out, or let in again.</summary>
    public void Forget(string source)
    {
        foreach (var node in _bySource.Where(s => s.Key.Source == source)
            .Select(s => s.Value).ToList())
        {
            _bySource.Remove(node.Value.Key);
            _oldestFirst.Remove(node);
        }
    }

    private sealed record Entry(
        (string Service, string Source) Key, Queue<DateTimeOffset> Times);
}
