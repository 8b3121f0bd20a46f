using Loam.Core;
using Loam.Core.Reconciling;
using Loam.Simulation.Running;
using Loam.Supervision;

namespace Loam.Tests.Supervision;

/// <summary>Watches that end by a fault.</summary>
public sealed class WatchesTests
{
    private readonly VirtualTime _time = new(new(2030, 1, 1, 12, 0, 0, TimeSpan.Zero));
    private readonly EventLog _events;
    private readonly Watches _watches;

    public WatchesTests()
    {
        _events = new(_time);
        _watches = new(_events, _time);
    }

    [Fact]
    public void One_that_ends_is_told_of_and_begun_again_ever_later_and_the_others_go_on()
    {
        var begun = new List<TimeSpan>();
        var others = 0;
        using var stop = new CancellationTokenSource();
        _time.Run(async () =>
        {
            var running = _watches.RunAsync(
            [
                new("drift", async cancel =>
                {
                    begun.Add(_time.Elapsed);
                    if (begun.Count < 4)
                    {
                        throw new InvalidOperationException($"no {begun.Count}.");
                    }
                    await Task.Delay(Timeout.InfiniteTimeSpan, _time, cancel);
                }),
                new("jobs", async cancel =>
                {
                    while (true)
                    {
                        others++;
                        await Task.Delay(TimeSpan.FromSeconds(1), _time, cancel);
                    }
                }),
            ], stop.Token);
            await Task.Delay(TimeSpan.FromMinutes(1), _time);
            _watches.Alerts().ShouldHaveSingleItem().ShouldStartWith("The watch of drift ended by "
                + "a fault at 12:00:03 and is begun again: no 3. (InvalidOperationException).");
            await Task.Delay(TimeSpan.FromMinutes(30), _time);
            _watches.Alerts().ShouldBeEmpty();
            stop.Cancel();
            await running;
        }, () => false, TimeSpan.FromDays(1)).ShouldBeTrue();

        begun.Select(b => b.TotalSeconds).ShouldBe([0, 1, 3, 7]);
        others.ShouldBeGreaterThan(1800);
        var told = _events.Kept().Where(e => e.Type == "watch.failed").ToList();
        told.Count.ShouldBe(3);
        told[0].ShouldSatisfyAllConditions(
            e => e.Name.ShouldBe("drift"), e => e.Error!.ShouldStartWith("no 1."));
    }

    [Fact]
    public async Task A_broken_invariant_ends_all_of_them()
    {
        var running = new Watches(new(TimeProvider.System), TimeProvider.System).RunAsync(
        [
            new("drift", _ => throw new InvariantException("it does not hold")),
            new("jobs", cancel => Task.Delay(Timeout.InfiniteTimeSpan, cancel)),
        ], CancellationToken.None);
        await running.ShouldThrowAsync<InvariantException>();
    }
}
