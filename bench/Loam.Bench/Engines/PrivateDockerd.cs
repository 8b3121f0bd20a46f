using System.Diagnostics;

namespace Loam.Bench.Engines;

/// <summary>A Docker daemon for this run alone, fed from a loopback registry with the stand-in
/// images. It leaves the host's rules and any other Docker alone: a bridge of its own, no
/// iptables; both sides are measured on it.</summary>
internal sealed class PrivateDockerd : IAsyncDisposable
{
    private const string Bridge = "loambench0";
    private const string BridgeAddress = "10.213.255.1/24";
    private const string Pool = "base=10.213.0.0/17,size=24";

    private readonly Workplace _place;
    private Process? _process;

    private PrivateDockerd(Workplace place)
    {
        _place = place;
        Api = new(Socket);
    }

    public string Socket => Path.Combine(_place.Run, "docker.sock");
    public string Mirror { get; private set; } = "";
    public EngineApi Api { get; }

    public static async Task<PrivateDockerd> StartAsync(
        Workplace place, IEnumerable<string> images, CancellationToken cancel)
    {
        var engine = new PrivateDockerd(place);
        try
        {
            await engine.StartAsync(cancel);
            foreach (var image in images)
            {
                await engine.Api.PullAsync(image, cancel);
            }
            return engine;
        }
        catch
        {
            await engine.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is { HasExited: false })
        {
            await Api.EmptyAsync(CancellationToken.None);
            await Programs.EndAsync(_process);
        }
        Api.Dispose();
        if (Directory.Exists($"/sys/class/net/{Bridge}"))
        {
            await RunAsync("ip", ["link", "delete", Bridge], CancellationToken.None);
        }
        if (Mirror.Length > 0)
        {
            await RunAsync(_place.Tool("standins/registry.sh"), ["stop", _place.Standins],
                CancellationToken.None);
        }
    }

    private async Task StartAsync(CancellationToken cancel)
    {
        var port = await RunAsync(
            _place.Tool("standins/serve.sh"), [_place.Standins], cancel);
        Mirror = $"http://127.0.0.1:{port.Trim()}";
        if (!Directory.Exists($"/sys/class/net/{Bridge}"))
        {
            await RunAsync("ip", ["link", "add", Bridge, "type", "bridge"], cancel);
        }
        await RunAsync("ip", ["address", "replace", BridgeAddress, "dev", Bridge], cancel);
        await RunAsync("ip", ["link", "set", Bridge, "up"], cancel);
        var config = Path.Combine(_place.Run, "daemon.json");
        await File.WriteAllTextAsync(config, $$"""{"registry-mirrors":["{{Mirror}}"]}""", cancel);
        var log = Path.Combine(_place.Data, "dockerd.log");
        _process = Programs.Serve("dockerd",
        [
            "--config-file", config, "--host", $"unix://{Socket}",
            "--data-root", Path.Combine(_place.Data, "engine"),
            "--exec-root", Path.Combine(_place.Run, "exec"),
            "--pidfile", Path.Combine(_place.Run, "dockerd.pid"),
            $"--bridge={Bridge}", "--iptables=false", "--default-address-pool", Pool,
            "--log-level", "warn",
        ], log);
        var begun = Stopwatch.GetTimestamp();
        while (!await Api.AnswersAsync(cancel))
        {
            if (_process.HasExited || Stopwatch.GetElapsedTime(begun).TotalSeconds > 30)
            {
                throw new BenchException($"dockerd did not start:\n{File.ReadAllText(log)}");
            }
            await Task.Delay(50, cancel);
        }
    }

    private static Task<string> RunAsync(
        string program, string[] arguments, CancellationToken cancel) =>
        Programs.RunAsync(program, arguments, null, null, cancel);
}
