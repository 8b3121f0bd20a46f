using Loam.Drivers.Containers.Native;

namespace Loam.Tests.Containers.Native;

public sealed class TurnsTests
{
    private readonly Turns _turns = new();

    [Fact]
    public async Task One_has_a_name_at_a_time_and_others_have_theirs()
    {
        var first = await _turns.TakeAsync("a", default);
        var second = _turns.TakeAsync("a", default);
        using (await _turns.TakeAsync("b", default))
        {
            second.IsCompleted.ShouldBeFalse();
        }
        first.Dispose();
        first.Dispose();
        using (await second)
        {
            _turns.TakeAsync("a", new(canceled: true)).IsCanceled.ShouldBeTrue();
            _turns.Count.ShouldBe(1);
        }
        _turns.Count.ShouldBe(0);
    }

    [Fact]
    public async Task Nothing_is_kept_of_a_name_and_nobody_has_one_with_another()
    {
        var (inside, most) = (0, 0);
        await Task.WhenAll(Enumerable.Range(0, 400).Select(i => Task.Run(async () =>
        {
            using var turn = await _turns.TakeAsync($"{i % 2}", default);
            if (i % 2 == 0)
            {
                most = Math.Max(most, Interlocked.Increment(ref inside));
                await Task.Yield();
                Interlocked.Decrement(ref inside);
            }
        })));
        most.ShouldBe(1);
        _turns.Count.ShouldBe(0);
    }

    [Fact]
    public async Task Who_waits_no_more_leaves_the_turn_to_the_next()
    {
        using var stop = new CancellationTokenSource();
        var first = await _turns.TakeAsync("a", default);
        var gone = _turns.TakeAsync("a", stop.Token);
        var next = _turns.TakeAsync("a", default);
        await stop.CancelAsync();
        await gone.ShouldThrowAsync<OperationCanceledException>();
        first.Dispose();
        (await next).Dispose();
        _turns.Count.ShouldBe(0);
    }
}
