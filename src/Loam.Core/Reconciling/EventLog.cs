using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace Loam.Core.Reconciling;

/// <summary>The last <see cref="Limits.Events"/> events, and those who listen. A listener that
/// does not keep up loses the oldest events, never blocks the machine.</summary>
public sealed class EventLog(TimeProvider time)
{
    private readonly Lock _guard = new();
    private readonly Queue<MachineEvent> _kept = new();
    private ImmutableList<Channel<MachineEvent>> _listeners = [];
    private long _sequence;

    public MachineEvent Add(MachineEvent what)
    {
        lock (_guard)
        {
            var numbered = what with
            {
                Sequence = ++_sequence,
                At = what.At == default ? time.GetUtcNow() : what.At,
            };
            // Progress is for those who watch now; it would push everything else out.
            if (numbered.Type != "reconcile.progress")
            {
                _kept.Enqueue(numbered);
                if (_kept.Count > Limits.Events)
                {
                    _kept.Dequeue();
                }
            }
            foreach (var listener in _listeners)
            {
                listener.Writer.TryWrite(numbered);
            }
            return numbered;
        }
    }

    public ImmutableArray<MachineEvent> Kept()
    {
        lock (_guard)
        {
            return [.. _kept];
        }
    }

    /// <summary>Kept events, then, with <paramref name="follow"/>, new ones until cancelled.
    /// </summary>
    public async IAsyncEnumerable<MachineEvent> ReadAsync(
        bool follow, [EnumeratorCancellation] CancellationToken cancel)
    {
        var channel = Channel.CreateBounded<MachineEvent>(new BoundedChannelOptions(Limits.Events)
        {
            FullMode = BoundedChannelFullMode.DropOldest,
        });
        ImmutableArray<MachineEvent> kept;
        lock (_guard)
        {
            kept = [.. _kept];
            if (follow)
            {
                _listeners = _listeners.Add(channel);
            }
        }
        try
        {
            foreach (var past in kept)
            {
                yield return past;
            }
            while (follow && !cancel.IsCancellationRequested)
            {
                yield return await channel.Reader.ReadAsync(cancel);
            }
        }
        finally
        {
            lock (_guard)
            {
                _listeners = _listeners.Remove(channel);
            }
        }
    }
}
