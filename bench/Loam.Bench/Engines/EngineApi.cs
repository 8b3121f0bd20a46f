using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Loam.Bench.Engines;

/// <param name="Service">The service's name in either tool's files.</param>
/// <param name="Rehearsal">A candidate that Loam only tries.</param>
/// <param name="Address">On its first network; empty when it does not run.</param>
internal sealed record SeenContainer(
    string Id, string Service, bool Running, bool Rehearsal, string Address);

/// <summary>The few questions both sides are measured with, asked of the engine itself.</summary>
internal sealed class EngineApi(string socket) : IDisposable
{
    private readonly HttpClient _client = new(new SocketsHttpHandler
    {
        ConnectCallback = async (_, cancel) =>
        {
            var connection = new Socket(
                AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            await connection.ConnectAsync(new UnixDomainSocketEndPoint(socket), cancel);
            return new NetworkStream(connection, ownsSocket: true);
        },
    })
    {
        BaseAddress = new("http://engine/v1.40/"),
    };

    public void Dispose() => _client.Dispose();

    public async Task<bool> AnswersAsync(CancellationToken cancel)
    {
        try
        {
            using var answer = await _client.GetAsync("/_ping", cancel);
            return answer.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    /// <summary>Every container there is, running or not: the engine is the benchmark's alone.
    /// </summary>
    public async Task<ImmutableArray<SeenContainer>> ContainersAsync(CancellationToken cancel)
    {
        using var json = await ReadAsync("containers/json?all=1", cancel);
        return [.. json.RootElement.EnumerateArray().Select(Seen)];
    }

    public async Task PullAsync(string image, CancellationToken cancel)
    {
        var parts = image.Split(':');
        using var answer = await _client.PostAsync(
            $"images/create?fromImage={parts[0]}&tag={parts[1]}", null, cancel);
        var text = await answer.Content.ReadAsStringAsync(cancel);
        if (!answer.IsSuccessStatusCode || text.Contains("\"error\"", StringComparison.Ordinal))
        {
            throw new BenchException($"{image} cannot be pulled: {text}");
        }
    }

    /// <returns>Null when the engine answers with nothing.</returns>
    public async Task<JsonNode?> PostAsync(
        string path, JsonObject? body, CancellationToken cancel)
    {
        using var content = new StringContent(
            body?.ToJsonString() ?? "", Encoding.UTF8, "application/json");
        using var answer = await _client.PostAsync(path, content, cancel);
        var text = await answer.Content.ReadAsStringAsync(cancel);
        return !answer.IsSuccessStatusCode ? throw new BenchException($"{path}: {text}")
            : text.Length == 0 ? null : JsonNode.Parse(text);
    }

    public async Task<ImmutableArray<string>> NetworksAsync(CancellationToken cancel)
    {
        using var json = await ReadAsync("networks?filters=%7B%22type%22%3A%5B%22custom%22%5D%7D",
            cancel);
        return [.. json.RootElement.EnumerateArray().Select(n => n.GetProperty("Id").GetString()!)];
    }

    public async Task<ImmutableArray<string>> VolumesAsync(CancellationToken cancel)
    {
        using var json = await ReadAsync("volumes", cancel);
        var volumes = json.RootElement.GetProperty("Volumes");
        return volumes.ValueKind == JsonValueKind.Null ? []
            : [.. volumes.EnumerateArray().Select(n => n.GetProperty("Name").GetString()!)];
    }

    /// <param name="path">What to remove; that it is not there is no fault.</param>
    public async Task RemoveAsync(string path, CancellationToken cancel)
    {
        using var answer = await _client.DeleteAsync(path, cancel);
        if (!answer.IsSuccessStatusCode && answer.StatusCode != HttpStatusCode.NotFound)
        {
            throw new BenchException(
                $"{path}: {await answer.Content.ReadAsStringAsync(cancel)}");
        }
    }

    /// <summary>Leaves the engine empty but for its images.</summary>
    public async Task EmptyAsync(CancellationToken cancel)
    {
        foreach (var container in await ContainersAsync(cancel))
        {
            await RemoveAsync($"containers/{container.Id}?force=1&v=1", cancel);
        }
        foreach (var network in await NetworksAsync(cancel))
        {
            await RemoveAsync($"networks/{network}", cancel);
        }
        foreach (var volume in await VolumesAsync(cancel))
        {
            await RemoveAsync($"volumes/{volume}", cancel);
        }
    }

    private static SeenContainer Seen(JsonElement item)
    {
        var labels = item.GetProperty("Labels").EnumerateObject()
            .ToDictionary(l => l.Name, l => l.Value.GetString() ?? "");
        var address = item.GetProperty("NetworkSettings").GetProperty("Networks")
            .EnumerateObject().Select(n => n.Value.GetProperty("IPAddress").GetString())
            .FirstOrDefault(a => !string.IsNullOrEmpty(a)) ?? "";
        return new(
            item.GetProperty("Id").GetString()!,
            labels.GetValueOrDefault("loam.service")
                ?? labels.GetValueOrDefault("com.docker.compose.service") ?? "",
            item.GetProperty("State").GetString() == "running",
            labels.ContainsKey("loam.rehearsal"), address);
    }

    private async Task<JsonDocument> ReadAsync(string path, CancellationToken cancel) =>
        JsonDocument.Parse(await _client.GetByteArrayAsync(path, cancel));
}
