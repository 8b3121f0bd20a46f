using System.Diagnostics;
using Loam.Core.Reconciling;
using Loam.Drivers.Containers;

namespace Loam.Testing;

/// <summary>A Podman with everything it has below one folder.</summary>
public sealed class PodmanService(string folder)
{
    private const string Netavark = "/usr/lib/podman/netavark";
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    /// <summary>The older network back end has no names.</summary>
    public static bool HasNames => File.Exists(Netavark);

    public string Socket => $"{folder}/podman.sock";

    private string Settings => $"{folder}/containers.conf";

    private string Registries => $"{folder}/registries.conf";

    /// <param name="mirror">Mirror of Docker Hub; null: none.</param>
    public async Task StartAsync(Uri? mirror)
    {
        await File.WriteAllTextAsync(Settings, SettingsText());
        await File.WriteAllTextAsync(Registries, RegistriesText(mirror));
        await StartAsync();
    }

    /// <summary>Ends the service and starts it again; containers run on meanwhile.</summary>
    public async Task RestartAsync()
    {
        await StopAsync();
        await StartAsync();
    }

    /// <summary>Ends it with its containers, bridges and rules. One that was killed is started
    /// once more, because only it knows them all.</summary>
    public async Task RemoveAsync()
    {
        if (File.Exists(Settings))
        {
            try
            {
                await StartAsync();
                await EngineContents.RemoveAsync(Socket);
            }
            catch (Exception error) when (
                error is InvalidOperationException or HttpRequestException)
            {
                // Too broken to start: its processes can still be taken away.
            }
        }
        await StopAsync();
        // The monitor of a command lingers for minutes after the command, the name server for
        // ever.
        await Processes.EndAsync(p =>
            p.Name is "podman" or "conmon" or "aardvark-dns" && p.Mentions(folder + "/"));
    }

    private async Task StartAsync()
    {
        if (Running() is not null)
        {
            return;
        }
        // A shell, so that no pipe to us breaks when this run is killed.
        var start = new ProcessStartInfo(
            "/bin/sh",
            [
                "-c", "exec podman \"$@\" >>\"$HOME/log\" 2>&1 </dev/null", "sh",
                "--root", $"{folder}/root", "--runroot", $"{folder}/run",
                "--tmpdir", $"{folder}/tmp", "--network-config-dir", $"{folder}/net",
                "system", "service", "-t", "0", $"unix://{Socket}",
            ]);
        start.Environment["PATH"] = "/usr/sbin:/usr/bin:/sbin:/bin";
        start.Environment["HOME"] = folder;
        start.Environment["CONTAINERS_CONF"] = Settings;
        start.Environment["CONTAINERS_REGISTRIES_CONF"] = Registries;
        var service = Process.Start(start)!;
        using var engine = new DockerEngine(Socket);
        var watch = Stopwatch.StartNew();
        while (true)
        {
            try
            {
                await engine.PingAsync(CancellationToken.None);
                return;
            }
            catch (HostException) when (!service.HasExited && watch.Elapsed < s_patience)
            {
                await Task.Delay(50);
            }
            catch (HostException)
            {
                throw new InvalidOperationException(
                    "podman: " + await File.ReadAllTextAsync($"{folder}/log"));
            }
        }
    }

    private async Task StopAsync()
    {
        if (Running() is { } service)
        {
            await Processes.StopAsync(service.Id);
        }
    }

    private ProcessFacts? Running() =>
        Processes.All().FirstOrDefault(p => p.Name == "podman" && p.Has($"unix://{Socket}"));

    private static string SettingsText() =>
        $"""
        [containers]
        default_ulimits = ["nofile=1024:1024", "nproc=1024:1024"]
        [network]
        network_backend = "{(HasNames ? "netavark" : "cni")}"
        [engine]
        cgroup_manager = "cgroupfs"
        events_logger = "file"
        runtime = "{Runtime}"

        """;

    /// <summary>crun refuses a machine that has version 1 control groups with version 2 beside
    /// them.</summary>
    private static string Runtime =>
        Directory.Exists("/sys/fs/cgroup/unified") ? "runc" : "crun";

    private static string RegistriesText(Uri? mirror) => mirror is null ? "" :
        $"""
        unqualified-search-registries = ["docker.io"]
        [[registry]]
        prefix = "docker.io"
        location = "docker.io"
        [[registry.mirror]]
        location = "{mirror.Authority}"
        insecure = {(mirror.Scheme == "http" ? "true" : "false")}

        """;
}
