using Loam.Core;
using Loam.Init;

namespace Loam.Tests.Init;

public sealed class RestartPauseTests
{
    [Fact]
    public void It_doubles_up_to_a_bound_and_begins_anew_after_one_that_lived()
    {
        var pause = new RestartPause();
        var all = Enumerable.Range(0, 9).Select(_ => pause.After(TimeSpan.Zero).TotalSeconds);
        all.ShouldBe([0.25, 0.5, 1, 2, 4, 8, 16, 30, 30]);
        pause.After(Limits.LivedLong).ShouldBe(Limits.RestartPause);
        pause.After(TimeSpan.Zero).ShouldBe(Limits.RestartPause * 2);
    }
}
