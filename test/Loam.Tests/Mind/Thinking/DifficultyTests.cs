using Loam.Core.Resources;
using Loam.Core.StateFiles;
using Loam.Mind.Routing;

namespace Loam.Tests.Mind.Thinking;

public sealed class DifficultyTests
{
    [Theory]
    [InlineData("restart app-1", Difficulty.Easy)]
    [InlineData("add a redis for app-1", Difficulty.Easy)]
    [InlineData("put app-1 behind tls please", Difficulty.Easy)]
    [InlineData("why does app-1 restart all the time?", Difficulty.Hard)]
    [InlineData("What's the best database for app-1?", Difficulty.Hard)]
    [InlineData("make web survive a holiday RUSH", Difficulty.Hard)]
    [InlineData("restart app-1, app-2, app-3, app-4, app-5 and app-6", Difficulty.Hard)]
    [InlineData("", Difficulty.Easy)]
    public void A_request_is_hard_by_what_can_be_counted_of_it(string request, Difficulty hard) =>
        Difficulties.Of(request, State).ShouldBe(hard);

    [Fact]
    public void A_long_one_is_hard() => Difficulties.Of(
        string.Join(' ', Enumerable.Repeat("app-1", 60)), State).ShouldBe(Difficulty.Hard);

    private static DesiredState State => StateReader.Read(Views.Many(8)).State!;
}
