using Loam.Mind.Interpreter;

namespace Loam.Tests.Interpreter;

/// <summary>One value in the place of another, whatever field it stands in.</summary>
public sealed class LeafSwapTests
{
    [Theory]
    [InlineData("farm", "ingest in batches of 1000, not 500", "set BATCH of ingest to 1000")]
    [InlineData("farm", "station 10641 instead of 10637", "fetch --station 10641 instead of")]
    [InlineData("club", "narrow our scanner block from the whole 198.51.100.0/24 to 198.51.100.0/25",
        "198.51.100.0/25 instead of 198.51.100.0/24")]
    public void The_new_value_stands_where_the_old_one_stood(
        string state, string turn, string says)
    {
        var proposal = Say(state, turn);
        proposal.Outcome.ShouldBe(Outcome.Proposal);
        proposal.Message.ShouldContain(says);
    }

    [Theory]
    // It stands in many places, in none, or nothing says where.
    [InlineData("clinic", "10 seconds instead of 15")]
    [InlineData("shop", "4711 instead of 4712")]
    [InlineData("shop", "2 instead of 1")]
    public void Nothing_is_guessed(string state, string turn) =>
        Say(state, turn).Outcome.ShouldNotBe(Outcome.Proposal);

    private static Proposal Say(string state, string turn) =>
        new Conversation(StartStates.Read(state), DateTimeOffset.UnixEpoch).Say(turn);
}
