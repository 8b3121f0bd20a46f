using Loam.Core;

namespace Loam.Api.Tokens;

/// <summary>Counts wrong tokens by where they come from: after too many, further wrong ones are
/// turned away unrecorded for a while. A right one cannot be guessed, and is never kept waiting for
/// what others bring.</summary>
internal sealed class FailedTokens(TimeProvider time)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, (int Count, DateTimeOffset Until)> _seen =
        new(StringComparer.Ordinal);

    /// <summary>How long its wrong ones are turned away; null: they are not.</summary>
    public TimeSpan? Wait(string source)
    {
        var now = time.GetUtcNow();
        lock (_gate)
        {
            return _seen.TryGetValue(source, out var seen) && seen.Until > now
                && seen.Count >= Limits.TokenFailures ? seen.Until - now : null;
        }
    }

    /// <returns>True for the one with which it becomes too many.</returns>
    public bool Add(string source)
    {
        var now = time.GetUtcNow();
        lock (_gate)
        {
            if (_seen.Count >= Limits.TokenSources && !_seen.ContainsKey(source))
            {
                Forget(now);
            }
            var isFirst = !_seen.TryGetValue(source, out var seen) || seen.Until <= now;
            var count = isFirst ? 1 : seen.Count + 1;
            // Counted from the first; the pause begins with the one that is too many.
            _seen[source] = (count, isFirst || count == Limits.TokenFailures
                ? now + Limits.TokenPause : seen.Until);
            return count == Limits.TokenFailures;
        }
    }

    /// <summary>Those that are over; where there are none, the one that is over next.</summary>
    private void Forget(DateTimeOffset now)
    {
        foreach (var (source, _) in _seen.Where(s => s.Value.Until <= now).ToList())
        {
            _seen.Remove(source);
        }
        if (_seen.Count >= Limits.TokenSources)
        {
            _seen.Remove(_seen.MinBy(s => s.Value.Until).Key);
        }
    }
}
