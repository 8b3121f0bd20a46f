using Loam.Core.Approving;

namespace Loam.Core.Reconciling;

/// <summary>A change that stays only if its approver comes in again and says so: who could not
/// come in any more could not mend it either.</summary>
/// <param name="lasts">How long it waits, from the moment the host is touched, see
/// <see cref="Begin"/>.</param>
/// <param name="connections">The TCP connections of this host at a moment, each by its key
/// (<see cref="Access.Key"/>).</param>
internal sealed class Trial(
    TimeSpan lasts, Func<IReadOnlySet<string>> connections, TimeProvider time)
{
    private readonly TaskCompletionSource _confirmed =
        new(TaskCreationOptions.RunContinuationsAsynchronously);

    private IReadOnlySet<string>? _before;
    private long? _began;
    private bool _isGuarded;

    public bool HasBegun => _began is not null;

    /// <summary>It waits for its confirmation.</summary>
    public bool IsOpen => _before is not null && !_confirmed.Task.IsCompleted;

    /// <summary>What is left of its time, whatever becomes of the clock.</summary>
    public TimeSpan Left => _began is { } began ? lasts - time.GetElapsedTime(began) : lasts;

    /// <summary>The host is about to be touched. Its time counts from the last such moment, since
    /// what comes between may take longer than all of it; but from the first that a guard outside
    /// this process goes by.</summary>
    /// <returns>How long the trial lasts.</returns>
    public TimeSpan Begin(bool isGuarded)
    {
        if (!_isGuarded)
        {
            _began = time.GetTimestamp();
            _isGuarded = isGuarded;
        }
        return lasts;
    }

    /// <summary>The change is in force: what connects from now on shows that one can.</summary>
    public void Open() => _before ??= connections();

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
        if (by.IsFromHere)
        {
            throw new HostException(Fault.Conflict,
                $"This connection, from {by.Source}, comes from the machine itself and shows "
                + "nothing.", "Log in anew from where you are and run `loam confirm` there.");
        }
        if (_before.Contains(by.Key()))
        {
            throw new HostException(Fault.Conflict,
                $"This connection, from {by.Source}, was there before the change and shows "
                + "nothing.", "Log in anew, in a second window, and run `loam confirm` there.");
        }
        if (!connections().Contains(by.Key()))
        {
            throw new HostException(Fault.Conflict,
                $"There is no connection from {by} any more.",
                "Log in anew over SSH and run `loam confirm` there.");
        }
        if (!_confirmed.TrySetResult() && !_confirmed.Task.IsCompletedSuccessfully)
        {
            throw new HostException(Fault.Conflict,
                "It is too late: the change is being taken back.", "Make it again.");
        }
    }

    /// <returns>False: nobody confirmed in time, and nobody can any more.</returns>
    public async Task<bool> WaitAsync(CancellationToken stop)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(stop);
        if (Left is var left && left > TimeSpan.Zero)
        {
            await Task.WhenAny(_confirmed.Task, Task.Delay(left, time, ended.Token));
            ended.Cancel();
        }
        _confirmed.TrySetCanceled(CancellationToken.None);
        stop.ThrowIfCancellationRequested();
        return _confirmed.Task.IsCompletedSuccessfully;
    }
}
