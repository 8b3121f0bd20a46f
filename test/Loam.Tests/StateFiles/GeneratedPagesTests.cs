using System.Text.Json;
using Loam.Core.Diagnostics;
using Loam.Core.StateFiles;
using Loam.Core.StateFiles.Types;

namespace Loam.Tests.StateFiles;

/// <summary>Committed pages and schemas are what the tables say. <c>LOAM_REWRITE=1</c> writes them
/// anew.</summary>
public sealed class GeneratedPagesTests
{
    public static TheoryData<string> Pages()
    {
        var pages = new TheoryData<string>
        {
            "docs/diagnostics.md", "docs/reference/state-files.md",
        };
        foreach (var kind in FileKinds.All)
        {
            pages.Add($"docs/reference/schemas/{kind.Kind}.json");
        }
        return pages;
    }

    [Theory]
    [MemberData(nameof(Pages))]
    public void Committed_text_is_the_generated_text(string page)
    {
        var path = Path.Combine(Examples.Root(), page);
        var text = page switch
        {
            "docs/diagnostics.md" => DiagnosticsPage.Write(),
            "docs/reference/state-files.md" => ReferencePage.Write(),
            _ => JsonSchema.For(
                FileKinds.All.Single(k => k.Kind == Path.GetFileNameWithoutExtension(page))),
        };
        if (Environment.GetEnvironmentVariable("LOAM_REWRITE") == "1")
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, text);
        }
        File.ReadAllText(path).ShouldBe(text, "LOAM_REWRITE=1 ./dev test writes it anew");
    }

    [Fact]
    public void Codes_are_unique_complete_and_explained()
    {
        var fields = typeof(Codes).GetFields().Where(f => f.FieldType == typeof(Code)).ToList();
        Codes.All.Count.ShouldBe(fields.Count);
        Codes.All.Select(c => c.Number).Distinct().Count().ShouldBe(fields.Count);
        Codes.All.ShouldAllBe(c => c.Explanation.EndsWith('.') && !c.Title.EndsWith('.'));
    }

    [Fact]
    public void Every_schema_names_every_field_with_its_sentence()
    {
        foreach (var kind in FileKinds.All)
        {
            using var schema = JsonDocument.Parse(JsonSchema.For(kind));
            var root = schema.RootElement;
            root.GetProperty("additionalProperties").GetBoolean().ShouldBeFalse();
            root.GetProperty("properties").GetProperty("kind").GetProperty("const").GetString()
                .ShouldBe(kind.Kind);
            Compare(kind.Spec, root.GetProperty("properties").GetProperty("spec"));
        }
    }

    private static void Compare(Schema table, JsonElement schema)
    {
        schema.GetProperty("additionalProperties").GetBoolean().ShouldBeFalse(table.Name);
        var properties = schema.GetProperty("properties");
        properties.EnumerateObject().Count().ShouldBe(table.Fields.Count);
        foreach (var field in table.Fields)
        {
            var property = properties.GetProperty(field.Name);
            property.GetProperty("description").GetString().ShouldBe(field.Sentence);
            field.Sentence.ShouldEndWith(".");
            switch (field.Type)
            {
                case ObjectType group:
                    Compare(group.Schema, property);
                    break;
                case ListType { Item: ObjectType item }:
                    Compare(item.Schema, property.GetProperty("items"));
                    break;
            }
        }
    }

    /// <summary>Patterns, enums, types and names of the schema against whole example files: what
    /// Loam reads without errors, an editor must not mark.</summary>
    [Theory]
    [InlineData("shop")]
    [InlineData("home")]
    [InlineData("small")]
    public void Examples_satisfy_the_schemas(string name)
    {
        var set = Examples.Read(name);
        foreach (var kind in FileKinds.All.Where(k => set[k.File] is not null))
        {
            using var schema = JsonDocument.Parse(JsonSchema.For(kind));
            var root = YamlReader.Read(kind.File, set[kind.File]!, new DiagnosticBag())!;
            SchemaCheck.Problems(schema.RootElement, root).ShouldBeEmpty();
        }
    }

    [Theory]
    [InlineData("services: [{name: web, imagee: x}]")]
    [InlineData("services: [{name: Web, image: x}]")]
    [InlineData("services: [{name: web, image: x, restart: sometimes}]")]
    [InlineData("services: [{name: web, image: x, replicas: 1000}]")]
    [InlineData("services: [{name: web, image: x, privileged: maybe}]")]
    [InlineData("services: web")]
    public void Schemas_refuse_what_is_plainly_wrong(string spec)
    {
        var text = $"apiVersion: loam/v1\nkind: ServiceManifest\nspec:\n  {spec}\n";
        using var schema = JsonDocument.Parse(JsonSchema.For(FileKinds.Of("services.yaml")!));
        var root = YamlReader.Read("services.yaml", text, new DiagnosticBag())!;
        SchemaCheck.Problems(schema.RootElement, root).ShouldNotBeEmpty();
    }

    [Fact]
    public void Findings_are_the_same_sentences_in_json()
    {
        var found = StateReader.Read(Examples.Service("restart: \"a\\\"b\"")).Findings;
        using var json = JsonDocument.Parse(DiagnosticJson.Write(found));
        var one = json.RootElement.EnumerateArray().ShouldHaveSingleItem();
        one.GetProperty("code").GetString().ShouldBe("LOAM0105");
        one.GetProperty("severity").GetString().ShouldBe("error");
        one.GetProperty("line").GetInt32().ShouldBe(7);
        one.GetProperty("message").GetString().ShouldBe(found[0].Message);
        one.GetProperty("remedy").GetString().ShouldBe("Write always, on-failure or never.");
        using var none = JsonDocument.Parse(DiagnosticJson.Write(
            [new(Codes.Stale, Severity.Warning, null, "A.", "B.")]));
        none.RootElement[0].TryGetProperty("file", out _).ShouldBeFalse();
    }
}
