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
    private volatile string? _waits;

    /// <summary>How many changes of earlier processes are looked at.</summary>
    public const int Remembered = 100;

    /// <summary>That a change waits, and until when, for people; null: none does.</summary>
    public string? Waits => _waits;

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
    /// <returns>The approval: it does not expire by waiting.</returns>
    public async Task<Approval> WaitAsync(ChangeRequest request, Approval approval, int most,
        Action<string> say, CancellationToken stop)
    {
        while (FreeAt(request, approval, most) is { } free)
        {
            _waits = $"{Words(free, most)} It is «{request.Reason}».";
            say(_waits);
            try
            {
                var left = free - time.GetUtcNow();
                await Task.Delay(left > TimeSpan.Zero ? left : TimeSpan.Zero, time, stop);
            }
            finally
            {
                _waits = null;
            }
            approval = approval with { Until = approval.Until > free ? approval.Until
                : free + Limits.PlanLifetime };
        }
        return approval;
    }

    private string Words(DateTimeOffset free, int most)
    {
        var until = TimeZoneInfo.ConvertTime(free, time.LocalTimeZone);
        return string.Create(CultureInfo.InvariantCulture,
            $"{most} changes were made in the last hour, as many as safety.max_changes_per_hour "
            + $"allows: this one waits until {until:HH:mm:ss}.");
    }
}
