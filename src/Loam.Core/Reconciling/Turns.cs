namespace Loam.Core.Reconciling;

/// <summary>One change at a time. The others wait, in the order they came, and are told what for.
/// </summary>
internal sealed class Turns
{
    private readonly SemaphoreSlim _turn = new(1);
    private volatile string? _busy;
    private int _waiting;

    /// <summary>Why the change in hand is made; null: there is none.</summary>
    public string? Busy => _busy;

    /// <param name="reason">What others are told while they wait.</param>
    /// <param name="wait">Is told what this waits for.</param>
    /// <returns>False: too many wait already.</returns>
    public async Task<bool> TakeAsync(string reason, Func<Task> work, Action<string> wait,
        CancellationToken stop)
    {
        if (Interlocked.Increment(ref _waiting) > Limits.Waiting)
        {
            Interlocked.Decrement(ref _waiting);
            return false;
        }
        try
        {
            if (!_turn.Wait(0, CancellationToken.None))
            {
                wait($"Waiting for another change to finish: {_busy ?? "it begins"}");
                await _turn.WaitAsync(stop);
            }
        }
        finally
        {
            Interlocked.Decrement(ref _waiting);
        }
        try
        {
            _busy = reason;
            await work();
            return true;
        }
        finally
        {
            _busy = null;
            _turn.Release();
        }
    }

    /// <summary>Does something to services or texts that is no change of the state, in turn with
    /// the changes: nothing is applied meanwhile.</summary>
    /// <param name="what">For those who wait.</param>
    /// <exception cref="HostException">Conflict: too many wait already.</exception>
    public async Task HoldAsync(string what, Func<Task> work, CancellationToken stop)
    {
        if (!await TakeAsync(what, work, _ => { }, stop))
        {
            throw new HostException(Fault.Conflict, "Too many changes are waiting already.",
                "Try again when they are done.");
        }
    }

    /// <summary>Returns when no change is in hand any more.</summary>
    public async Task UntilIdleAsync()
    {
        await _turn.WaitAsync();
        _turn.Release();
    }
}
