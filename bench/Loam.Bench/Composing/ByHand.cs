using System.Text.Json.Nodes;
using Loam.Bench.Engines;

namespace Loam.Bench.Composing;

/// <summary>The same three containers by the fewest calls there are: a network, three creations at
/// once, three starts at once. It checks nothing, keeps nothing and needs no process of its own, so no
/// client is sooner done: what <c>up</c> can be at best, on this engine and machine.</summary>
internal sealed class ByHand(Workplace place, EngineApi engine)
{
    private const string Network = "loambench-byhand";

    private readonly string _data = Path.Combine(place.Data, "byhand");

    public async Task UpAsync(Action started, CancellationToken cancel)
    {
        Directory.CreateDirectory(_data);
        started();
        await engine.PostAsync("networks/create", new() { ["Name"] = Network }, cancel);
        var made = await Task.WhenAll(Containers().Select(c => engine.PostAsync(
            "containers/create", c, cancel)));
        await Task.WhenAll(made.Select(m => engine.PostAsync(
            $"containers/{m!["Id"]}/start", null, cancel)));
    }

    public async Task ForgetAsync(CancellationToken cancel)
    {
        await engine.EmptyAsync(cancel);
        Directory.Delete(_data, recursive: true);
    }

    private IEnumerable<JsonObject> Containers() =>
    [
        Container("web", Declaration.Images[0], 64, new JsonObject
        {
            ["PortBindings"] = new JsonObject
            {
                ["80/tcp"] = new JsonArray(new JsonObject { ["HostPort"] = $"{Stack.WebPort}" }),
            },
        }),
        Container("cache", Declaration.Images[1], 64, []),
        Container("db", Declaration.Images[2], 256, new JsonObject
        {
            ["Binds"] = new JsonArray($"{_data}:/var/lib/postgresql/data"),
        }, "POSTGRES_PASSWORD=benchmark"),
    ];

    private static JsonObject Container(
        string service, string image, int mebibytes, JsonObject host, params string[] variables)
    {
        host["NetworkMode"] = Network;
        host["Memory"] = mebibytes * 1024L * 1024;
        return new()
        {
            ["Image"] = image,
            ["Labels"] = new JsonObject { ["com.docker.compose.service"] = service },
            ["Env"] = new JsonArray([.. variables.Select(v => (JsonNode)v)]),
            ["ExposedPorts"] = service == "web"
                ? new JsonObject { ["80/tcp"] = new JsonObject() } : [],
            ["HostConfig"] = host,
        };
    }
}
