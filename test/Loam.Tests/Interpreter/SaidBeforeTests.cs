using Loam.Core.Resources;
using Loam.Core.StateFiles;
using Loam.Mind.Interpreter;

namespace Loam.Tests.Interpreter;

/// <summary>What was said before, in another sentence or turn, is what the next one is about.
/// </summary>
public sealed class SaidBeforeTests
{
    private static Proposal Propose(string state, params string[] turns) =>
        Loam.Mind.Interpreter.Interpreter.Propose(
            StartStates.Read(state), turns, DateTimeOffset.UnixEpoch);

    private static DesiredState After(string state, params string[] turns)
    {
        var proposal = Propose(state, turns);
        proposal.Outcome.ShouldBe(Outcome.Proposal, proposal.Message);
        return StateReader.Read(proposal.Files.Aggregate(StartStates.Read(state),
            (files, changed) => files.With(changed.Key, changed.Value))).State!;
    }

    [Theory]
    [InlineData("git repos aren't backed up, are they? please change that, 3am")]
    [InlineData("git-data is not backed up. Fix that, at 3")]
    [InlineData("git-data isn't saved, right? do something about it, every night at 3am")]
    public void A_complaint_is_about_what_it_names_and_says_when(string turn)
    {
        var proposal = Propose("office", turn);
        proposal.Files.Keys.ShouldBe(["storage.yaml"], proposal.Message);
        proposal.Message.ShouldStartWith("I'll back up git-data every day at 3:00.");
        proposal.Files["storage.yaml"].ShouldContain("0 3 * * *");
    }

    [Theory]
    [InlineData(512, "give the api 1 GB", "and the worker half of that")]
    [InlineData(2048, "give the api 1 GB", "the worker twice that")]
    [InlineData(512, "give the api 1 GB and the worker half of that")]
    // Of itself, where nothing else is named.
    [InlineData(512, "give the worker 1 GB", "no, half of that")]
    public void Half_of_that_is_half_of_what_was_just_said(int worker, params string[] turns)
    {
        var state = After("shop", turns);
        state.Services["worker"].Spec.Map("resources")!.Number("memory")
            .ShouldBe(worker * 1024m * 1024m);
    }

    [Theory]
    [InlineData("mariadb 11.4 with a database called crm and a user crm", "MARIADB")]
    [InlineData("install mysql with MYSQL_USER=crm", "MYSQL")]
    public void A_user_of_a_database_has_a_password(string turn, string image)
    {
        var state = After("empty", turn);
        var service = state.Services.Values.ShouldHaveSingleItem();
        service.Environment[$"{image}_USER"].ShouldBe("crm");
        var secret = $"{service.Name}_user_password";
        service.Environment[$"{image}_PASSWORD"].ShouldBe($"${{secrets.{secret}}}");
        state.Secrets[secret].Value.ShouldBe("generate:32");
        Propose("empty", turn).Message.ShouldContain(secret);
    }

    [Fact]
    public void A_password_that_is_given_is_kept()
    {
        var state = After("empty", "install mariadb with MARIADB_USER=crm and "
            + "MARIADB_PASSWORD=opensesame");
        state.Secrets.Keys.ShouldBe(["mariadb_password"]);
        state.Services["mariadb"].Environment["MARIADB_PASSWORD"].ShouldBe("opensesame");
    }

    [Theory]
    [InlineData("office", "all of it is open already, so just 8081")]
    [InlineData("office", "80 and 443 are open already, so only 9000 then")]
    public void What_is_so_already_stays(string state, string turn)
    {
        var proposal = Propose(state, turn);
        var before = StartStates.Read(state)["network.yaml"]!;
        var after = proposal.Files.GetValueOrDefault("network.yaml") ?? before;
        before.Split('\n').Where(l => l.Contains("name:", StringComparison.Ordinal))
            .Except(after.Split('\n')).ShouldBeEmpty(proposal.Message);
    }
}
