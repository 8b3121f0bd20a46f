using Loam.Core.Planning;
using Loam.Core.StateFiles;
using Loam.Mind.Interpreter;
using Loam.Mind.Evaluating.Judging;

namespace Loam.Tests.Interpreter;

public sealed class InterpreterTests
{
    [Fact]
    public void A_broken_state_is_said_and_nothing_is_proposed()
    {
        var state = StartStates.Read("web").With("services.yaml", "services: [\n");
        var proposal = Propose(state, "restart nginx");
        proposal.Outcome.ShouldBe(Outcome.Refusal);
        proposal.Files.ShouldBeEmpty();
        proposal.Message.ShouldContain("services.yaml:");
    }

    [Fact]
    public void An_edit_leaves_every_other_line_alone()
    {
        var state = StartStates.Read("shop");
        var before = state["services.yaml"]!.Split('\n');
        var after = Propose(state, "give redis 256MB").Files["services.yaml"].Split('\n');
        after.Length.ShouldBe(before.Length);
        var changed = Enumerable.Range(0, before.Length).Where(i => before[i] != after[i]);
        changed.Select(i => after[i].Trim()).ShouldBe(["memory: 256Mi"]);
    }

    [Fact]
    public void A_restart_bears_the_time_it_was_asked_at()
    {
        var files = Propose(StartStates.Read("web"), "restart nginx").Files;
        files["services.yaml"].ShouldContain("restarted_at: \"2025-03-14T09:26:53+00:00\"");
    }

    [Fact]
    public void Scope_names_what_is_touched_and_nothing_else()
    {
        var proposal = Propose(StartStates.Read("shop"), "scale api to 3");
        proposal.Scope.Select(s => s.ToString()).ShouldBe(["service/api"]);
        proposal.Risk.ShouldBe(Risk.Low);
    }

    [Fact]
    public void A_conversation_grows_one_proposal()
    {
        var conversation = new Conversation(StateSet.Empty, Judge.Now);
        conversation.Say("I need a PostgreSQL database").Files.Keys
            .ShouldBe(["security.yaml", "services.yaml", "storage.yaml"], ignoreOrder: true);
        conversation.Say("i need a blog").Outcome.ShouldBe(Outcome.Question);
        conversation.IsAsking.ShouldBeTrue();
        var both = conversation.Say("wordpress");
        both.Outcome.ShouldBe(Outcome.Proposal);
        both.Files["services.yaml"].ShouldContain("name: postgres");
        both.Files["services.yaml"].ShouldContain("name: wordpress");
        conversation.Say("undo that").Files["services.yaml"].ShouldNotContain("wordpress");
    }

    [Fact]
    public void The_object_for_programs_has_the_fields_of_the_contract()
    {
        var json = ProposalJson.Write(Propose(StateSet.Empty, "set up a web server"));
        using var document = System.Text.Json.JsonDocument.Parse(json);
        var root = document.RootElement;
        root.GetProperty("outcome").GetString().ShouldBe("proposal");
        root.GetProperty("message").GetString().ShouldBe(
            "I'll run nginx and publish it on port 80.");
        root.GetProperty("files").GetProperty("services.yaml").GetString().ShouldNotBeNull();
        root.GetProperty("risk").GetString().ShouldBe("low");
        root.GetProperty("confidence").GetDouble().ShouldBe(1);
    }

    [Theory]
    [InlineData("devbox", "which ports are open?", "2222/tcp", "only 192.168.10.0/24", "gitea")]
    [InlineData("club", "who can log in?", "peter", "sudo, webteam", "", "by 2 keys")]
    [InlineData("shop", "what uses the most memory?", "api", "512Mi", "1", "2")]
    [InlineData("devbox", "which jobs are there?", "smoke-test", "every 30 minutes",
        "docker.io/curlimages/curl:8.10.1", "curl -fsS https://staging.example.com/health")]
    public void An_answer_of_several_things_has_rows(
        string state, string question, params string[] row)
    {
        var answer = Propose(StartStates.Read(state), question);
        answer.Outcome.ShouldBe(Outcome.Answer);
        answer.Listing!.Columns.Length.ShouldBe(row.Length);
        answer.Listing.Rows.Select(r => string.Join(" | ", r))
            .ShouldContain(string.Join(" | ", row));
        using var json = System.Text.Json.JsonDocument.Parse(ProposalJson.Write(answer));
        json.RootElement.GetProperty("listing").GetProperty("rows").GetArrayLength()
            .ShouldBe(answer.Listing.Rows.Length);
    }

    [Theory]
    [InlineData("how much memory has redis?")]
    [InlineData("is redis running?")]
    public void What_a_sentence_says_needs_no_rows(string question) =>
        Propose(StartStates.Read("shop"), question).Listing.ShouldBeNull();

    private static Proposal Propose(StateSet state, params string[] turns) =>
        Loam.Mind.Interpreter.Interpreter.Propose(state, turns, Judge.Now);
}
