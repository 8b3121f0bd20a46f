namespace Loam.Mind.Gateway.Asking;

/// <summary>Leaves an endpoint alone that failed several times in a row: for a while nobody waits
/// for it, then one call tries it.</summary>
internal sealed class CircuitBreaker(TimeProvider time)
{
    /// <summary>Failures in a row.</summary>
    private const int Patience = 5;

    private static readonly TimeSpan s_first = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan s_longest = TimeSpan.FromMinutes(10);

    private readonly Lock _lock = new();
    private readonly long _origin = time.GetTimestamp();
    private int _failures;
    private TimeSpan _until;
    private bool _isTried;

    /// <summary>Whether it may be asked now. Whoever enters says afterwards how it went.
    /// </summary>
    /// <param name="left">How long it is still left alone.</param>
    public bool TryEnter(out TimeSpan left)
    {
        lock (_lock)
        {
            left = _until - Now;
            if (left > TimeSpan.Zero)
            {
                return false;
            }
            left = TimeSpan.Zero;
            if (_failures < Patience)
            {
                return true;
            }
            // One at a time.
            var mayTry = !_isTried;
            _isTried = true;
            return mayTry;
        }
    }

    /// <summary>How long it is still left alone.</summary>
    public TimeSpan Rest
    {
        get
        {
            lock (_lock)
            {
                return Most(_until - Now, TimeSpan.Zero);
            }
        }
    }

    public void Succeeded()
    {
        lock (_lock)
        {
            (_failures, _until, _isTried) = (0, TimeSpan.Zero, false);
        }
    }

    /// <param name="askedFor">How long the provider wants to be left alone.</param>
    public void Failed(TimeSpan? askedFor)
    {
        lock (_lock)
        {
            _failures++;
            _isTried = false;
            var rest = askedFor ?? TimeSpan.Zero;
            if (_failures >= Patience)
            {
                var doubled = s_first * Math.Pow(2, Math.Min(_failures - Patience, 10));
                rest = doubled < s_longest ? Most(rest, doubled) : Most(rest, s_longest);
            }
            _until = Most(_until, Now + rest);
        }
    }

    /// <summary>It says nothing about the endpoint.</summary>
    public void Left()
    {
        lock (_lock)
        {
            _isTried = false;
        }
    }

    private TimeSpan Now => time.GetElapsedTime(_origin);

    private static TimeSpan Most(TimeSpan a, TimeSpan b) => a > b ? a : b;
}
