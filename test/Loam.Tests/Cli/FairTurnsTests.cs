using Loam.Api;

namespace Loam.Tests.Cli;

/// <summary>Who asks for much waits behind itself.</summary>
public sealed class FairTurnsTests
{
    [Fact]
    public async Task Who_comes_once_is_served_before_anothers_second()
    {
        var (turns, held, served) = (new FairTurns(1), new TaskCompletionSource(),
            new List<string>());
        Task<bool> Ask(string source) => turns.RunAsync(source, Timeout.InfiniteTimeSpan,
            async () =>
            {
                served.Add(source);
                await held.Task;
            }, default);
        Task<bool>[] all = [Ask("much"), Ask("much"), Ask("much"), Ask("once"), Ask("other")];
        served.ShouldBe(["much"]);
        held.SetResult();
        (await Task.WhenAll(all)).ShouldAllBe(done => done);
        served.Count.ShouldBe(5);
        served.IndexOf("once").ShouldBeLessThan(3);
        served.Take(4).ShouldContain("other");
    }

    [Fact]
    public async Task Whose_turn_does_not_come_does_nothing_and_leaves_nothing()
    {
        var (turns, held) = (new FairTurns(1), new TaskCompletionSource());
        var first = turns.RunAsync("a", Timeout.InfiniteTimeSpan, () => held.Task, default);
        var done = false;
        Task Late()
        {
            done = true;
            return Task.CompletedTask;
        }
        foreach (var source in (string[])["a", "b"])
        {
            (await turns.RunAsync(source, TimeSpan.Zero, Late, default)).ShouldBeFalse();
            using var stop = new CancellationTokenSource();
            var waits = turns.RunAsync(source, Timeout.InfiniteTimeSpan, Late, stop.Token);
            await stop.CancelAsync();
            await Should.ThrowAsync<OperationCanceledException>(() => waits);
        }
        await Should.ThrowAsync<IOException>(() => new FairTurns(1).RunAsync("a", TimeSpan.Zero,
            () => throw new IOException(), default));
        held.SetResult();
        (await first, done).ShouldBe((true, false));
        (await turns.RunAsync("b", TimeSpan.Zero, Late, default), done).ShouldBe((true, true));
    }
}
