using Loam.Core;

namespace Loam.Tests;

public sealed class BackOffTests
{
    private readonly BackOff _pause = new(
        TimeSpan.FromSeconds(0.25), TimeSpan.FromSeconds(30), TimeSpan.FromMinutes(1));

    [Fact]
    public void It_doubles_up_to_a_bound_and_begins_anew_after_one_that_lived()
    {
        var all = Enumerable.Range(0, 9).Select(_ => _pause.After(TimeSpan.Zero).TotalSeconds);
        all.ShouldBe([0.25, 0.5, 1, 2, 4, 8, 16, 30, 30]);
        _pause.After(TimeSpan.FromMinutes(1)).TotalSeconds.ShouldBe(0.25);
        _pause.After(TimeSpan.Zero).TotalSeconds.ShouldBe(0.5);
    }

    [Fact]
    public void It_begins_anew_after_one_that_was_done()
    {
        _pause.After(TimeSpan.Zero);
        _pause.After(TimeSpan.Zero);
        _pause.Well().TotalSeconds.ShouldBe(0.25);
        _pause.After(TimeSpan.Zero).TotalSeconds.ShouldBe(0.25);
    }
}
