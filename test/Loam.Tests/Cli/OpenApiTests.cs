using System.Text.Json;
using Loam.Api;
using Loam.Api.Tokens;

namespace Loam.Tests.Cli;

public sealed class OpenApiTests
{
    [Fact]
    public async Task Every_route_is_described_with_what_it_takes_and_gives()
    {
        await using var running = await Running.StartAsync();
        using var document = JsonDocument.Parse(OpenApi.Write(running.Table));
        var paths = document.RootElement.GetProperty("paths");
        var schemas = document.RootElement.GetProperty("components").GetProperty("schemas");
        var described = 0;
        foreach (var route in running.Table.Where(r => r.Pattern != "/status"
            && r.Needs is not (Rights.Propose or Rights.Serve)))
        {
            route.Says.ShouldNotBeNull(route.Pattern).ShouldEndWith(".");
            var operation = paths.GetProperty("/api" + route.Pattern.Replace("*", "{name}"))
                .GetProperty(route.Method.ToLowerInvariant());
            operation.GetProperty("summary").GetString().ShouldBe(route.Says);
            if (route.Pattern != "/v1/openapi.json")
            {
                route.Gives.ShouldNotBeNull(route.Pattern);
                Refers(operation.GetProperty("responses").GetProperty("200"), schemas);
            }
            if (route.Takes is not null)
            {
                Refers(operation.GetProperty("requestBody"), schemas);
            }
            described++;
        }
        paths.EnumerateObject().Sum(p => p.Value.EnumerateObject().Count()).ShouldBe(described);
        paths.EnumerateObject().Any(p => p.Name.Contains("/mind/") || p.Name.Contains("/web/"))
            .ShouldBeFalse();
        Inner(document.RootElement, document.RootElement);
    }

    [Fact]
    public async Task What_is_answered_is_as_it_is_described()
    {
        await using var running = await Running.StartAsync();
        running.Machine.WorkTree = States.Web;
        var token = await running.Tokens.AddAsync(
            new("t", TokenScope.Propose, null, null), new(0, [], "ada"), default);
        using var web = new Web(running.Socket, token.Token);
        var got = await web.GetAsync("/api/v1/openapi.json");
        got.Status.ShouldBe(200);
        using var document = JsonDocument.Parse(got.Body);
        var schemas = document.RootElement.GetProperty("components").GetProperty("schemas");
        var looked = 0;
        foreach (var route in running.Table.Where(r => r is { Method: "GET", Needs: Rights.View,
            IsStream: false, Gives: not null } && !r.Pattern.EndsWith('*')))
        {
            var answer = await web.GetAsync(route.Pattern);
            answer.Status.ShouldBe(200, route.Pattern);
            using var said = JsonDocument.Parse(answer.Body);
            Fits(said.RootElement, schemas.GetProperty(route.Gives!.Type.Name), schemas,
                route.Pattern);
            looked++;
        }
        looked.ShouldBeGreaterThan(8);
        var plan = await web.PostAsync("/api/v1/plan", """{"kind":"work_tree","reason":"t"}""");
        using var change = JsonDocument.Parse(plan.Body);
        Fits(change.RootElement, schemas.GetProperty("PlannedChange"), schemas, "plan");
    }

    /// <summary>Every property is one that the schema has, to the bottom.</summary>
    private static void Fits(JsonElement said, JsonElement schema, JsonElement schemas, string at)
    {
        if (schema.ValueKind != JsonValueKind.Object)
        {
            return;
        }
        if (schema.TryGetProperty("$ref", out _))
        {
            return;
        }
        switch (said.ValueKind)
        {
            case JsonValueKind.Object when schema.TryGetProperty("properties", out var known):
                foreach (var one in said.EnumerateObject())
                {
                    known.TryGetProperty(one.Name, out var inner).ShouldBeTrue(
                        $"{at}.{one.Name} is not described");
                    Fits(one.Value, inner, schemas, $"{at}.{one.Name}");
                }
                break;
            case JsonValueKind.Array when schema.TryGetProperty("items", out var items):
                foreach (var one in said.EnumerateArray())
                {
                    Fits(one, items, schemas, at + "[]");
                }
                break;
            case JsonValueKind.String when schema.TryGetProperty("enum", out var words):
                words.EnumerateArray().Select(w => w.GetString()).ShouldContain(
                    said.GetString(), at);
                break;
        }
    }

    private static void Refers(JsonElement content, JsonElement schemas)
    {
        foreach (var kind in content.GetProperty("content").EnumerateObject())
        {
            var name = kind.Value.GetProperty("schema").GetProperty("$ref").GetString()!;
            schemas.TryGetProperty(name["#/components/schemas/".Length..], out _).ShouldBeTrue();
        }
    }

    /// <summary>Whatever is referred to is there.</summary>
    private static void Inner(JsonElement element, JsonElement root)
    {
        if (element.ValueKind == JsonValueKind.Object)
        {
            foreach (var one in element.EnumerateObject())
            {
                if (one.Name == "$ref" && one.Value.ValueKind == JsonValueKind.String)
                {
                    var at = root;
                    foreach (var part in one.Value.GetString()!.Split('/').Skip(1))
                    {
                        at = at.ValueKind == JsonValueKind.Array ? at[int.Parse(part)]
                            : at.GetProperty(part);
                    }
                }
                Inner(one.Value, root);
            }
        }
        else if (element.ValueKind == JsonValueKind.Array)
        {
            foreach (var one in element.EnumerateArray())
            {
                Inner(one, root);
            }
        }
    }
}
