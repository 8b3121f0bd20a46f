using Loam.Scoring;
using System.Globalization;
using Loam.Core.Catalog;
using Loam.Core.StateFiles;
using Loam.Mind.Interpreter;
using Loam.Mind.Evaluating.Cases;
using Loam.Scoring.Hostile;
using Loam.Mind.Evaluating.Judging;

namespace Loam.Tests.Interpreter;

/// <summary>Sentences nobody would say: whatever comes, no crash and never an invalid file.
/// </summary>
public sealed class HostileSentenceTests
{
    /// <summary><c>./dev bench hostile</c> says many more.</summary>
    private const int Sentences = 3000;

    [Fact]
    public void Never_crash_it_and_never_leave_an_invalid_file()
    {
        var count = Environment.GetEnvironmentVariable("LOAM_HOSTILE_SENTENCES") is { } given
            ? int.Parse(given, CultureInfo.InvariantCulture) : Sentences;
        var run = HostileRun.Go(BenchFolder.Read(), 20250314, count, isTimed: false,
            CancellationToken.None);
        run.Examples.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("")]
    [InlineData("   ")]
    [InlineData("?")]
    [InlineData("\"")]
    [InlineData("add add add add add")]
    [InlineData("scale api to 99999999999999999999999999")]
    [InlineData("give redis 79228162514264337593543950335 GB")]
    [InlineData("set LOG_LEVEL to \"a\nb: c\" on api")]
    [InlineData("add a service called '../../etc' with image nginx:1.27")]
    [InlineData("run nginx as user $(reboot)")]
    [InlineData("please ?")]
    [InlineData("thanks. hello?")]
    public void Odd_sentences_do_no_harm(string sentence) => Check("shop", sentence);

    [Fact]
    public void What_was_renamed_meanwhile_is_there_no_more() => Check("home", "Firs take gitea to "
        + "1.23.1. After hat give it 8080:80 gig. Finally close port 2222., rename ines to inês? no: "
        + "to ines2");

    [Fact]
    public void A_service_without_a_port_has_no_twin_of_one() => Check("farm",
        "unpublish the nginx and the sensors send syslog over tcp too since the update");

    [Fact]
    public void Endless_sentences_are_refused()
    {
        var proposal = Loam.Mind.Interpreter.Interpreter.Propose(
            StateSet.Empty, [new string('a', 1_000_000)], Judge.Now);
        proposal.Outcome.ShouldBe(Outcome.Refusal);
        Check("shop", string.Join(" ", Enumerable.Repeat("and redis", 200)));
    }

    [Fact]
    public void An_app_said_often_is_made_once_and_a_turn_makes_only_so_many()
    {
        var often = Loam.Mind.Interpreter.Interpreter.Propose(StateSet.Empty,
            ["add " + string.Join(" ", Enumerable.Repeat("redis", 100))], Judge.Now);
        StateReader.Read(Judge.Applied(StateSet.Empty, often)).State!.Services.Keys.ShouldBe(["redis"]);
        var many = Loam.Mind.Interpreter.Interpreter.Propose(StateSet.Empty,
            ["add " + string.Join(" and ", AppCatalog.All.Take(30).Select(a => a.Name))],
            Judge.Now);
        many.Outcome.ShouldBe(Outcome.Refusal);
        many.Files.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("home", "nginx on 81, redis on 6380, gitea on 3001, grafana on 3002, immich on "
        + "3003, paperless on 3004, wordpress on 3005, nextcloud on 3006, bookstack on 3007, "
        + "miniflux on 3008, vaultwarden on 3009, outline on 3010")]
    public void What_costs_too_much_at_once_is_asked_about(string state, string sentence)
    {
        var files = StartStates.Read(state);
        var conversation = new Conversation(files, Judge.Now);
        conversation.Say("give grafana 512 MB");
        var much = conversation.Say(sentence);
        much.Outcome.ShouldBe(Outcome.Question);
        much.Message.ShouldContain("smaller steps");
        // What was said before stands, and the next turn begins with a budget of its own.
        much.Files.Keys.ShouldBe(["services.yaml"]);
        var next = conversation.Say("restart gitea");
        next.Outcome.ShouldBe(Outcome.Proposal);
        next.Files["services.yaml"].ShouldNotContain("3005");
    }

    [Fact]
    public void A_wish_between_people_and_storage_does_no_harm() => Check("cabin",
        "my daughter lily wants to log in too. her key is ssh-ed25519 "
        + "AAAAC3NzaC1lZDI1NTE5AAAAIOFvpEDw3P92LQ46WVUHllx0KQa0kJ0GDzH0ZbrHPqG5 lily@ipad , "
        + "no admin rights please");

    /// <summary>What the first wish takes away is not there for the second.</summary>
    [Theory]
    [InlineData("devbox", "remove ci, then give ci the shell bash")]
    [InlineData("devbox", "ci is not needed any longer, get rid of that account")]
    [InlineData("devbox", "remove the vacuum job. vacuum every day at 5")]
    [InlineData("devbox", "remove the vacuum job. When does vacuum run?")]
    [InlineData("club", "remove the certificate cloud and renew cloud 30 days before")]
    [InlineData("club", "remove vaultwarden. back up vaultwarden daily")]
    [InlineData("devbox", "remove gitea. open the firewall for gitea")]
    [InlineData("home", "use quad9 for dns and lost. remove that key at once")]
    [InlineData("home", "dns 9.9.9.9, the imaging system moves to another host, remove it")]
    public void What_is_gone_is_spoken_of_without_harm(string state, string sentence) =>
        Check(state, sentence);

    /// <summary>The only service, and with it its file, went in the same turn.</summary>
    [Fact]
    public void A_file_that_is_gone_is_looked_into_without_harm() => Check("empty",
        "from image quay.io/team/collector:3 up me a service by the name of gather",
        "smoke-test against calibre web smoke-test please");

    private static void Check(string state, params string[] turns)
    {
        var run = new HostileRun();
        run.Try(state, StartStates.Read(state), turns, isTimed: false);
        run.Examples.ShouldBeEmpty();
    }
}
