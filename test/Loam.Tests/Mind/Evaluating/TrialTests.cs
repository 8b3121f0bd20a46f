using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using Loam.Core.Resources;
using Loam.Core.StateFiles;
using Loam.Mind.Evaluating;
using Loam.Mind.Evaluating.Cases;
using Loam.Mind.Evaluating.Judging;
using Loam.Mind.Gateway;
using Loam.Mind.Thinking;
using Loam.Scoring.Injecting;
using Loam.Tests.Mind.Answers;
using Case = Loam.Mind.Evaluating.Cases.Case;

namespace Loam.Tests.Mind.Evaluating;

/// <summary>Cases asked of a model: <c>loam eval</c>.</summary>
public sealed class TrialTests
{
    [Fact]
    public async Task Each_turn_is_about_what_the_one_before_came_to()
    {
        var model = new Script(asked => asked.Contains("and now?", StringComparison.Ordinal)
            ? "It is there." : $"I add redis.\n\n```yaml:services.yaml\n{AnswerReaderTests.Redis}```\n");
        var result = await RunAsync(model, "add redis", "and now?");

        result.Kind.ShouldBe(ThoughtKind.Answer);
        result.Files.Keys.ShouldBe(["services.yaml"]);
        result.Files["services.yaml"].ShouldContain("redis:7");
        model.Asked.Count.ShouldBe(2);
        model.Asked[0].ShouldNotContain("image: redis:7");
        model.Asked[1].ShouldContain("image: redis:7");
        (result.By, result.Cost).ShouldBe(("local script", 0L));
    }

    [Fact]
    public void What_is_said_in_words_is_right_where_words_are()
    {
        var bench = LoamBench.Of(new Dictionary<string, string>
        {
            ["cases/no-op.cases"] = "empty: hello => no-change|refusal\n",
            ["cases/create.cases"] = "empty: add redis => proposal\n",
        });
        bench.Faults.ShouldBeEmpty();
        var files = ImmutableSortedDictionary<string, string>.Empty;
        foreach (var (test, kind, isRight) in (IEnumerable<(Case, ThoughtKind, bool)>)[
            (bench.Cases.Single(c => c.Class == "no-op"), ThoughtKind.Answer, true),
            (bench.Cases.Single(c => c.Class == "no-op"), ThoughtKind.Question, false),
            (bench.Cases.Single(c => c.Class == "create"), ThoughtKind.Answer, false),
            (bench.Cases.Single(c => c.Class == "create"), ThoughtKind.Failed, false)])
        {
            TrialJudge.Weigh(test, bench.States[test.State], kind, "Hello.", files).IsRight
                .ShouldBe(isRight, $"{test} {kind}");
        }
    }

    [Fact]
    public void One_model_can_be_asked_alone()
    {
        using var budget = MemoryFile.Budget();
        var gateway = Gateway(new Script(_ => ""), budget, new());
        gateway.Only("script").Models.ShouldHaveSingleItem().Model.ShouldBe("script");
        gateway.Only("local script").Models.ShouldHaveSingleItem();
        Should.Throw<ModelException>(() => gateway.Only("other")).Advice
            .ShouldContain("local script");
    }

    /// <summary>Texts of one's own are no way around what the machine keeps back.</summary>
    [Theory]
    [InlineData("", "hello there", true)]
    [InlineData("local_only: [payroll]", "how is payroll doing", false)]
    [InlineData("redact: false, approve_before_sending: never", "how is the payroll doing", false)]
    public async Task What_the_machine_keeps_back_is_kept_back_of_any_texts(
        string own, string said, bool isSent)
    {
        var model = new Script(_ => "Hello.") { Away = true };
        var files = StateSet.Empty.With("manifest.yaml", "apiVersion: loam/v1\n"
            + $"kind: SystemManifest\nspec:\n  llm: {{privacy: {{{own}}}}}\n");
        var result = await RunAsync(model, new() { LocalOnly = own.Contains("local_only")
            ? [] : ["payroll"] }, files, maySend: true, said);
        (model.Asked.Count > 0, result.Kind).ShouldBe(
            (isSent, isSent ? ThoughtKind.Answer : ThoughtKind.Failed), result.Words);
    }

    [Fact]
    public async Task Names_are_replaced_and_somebody_is_asked_where_the_machine_wants_it()
    {
        var model = new Script(_ => "Hello.") { Away = true };
        var open = StateSet.Empty.With("manifest.yaml", "apiVersion: loam/v1\n"
            + "kind: SystemManifest\nspec:\n"
            + "  llm: {privacy: {redact: false, approve_before_sending: never}}\n");
        await RunAsync(model, new(), open, maySend: true, "is 192.168.7.9 up");
        model.Asked.ShouldHaveSingleItem().ShouldNotContain("192.168.7.9");
        (await RunAsync(
            model, new() { Approve = LlmApproval.Always }, open, maySend: false, "hello")).Kind.ShouldBe(ThoughtKind.NeedsApproval);
        model.Asked.Count.ShouldBe(1);
    }

    private static Task<TrialResult> RunAsync(Script model, params string[] turns) =>
        RunAsync(model, new(), StateSet.Empty, true, turns);

    private static async Task<TrialResult> RunAsync(Script model, LlmPrivacy privacy,
        StateSet files, bool maySend, params string[] turns)
    {
        using var budget = MemoryFile.Budget();
        var asking = new PrivateAsking();
        return await new Trial(Gateway(model, budget, asking), asking,
            new LlmSettings { Privacy = privacy }).RunAsync(
                files, turns, () => "a1b2c3d4e5f6", maySend, default);
    }

    private static ModelGateway Gateway(
        Script model, Loam.Mind.Gateway.Spending.Budget budget, PrivateAsking asking) =>
        new([model], new(true, budget, null, [], asking.PrepareAsync, () => 0),
            TimeProvider.System);

    private sealed class Script(Func<string, string> says) : IModel
    {
        public bool Away { get; init; }

        public ModelInfo Info => new("local", "script",
            Away ? PrivacyClass.Cloud : PrivacyClass.Local, ModelPrice.Free, 16_000,
            TakesTools: false);

        public List<string> Asked { get; } = [];

        public async IAsyncEnumerable<ModelEvent> AskAsync(
            ModelRequest request, [EnumeratorCancellation] CancellationToken cancel)
        {
            await Task.CompletedTask;
            Asked.Add(((TextPart)request.Messages[^1].Parts[0]).Text);
            yield return new TextDelta(says(Asked[^1]));
            yield return new ModelEnd(EndReason.Complete);
        }
    }
}
