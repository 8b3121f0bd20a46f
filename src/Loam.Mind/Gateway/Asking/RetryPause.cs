namespace Loam.Mind.Gateway.Asking;

/// <summary>How long to wait before the same is asked again.</summary>
internal static class RetryPause
{
    /// <summary>Tries of one model, the first included.</summary>
    public const int Tries = 3;

    private static readonly TimeSpan s_first = TimeSpan.FromSeconds(1);

    /// <summary>Nobody is kept waiting for longer; then another model is asked.</summary>
    private static readonly TimeSpan s_longest = TimeSpan.FromSeconds(20);

    /// <summary>Clocks differ.</summary>
    private static readonly TimeSpan s_slack = TimeSpan.FromMilliseconds(50);

    /// <summary>Full jitter: anything from none to a limit that doubles, so that many who failed
    /// together do not come again together; but never before the provider said.</summary>
    /// <param name="tried">Tries that failed, at least 1.</param>
    /// <param name="draw">From 0 up to 1.</param>
    /// <returns>Null: not at all.</returns>
    public static TimeSpan? After(int tried, ModelException failure, double draw)
    {
        // Who did not answer for a minute will not in the next; another model may.
        if (tried >= Tries || !failure.MayPass || failure.Fault == ModelFault.Timeout)
        {
            return null;
        }
        var pause = s_first * Math.Pow(2, tried - 1) * draw;
        return failure.RetryAfter is not { } least ? pause
            : least > s_longest ? null : least + s_slack + pause;
    }
}
