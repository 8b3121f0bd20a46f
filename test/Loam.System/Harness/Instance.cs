using System.Diagnostics;
using System.Text.RegularExpressions;
using Loam.Drivers.Files;

namespace Loam.System.Harness;

/// <summary>An instance of Loam as a person has it: the published executable, its daemon, its
/// directories. Disposing ends and removes all of it.</summary>
/// <param name="prefix">What the daemon is started by: for instance, nsenter into a network
/// namespace.</param>
public sealed class Instance(
    TestFolder home, string engine, string mirror, params string[] prefix) : IAsyncDisposable
{
    private Process? _daemon;

    public static string Binary => Environment.GetEnvironmentVariable("LOAM_BINARY")!;

    public string Home => home.Path;

    public InstancePaths Paths => InstancePaths.Below(Home);
    public string Log => Path.Combine(Home, "daemon.log");
    public string PrivateSocket => Path.Combine(Paths.RunDir, "engine", "docker.sock");

    public string LogText => File.Exists(Log) ? File.ReadAllText(Log) : "(no log)";

    public string LogTail => string.Join('\n', LogText.TrimEnd().Split('\n').TakeLast(20));

    /// <summary>Starts the daemon and waits until it answers.</summary>
    public async Task StartAsync()
    {
        _daemon = Process.Start(new ProcessStartInfo(
            "/bin/sh",
            [
                "-c", "log=$1; shift; exec \"$@\" >>\"$log\" 2>&1 </dev/null", "sh", Log,
                .. prefix, Binary, "daemon", "--home", Home, "--engine", engine, "--mirror", mirror,
            ]))!;
        await Wait.ForAsync("the daemon to answer", async () =>
        {
            if (_daemon.HasExited)
            {
                throw new StoryException($"the daemon ended at once:\n{LogTail}");
            }
            return File.Exists(Paths.Socket) && (await RunAsync("status")).Exit != 4;
        });
    }

    public bool IsRunning => _daemon is { HasExited: false };

    /// <summary>As a power cut ends it.</summary>
    public async Task KillAsync()
    {
        _daemon!.Kill();
        await _daemon.WaitForExitAsync();
    }

    /// <summary>As an administrator ends it.</summary>
    public async Task StopAsync()
    {
        if (!IsRunning)
        {
            return;
        }
        await Shell.RunAsync("kill", $"{_daemon!.Id}");
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        try
        {
            await _daemon.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            await KillAsync();
        }
    }

    public Running Begin(params string[] arguments) =>
        new(Binary, ["--home", Home, .. arguments], new Dictionary<string, string>
        {
            // What a person says is kept in a place of the test's own.
            ["XDG_STATE_HOME"] = Path.Combine(Home, "person"),
        });

    public async Task<Ended> RunAsync(params string[] arguments)
    {
        using var running = Begin(arguments);
        return await running.EndAsync();
    }

    /// <summary>Writes a state file as an editor does.</summary>
    public void Write(string file, string kind, string spec)
    {
        var body = string.Join('\n', spec.TrimEnd().Split('\n').Select(l => "  " + l));
        File.WriteAllText(Path.Combine(Paths.StateDir, file),
            $"apiVersion: loam/v1\nkind: {kind}\nmetadata:\n  name: main\nspec:\n{body}\n");
    }

    public string Read(string file) => File.ReadAllText(Path.Combine(Paths.StateDir, file));

    public void WriteServices(string spec) => Write("services.yaml", "ServiceManifest", spec);

    /// <summary>The manifest of a machine that is changed more often than any other.</summary>
    /// <param name="safety">More fields of that group.</param>
    public void WriteManifest(string spec = "", string safety = "") =>
        Write("manifest.yaml", "SystemManifest",
            $"safety: {{max_changes_per_hour: 10000{safety}}}\n{spec}");

    public Dictionary<string, string> StateFiles() =>
        Directory.EnumerateFiles(Paths.StateDir).Where(f => !f.EndsWith('~'))
            .ToDictionary(f => Path.GetFileName(f), File.ReadAllText);

    /// <summary>Nothing is declared, runs or waits, whatever was before.</summary>
    public async Task ResetAsync()
    {
        if (!IsRunning)
        {
            await StartAsync();
        }
        foreach (var file in Directory.EnumerateFiles(Paths.StateDir, "*.yaml"))
        {
            File.Delete(file);
        }
        WriteServices("services: []");
        WriteManifest();
        (await RunAsync("apply", "--yes", "--confirm", "security.yaml", "--confirm",
            "manifest.yaml", "--confirm", "network.yaml")).ShouldEnd(0);
        foreach (var volume in Directory.EnumerateDirectories(Paths.VolumeRoot))
        {
            Directory.Delete(volume, recursive: true);
        }
        await DeclineAsync();
    }

    /// <summary>What is proposed and nobody has decided about.</summary>
    private async Task DeclineAsync()
    {
        var listed = (await RunAsync("proposals")).ShouldEnd(0).Output;
        foreach (var id in Regex.Matches(listed, @"\bm[0-9a-f]{12}\b").Select(m => m.Value)
            .Distinct())
        {
            // One that is decided stays as it is.
            await RunAsync("decline", id);
        }
        (await RunAsync("status")).Output.ShouldNotContain("proposed:");
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        await home.DisposeAsync();
    }
}
