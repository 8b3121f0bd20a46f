using Loam.Core;
using Loam.Core.Reconciling;

namespace Loam.Api;

/// <summary>Plans that were shown and wait for approval. Bounded in number and age: the oldest
/// makes room.</summary>
internal sealed class OpenPlans(TimeProvider time)
{
    private readonly Lock _gate = new();
    private readonly LinkedList<(PlannedChange Change, DateTimeOffset Until)> _plans = [];

    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _plans.Count;
            }
        }
    }

    public void Keep(PlannedChange change)
    {
        var now = time.GetUtcNow();
        lock (_gate)
        {
            Drop(p => p.Until <= now || p.Change.Id == change.Id);
            while (_plans.Count >= Limits.OpenPlans)
            {
                _plans.RemoveFirst();
            }
            _plans.AddLast((change, now + Limits.PlanLifetime));
        }
    }

    /// <summary>Takes a plan out: a plan is approved once. Null when it is not there, or the
    /// digest is not the one that was shown.</summary>
    public (PlannedChange Change, DateTimeOffset Until)? Take(string id, string digest)
    {
        var now = time.GetUtcNow();
        lock (_gate)
        {
            Drop(p => p.Until <= now);
            for (var node = _plans.First; node is not null; node = node.Next)
            {
                if (node.Value.Change.Id == id && node.Value.Change.Plan?.Digest == digest)
                {
                    _plans.Remove(node);
                    return node.Value;
                }
            }
        }
        return null;
    }

    private void Drop(Predicate<(PlannedChange Change, DateTimeOffset Until)> which)
    {
        for (var node = _plans.First; node is not null;)
        {
            var next = node.Next;
            if (which(node.Value))
            {
                _plans.Remove(node);
            }
            node = next;
        }
    }
}
