using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Loam.Core.StateFiles;
using Loam.Mind.Answers;
using Loam.Mind.Gateway.Grammar;

namespace Loam.Tests.Mind.Gateway;

/// <summary>What a grammar accepts is of its schema, and what is of the schema it accepts.
/// </summary>
public sealed class JsonGrammarTests
{
    private static readonly JsonSerializerOptions s_plain = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    private static readonly string[] s_samples =
    [
        "web", "a", "my-app-1", "/data", "/", "10Gi", "512Mi", "5m", "1h30m", "0", "0.5", "500m",
        "encrypted:v1:QUJD", "generate:32", "generate:16:hex", "0755", "22:00-06:00", "ada@house",
        "eth0", "https://loam.example/x", "ssh-ed25519 AAAA", "read:/srv", "network:web:80",
        "5/minute", "8080", "8080-8090", "DB_PASSWORD", "UTC", "Europe/Berlin", "tcp", "latest",
        "/dev/sdb",
        "a \"quoted\" word\n", "größer €😀", "\\", "",
    ];

    public static TheoryData<string> Schemas() =>
        [.. FileKinds.All.Select(JsonSchema.For), .. AnswerTools.All.Select(t => t.Schema)];

    [Theory]
    [MemberData(nameof(Schemas))]
    public void What_is_of_a_schema_is_accepted(string schema)
    {
        var grammar = new GrammarReader(JsonGrammar.Of(schema));
        using var json = JsonDocument.Parse(schema);
        for (var seed = 0; seed < 40; seed++)
        {
            var value = Made(json.RootElement, new Random(seed), 0);
            var text = value!.ToJsonString(s_plain);
            using var made = JsonDocument.Parse(text);
            SchemaJudge.Fits(made.RootElement, json.RootElement).ShouldBeTrue(text);
            grammar.Accepts(text).ShouldBeTrue($"seed {seed}: {text}");
        }
    }

    [Theory]
    [MemberData(nameof(Schemas))]
    public void What_is_accepted_is_of_the_schema(string schema)
    {
        var grammar = new GrammarReader(JsonGrammar.Of(schema));
        using var json = JsonDocument.Parse(schema);
        for (var seed = 0; seed < 60; seed++)
        {
            var draw = new Random(seed);
            var text = grammar.Derive(draw);
            IsOf(text, json.RootElement).ShouldBeTrue($"seed {seed}: {text}");
            grammar.Accepts(text).ShouldBeTrue($"seed {seed}: {text}");
            var spoilt = Spoilt(text, draw);
            if (grammar.Accepts(spoilt))
            {
                IsOf(spoilt, json.RootElement).ShouldBeTrue($"seed {seed}: {spoilt}");
            }
        }
    }

    [Theory]
    [InlineData("""{"type":"integer","minimum":1,"maximum":65535}""", "1 9 10 65535 6553 59999",
        "0 65536 01 -1 1.5 99999 65540")]
    [InlineData("""{"type":"integer","minimum":-5,"maximum":12}""", "-5 -1 0 9 12", "-6 13 -0 -12")]
    [InlineData("""{"type":"integer","minimum":300}""", "300 999 1000 123456789", "299 30 0")]
    [InlineData("""{"type":"number","minimum":0,"maximum":2}""", "0 0.3 1.999 2 2.0", "2.1 3 -1 .5")]
    [InlineData("""{"type":"string","pattern":"^a(b|c){2}$"}""", "\"abc\" \"acc\"",
        "\"ab\" \"abcb\" abc")]
    [InlineData("""{"type":"string","pattern":"^/"}""", "\"/\" \"/a/b\"", "\"\" \"a/\"")]
    [InlineData("""{"enum":["a",1,true,null]}""", "\"a\" 1 true null", "a 2 false")]
    [InlineData("""{"type":["string","boolean"],"maxLength":2}""", "\"ab\" \"\" true \"\\u00e9\"",
        "\"abc\" 1 \"\\ud800\"")]
    [InlineData("""{"type":"array","items":{"type":"null"},"minItems":1,"maxItems":2}""",
        "[null] [null,null]", "[] [null,null,null] [null,]")]
    [InlineData("""{"type":"object","additionalProperties":{"type":"boolean"}}""",
        """{} {"a":true} {"a":true,"b":false}""", """{"a":1} {a:true} {"a":true,}""")]
    [InlineData("""{"$defs":{"l":{"type":"array","items":{"$ref":"#/$defs/l"}}},"$ref":"#/$defs/l"}""",
        "[] [[],[[]]]", "[1] [")]
    public void Each_keyword_holds(string schema, string good, string bad)
    {
        var grammar = new GrammarReader(JsonGrammar.Of(schema));
        good.Split(' ').ShouldAllBe(t => grammar.Accepts(t));
        bad.Split(' ').ShouldAllBe(t => !grammar.Accepts(t));
    }

