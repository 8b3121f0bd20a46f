using Loam.Bench.Models;
using Loam.Core.Diagnostics;
using Loam.Core.Observing;
using Loam.Core.Reconciling;
using Loam.Core.Resources;
using Loam.Core.StateFiles;
using Loam.Mind.Answers;
using Loam.Mind.Context;
using Loam.Mind.Gateway;
using Loam.Mind.Gateway.Asking;
using Loam.Mind.Gateway.Spending;
using Loam.Mind.Thinking;
using Loam.Simulation.Running;

namespace Loam.Tests.Mind.Thinking;

/// <summary>From a request over the models of its way to a proposal, words or an honest no.
/// </summary>
public sealed class DeliberationTests
{
    private const string Easy = "give app-1 a bit more memory";
    private const string Hard = "what is the best way to make app-1 faster";
    private const string Broken = "```yaml:services.yaml\n: no\n```";

    private static readonly StateSet s_state = Views.Many(2);

    private readonly PrivateAsking _asking = new();
    private readonly List<(ModelAnswer Answer, string By)> _proposed = [];
    private readonly VirtualTime _time = new(Views.Noon);
    private StateSet _state = s_state;
    private string _manifest = "";
    private bool _cloud = true;
    private IEnumerable<Diagnostic> _refusals = [];
    private ResponseCache? _cache;

    private static string Larger(string memory) => "More memory.\n```yaml:services.yaml\n"
        + s_state["services.yaml"]!.Replace("memory: 256Mi", $"memory: {memory}",
            StringComparison.Ordinal) + "```";

    private Task<Thought> AskAsync(string request, LlmRouting routing, params SaidModel[] models) =>
        AskAsync(request, routing, false, [], models);

    private async Task<Thought> AskAsync(string request, LlmRouting routing, bool maySend,
        LogExcerpt[] logs, params SaidModel[] models)
    {
        var disk = new SimulatedDisk(new Random(1), 0);
        using var budget = new Budget(
            SpendingLedger.Load(disk.Create(), disk.Create()), new(null, null), _time);
        var gateway = new ModelGateway([.. models], new(_cloud, budget, _cache, [],
            _asking.PrepareAsync, () => 0), _time);
        var state = _manifest.Length == 0 ? _state : _state.With("manifest.yaml",
            "apiVersion: loam/v1\nkind: SystemManifest\nspec:\n  hostname: atlas\n"
            + $"  llm: {{privacy: {{{_manifest}}}}}\n");
        var deliberation = new Deliberation(gateway, _asking, new() { Routing = routing },
            (answer, by, _, _) =>
            {
                var refused = _refusals.ToArray();
                _refusals = [];
                _proposed.Add((answer, by));
                return Task.FromResult(new ProposalAnswer(
                    refused.Length > 0 ? null : $"p{_proposed.Count}", [.. refused]));
            });
        return await deliberation.RunAsync(
            new(Views.Of(state, logs), [], [], request, "0f1e2d3c"), maySend,
            _ => Task.CompletedTask, CancellationToken.None);
    }

    [Theory]
    [InlineData(LlmRouting.Auto, Easy, true)]
    [InlineData(LlmRouting.Auto, Hard, false)]
    [InlineData(LlmRouting.Written, Hard, true)]
    [InlineData(LlmRouting.LocalFirst, Hard, true)]
    [InlineData(LlmRouting.CloudFirst, Easy, false)]
    public async Task Who_is_asked_first_is_written_or_follows_from_the_request(
        LlmRouting routing, string request, bool isHere)
    {
        var (here, away) = (SaidModel.Here(Larger("512Mi")), SaidModel.Away(Larger("1Gi")));
        var thought = await AskAsync(request, routing, here, away);
        thought.Kind.ShouldBe(ThoughtKind.Proposed, thought.Words);
        (here.Asked.Count, away.Asked.Count).ShouldBe(isHere ? (1, 0) : (0, 1));
        thought.By.ShouldBe(isHere ? "ollama small" : "anthropic large");
        thought.PassedOver.ShouldBeEmpty();
    }

    [Theory]
    [InlineData(SaidModel.Fails)]
    [InlineData(SaidModel.Refuses)]
    [InlineData(Broken)]
    public async Task What_one_leg_cannot_answer_the_next_one_is_asked(string answer)
    {
        var (here, away) = (SaidModel.Here(answer), SaidModel.Away(Larger("1Gi")));
        var thought = await AskAsync(Easy, LlmRouting.LocalFirst, here, away);
        (thought.Kind, thought.By).ShouldBe((ThoughtKind.Proposed, "anthropic large"));
        thought.PassedOver.Length.ShouldBe(1);
        // And the other way round: without a network it degrades, it does not fail.
        (here, away) = (SaidModel.Here(Larger("1Gi")), SaidModel.Away(answer));
        thought = await AskAsync(Easy, LlmRouting.CloudFirst, here, away);
        (thought.Kind, thought.By).ShouldBe((ThoughtKind.Proposed, "ollama small"));
    }

