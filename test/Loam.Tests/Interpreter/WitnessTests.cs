using Loam.Mind.Interpreter;
using Loam.Mind.Evaluating.Judging;

namespace Loam.Tests.Interpreter;

/// <summary>Whatever was said shows in what is proposed, or is asked about.</summary>
public sealed class WitnessTests
{
    [Theory]
    [InlineData("empty", "postgres with nothing published")]
    [InlineData("empty", "install redis, not reachable from outside")]
    [InlineData("empty", "grafana without publishing any port")]
    [InlineData("home", "add redis, internal only")]
    public void Nothing_published_publishes_nothing(string state, string turn)
    {
        var proposal = Propose(state, turn);
        proposal.Outcome.ShouldBe(Outcome.Proposal);
        var before = StartStates.Read(state)["services.yaml"] ?? "";
        Hosts(proposal.Files["services.yaml"]).ShouldBe(Hosts(before));
    }

    [Fact]
    public void Only_from_this_machine_holds_for_every_port()
    {
        var files = Propose("empty", "need gitea only reachable from this machine itself").Files;
        var text = files["services.yaml"];
        Hosts(text).ShouldBeGreaterThan(1);
        text.Split("address: 127.0.0.1").Length.ShouldBe(Hosts(text) + 1);
    }

    [Theory]
    [InlineData("home", "grafana gets 512 MB, prometheus too, and jellyfin 2 GB",
        "give grafana 512Mi", "give jellyfin 2Gi")]
    [InlineData("shop", "scale the worker to 3, the api as well", "3 copies of worker",
        "3 copies of api")]
    [InlineData("studio", "n8n 512 MB, minio twice that", "512Mi", "give minio 1Gi")]
    [InlineData("club", "take peter out of webteam and karl in", "peter", "karl")]
    public void Each_wish_has_its_own_object_and_values(
        string state, string turn, string one, string other)
    {
        var proposal = Propose(state, turn);
        proposal.Outcome.ShouldBe(Outcome.Proposal);
        proposal.Message.ShouldContain(one);
        proposal.Message.ShouldContain(other);
    }

    [Fact]
    public void What_it_is_like_is_not_what_is_wished()
    {
        Propose("empty", "something like plex").Files.Values
            .ShouldNotContain(f => f.Contains("plex", StringComparison.Ordinal));
        Propose("home", "give gitea the same memory as prometheus").Message
            .ShouldContain("give gitea 512Mi");
    }

    [Fact]
    public void An_open_port_needs_a_number() =>
        Propose("vps", "open port").Outcome.ShouldBe(Outcome.Question);

    private static int Hosts(string text) =>
        text.Split("host: ").Length - 1;

    private static Proposal Propose(string state, params string[] turns) =>
        Loam.Mind.Interpreter.Interpreter.Propose(StartStates.Read(state), turns, Judge.Now);
}
