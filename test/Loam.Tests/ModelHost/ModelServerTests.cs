using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using Loam.Core.StateFiles;
using Loam.Mind.Answers;
using Loam.Mind.Gateway;
using Loam.Tests.Mind.Gateway;

namespace Loam.Tests.ModelHost;

/// <summary>The real library and the host's own server, with models of some hundred kilobytes.
/// </summary>
[NeedsLlama]
public sealed class ModelServerTests
{
    [NeedingFact]
    public async Task Whatever_a_model_is_it_answers_with_a_call_of_the_declared_form()
    {
        await using var served = new ServedModel(f => TinyModel.Random(f, 5));
        for (var seed = 0; seed < 12; seed++)
        {
            var answer = await served.AskAsync("make web faster",
                $$"""
                "seed":{{seed}},"temperature":1,"max_tokens":3000,"tool_choice":"required",
                "tools":[{{string.Join(',', AnswerTools.All.Select(Offered))}}]
                """);
            var choice = answer.GetProperty("choices")[0];
            choice.GetProperty("finish_reason").GetString().ShouldBe("tool_calls");
            var call = choice.GetProperty("message").GetProperty("tool_calls")[0]
                .GetProperty("function");
            var tool = AnswerTools.All.Single(t => t.Name == call.GetProperty("name").GetString());
            var arguments = call.GetProperty("arguments").GetString()!;
            using var said = JsonDocument.Parse(arguments);
            using var schema = JsonDocument.Parse(tool.Schema);
            SchemaJudge.Fits(said.RootElement, schema.RootElement).ShouldBeTrue(arguments);
            AnswerReader.Read("", [new ToolCallPart("a", tool.Name, arguments)]).ShouldNotBeNull();
        }
    }

    [NeedingFact]
    public async Task A_state_file_by_grammar_is_of_its_schema()
    {
        await using var served = new ServedModel(f => TinyModel.Random(f, 6, 16_384), 16_384);
        foreach (var kind in FileKinds.All)
        {
            var schema = JsonSchema.For(kind);
            using var json = JsonDocument.Parse(schema);
            var answer = await served.AskAsync("write it", $$"""
                "seed":3,"temperature":1,"max_tokens":9000,"response_format":
                {"type":"json_object"}
                """);
            answer.GetProperty("choices")[0].GetProperty("message").GetProperty("content")
                .GetString()![0].ShouldBe('{');
            answer = await served.AskAsync("write it", $$$"""
                "seed":3,"temperature":1,"response_format":
                {"type":"json_schema","json_schema":{"name":"f","schema":{{{Short(schema)}}}}}
                """);
            var choice = answer.GetProperty("choices")[0];
            choice.GetProperty("finish_reason").GetString().ShouldBe("stop", kind.File);
            var text = choice.GetProperty("message").GetProperty("content").GetString()!;
            using var said = JsonDocument.Parse(text);
            SchemaJudge.Fits(said.RootElement, json.RootElement).ShouldBeTrue(text);
        }
    }

    [NeedingFact]
    public async Task Words_come_in_pieces_and_end_with_what_they_took()
    {
        await using var served = new ServedModel(
            f => TinyModel.Saying(f, ["All is", " well", " on web", " today"]));
        using var response = await served.PostAsync(ServedModel.Body("how is it?", """
            "stream":true,"stream_options":{"include_usage":true},"stop":" today"
            """));
        response.Content.Headers.ContentType!.MediaType.ShouldBe("text/event-stream");
        var lines = (await response.Content.ReadAsStringAsync())
            .Split("\n\n", StringSplitOptions.RemoveEmptyEntries)
            .Where(l => l.StartsWith("data: {", StringComparison.Ordinal))
            .Select(l => JsonNode.Parse(l[6..])!).ToList();
        string.Concat(lines.SelectMany(l => l["choices"]!.AsArray())
            .Select(c => (string?)c!["delta"]!["content"])).ShouldBe("All is well on web");
        lines.Count(l => l["choices"]!.AsArray().Count == 1).ShouldBeGreaterThan(3);
        ((string?)lines[^2]["choices"]![0]!["finish_reason"]).ShouldBe("stop");
        ((int)lines[^1]["usage"]!["completion_tokens"]!).ShouldBe(4);
        ((int)lines[^1]["usage"]!["prompt_tokens"]!).ShouldBeGreaterThan(10);
    }

