namespace Loam.Core;

/// <summary>How long until what ended is started again: longer each time, as long as none of them
/// lived.</summary>
/// <param name="first">The pause after one that lived, and after the first.</param>
/// <param name="longest">It doubles up to this.</param>
/// <param name="calm">One that ran as long is well again.</param>
public sealed class BackOff(TimeSpan first, TimeSpan longest, TimeSpan calm)
{
    private TimeSpan? _next;

    /// <param name="lived">How long the one that ended ran.</param>
    public TimeSpan After(TimeSpan lived)
    {
        var pause = lived >= calm ? first : _next ?? first;
        _next = pause * 2 < longest ? pause * 2 : longest;
        return pause;
    }

    /// <summary>It did what it was to do: the next one that fails is the first again.</summary>
    /// <returns>The pause until it may begin again.</returns>
    public TimeSpan Well()
    {
        _next = null;
        return first;
    }
}
