using Loam.Core.Planning;

namespace Loam.Core.Reconciling;

/// <summary>Calls drivers, and tries again, within bounds, when a fault may pass. An unknown
/// outcome is not a failure: drivers observe before they act, so repeating is safe.</summary>
internal sealed class HostCalls
{
    /// <summary>How long an ordinary action keeps trying.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(4);

    private readonly Dictionary<ActionKind, IDriver> _byAction = [];
    private readonly TimeProvider _time;

    public HostCalls(IReadOnlyList<IDriver> drivers, TimeProvider time)
    {
        _time = time;
        foreach (var driver in drivers)
        {
            foreach (var kind in driver.Performs)
            {
                Invariant.Require(_byAction.TryAdd(kind, driver), $"two drivers do {kind}");
            }
        }
    }

    public DateTimeOffset Now => _time.GetUtcNow();

    public Task ApplyAsync(PlannedAction action, Action<long, long?, string?> progress,
        TimeSpan patience, CancellationToken cancel)
    {
        Invariant.Require(_byAction.TryGetValue(action.Kind, out var driver),
            $"no driver does {action.Kind}");
        return RetryAsync(async () =>
        {
            await driver.ApplyAsync(action, progress, cancel);
            return true;
        }, patience, cancel);
    }

    public async Task<T> RetryAsync<T>(
        Func<Task<T>> call, TimeSpan patience, CancellationToken cancel)
    {
        var started = _time.GetTimestamp();
        var pause = Limits.HostRetryPause;
        while (true)
        {
            try
            {
                return await call();
            }
            catch (HostException fault) when (fault.MayPass
                && _time.GetElapsedTime(started) < patience)
            {
                await Task.Delay(pause, _time, cancel);
                pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
            }
        }
    }
}