    [Fact]
    public async Task Nobody_answers_and_all_reasons_are_said()
    {
        var thought = await AskAsync(
            Easy, LlmRouting.Auto, SaidModel.Here(SaidModel.Fails), SaidModel.Away(Broken));
        thought.Kind.ShouldBe(ThoughtKind.Failed);
        thought.Words.ShouldStartWith("The model gave no answer that can be used");
        thought.PassedOver.ShouldBe(["ollama small is broken."]);
        (await AskAsync(Easy, LlmRouting.Auto)).Words.ShouldBe("No model is configured.");
    }

    [Fact]
    public async Task Why_nobody_may_be_asked_is_said()
    {
        _cloud = false;
        var thought = await AskAsync(Easy, LlmRouting.Auto, SaidModel.Away(Larger("1Gi")));
        thought.Words.ShouldBe("Models outside this machine are switched off.");
        thought.Advice.ShouldContain("cloud_enabled");
    }

    [Fact]
    public async Task A_draft_of_this_machine_is_mended_by_a_model_outside()
    {
        var (here, away) = (SaidModel.Here(Larger("300Mi")), SaidModel.Away(Larger("1Gi")));
        var thought = await AskAsync(Easy, LlmRouting.Polish, here, away);
        thought.By.ShouldBe("anthropic large, from a draft of ollama small");
        away.Text.ShouldContain("memory: 300Mi");
        _proposed.ShouldHaveSingleItem().Answer.Files["services.yaml"].ShouldContain("1Gi");
        // One that nobody mends stands.
        _proposed.Clear();
        thought = await AskAsync(Easy, LlmRouting.Polish, SaidModel.Here(Larger("300Mi")),
            SaidModel.Away(SaidModel.Fails));
        (thought.Kind, thought.By).ShouldBe((ThoughtKind.Proposed, "ollama small"));
        thought.PassedOver.ShouldBe(["anthropic large is broken."]);
        _proposed.ShouldHaveSingleItem().Answer.Files["services.yaml"].ShouldContain("300Mi");
    }

    [Fact]
    public async Task What_the_daemon_says_no_to_goes_back_to_the_model()
    {
        _refusals = [new(Codes.AnswerSecret, Severity.Error, new("services.yaml", 3, 1, 3, 2), "No such port.", "Use 80.")];
        var here = SaidModel.Here(Larger("512Mi"), Larger("600Mi"));
        var thought = await AskAsync(Easy, LlmRouting.Auto, here);
        thought.Kind.ShouldBe(ThoughtKind.Proposed);
        here.Text.ShouldContain("No such port.");
    }

    [Fact]
    public async Task What_must_not_leave_stays_whoever_allows_it()
    {
        _manifest = "local_only: [app-1]";
        var (here, away) = (SaidModel.Here(Broken), SaidModel.Away(Larger("1Gi")));
        var thought = await AskAsync(Easy, LlmRouting.CloudFirst, true, [], here, away);
        away.Asked.ShouldBeEmpty();
        thought.Kind.ShouldBe(ThoughtKind.Failed);
        thought.PassedOver.ShouldHaveSingleItem().ShouldContain("never leaves");
    }

    [Fact]
    public async Task Whoever_has_to_allow_it_is_asked_where_nobody_here_can_answer()
    {
        LogExcerpt[] logs = [new("app-1", ["out of memory"])];
        var away = SaidModel.Away("It ran out of memory.");
        var thought = await AskAsync(Hard, LlmRouting.Auto, false, logs, away);
        (thought.Kind, thought.By).ShouldBe((ThoughtKind.NeedsApproval, "anthropic large"));
        away.Asked.ShouldBeEmpty();
        thought = await AskAsync(
            Hard, LlmRouting.LocalFirst, false, logs, SaidModel.Here(SaidModel.Fails), away);
        (thought.Kind, away.Asked.Count).ShouldBe((ThoughtKind.NeedsApproval, 0));
        // Allowed, it goes out at once.
        var here = SaidModel.Here("I do not know.");
        thought = await AskAsync(Hard, LlmRouting.LocalFirst, true, logs, here, away);
        (thought.Kind, thought.By).ShouldBe((ThoughtKind.Answer, "anthropic large"));
        here.Asked.ShouldBeEmpty();
        // Where one here can answer, nobody has to be asked.
        thought = await AskAsync(Hard, LlmRouting.Auto, false, logs, here, away);
        (thought.Kind, thought.By).ShouldBe((ThoughtKind.Answer, "ollama small"));
    }

    [Fact]
    public async Task Each_leg_sees_as_much_as_its_models_can()
    {
        var (here, away) = (SaidModel.Here(Broken), SaidModel.Away("Hello."));
        await AskAsync(Easy, LlmRouting.LocalFirst, here, away);
        var (small, large) = (here.Asked[0], away.Asked[0]);
        small.System.Length.ShouldBeLessThan(large.System.Length);
        (small.MaxTokens, large.MaxTokens).ShouldBe((2097, 4096));
    }

