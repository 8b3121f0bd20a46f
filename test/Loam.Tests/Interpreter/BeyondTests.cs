using Loam.Core.StateFiles;
using Loam.Mind.Interpreter;

namespace Loam.Tests.Interpreter;

public sealed class BeyondTests
{
    private static readonly StateSet s_state = StateSet.Empty.With("services.yaml",
        "apiVersion: loam/v1\nkind: ServiceManifest\nspec:\n  services:\n"
        + "    - name: web\n      image: nginx:1.27\n");

    [Theory]
    [InlineData("make web survive a holiday rush", true)]
    [InlineData("what is the capital of France?", true)]
    [InlineData("write me a poem about the sea", true)]
    [InlineData("restart web", false)]
    [InlineData("publish web on port 8080", false)]
    [InlineData("which ports are open?", false)]
    [InlineData("run rm -rf /", false)]
    [InlineData("open a port", false)]
    [InlineData("remove web", false)]
    public void Somebody_who_knows_more_is_asked_only_where_too_little_was_made_of_it(
        string words, bool isBeyond) => Loam.Mind.Interpreter.Interpreter
        .Propose(s_state, [words], DateTimeOffset.UnixEpoch).IsBeyond.ShouldBe(isBeyond);

    [Theory]
    [InlineData("explain more")]
    [InlineData("Explain that, please.")]
    [InlineData("tell me more about it")]
    [InlineData("what exactly would change?")]
    [InlineData("more details")]
    public void More_of_what_is_proposed_is_said_and_changes_nothing(string words)
    {
        var conversation = new Conversation(s_state, DateTimeOffset.UnixEpoch);
        conversation.Say("remove web");
        var before = conversation.Say("add redis with 64 MB");
        var more = conversation.Say(words);
        more.Outcome.ShouldBe(Outcome.Answer);
        more.AsksMore.ShouldBeTrue();
        more.Message.ShouldContain("service web is removed");
        more.Message.ShouldContain("resources.memory 64Mi");
        more.Files.ShouldBe(before.Files);
        // It goes on from there.
        conversation.Say("modify it to use 128 MB").Files["services.yaml"].ShouldContain("128Mi");
    }

    [Theory]
    [InlineData("explain web")]
    [InlineData("explain more about web")]
    [InlineData("more memory")]
    [InlineData("show me the details of redis")]
    public void What_names_something_is_read_as_what_it_says(string words)
    {
        var conversation = new Conversation(s_state, DateTimeOffset.UnixEpoch);
        conversation.Say("restart web");
        conversation.Say(words).AsksMore.ShouldBeFalse();
    }

    public static TheoryData<string, string> Much => new()
    {
        { string.Concat(Enumerable.Repeat("please restart web, thank you kindly. ", 60)),
            "That is too long for me: say it in fewer than 2000 characters, one wish after the "
            + "other." },
        { string.Concat(Enumerable.Repeat("a b c d e ", 60)),
            "Those are too many words for me at once: say one wish after the other." },
        { string.Concat(Enumerable.Repeat("restart web. ", 30)),
            "Those are too many wishes for me at once: say one after the other." },
        { "install " + string.Join(" and ", ((string[])["nginx", "redis", "grafana", "wordpress",
            "gitea", "nextcloud", "vaultwarden", "jellyfin", "postgres", "mariadb", "prometheus",
            "mongodb", "ghost", "caddy"]).Select((a, i) =>
                $"{a} on port {8100 + i} with {i + 1} GB of memory")),
            "That is much at once, and I would rather not guess: say it in smaller steps, one wish "
            + "at a time. What comes first?" },
    };

    /// <summary>Without a model the answer is the same.</summary>
    [Theory]
    [MemberData(nameof(Much))]
    public void What_is_too_much_for_the_interpreter_may_not_be_for_a_model(
        string words, string says)
    {
        var proposal = Loam.Mind.Interpreter.Interpreter
            .Propose(s_state, [words], DateTimeOffset.UnixEpoch);
        proposal.IsBeyond.ShouldBeTrue(proposal.Message);
        (proposal.Message, proposal.Confidence, proposal.Files.Count).ShouldBe((says, 1, 0));
    }
}
