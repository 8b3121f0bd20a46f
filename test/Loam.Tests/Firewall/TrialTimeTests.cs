namespace Loam.Tests.Firewall;

/// <summary>From when a change on trial waits for its confirmation.</summary>
public sealed class TrialTimeTests
{
    [Fact]
    public void What_takes_long_before_the_firewall_changes_takes_nothing_of_the_trial()
    {
        var time = new Clock();
        var lasts = TimeSpan.FromSeconds(60);
        var trial = new Core.Reconciling.Trial(lasts, () => new HashSet<string>(), time);
        trial.HasBegun.ShouldBeFalse();
        // A user, and a volume that takes long.
        trial.Begin(isGuarded: false).ShouldBe(lasts);
        time.Advance(TimeSpan.FromSeconds(90));
        trial.Begin(isGuarded: true).ShouldBe(lasts);
        trial.Left.ShouldBe(lasts);
        // The guard of the first counts by itself.
        time.Advance(TimeSpan.FromSeconds(10));
        trial.Begin(isGuarded: true).ShouldBe(lasts);
        trial.Begin(isGuarded: false).ShouldBe(lasts);
        trial.Left.ShouldBe(TimeSpan.FromSeconds(50));
    }

    private sealed class Clock : TimeProvider
    {
        private long _now = 1;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => _now;

        public void Advance(TimeSpan by) => _now += by.Ticks;
    }
}
