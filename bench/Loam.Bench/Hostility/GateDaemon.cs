using System.Diagnostics;
using System.Globalization;
using Loam.Drivers.Files;
using Loam.Scoring.Gating;

namespace Loam.Bench.Hostility;

/// <summary>The published executable's daemon with nothing on it, in namespaces of its own: what
/// would be done to the host were there a hole is done to a host that ends with it.</summary>
internal sealed class GateDaemon : IAsyncDisposable
{
    private readonly InstancePaths _paths;
    private readonly Process _process;

    private GateDaemon(Workplace place)
    {
        var home = Path.Combine(place.Data, "home");
        _paths = InstancePaths.Below(home);
        Directory.CreateDirectory(_paths.StateDir);
        string[] start = Apart.Prefix(place.Run);
        _process = Programs.Serve(start[0],
            [.. start[1..], place.Loam, "daemon", "--home", home, "--engine", "private"],
            Path.Combine(place.Data, "daemon.log"));
    }

    public string People => _paths.Socket;

    public string Mind => _paths.MindDaemonSocket;

    /// <summary>Whom the mind's socket is for.</summary>
    public uint MindUser { get; private set; }

    /// <summary>The most it ever had in memory.</summary>
    public long PeakMebibytes => File.ReadLines($"/proc/{_process.Id}/status")
        .Where(l => l.StartsWith("VmHWM:", StringComparison.Ordinal))
        .Select(l => long.Parse(l.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1],
            CultureInfo.InvariantCulture) / 1024)
        .FirstOrDefault();

    public static async Task<GateDaemon> StartAsync(Workplace place, CancellationToken cancel)
    {
        var daemon = new GateDaemon(place);
        try
        {
            var begun = Stopwatch.GetTimestamp();
            while (!File.Exists(daemon.Mind) || !File.Exists(daemon.People))
            {
                if (daemon._process.HasExited || Stopwatch.GetElapsedTime(begun).TotalMinutes > 2)
                {
                    throw new BenchException("the daemon did not start:\n"
                        + File.ReadAllText(Path.Combine(place.Data, "daemon.log")));
                }
                await Task.Delay(100, cancel);
            }
            // A socket's group is set after it is made.
            while (daemon.MindUser == 0)
            {
                await Task.Delay(100, cancel);
                daemon.MindUser = uint.Parse((await Programs.RunAsync("stat",
                    ["-c", "%g", daemon.Mind], null, null, cancel)).Trim(),
                    CultureInfo.InvariantCulture);
            }
            return daemon;
        }
        catch
        {
            await daemon.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Programs.EndAsync(_process);
        _process.Dispose();
        if (Directory.Exists(_paths.RunDir))
        {
            Directory.Delete(_paths.RunDir, recursive: true);
        }
    }
}
