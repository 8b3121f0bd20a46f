using System.Diagnostics;
using Loam.Drivers.Containers;

namespace Loam.System.Harness;

/// <summary>A test of the published executable; skipped where there is none.</summary>
public sealed class StoryFactAttribute : FactAttribute
{
    public StoryFactAttribute() => Skip = Why;

    public static string? Why =>
        Environment.GetEnvironmentVariable("LOAM_BINARY") is null
            || Environment.GetEnvironmentVariable("LOAM_MIRROR") is null
            ? "LOAM_BINARY or LOAM_MIRROR is not set; ./dev test system sets both"
            : Environment.UserName != "root" ? "containers need root"
            : On("docker") is null || On("dockerd") is null ? "Docker is not installed"
            : null;

    public static string? On(string program) =>
        Environment.GetEnvironmentVariable("PATH")!.Split(':').Append("/usr/sbin")
            .Select(d => Path.Combine(d, program)).FirstOrDefault(File.Exists);
}

public sealed class PodmanFactAttribute : FactAttribute
{
    public PodmanFactAttribute() => Skip = Why;

    public static string? Why => StoryFactAttribute.Why
        ?? (StoryFactAttribute.On("podman") is null ? "Podman is not installed" : null);
}

/// <summary>Docker, as a private engine that the daemon starts.</summary>
public sealed class DockerGround : Ground
{
    public override Engine Engine => new(Instance.PrivateSocket);
    public override string Name => "docker";
    public override int FirstPort => 18080;
    protected override bool CanRun => StoryFactAttribute.Why is null;

    protected override Task<string> StartEngineAsync() => Task.FromResult("private");

    private PrivateEngine Private => new(
        new(Instance.Paths.ReadInstanceId()!, Path.Combine(Instance.Paths.DataDir, "engine-data"),
            Path.Combine(Instance.Paths.RunDir, "engine"), Mirror.Url),
        TimeProvider.System);

    public async Task RestartEngineAsync(string signal)
    {
        var pid = Private.RunningPid()!.Value;
        await Shell.RunAsync("kill", signal, $"{pid}");
        await Wait.ForAsync("the engine to end", () => Private.RunningPid() != pid);
        using var engine = await Private.StartAsync(CancellationToken.None);
    }

    protected override async Task StopEngineAsync()
    {
        if (Instance is not null && Instance.Paths.ReadInstanceId() is not null)
        {
            await Private.StopAsync(CancellationToken.None);
        }
    }
}

[CollectionDefinition("docker")]
public sealed class DockerCollection : ICollectionFixture<DockerGround>;

/// <summary>Podman with everything it has below one folder.</summary>
public sealed class PodmanGround : Ground
{
    private readonly string _folder = $"/tmp/loam-podman-{Guid.NewGuid().ToString("n")[..6]}";
    private Process? _service;

    public override Engine Engine => new($"{_folder}/podman.sock");
    public override string Name => "podman";
    public override int FirstPort => 18280;
    protected override bool CanRun => PodmanFactAttribute.Why is null;

    protected override async Task<string> StartEngineAsync()
    {
        Directory.CreateDirectory(_folder);
        await WriteConfigurationAsync();
        var start = new ProcessStartInfo(
            "/bin/sh",
            [
                "-c", "exec podman \"$@\" >>\"$HOME/log\" 2>&1 </dev/null", "sh",
                "--root", $"{_folder}/root", "--runroot", $"{_folder}/run",
                "--tmpdir", $"{_folder}/tmp", "--network-config-dir", $"{_folder}/net",
                "system", "service", "-t", "0", $"unix://{Engine.Socket}",
            ]);
        start.Environment["HOME"] = _folder;
        start.Environment["CONTAINERS_CONF"] = $"{_folder}/containers.conf";
        start.Environment["CONTAINERS_REGISTRIES_CONF"] = $"{_folder}/registries.conf";
        _service = Process.Start(start)!;
        await Wait.ForAsync("Podman to answer", async () =>
        {
            if (_service.HasExited)
            {
                throw new StoryException(
                    "podman ended: " + await File.ReadAllTextAsync($"{_folder}/log"));
            }
            return File.Exists(Engine.Socket) && (await Engine.TryAsync("version")).Exit == 0;
        });
        return $"unix://{Engine.Socket}";
    }

    private async Task WriteConfigurationAsync()
    {
        // crun refuses a machine that has version 1 control groups with version 2 beside them.
        var runtime = Directory.Exists("/sys/fs/cgroup/unified") ? "runc" : "crun";
        var network = File.Exists("/usr/lib/podman/netavark") ? "netavark" : "cni";
        await File.WriteAllTextAsync(
            $"{_folder}/containers.conf",
            $"""
            [containers]
            default_ulimits = ["nofile=1024:1024", "nproc=1024:1024"]
            [network]
            network_backend = "{network}"
            [engine]
            cgroup_manager = "cgroupfs"
            events_logger = "file"
            runtime = "{runtime}"

            """);
        await File.WriteAllTextAsync(
            $"{_folder}/registries.conf",
            $"""
            unqualified-search-registries = ["docker.io"]
            [[registry]]
            prefix = "docker.io"
            location = "docker.io"
            [[registry.mirror]]
            location = "{new Uri(Mirror.Url).Authority}"
            insecure = true

            """);
    }

    protected override async Task StopEngineAsync()
    {
        if (_service is null)
        {
            return;
        }
        if (!_service.HasExited)
        {
            await Shell.RunAsync("kill", $"{_service.Id}");
            await _service.WaitForExitAsync();
        }
        // The monitor of a command lingers for minutes after the command, the name server for
        // ever.
        foreach (var folder in Directory.EnumerateDirectories("/proc").Where(IsOurs))
        {
            await Shell.RunAsync("kill", "-9", Path.GetFileName(folder));
        }
        await Mounts.RemoveBelowAsync(_folder);
        Directory.Delete(_folder, recursive: true);
    }

    private bool IsOurs(string process)
    {
        try
        {
            return int.TryParse(Path.GetFileName(process), out _)
                && File.ReadAllText($"{process}/comm").Trim() is "conmon" or "aardvark-dns"
                && File.ReadAllText($"{process}/cmdline").Contains(_folder + "/");
        }
        catch (IOException)
        {
            return false;
        }
    }
}