    [NeedingFact]
    public async Task What_a_model_says_by_itself_may_be_a_call()
    {
        const string call = """{"name": "weather", "arguments": {"place": "Paris"}}""";
        await using var served = new ServedModel(
            f => TinyModel.Saying(f, [call[..20], call[20..]]));
        const string tools = """
            "tools":[{"type":"function","function":{"name":"weather","parameters":{}}}]
            """;
        var choice = (await served.AskAsync("rain?", tools)).GetProperty("choices")[0];
        choice.GetProperty("message").GetProperty("tool_calls")[0].GetProperty("function")
            .GetProperty("arguments").GetString().ShouldBe("""{"place": "Paris"}""");
        choice = (await served.AskAsync("rain?")).GetProperty("choices")[0];
        choice.GetProperty("message").GetProperty("content").GetString().ShouldBe(call);
    }

    [NeedingFact]
    public async Task One_is_answered_at_a_time_and_who_leaves_makes_room()
    {
        await using var served = new ServedModel(
            f => TinyModel.Saying(f, ["on", " and", " on,"], isEndless: true));
        // It would go on to the end of its context.
        using var leaves = new CancellationTokenSource();
        var first = await served.PostAsync(ServedModel.Body("a", "\"stream\":true"), leaves.Token);
        await using var stream = await first.Content.ReadAsStreamAsync();
        (await stream.ReadAsync(new byte[16])).ShouldBeGreaterThan(0);
        var waiting = Enumerable.Range(0, 4).Select(_ => served.AskAsync("b", "\"max_tokens\":3"))
            .ToList();
        await stream.DisposeAsync();
        first.Dispose();
        await leaves.CancelAsync();
        foreach (var answer in await Task.WhenAll(waiting))
        {
            answer.GetProperty("choices")[0].GetProperty("finish_reason").GetString()
                .ShouldBe("length");
            answer.GetProperty("choices")[0].GetProperty("message").GetProperty("content")
                .GetString().ShouldBe("on and on,");
        }
    }

    [NeedingFact]
    public async Task What_cannot_be_answered_is_said()
    {
        await using var served = new ServedModel(f => TinyModel.Random(f, 2), 512);
        async Task<string> RefusalAsync(string text, string more)
        {
            using var response = await served.PostAsync(ServedModel.Body(text, more));
            response.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
            return await response.Content.ReadAsStringAsync();
        }
        (await RefusalAsync(new string('a', 600), "")).ShouldContain("exceed_context_size_error");
        (await RefusalAsync("a", "\"n\":2")).ShouldContain("One answer is given");
        (await RefusalAsync("a", "\"response_format\":{\"type\":\"json_schema\",\"json_schema\":"
            + "{\"schema\":{\"not\":{}}}}")).ShouldContain("Grammars cannot say `not`.");
        (await RefusalAsync("a", "\"messages\":3")).ShouldContain("no JSON object");
        (await served.Http.GetStringAsync("v1/models")).ShouldContain("\"id\":\"tiny\"");
        (await served.Http.GetAsync("v2")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        using var wrong = await served.PostAsync(
            ServedModel.Body("a", "\"grammar\":\"root ::= nowhere\""));
        (await wrong.Content.ReadAsStringAsync()).ShouldContain("does not take the grammar");
        // And it goes on.
        (await served.AskAsync("a", "\"max_tokens\":2")).GetProperty("usage")
            .GetProperty("completion_tokens").GetInt32().ShouldBeInRange(0, 2);
    }

    private static string Offered(ModelTool tool) =>
        $$$"""
        {"type":"function","function":{"name":"{{{tool.Name}}}","parameters":{{{tool.Schema}}}}}
        """;

    /// <summary>Without what is for people: it would fill the context.</summary>
    private static string Short(string schema)
    {
        static void Strip(JsonNode? node)
        {
            if (node is JsonObject group)
            {
                foreach (var name in (string[])["description", "title", "default"])
                {
                    if (group[name] is JsonValue)
                    {
                        group.Remove(name);
                    }
                }
                group.ToList().ForEach(p => Strip(p.Value));
            }
            else if (node is JsonArray list)
            {
                list.ToList().ForEach(Strip);
            }
        }
        var root = JsonNode.Parse(schema);
        Strip(root);
        return root!.ToJsonString();
    }
}
