using Loam.Core.Reconciling;

namespace Loam.Supervision;

/// <summary>The daemon's own log: what happened, as much of it as is asked for.</summary>
internal sealed class EventPrinter(EventLog events, string? level, Action<string> say)
{
    private long _said;

    public async Task RunAsync(CancellationToken stop)
    {
        var most = LogLevels.Of(level, out var fault);
        if (fault is not null)
        {
            say(fault);
        }
        await foreach (var what in events.ReadAsync(follow: true, stop))
        {
            if (what.Sequence > _said && LogLevels.Of(what) <= most)
            {
                _said = what.Sequence;
                say($"{what.At:yyyy-MM-dd HH:mm:ss} {what.Type} {what.Name} "
                    + (what.Explained(what.Message ?? what.Error) ?? what.Trigger));
            }
        }
    }
}
