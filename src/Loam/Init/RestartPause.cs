using Loam.Core;

namespace Loam.Init;

/// <summary>How long until a process that ended is started again: longer each time, as long as none
/// of them lived.</summary>
internal sealed class RestartPause
{
    private TimeSpan _next = Limits.RestartPause;

    /// <param name="lived">How long the one that ended ran.</param>
    public TimeSpan After(TimeSpan lived)
    {
        if (lived >= Limits.LivedLong)
        {
            _next = Limits.RestartPause;
        }
        var pause = _next;
        _next = pause * 2 < Limits.LongestRestartPause ? pause * 2 : Limits.LongestRestartPause;
        return pause;
    }
}
