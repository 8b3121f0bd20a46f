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
        var gateway = Gateway(new Script(_ => ""), budget);
        gateway.Only("script").Models.ShouldHaveSingleItem().Model.ShouldBe("script");
        gateway.Only("local script").Models.ShouldHaveSingleItem();
        Should.Throw<ModelException>(() => gateway.Only("other")).Advice
            .ShouldContain("local script");
    }

    private static async Task<TrialResult> RunAsync(Script model, params string[] turns)
    {
        using var budget = MemoryFile.Budget();
        return await new Trial(Gateway(model, budget), new(), new LlmSettings()).RunAsync(
            StateSet.Empty, turns, () => "a1b2c3d4e5f6", default);
    }

    private static ModelGateway Gateway(
        Script model, Loam.Mind.Gateway.Spending.Budget budget) => new([model],
        new(true, budget, null, [], (request, _, _) => ValueTask.FromResult(request), () => 0),
        TimeProvider.System);

    private sealed class Script(Func<string, string> says) : IModel
    {
        public ModelInfo Info { get; } = new("local", "script", PrivacyClass.Local,
            ModelPrice.Free, 16_000, TakesTools: false, TakesSchema: false);

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
