using Loam.Core.Approving;

namespace Loam.Core.Reconciling;

/// <summary>A change that stays only if its approver comes in again and says so: who could not
/// come in any more could not mend it either.</summary>
/// <param name="lasts">How long it waits, from the moment the host is touched.</param>
/// <param name="connections">The TCP connections of this host at a moment, each as the other end's
/// address and port (<see cref="Access.ToString"/>).</param>
internal sealed class Trial(
    TimeSpan lasts, Func<IReadOnlySet<string>> connections, TimeProvider time)
{
    private readonly TaskCompletionSource _confirmed =
        new(TaskCreationOptions.RunContinuationsAsynchronously);

    private IReadOnlySet<string>? _before;
    private long _began;

    public bool HasBegun => _before is not null;

    /// <summary>What is left of its time, whatever becomes of the clock.</summary>
    public TimeSpan Left => lasts - time.GetElapsedTime(_began);

    /// <summary>The host is about to be touched.</summary>
    /// <returns>How long the trial lasts.</returns>
    public TimeSpan Begin()
    {
        if (_before is null)
        {
            _before = connections();
            _began = time.GetTimestamp();
        }
        return lasts;
    }

    /// <exception cref="HostException">Conflict: that proves nothing, and why.</exception>
    public void Confirm(Access? by)
    {
        if (_before is null)
        {
            throw new HostException(Fault.Conflict,
                "The change that will wait for a confirmation has not come to that yet.",
                "Confirm when it says that it waits.");
        }
        if (by is null)
        {
            throw new HostException(Fault.Conflict,
                "This is no connection over the network, so it does not show that you can still "
                + "come in that way.", "Log in anew over SSH and run `loam confirm` there.");
        }
        if (_before.Contains(by.ToString()))
        {
            throw new HostException(Fault.Conflict,
                $"This connection, from {by.Source}, was there before the change and shows "
                + "nothing.", "Log in anew, in a second window, and run `loam confirm` there.");
        }
        if (!connections().Contains(by.ToString()))
        {
            throw new HostException(Fault.Conflict,
                $"There is no connection from {by} any more.",
                "Log in anew over SSH and run `loam confirm` there.");
        }
        _confirmed.TrySetResult();
    }

    /// <returns>False: nobody confirmed in time.</returns>
    public async Task<bool> WaitAsync(CancellationToken stop)
    {
        if (Left <= TimeSpan.Zero)
        {
            return _confirmed.Task.IsCompleted;
        }
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var limit = Task.Delay(Left, time, ended.Token);
        var first = await Task.WhenAny(_confirmed.Task, limit);
        ended.Cancel();
        stop.ThrowIfCancellationRequested();
        return first == _confirmed.Task;
    }
}
