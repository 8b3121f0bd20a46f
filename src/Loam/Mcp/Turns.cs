namespace Loam.Mcp;

/// <summary>How many calls are served at one time, over all clients of a process: those that work,
/// and those that wait for somebody.</summary>
internal sealed class Turns
{
    private const int Working = 4, Waiting = 16;

    /// <summary>How long a call waits for its turn.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(20);

    private readonly SemaphoreSlim _working = new(Working);
    private readonly SemaphoreSlim _waiting = new(Waiting);

    /// <returns>Gives the turn back; null: there are too many.</returns>
    public async Task<Action?> TakeAsync(bool waits, CancellationToken cancel)
    {
        var turns = waits ? _waiting : _working;
        return await turns.WaitAsync(s_patience, cancel).ConfigureAwait(false)
            ? () => turns.Release() : null;
    }
}
