namespace Loam.Drivers.Containers.Native;

/// <summary>One has a name at a time. Nothing is kept of a name that nobody has or waits for.
/// </summary>
internal sealed class Turns
{
    private readonly Dictionary<string, Queue> _queues = new(StringComparer.Ordinal);

    /// <summary>How many names somebody has or waits for.</summary>
    public int Count
    {
        get
        {
            lock (_queues)
            {
                return _queues.Count;
            }
        }
    }

    /// <returns>The turn, which ends when it is disposed.</returns>
    public async Task<IDisposable> TakeAsync(string name, CancellationToken cancel)
    {
        Queue? queue;
        lock (_queues)
        {
            if (!_queues.TryGetValue(name, out queue))
            {
                _queues[name] = queue = new();
            }
            queue.Members++;
        }
        try
        {
            await queue.Gate.WaitAsync(cancel).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            Leave(name, queue);
            throw;
        }
        return new Turn(() =>
        {
            queue.Gate.Release();
            Leave(name, queue);
        });
    }

    private void Leave(string name, Queue queue)
    {
        lock (_queues)
        {
            if (--queue.Members == 0)
            {
                _queues.Remove(name);
            }
        }
    }

    private sealed class Queue
    {
        public SemaphoreSlim Gate { get; } = new(1);

        /// <summary>Who has it, and those that wait.</summary>
        public int Members { get; set; }
    }

    private sealed class Turn(Action end) : IDisposable
    {
        private Action? _end = end;

        public void Dispose() => Interlocked.Exchange(ref _end, null)?.Invoke();
    }
}
