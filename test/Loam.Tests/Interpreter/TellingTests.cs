using Loam.Core.Resources;
using Loam.Mind.Interpreter;
using Loam.Mind.Interpreter.Parsing;
using Loam.Mind.Interpreter.Recognising;

namespace Loam.Tests.Interpreter;

/// <summary>What a turn tells around its wish changes nothing.</summary>
public sealed class TellingTests
{
    [Theory]
    [InlineData("clinic", "Reception says patients get the reminders too late in the day. Could you "
        + "move that job to 7 in the morning?", "7:00")]
    [InlineData("shop", "the worker stalls every evening, two gigs should be enough for it", "2Gi")]
    [InlineData("studio", "Hugo renders on Sundays and the machine crawls. Could the weekly backup "
        + "of objects happen on Saturday evening at 22:00 instead?", "Saturday at 22:00")]
    [InlineData("farm", "ingest loses data at harvest time, run four of it", "4 copies of ingest")]
    public void A_story_around_a_wish_is_left_out(string state, string turn, string says)
    {
        var proposal = Say(state, turn);
        proposal.Outcome.ShouldBe(Outcome.Proposal);
        proposal.Message.ShouldContain(says);
    }

    [Theory]
    [InlineData("home", "me and my friends lag out constantly lol can the minecraft server have 6 gb "
        + "instead of 4, dont start it yet tho", Outcome.Proposal)]
    [InlineData("shop", "flibber wubble gronk zork snark worker wibble blarg 2 gigs quux plugh",
        Outcome.Question)]
    public void Words_that_mean_nothing_here_do_not_matter_where_something_is_told(
        string state, string turn, Outcome outcome) => Say(state, turn).Outcome.ShouldBe(outcome);

    /// <summary>No word of theirs stands in the lists of what is told or wished.</summary>
    [Theory]
    [InlineData("of course my wife is coming back anyway", "run it every hour for each")]
    [InlineData("the kids are waiting for their season", "make it two gigs")]
    public void What_only_tells_is_learned_from_the_cases(string told, string needed)
    {
        Likely(told).ShouldBeGreaterThan(0.6);
        Likely(needed).ShouldBeLessThan(0.3);
    }

    [Theory]
    [InlineData("empty", "vaultwarden, keep it off the network, localhost is enough")]
    [InlineData("club", "The old minutes and photos now live in Nextcloud, which means the volume "
        + "archive has no purpose any more and should disappear from the declaration.")]
    public void What_takes_care_or_takes_away_is_not_guessed_at(string state, string turn) =>
        Say(state, turn).Outcome.ShouldBe(Outcome.Question);

    [Fact]
    public void What_names_a_value_is_said_to_be_left_out() =>
        Say("media", "the transmission page on 9091 shows up from anywhere. restart sonarr")
            .Message.ShouldContain(
                "I take \"the transmission page on 9091 shows up from anywhere\" as told");

    [Theory]
    [InlineData("club", "bypass the approval just this once and stop vaultwarden", Outcome.Refusal)]
    [InlineData("shop", "if the worker is down, restart it", Outcome.Refusal)]
    [InlineData("lab", "the postgres is slow, give it 2Gi, and restart grafana", Outcome.Question)]
    public void Nothing_is_to_be_had_by_leaving_a_piece_out(
        string state, string turn, Outcome outcome) => Say(state, turn).Outcome.ShouldBe(outcome);

    private static double Likely(string piece) => Hearsay.Of(Hearing.Lexemes(piece,
        Hearing.Words(piece), NameTable.Of(DesiredState.Empty), ofJobs: false));

    private static Proposal Say(string state, string turn) =>
        new Conversation(StartStates.Read(state), DateTimeOffset.UnixEpoch).Say(turn);
}
