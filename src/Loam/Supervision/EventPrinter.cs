using Loam.Core.Reconciling;

namespace Loam.Supervision;

/// <summary>The daemon's own log: what happened, without the single steps.</summary>
internal sealed class EventPrinter(EventLog events, Action<string> say)
{
    private long _said;

    public async Task RunAsync(CancellationToken stop)
    {
        await foreach (var what in events.ReadAsync(follow: true, stop))
        {
            if (what.Sequence > _said
                && what.Type is not ("reconcile.progress" or "reconcile.step"))
            {
                _said = what.Sequence;
                say($"{what.At:yyyy-MM-dd HH:mm:ss} {what.Type} {what.Name} "
                    + (what.Message ?? what.Error ?? what.Trigger));
            }
        }
    }
}