    [Theory]
    [InlineData("""{"not":{}}""", "Grammars cannot say `not`.")]
    [InlineData("""{"type":"strin"}""", "There is no type `strin`.")]
    [InlineData("""{"$ref":"other.json"}""", "refers to other.json")]
    [InlineData("""{"type":"string","pattern":"(?=a)"}""", "grammars cannot say")]
    [InlineData("""{"type":"object","properties":{},"required":["a"]}""", "`a` is required")]
    [InlineData("""{"enum":3}""", "a value it cannot have")]
    [InlineData("nothing", "no JSON")]
    public void What_cannot_be_held_is_refused(string schema, string why) =>
        Should.Throw<GrammarException>(() => JsonGrammar.Of(schema)).Message.ShouldContain(why);

    [Fact]
    public void Whatever_a_schema_says_it_is_a_grammar_or_a_sentence()
    {
        var all = JsonSchema.For(FileKinds.All[0]);
        var draw = new Random(4);
        for (var round = 0; round < 300; round++)
        {
            var text = Spoilt(Spoilt(all, draw), draw);
            try
            {
                _ = new GrammarReader(JsonGrammar.Of(text));
            }
            catch (GrammarException fault)
            {
                fault.Message.ShouldEndWith(".");
            }
        }
    }

    [Fact]
    public void A_call_is_of_one_of_the_tools()
    {
        var grammar = new GrammarReader(
            JsonGrammar.OfCall(AnswerTools.All.Select(t => (t.Name, t.Schema))));
        grammar.Accepts("""{"name": "answer", "arguments": {"text": "Paris"}}""").ShouldBeTrue();
        grammar.Accepts("""{"name":"ask_person","arguments":{"question":"?"}}""").ShouldBeTrue();
        grammar.Accepts("""{"name":"ask_person","arguments":{"text":"?"}}""").ShouldBeFalse();
        grammar.Accepts("""{"name":"run","arguments":{}}""").ShouldBeFalse();
        grammar.Accepts("Paris").ShouldBeFalse();
    }

    private static bool IsOf(string text, JsonElement schema)
    {
        try
        {
            using var json = JsonDocument.Parse(text);
            return SchemaJudge.Fits(json.RootElement, schema);
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static string Spoilt(string text, Random draw)
    {
        var at = draw.Next(text.Length);
        return draw.Next(3) switch
        {
            0 => text.Remove(at, 1),
            1 => text.Insert(at, text[draw.Next(text.Length)].ToString()),
            _ => text[..at],
        };
    }

    private static JsonNode? Made(JsonElement schema, Random draw, int depth)
    {
        if (schema.TryGetProperty("const", out var only))
        {
            return JsonNode.Parse(only.GetRawText());
        }
        if (schema.TryGetProperty("enum", out var list))
        {
            return JsonNode.Parse(list[draw.Next(list.GetArrayLength())].GetRawText());
        }
        if (schema.TryGetProperty("anyOf", out var ways))
        {
            return Made(ways[draw.Next(ways.GetArrayLength())], draw, depth);
        }
        var type = schema.GetProperty("type");
        var word = type.ValueKind == JsonValueKind.Array
            ? type[draw.Next(type.GetArrayLength())].GetString() : type.GetString();
        return word switch
        {
            "string" => Sample(schema, draw),
            "integer" => draw.NextInt64(Bound(schema, "minimum", 0), Bound(schema, "maximum",
                1_000_000) + 1),
            "number" => Math.Round(Bound(schema, "minimum", 0) + (decimal)draw.NextDouble(), 3),
            "boolean" => draw.Next(2) == 0,
            "array" => new JsonArray([.. Enumerable.Range(0, Math.Max(draw.Next(3),
                (int)Bound(schema, "minItems", 0)))
                .Select(_ => Made(schema.GetProperty("items"), draw, depth + 1))]),
            _ => Group(schema, draw, depth),
        };
    }

    private static JsonObject Group(JsonElement schema, Random draw, int depth)
    {
        var made = new JsonObject();
        if (!schema.TryGetProperty("properties", out var properties))
        {
            foreach (var name in s_samples.OrderBy(_ => draw.Next()).Take(draw.Next(3)))
            {
                made[name] = Made(schema.GetProperty("additionalProperties"), draw, depth + 1);
            }
            return made;
        }
        var required = schema.TryGetProperty("required", out var list)
            ? list.EnumerateArray().Select(r => r.GetString()).ToHashSet() : [];
        foreach (var property in properties.EnumerateObject())
        {
            if (required.Contains(property.Name) || draw.Next(6) > depth)
            {
                made[property.Name] = Made(property.Value, draw, depth + 1);
            }
        }
        return made;
    }

    private static string Sample(JsonElement schema, Random draw)
    {
        var pattern = schema.TryGetProperty("pattern", out var given) ? given.GetString()! : "";
        var least = Bound(schema, "minLength", 0);
        return s_samples.Where(s => s.Length >= least && Regex.IsMatch(s, pattern)
            && (pattern.Length == 0 || !s.Contains('"') && !s.Contains('\\')))
            .OrderBy(_ => draw.Next()).First();
    }

    private static long Bound(JsonElement schema, string name, long without) =>
        schema.TryGetProperty(name, out var bound) ? (long)bound.GetDecimal() : without;
}
