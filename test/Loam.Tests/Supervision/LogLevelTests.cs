using Loam.Core.Reconciling;
using Loam.Supervision;

namespace Loam.Tests.Supervision;

public sealed class LogLevelTests
{
    private static readonly MachineEvent[] s_happened =
    [
        new(1, default, "reconcile.failed") { Error = "no space" },
        new(2, default, "service.unhealthy") { Message = "503" },
        new(3, default, "reconcile.completed") { Message = "in force" },
        new(4, default, "reconcile.step") { Message = "started" },
        new(5, default, "job.completed") { Success = false },
    ];

    [Theory]
    [InlineData("error", 1, 5)]
    [InlineData("WARN", 1, 2, 5)]
    [InlineData(null, 1, 2, 3, 5)]
    [InlineData("", 1, 2, 3, 5)]
    [InlineData("debug", 1, 2, 3, 4, 5)]
    public async Task So_much_is_said(string? level, params int[] sequences)
    {
        (await SaidAsync(level)).Select(s => s.Split(' ')[2]).ShouldBe(
            sequences.Select(n => s_happened[n - 1].Type));
    }

    [Fact]
    public async Task A_level_that_does_not_exist_is_said_once() =>
        (await SaidAsync("loud"))[0].ShouldBe(
            "LOAM_LOG is none of error, warn, info, debug: it is taken as info.");

    private static async Task<List<string>> SaidAsync(string? level)
    {
        var events = new EventLog(TimeProvider.System);
        foreach (var happened in s_happened)
        {
            events.Add(happened);
        }
        events.Add(new(0, default, "watch.failed"));
        var said = new List<string>();
        using var stop = new CancellationTokenSource();
        await new EventPrinter(events, level, line =>
        {
            if (line.Contains("watch.failed", StringComparison.Ordinal))
            {
                stop.Cancel();
                return;
            }
            said.Add(line);
        }).RunAsync(stop.Token).ContinueWith(_ => { }, TaskScheduler.Default);
        return said;
    }
}
