namespace Loam.Simulation.Running;

/// <summary>A clock and a single thread on which everything of one simulated world runs: what is
/// ready runs in order, and when nothing is, time leaps to the next timer. The same input gives
/// the same order, always.</summary>
public sealed class VirtualTime : TimeProvider
{
    private readonly PriorityQueue<Timer, (long Due, long Order)> _timers = new();
    private readonly Queue<(SendOrPostCallback Call, object? State)> _ready = new();
    private long _now;
    private long _order;
    private long _shift;

    public VirtualTime(DateTimeOffset start) => Start = start;

    public DateTimeOffset Start { get; }

    /// <summary>Virtual time that passed.</summary>
    public TimeSpan Elapsed => new(_now);

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;
    public override long GetTimestamp() => _now;
    public override DateTimeOffset GetUtcNow() => Start.AddTicks(_now + _shift);
    public override TimeZoneInfo LocalTimeZone => Zone;

    /// <summary>Where the machine is.</summary>
    public TimeZoneInfo Zone { get; set; } = TimeZoneInfo.Utc;

    /// <summary>Somebody sets the clock: the time of day jumps, elapsed time does not.</summary>
    public void Jump(TimeSpan by) => _shift += by.Ticks;

    /// <summary>Runs until the task is done.</summary>
    /// <param name="isDead">The simulated process died: nothing of it runs any more.</param>
    /// <returns>False when it died.</returns>
    /// <exception cref="StuckException">Nothing can happen any more, or too much did.
    /// </exception>
    public bool Run(Func<Task> start, Func<bool> isDead, TimeSpan limit)
    {
        var before = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(new Context(this));
        try
        {
            var end = _now + limit.Ticks;
            var task = start();
            while (!task.IsCompleted && !isDead())
            {
                Step(end);
            }
            if (isDead())
            {
                _ready.Clear();
                _timers.Clear();
                return false;
            }
            task.GetAwaiter().GetResult();
            return true;
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(before);
        }
    }

    public override ITimer CreateTimer(
        TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new Timer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    private void Step(long end)
    {
        if (_ready.TryDequeue(out var next))
        {
            next.Call(next.State);
            return;
        }
        if (!_timers.TryDequeue(out var timer, out var key))
        {
            throw new StuckException("nothing is left to run, and the work is not done");
        }
        if (key.Due > end)
        {
            throw new StuckException("the work is not done after its longest time");
        }
        _now = Math.Max(_now, key.Due);
        timer.Fire(key.Due);
    }

    private sealed class Context(VirtualTime time) : SynchronizationContext
    {
        public override void Post(SendOrPostCallback d, object? state) =>
            time._ready.Enqueue((d, state));

        public override void Send(SendOrPostCallback d, object? state) => d(state);
    }

    private sealed class Timer(VirtualTime time, TimerCallback callback, object? state) : ITimer
    {
        private long _due = long.MaxValue;
        private TimeSpan _period;

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            _period = period;
            if (dueTime == Timeout.InfiniteTimeSpan)
            {
                _due = long.MaxValue;
                return true;
            }
            _due = time._now + dueTime.Ticks;
            time._timers.Enqueue(this, (_due, time._order++));
            return true;
        }

        /// <summary>An entry from before a change is no longer meant.</summary>
        public void Fire(long due)
        {
            if (due != _due)
            {
                return;
            }
            _due = long.MaxValue;
            callback(state);
            if (_period > TimeSpan.Zero)
            {
                Change(_period, _period);
            }
        }

        public void Dispose() => _due = long.MaxValue;

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}

/// <summary>The work neither ended nor can go on: a lost wake-up or an endless wait.</summary>
public sealed class StuckException(string message) : Exception(message);

/// <summary>The simulated process dies here. Nothing catches it.</summary>
public sealed class CrashException() : Exception("the process died");
