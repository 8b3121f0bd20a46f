using Loam.Mind.Interpreter;
using Loam.Mind.Evaluating.Judging;

namespace Loam.Tests.Interpreter;

/// <summary>What a reading cannot account for is asked about, or read in another way.</summary>
public sealed class AccountTests
{
    [Theory]
    [InlineData("empty", "open 9090 for the office", "office")]
    [InlineData("shop", "let only the accountants reach port 8443", "accountants")]
    [InlineData("devbox", "allow our developers to use 9000", "developers")]
    [InlineData("club", "block port 443 for the guests", "guests")]
    [InlineData("devbox", "open port 8000 for our beekeepers", "beekeepers")]
    public void Somebody_without_an_address_is_not_everybody(
        string state, string turn, string who)
    {
        var proposal = Propose(state, turn);
        proposal.Outcome.ShouldBe(Outcome.Question);
        proposal.Message.ShouldContain($"\"{who}\"");
        Propose(state, turn, "192.168.44.0/24").Files["network.yaml"]
            .ShouldContain("192.168.44.0/24");
    }

    [Theory]
    [InlineData("open 51820 for wireguard")]
    [InlineData("open 8443 for testing")]
    [InlineData("open 8080 for everyone")]
    public void What_a_port_is_for_is_nobody(string turn) =>
        Propose("devbox", turn).Outcome.ShouldBe(Outcome.Proposal);

    [Theory]
    [InlineData("shop", "stop redis... no, the worker", "stop worker.")]
    [InlineData("shop", "scale api to 3, I mean 4", "4 copies of api")]
    [InlineData("home", "back up gitea-data at 3, no wait, at 4", "every day at 4:00")]
    [InlineData("empty", "nginx on port 80, sorry, 8080", "8080")]
    [InlineData("shop", "pause the worker... no, remove it", "remove worker")]
    [InlineData("devbox", "remove ben, no wait, only lock him", "lock ben out")]
    [InlineData("home", "stop grafana — no, prometheus", "stop prometheus.")]
    public void A_turn_may_take_half_of_itself_back(string state, string turn, string says)
    {
        var proposal = Propose(state, turn);
        proposal.Outcome.ShouldBe(Outcome.Proposal);
        proposal.Message.ShouldContain(says);
    }

    [Fact]
    public void What_took_itself_back_is_one_turn_to_undo()
    {
        var state = StartStates.Read("shop");
        var conversation = new Conversation(state, Judge.Now);
        conversation.Say("scale api to 3, sorry, 4");
        conversation.Say("undo that").Files.ShouldBeEmpty();
    }

    [Fact]
    public void A_no_is_not_always_a_correction() => Propose("shop",
        "give redis 256MB, no restart").Message.ShouldContain("256Mi");

    /// <summary>"Let" is said of packets; what depends on what is not.</summary>
    [Fact]
    public void Who_cannot_do_what_is_said_does_not_get_it() => Propose("devbox",
        "let the api depend on mailpit").Files.Keys.ShouldBe(["services.yaml"]);

    private static Proposal Propose(string state, params string[] turns) =>
        Loam.Mind.Interpreter.Interpreter.Propose(StartStates.Read(state), turns, Judge.Now);
}
