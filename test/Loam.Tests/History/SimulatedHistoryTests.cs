using Loam.Core.Reconciling;
using Loam.Simulation.Host;
using Loam.Tests.Conformance;

namespace Loam.Tests.History;

public sealed class SimulatedHistoryTests : HistoryConformance
{
    protected override Task<IHistory> MakeAsync() =>
        Task.FromResult<IHistory>(new SimulatedHistory(TimeProvider.System));

    protected override void Edit(IHistory history, string file, string? text)
    {
        var simulated = (SimulatedHistory)history;
        simulated.WorkTree = text is null
            ? simulated.WorkTree.Without(file) : simulated.WorkTree.With(file, text);
    }

    [Fact]
    public async Task A_crash_at_any_point_of_advancing_is_made_good_by_repeating_it()
    {
        for (var point = 0; ; point++)
        {
            var history = new SimulatedHistory(TimeProvider.System);
            await TwoGenerationsAsync(history);
            await history.StoreAsync(3, One, "ada", "third", None);
            var left = point;
            history.Hook = _ =>
            {
                if (left-- == 0)
                {
                    throw new TimeoutException("crash");
                }
            };
            try
            {
                await history.AdvanceAsync(3, None);
                point.ShouldBeGreaterThan(3);
                return;
            }
            catch (TimeoutException)
            {
                await history.AdvanceAsync(3, None);
            }
            (await history.CurrentAsync(None))!.Number.ShouldBe(3);
            Same(await history.ReadWorkTreeAsync(None), One);
        }
    }
}
