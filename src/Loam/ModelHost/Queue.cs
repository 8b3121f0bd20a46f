using Loam.Core;

namespace Loam.ModelHost;

/// <summary>One at a time; a few may wait, and not for ever.</summary>
internal sealed class Queue
{
    private readonly SemaphoreSlim _one = new(1);
    private int _waiting;

    /// <returns>To be disposed of afterwards.</returns>
    /// <exception cref="ChatFault">It is too long, or took too long.</exception>
    public async Task<IDisposable> EnterAsync(CancellationToken cancel)
    {
        try
        {
            if (Interlocked.Increment(ref _waiting) > Limits.ModelWaiting + 1)
            {
                throw Busy($"{Limits.ModelWaiting} requests wait for the model already.");
            }
            return await _one.WaitAsync(Limits.ModelWait, cancel).ConfigureAwait(false)
                ? new Turn(this)
                : throw Busy(string.Create(System.Globalization.CultureInfo.InvariantCulture,
                    $"Others kept the model busy for {Limits.ModelWait.TotalSeconds:0} s."));
        }
        catch
        {
            Interlocked.Decrement(ref _waiting);
            throw;
        }
    }

    private static ChatFault Busy(string message) => new(503, "overloaded_error", message);

    private sealed class Turn(Queue queue) : IDisposable
    {
        public void Dispose()
        {
            queue._one.Release();
            Interlocked.Decrement(ref queue._waiting);
        }
    }
}
