namespace Loam.Core.Bans;

/// <summary>Counts failures by service and source, each for as long as it counts.</summary>
public sealed class FailureCount
{
    /// <summary>Sources, and failures of all of them, that are counted at once: a flood pushes out
    /// those that failed longest ago, and takes no more memory.</summary>
    private const int MostSources = 20_000, MostFailures = 1_000_000;

    private readonly Dictionary<(string Service, string Source), LinkedListNode<Entry>> _bySource =
        [];
    private readonly LinkedList<Entry> _oldestFirst = new();
    private readonly HashSet<string> _services = new(StringComparer.Ordinal);
    private int _failures;

    /// <returns>How often it failed within the rule's window, this time among them.</returns>
    public int Add(BanRule rule, string source, DateTimeOffset at)
    {
        var key = (rule.Service, source);
        _services.Add(rule.Service);
        if (_bySource.TryGetValue(key, out var node))
        {
            _oldestFirst.Remove(node);
        }
        else
        {
            node = new(new(key, []));
            _bySource[key] = node;
        }
        _oldestFirst.AddLast(node);
        var times = node.Value.Times;
        _failures -= times.Count;
        times.Enqueue(at);
        // What lies as far ahead was told by a clock that was set back since.
        while (times.Count > rule.MaxFailures || times.Peek() <= at - rule.Window
            || times.Peek() >= at + rule.Window)
        {
            times.Dequeue();
        }
        _failures += times.Count;
        while (_bySource.Count > 1
            && (_bySource.Count > MostSources || _failures > MostFailures))
        {
            Drop(_oldestFirst.First!);
        }
        return times.Count;
    }

    /// <summary>Begins anew: it was shut out, or let in again.</summary>
    public void Forget(string source)
    {
        foreach (var service in _services)
        {
            if (_bySource.TryGetValue((service, source), out var node))
            {
                Drop(node);
            }
        }
    }

    private void Drop(LinkedListNode<Entry> node)
    {
        _bySource.Remove(node.Value.Key);
        _oldestFirst.Remove(node);
        _failures -= node.Value.Times.Count;
    }

    private sealed record Entry(
        (string Service, string Source) Key, Queue<DateTimeOffset> Times);
}
