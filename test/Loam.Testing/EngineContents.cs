using System.Net.Sockets;
using System.Text.Json;

namespace Loam.Testing;

/// <summary>All that an engine of our own holds, whoever made it.</summary>
public static class EngineContents
{
    /// <summary>Removes containers and networks: some of them would outlive the engine as
    /// processes, bridges and rules of the host.</summary>
    public static async Task RemoveAsync(string socket)
    {
        using var http = new HttpClient(new SocketsHttpHandler
        {
            ConnectCallback = async (_, cancel) =>
            {
                var unix = new Socket(
                    AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                await unix.ConnectAsync(new UnixDomainSocketEndPoint(socket), cancel);
                return new NetworkStream(unix, ownsSocket: true);
            },
        })
        { BaseAddress = new("http://engine/v1.40/") };
        var listed = await http.GetStringAsync("containers/json?all=1");
        var ids = JsonDocument.Parse(listed).RootElement.EnumerateArray()
            .Select(c => c.GetProperty("Id").GetString()!).ToArray();
        // Podman would wait before it forces; Docker does not know the word.
        await Parallel.ForEachAsync(ids, new ParallelOptions { MaxDegreeOfParallelism = 4 },
            async (id, cancel) => (await http.DeleteAsync(
                $"containers/{id}?force=1&v=1&timeout=0", cancel)).Dispose());
        (await http.PostAsync("networks/prune", null)).Dispose();
    }
}
