namespace Loam.Api;

/// <summary>Turns at what is slow: so many at a time, and of one source one. What more of it comes
/// waits behind that, and stands in nobody else's way.</summary>
/// <param name="most">Served at one time.</param>
internal sealed class FairTurns(int most)
{
    private readonly SemaphoreSlim _free = new(most);
    private readonly Lock _gate = new();
    private readonly Dictionary<string, (SemaphoreSlim Turn, int Users)> _sources =
        new(StringComparer.Ordinal);

    /// <param name="patience">For its source's turn, and as long for one of all.</param>
    /// <returns>False: its turn did not come, and nothing was done.</returns>
    public async Task<bool> RunAsync(
        string source, TimeSpan patience, Func<Task> work, CancellationToken cancel)
    {
        var own = Come(source);
        try
        {
            return await InTurnAsync(own, patience, () => InTurnAsync(_free, patience, async () =>
            {
                await work().ConfigureAwait(false);
                return true;
            }, cancel), cancel).ConfigureAwait(false);
        }
        finally
        {
            Leave(source);
        }
    }

    private static async Task<bool> InTurnAsync(SemaphoreSlim turn, TimeSpan patience,
        Func<Task<bool>> work, CancellationToken cancel)
    {
        if (!await turn.WaitAsync(patience, cancel).ConfigureAwait(false))
        {
            return false;
        }
        try
        {
            return await work().ConfigureAwait(false);
        }
        finally
        {
            turn.Release();
        }
    }

    private SemaphoreSlim Come(string source)
    {
        lock (_gate)
        {
            var (turn, users) = _sources.GetValueOrDefault(source, (new(1), 0));
            _sources[source] = (turn, users + 1);
            return turn;
        }
    }

    private void Leave(string source)
    {
        lock (_gate)
        {
            var (turn, users) = _sources[source];
            if (users == 1)
            {
                _sources.Remove(source);
                turn.Dispose();
                return;
            }
            _sources[source] = (turn, users - 1);
        }
    }
}
