using System.Collections.Immutable;
using System.Globalization;
using Loam.Core.Approving;

namespace Loam.Core.Reconciling;

/// <summary>How many changes are made in an hour (<c>safety.max_changes_per_hour</c>): a program
/// that goes wrong is slowed down. A person who was shown a plan and typed the approval is slow
/// enough, and somebody who takes back or heals is not to be held up.</summary>
internal sealed class Pace(TimeProvider time)
{
    private static readonly TimeSpan s_hour = TimeSpan.FromHours(1);

    private readonly Lock _gate = new();
    private readonly List<DateTimeOffset> _made = [];
    private ImmutableList<string> _waits = [];
    private TaskCompletionSource _look = new();

    /// <summary>How many changes of earlier processes are looked at.</summary>
    public const int Remembered = 100;

    /// <summary>What waits, and until when, for people.</summary>
    public IReadOnlyList<string> Waits => Volatile.Read(ref _waits);

    /// <summary>Another state is in force: perhaps more is allowed.</summary>
    public void Look() => Interlocked.Exchange(ref _look, new()).TrySetResult();

    /// <param name="made">Changes of earlier processes.</param>
    public void Begin(IEnumerable<Generation> made)
    {
        lock (_gate)
        {
            _made.AddRange(made.Select(g => g.At));
        }
    }

    /// <summary>A change is made now.</summary>
    public void Count()
    {
        lock (_gate)
        {
            _made.Add(time.GetUtcNow());
        }
    }

    /// <param name="most">Changes an hour.</param>
    /// <returns>When it may be made; null: at once.</returns>
    public DateTimeOffset? FreeAt(ChangeRequest request, Approval approval, int most)
    {
        var isHeld = !approval.IsTyped
            && (request.Kind is not (ChangeKind.Revert or ChangeKind.Heal) || approval.IsPolicy);
        var now = time.GetUtcNow();
        lock (_gate)
        {
            // A clock that was set back leaves times in the future: they say nothing.
            _made.RemoveAll(t => t <= now - s_hour || t > now + s_hour);
            return isHeld && _made.Count >= most
                ? _made.Order().ElementAt(_made.Count - most) + s_hour : null;
        }
    }

    /// <summary>Waits for its time, having said until when.</summary>
    /// <param name="most">How many an hour are allowed now.</param>
    /// <returns>The approval: it does not expire by waiting.</returns>
    public async Task<Approval> WaitAsync(ChangeRequest request, Approval approval,
        Func<int> most, Action<string> say, CancellationToken stop)
    {
        var look = Volatile.Read(ref _look);
        string? said = null;
        while (FreeAt(request, approval, most()) is { } free)
        {
            var words = $"{Words(free, most())} It is «{request.Reason}».";
            ImmutableInterlocked.Update(ref _waits, w => w.Add(words));
            if (words != said)
            {
                say(words);
            }
            said = words;
            try
            {
                await LookOrTimeAsync(look.Task, free - time.GetUtcNow(), stop);
            }
            finally
            {
                ImmutableInterlocked.Update(ref _waits, w => w.Remove(words));
            }
            var end = time.GetUtcNow() + Limits.PlanLifetime;
            approval = approval with { Until = approval.Until > end ? approval.Until : end };
            look = Volatile.Read(ref _look);
        }
        return approval;
    }

    private async Task LookOrTimeAsync(Task look, TimeSpan left, CancellationToken stop)
    {
        try
        {
            await look.WaitAsync(left > TimeSpan.Zero ? left : TimeSpan.Zero, time, stop);
        }
        catch (TimeoutException)
        {
            // Its time has come.
        }
    }

    /// <summary>Why something waits, as a sentence.</summary>
    public string Words(DateTimeOffset free, int most)
    {
        var until = TimeZoneInfo.ConvertTime(free, time.LocalTimeZone);
        return string.Create(CultureInfo.InvariantCulture,
            $"{most} changes were made in the last hour, as many as safety.max_changes_per_hour "
            + $"allows: this one waits until {until:HH:mm:ss}.");
    }
}
