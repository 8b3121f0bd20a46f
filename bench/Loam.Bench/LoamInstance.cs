using System.Diagnostics;
using System.Net.Http.Headers;
using System.Net.Sockets;
using Loam.Bench.Engines;
using Loam.Drivers.Files;

namespace Loam.Bench;

/// <summary>The published executable with a daemon and directories of its own.</summary>
internal sealed class LoamInstance : IAsyncDisposable
{
    private readonly Workplace _place;
    private readonly InstancePaths _paths;
    private readonly string _home;
    private readonly Process _daemon;
    private readonly HttpClient _client;

    private LoamInstance(
        Workplace place, string engine, string mirror, string name, string[] prefix)
    {
        _place = place;
        _home = Path.Combine(place.Data, name);
        _paths = InstancePaths.Below(_home);
        Directory.CreateDirectory(_paths.StateDir);
        string[] command =
        [
            .. prefix, place.Loam, "daemon", "--home", _home, "--engine",
            engine, "--mirror", mirror,
        ];
        _daemon = Programs.Serve(command[0], command[1..], Log);
        _client = new(new SocketsHttpHandler
        {
            ConnectCallback = async (_, cancel) =>
            {
                var socket = new Socket(
                    AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                await socket.ConnectAsync(new UnixDomainSocketEndPoint(_paths.Socket), cancel);
                return new NetworkStream(socket, ownsSocket: true);
            },
        })
        {
            BaseAddress = new("http://loam/"),
        };
    }

    public string Volumes => _paths.VolumeRoot;
    public InstancePaths Paths => _paths;
    private string Log => Path.Combine(_place.Data, "daemon.log");

    /// <param name="prefix">What the daemon is started by.</param>
    public static Task<LoamInstance> StartAsync(Workplace place, PrivateDockerd engine,
        CancellationToken cancel, params string[] prefix) =>
        StartAsync(new(place, $"unix://{engine.Socket}", engine.Mirror,
            prefix.Length == 0 ? "home" : "home-inside", prefix), cancel);

    /// <summary>One with the engine of our own.</summary>
    public static Task<LoamInstance> StartOwnAsync(
        Workplace place, string mirror, CancellationToken cancel) =>
        StartAsync(new(place, "containerd", mirror, "home-own", []), cancel);

    private static async Task<LoamInstance> StartAsync(
        LoamInstance instance, CancellationToken cancel)
    {
        try
        {
            var begun = Stopwatch.GetTimestamp();
            while (!await instance.AnswersAsync(cancel))
            {
                if (instance._daemon.HasExited
                    || Stopwatch.GetElapsedTime(begun).TotalSeconds > 30)
                {
                    throw new BenchException(
                        $"the daemon did not start:\n{File.ReadAllText(instance.Log)}");
                }
                await Task.Delay(50, cancel);
            }
            await instance.AllowAsync(cancel);
            return instance;
        }
        catch
        {
            await instance.DisposeAsync();
            throw;
        }
    }

    /// <summary>It is changed more often than any other machine.</summary>
    private Task<string> AllowAsync(CancellationToken cancel)
    {
        Write("manifest.yaml", """
            apiVersion: loam/v1
            kind: SystemManifest
            spec: {safety: {max_changes_per_hour: 10000}}
            """);
        return RunAsync(["apply", "--yes", "--confirm", "manifest.yaml"], null, cancel);
    }

    /// <summary>Ends the daemon; what it made stays.</summary>
    public Task EndAsync() => Programs.EndAsync(_daemon);

    public async ValueTask DisposeAsync()
    {
        await EndAsync();
        _daemon.Dispose();
        _client.Dispose();
        if (Directory.Exists(_paths.RunDir))
        {
            await UnmountAsync(_paths.RunDir);
            Directory.Delete(_paths.RunDir, recursive: true);
        }
    }

    public void Write(string file, string text) =>
        File.WriteAllText(Path.Combine(_paths.StateDir, file), text);

    /// <param name="arguments">What follows <c>loam</c>; the instance is added.</param>
    public Task<string> RunAsync(
        IEnumerable<string> arguments, Action? started, CancellationToken cancel) =>
        Programs.RunAsync(
            _place.Loam, [.. arguments, "--home", _home], null, started, cancel);

    /// <summary>The least a process of ours can do.</summary>
    public Task VersionAsync(Action started, CancellationToken cancel) =>
        Programs.RunAsync(_place.Loam, ["--version"], null, started, cancel);

    /// <summary>One look at everything: observe, compare, answer.</summary>
    public async Task PassAsync(CancellationToken cancel) =>
        await _client.GetByteArrayAsync("v1/status", cancel);

    /// <summary>One plan of the state directory as it lies there, as <c>loam apply</c> asks for.
    /// </summary>
    public async Task PlanAsync(CancellationToken cancel)
    {
        using var body = new StringContent("""{"kind":"WorkTree","reason":"bench"}""",
            MediaTypeHeaderValue.Parse("application/json"));
        using var answer = await _client.PostAsync("v1/plan", body, cancel);
        if (!answer.IsSuccessStatusCode)
        {
            throw new BenchException(await answer.Content.ReadAsStringAsync(cancel));
        }
    }

    /// <summary>The state directory planned and applied in one request.</summary>
    public async Task ChangeAsync(CancellationToken cancel)
    {
        using var body = new StringContent(
            """
            {"request":{"kind":"WorkTree","reason":"bench"},"how":"bench",
             "confirmed":["network.yaml","security.yaml"]}
            """,
            MediaTypeHeaderValue.Parse("application/json"));
        using var answer = await _client.PostAsync("v1/change", body, cancel);
        var text = await answer.Content.ReadAsStringAsync(cancel);
        if (!text.Contains("\"status\":\"applied\"", StringComparison.Ordinal))
        {
            throw new BenchException(text[..Math.Min(text.Length, 2000)]);
        }
    }

    /// <summary>Mebibytes of the daemon by name of the kernel's account: <c>Rss</c>,
    /// <c>Private_Dirty</c>, <c>Private_Clean</c>.</summary>
    public IReadOnlyDictionary<string, double> Memory() =>
        File.ReadLines($"/proc/{_daemon.Id}/smaps_rollup").Skip(1)
            .Select(l => l.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .ToDictionary(p => p[0].TrimEnd(':'), p => double.Parse(p[1]) / 1024);

    private async Task<bool> AnswersAsync(CancellationToken cancel)
    {
        try
        {
            await PassAsync(cancel);
            return true;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    /// <summary>All that is mounted below a folder.</summary>
    public static async Task UnmountAsync(string folder)
    {
        var mounted = File.ReadLines("/proc/mounts").Select(l => l.Split(' ')[1])
            .Where(p => p.StartsWith(folder + "/", StringComparison.Ordinal)).Reverse();
        foreach (var path in mounted.ToList())
        {
            await Programs.RunAsync("umount", [path], null, null, CancellationToken.None);
        }
    }
}
