using System.Text.Json;
using Loam.System.Harness;

namespace Loam.System;

/// <summary><c>loam eval</c>: cases are asked of a model through the mind, and judged. Told on one
/// engine, which has no part in it.</summary>
[Collection("docker")]
public sealed class Evaluations(DockerGround ground) : Telling(ground)
{
    private const string Redis = """
        apiVersion: loam/v1
        kind: ServiceManifest
        spec:
          services:
            - name: redis
              image: redis:7-alpine

        """;

    [NeedingFact]
    public Task A_model_is_measured_by_cases_once_somebody_said_that_it_may_cost() =>
        StoryAsync(async () =>
    {
        var bench = Bench();
        (await EvalAsync(bench)).ShouldEnd(2).ShouldSay("No model is configured.");
        await using var model = new ScriptedModel(Port + 70, Answer);
        await DeclareAsync(model, ", price: {input: 3, output: 15}");
        var before = (await Loam.RunAsync("proposals")).Output;

        // Nobody is there to ask, and nothing is asked of the model.
        (await EvalAsync(bench)).ShouldEnd(3).ShouldSay(
            "4 cases are asked of openai test-model, 5 turns. That costs about $0.18.",
            "Nobody said that it may cost that.", "--yes");
        model.Asked.ShouldBeEmpty();

        var told = (await EvalAsync(bench, "--yes")).ShouldEnd(0).ShouldSay("openai test-model");
        Row(told, "create").ShouldStartWith("create 2 1 1 0 $0.00");
        Row(told, "follow-up").ShouldStartWith("follow-up 1 1 0 0 $0.00");
        Row(told, "no-op").ShouldStartWith("no-op 1 1 0 0 $0.00");
        Row(told, "all").ShouldStartWith("all 4 3 1 0 $0.00");
        // The one that it does not understand stands below, with why.
        told.ShouldSay("cases/create.cases:2: add postgres", "answer: Hello there.");
        model.Asked.Count.ShouldBe(5);
        (await Loam.RunAsync("proposals")).Output.ShouldBe(before);

        using var json = JsonDocument.Parse((await EvalAsync(
            bench, "--yes", "--class", "create", "-o", "json")).ShouldEnd(0).Output);
        json.RootElement.GetProperty("model").GetString().ShouldBe("openai test-model");
        var cases = json.RootElement.GetProperty("cases").EnumerateArray().ToList();
        cases.Select(c => c.GetProperty("is_right").GetBoolean()).ShouldBe([true, false]);
        cases.ShouldAllBe(c => c.GetProperty("cost").GetInt64() == 105);
        (await EvalAsync(bench, "--yes", "--limit", "1")).ShouldEnd(0);

        // Wrong uses.
        (await EvalAsync(bench, "--yes", "--class", "crate")).ShouldEnd(2)
            .ShouldSay("There is no class crate.", "Write create.");
        (await EvalAsync(bench, "--yes", "--model", "other")).ShouldEnd(2)
            .ShouldSay("No model is called 'other'.", "There are openai test-model.");
        (await EvalAsync(Loam.Home, "--yes")).ShouldEnd(2).ShouldSay("has no folder cases");
        await File.AppendAllTextAsync(Path.Combine(bench, "cases", "create.cases"), "rubbish\n");
        (await EvalAsync(bench, "--yes")).ShouldEnd(2).ShouldSay("create.cases:3", "Mend the case");
    });

    [NeedingFact]
    public Task What_costs_nothing_is_not_asked_about_and_a_budget_holds() => StoryAsync(async () =>
    {
        await using var model = new ScriptedModel(Port + 70, Answer);
        // What costs nothing and stays here is not asked about.
        await DeclareAsync(model, "");
        (await EvalAsync(Bench())).ShouldEnd(0).ShouldSay("3");

        // A budget of nothing.
        await DeclareAsync(model, ", price: {input: 3, output: 15}, budget: {daily: 0.0001}");
        var asked = model.Asked.Count;
        Row((await EvalAsync(Bench(), "--yes")).ShouldEnd(0).ShouldSay(
            "no answer: openai test-model could cost up to $", "and of $0.0001 for today"), "all")
            .ShouldStartWith("all 4 0 4");
        model.Asked.Count.ShouldBe(asked);
    });

    /// <summary>Of what is asked, the request alone is looked at.</summary>
    private static string Answer(string asked)
    {
        var request = asked[asked.LastIndexOf("# The request", StringComparison.Ordinal)..];
        return request.Contains("redis") ? Proposing(Redis)
            : request.Contains("memory") ? Proposing(Redis
                + "      resources: {memory: 512Mi}\n") : "Hello there.";
    }

    private static string Proposing(string services) =>
        $"I do it.\n\n```yaml:services.yaml\n{services}```\n";

    private string Bench()
    {
        var folder = Path.Combine(Loam.Home, $"bench-{Guid.NewGuid():N}");
        void Write(string of, string cases) =>
            File.WriteAllText(Path.Combine(folder, "cases", $"{of}.cases"), cases);
        Directory.CreateDirectory(Path.Combine(folder, "cases"));
        Write("create", "empty: add redis => proposal; services.redis.image ~ redis\n"
            + "empty: add postgres => proposal; services.postgres\n");
        Write("follow-up", "empty: add redis // give it 512 MB of memory => proposal; "
            + "services.redis.resources.memory = 512Mi\n");
        Write("no-op", "empty: hello => no-change|refusal|answer\n");
        return folder;
    }

    private async Task DeclareAsync(ScriptedModel model, string more)
    {
        Loam.WriteManifest($"llm: {{provider: openai, model: test-model, base_url: \"{model.Url}\""
            + $"{more}}}");
        (await Loam.RunAsync("apply", "--yes", "--confirm", "manifest.yaml")).ShouldEnd(0);
    }

    private Task<Ended> EvalAsync(string bench, params string[] more) =>
        Loam.RunAsync(["eval", "--cases", bench, .. more]);

    private static string Row(Ended told, string name) => string.Join(' ', told.Output.Split('\n')
        .Last(l => l.TrimStart().StartsWith(name + " ", StringComparison.Ordinal))
        .Split(' ', StringSplitOptions.RemoveEmptyEntries));
}
