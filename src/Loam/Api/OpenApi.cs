using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Schema;
using System.Text.Json.Serialization.Metadata;
using Loam.Cli;
using Loam.Core.Diagnostics;
using Loam.Core.Resources;
using Loam.Core.StateFiles;

namespace Loam.Api;

/// <summary>The table of routes as an OpenAPI document. https://spec.openapis.org/oas/v3.1.0
/// </summary>
internal static class OpenApi
{
    private const string Lines = "application/x-ndjson", Whole = "application/json";

    private static readonly JsonSchemaExporterOptions s_options = new()
    {
        TreatNullObliviousAsNonNullable = true,
        TransformSchemaNode = (context, schema) => context.TypeInfo.Type switch
        {
            // Written by converters of our own, which say nothing of their form.
            var type when type == typeof(ResourceId) || type == typeof(Code) => Text(),
            var type when type == typeof(StateSet) => new JsonObject
            {
                ["type"] = "object", ["additionalProperties"] = Text(),
            },
            _ => schema,
        },
    };

    /// <summary>The route that answers it, beside those it is of.</summary>
    public static Route Of(IReadOnlyList<Route> table)
    {
        var written = new Lazy<byte[]>(() => Write(table));
        return new("GET", "/v1/openapi.json", Rights.View, async (call, cancel) =>
        {
            call.Http.Response.ContentType = Whole;
            call.Http.Response.ContentLength = written.Value.Length;
            await call.Http.Response.Body.WriteAsync(written.Value, cancel).ConfigureAwait(false);
        })
        {
            Says = "This document.",
        };
    }

    public static byte[] Write(IReadOnlyList<Route> table)
    {
        var (paths, schemas) = (new JsonObject(), new JsonObject());
        Add(schemas, ApiJson.Default.Problem);
        // What confined processes have is nobody else's.
        foreach (var route in table.Where(r => r.Needs is not (Rights.Propose or Rights.Serve)))
        {
            var path = ApiServer.Outside + route.Pattern.Replace(
                "/*", "/{name}", StringComparison.Ordinal);
            if (!route.Pattern.StartsWith("/v1/", StringComparison.Ordinal))
            {
                continue;
            }
            paths[path] ??= new JsonObject();
            paths[path]![route.Method.ToLowerInvariant()] = Operation(route, schemas);
        }
        var document = new JsonObject
        {
            ["openapi"] = "3.1.0",
            ["info"] = new JsonObject { ["title"] = "Loam", ["version"] = Product.Version },
            ["security"] = new JsonArray(new JsonObject { ["token"] = new JsonArray() }),
            ["paths"] = paths,
            ["components"] = new JsonObject
            {
                ["securitySchemes"] = new JsonObject
                {
                    ["token"] = new JsonObject { ["type"] = "http", ["scheme"] = "bearer" },
                },
                ["schemas"] = schemas,
            },
        };
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer, new() { Indented = true }))
        {
            document.WriteTo(writer);
        }
        return buffer.ToArray();
    }

    private static JsonObject Operation(Route route, JsonObject schemas)
    {
        var operation = new JsonObject
        {
            ["operationId"] = $"{route.Method.ToLowerInvariant()}-"
                + route.Pattern[4..].Replace("/*", "-one", StringComparison.Ordinal),
            ["summary"] = route.Says,
            ["description"] = route.Needs switch
            {
                Rights.View => "Any token opens it.",
                Rights.Plan => "It takes a token that may propose.",
                Rights.Operate => "It takes a token that may approve.",
                _ => "No token opens it: it is for people at the machine.",
            },
        };
        var parameters = new JsonArray();
        if (route.Pattern.EndsWith("/*", StringComparison.Ordinal))
        {
            parameters.Add(Parameter("name", "path"));
        }
        foreach (var name in route.Query)
        {
            parameters.Add(Parameter(name, "query"));
        }
        if (parameters.Count > 0)
        {
            operation["parameters"] = parameters;
        }
        if (route.Takes is { } takes)
        {
            operation["requestBody"] = new JsonObject
            {
                ["required"] = true, ["content"] = Content(Whole, takes, schemas),
            };
        }
        operation["responses"] = new JsonObject
        {
            ["200"] = Response("As asked.", route.Gives is not { } gives ? null
                : Content(route.IsStream ? Lines : Whole, gives, schemas)),
            ["default"] = Response("It was not done.",
                Content(Whole, ApiJson.Default.Problem, schemas)),
        };
        return operation;
    }

    private static JsonNode Parameter(string name, string place) => new JsonObject
    {
        ["name"] = name,
        ["in"] = place,
        ["required"] = place == "path",
        ["schema"] = Text(),
    };

    private static JsonObject Response(string sentence, JsonObject? content)
    {
        var response = new JsonObject { ["description"] = sentence };
        if (content is not null)
        {
            response["content"] = content;
        }
        return response;
    }

    private static JsonObject Content(string kind, JsonTypeInfo type, JsonObject schemas) => new()
    {
        [kind] = new JsonObject
        {
            ["schema"] = new JsonObject { ["$ref"] = Add(schemas, type) },
        },
    };

    private static string Add(JsonObject schemas, JsonTypeInfo type)
    {
        var name = type.Type.Name;
        var place = $"#/components/schemas/{name}";
        if (!schemas.ContainsKey(name))
        {
            var schema = type.GetJsonSchemaAsNode(s_options);
            Move(schema, place);
            schemas[name] = schema;
        }
        return place;
    }

    /// <summary>What it refers to within itself is where it now is.</summary>
    private static void Move(JsonNode? node, string place)
    {
        if (node is JsonObject map)
        {
            if (map["$ref"] is JsonValue within && within.GetValue<string>() is ['#', .. var rest])
            {
                map["$ref"] = place + rest;
            }
            foreach (var (_, value) in map)
            {
                Move(value, place);
            }
        }
        else if (node is JsonArray list)
        {
            foreach (var value in list)
            {
                Move(value, place);
            }
        }
    }

    private static JsonObject Text() => new() { ["type"] = "string" };
}
