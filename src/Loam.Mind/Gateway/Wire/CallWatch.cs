namespace Loam.Mind.Gateway.Wire;

/// <summary>The clock of one call: first bytes, from bytes to bytes, the whole.</summary>
internal sealed class CallWatch : IDisposable
{
    private readonly ModelTimes _times;
    private readonly TimeProvider _time;
    private readonly long _begun;
    private readonly CancellationTokenSource _stop;
    private readonly CancellationTokenRegistration _registration;
    private readonly CancellationToken _cancel;
    private TimeSpan _allowed;
    private bool _byWhole;

    public CallWatch(ModelTimes times, TimeProvider time, CancellationToken cancel)
    {
        (_times, _time, _cancel) = (times, time, cancel);
        _begun = time.GetTimestamp();
        Allow(times.First);
        _stop = new(_allowed, time);
        _registration = cancel.UnsafeRegister(
            static s => ((CancellationTokenSource)s!).Cancel(), _stop);
    }

    public CancellationToken Token => _stop.Token;

    /// <summary>It was the clock, and not whoever asked.</summary>
    public bool IsTimeout => _stop.IsCancellationRequested && !_cancel.IsCancellationRequested;

    /// <summary>A part of a sentence.</summary>
    public string Waited => _byWhole ? $"the whole took more than {_times.Whole.TotalSeconds:0} s"
        : $"nothing came for {_allowed.TotalSeconds:0} s";

    /// <summary>Bytes came: the next ones have their time.</summary>
    public void Came()
    {
        Allow(_times.Between);
        _stop.CancelAfter(_allowed);
    }

    public void Dispose()
    {
        _registration.Dispose();
        _stop.Dispose();
    }

    private void Allow(TimeSpan time)
    {
        var left = _times.Whole - _time.GetElapsedTime(_begun);
        _byWhole = left < time;
        _allowed = !_byWhole ? time : left > TimeSpan.Zero ? left : TimeSpan.Zero;
    }
}
