using Loam.Core.Reconciling;
using Loam.Mind.Context;

namespace Loam.Tests.Mind.Context;

public sealed class LogsWantedTests
{
    [Theory]
    [InlineData("why does app-1 restart all the time?", "app-1")]
    [InlineData("App-2 won’t start, what is in its log", "app-2")]
    [InlineData("app-0 and app-1 answer 502", "app-0", "app-1")]
    [InlineData("restart app-1")]
    [InlineData("give app-1 more memory")]
    [InlineData("what is wrong", "app-3")]
    [InlineData("")]
    public void Whose_last_lines_a_model_sees(string request, params string[] services)
    {
        var view = Views.Of(Views.Many(8));
        view = view with
        {
            Status = view.Status with
            {
                Services = [.. view.Status.Services.Select(s => s.Name == "app-3"
                    ? s with { Health = ServiceHealth.Unhealthy } : s)],
            },
        };
        LogsWanted.Of(request, view).ShouldBe(services);
    }

    [Fact]
    public void There_are_never_many() => LogsWanted.Of(
        "why do app-0, app-1, app-2, app-3, app-4 fail", Views.Of(Views.Many(8))).Length.ShouldBe(3);
}