    [Fact]
    public async Task Words_are_said_again_and_proposals_never()
    {
        _cache = new(_time, TimeSpan.FromMinutes(10));
        var here = SaidModel.Here("app-1 is well.", "It is another answer.");
        (await AskAsync("how is app-1", LlmRouting.Auto, here)).IsRecalled.ShouldBeFalse();
        var again = await AskAsync("how is app-1", LlmRouting.Auto, here);
        (again.Words, again.IsRecalled, again.Cost).ShouldBe(("app-1 is well.", true, 0L));
        here.Asked.Count.ShouldBe(1);
        var proposing = SaidModel.Here(Larger("1Gi"));
        await AskAsync(Easy, LlmRouting.Auto, proposing);
        await AskAsync(Easy, LlmRouting.Auto, proposing);
        proposing.Asked.Count.ShouldBe(2);
    }

    /// <summary>What a model of this machine writes may name what never leaves.</summary>
    [Fact]
    public async Task A_draft_leaves_as_little_as_everything_else()
    {
        _manifest = "local_only: [tax return]";
        var draft = Larger("300Mi").Replace("MODE: production", "MODE: tax returns",
            StringComparison.Ordinal);
        var (here, away) = (SaidModel.Here(draft), SaidModel.Away(Larger("1Gi")));
        var thought = await AskAsync(Easy, LlmRouting.Polish, here, away);
        away.Asked.ShouldBeEmpty();
        (thought.Kind, thought.By).ShouldBe((ThoughtKind.Proposed, "ollama small"));
        _manifest = "approve_before_sending: sensitive";
        draft = Larger("300Mi").Replace("More memory.", "password: Sommer2026!-xyz",
            StringComparison.Ordinal);
        thought = await AskAsync(Easy, LlmRouting.Polish, SaidModel.Here(draft), away);
        away.Asked.ShouldBeEmpty();
    }

    /// <summary>What was shown in part is judged as the whole that a later round would send.
    /// </summary>
    [Fact]
    public async Task A_file_that_is_shown_later_leaves_where_all_of_it_may()
    {
        _state = Views.Many(60).With("storage.yaml", "apiVersion: loam/v1\nkind: StorageConfig\n"
            + "spec:\n  volumes:\n    - {name: invoices}\n");
        _manifest = "local_only: [invoices]";
        var forgets = "```yaml:storage.yaml\napiVersion: loam/v1\nkind: StorageConfig\nspec:\n"
            + "  volumes:\n    - {name: more}\n```";
        var away = SaidModel.Away(forgets);
        var thought = await AskAsync("restart app-1", LlmRouting.Auto, away);
        thought.Kind.ShouldBe(ThoughtKind.Failed);
        string.Join(' ', away.Asked.SelectMany(a => a.Messages).SelectMany(m => m.Parts)
            .OfType<TextPart>().Select(t => t.Text)).ShouldNotContain("invoices");
    }

    [Fact]
    public async Task An_answer_that_was_cut_off_is_none()
    {
        var here = SaidModel.Here(SaidModel.CutOff + Larger("512Mi"), Larger("600Mi"));
        var thought = await AskAsync(Easy, LlmRouting.Auto, here);
        thought.Kind.ShouldBe(ThoughtKind.Proposed);
        here.Text.ShouldContain("cut off after");
        _proposed.ShouldHaveSingleItem().Answer.Files["services.yaml"].ShouldContain("600Mi");
    }

    [Fact]
    public async Task Files_that_stay_as_they_are_go_back_to_the_model()
    {
        var same = $"```yaml:services.yaml\n{s_state["services.yaml"]}```";
        var here = SaidModel.Here(same, Larger("600Mi"));
        (await AskAsync(Easy, LlmRouting.Auto, here)).Kind.ShouldBe(ThoughtKind.Proposed);
        here.Text.ShouldContain("The files are as they are already.");
    }

    /// <summary>Its own answer goes back as it came: what stood for something private still
    /// does.</summary>
    [Fact]
    public async Task A_second_round_sends_nothing_private_back()
    {
        var away = new SaidModel(SaidModel.Away().Info, request =>
        {
            var text = string.Join('\n', request.Messages.SelectMany(m => m.Parts)
                .OfType<TextPart>().Select(t => t.Text));
            var mark = System.Text.RegularExpressions.Regex.Match(text, "⟦address-[0-9.]+⟧").Value;
            return $"To \\n{mark}.\n```yaml:services.yaml\n: no\n```";
        });
        await AskAsync("let 203.0.113.77 reach app-1", LlmRouting.Auto, away);
        away.Asked.Count.ShouldBeGreaterThan(1);
        foreach (var asked in away.Asked)
        {
            string.Join(' ', asked.Messages.SelectMany(m => m.Parts).OfType<TextPart>()
                .Select(t => t.Text)).ShouldNotContain("203.0.113.77");
        }
    }
}
