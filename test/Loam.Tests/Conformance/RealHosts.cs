using System.Diagnostics;
using Loam.Drivers.Containers;
using Loam.Drivers.Linux;

namespace Loam.Tests.Conformance;

/// <summary>A real engine with everything it has below one folder.</summary>
public abstract class RealHost : EngineHost
{
    private string _image = "";

    /// <summary>Short: a socket's path has 107 bytes.</summary>
    public string Folder { get; } =
        Path.Combine("/tmp", $"loam-{Guid.NewGuid().ToString("n")[..8]}");

    /// <summary>Containers find each other by name.</summary>
    public virtual bool HasNames => true;

    /// <summary>An instance whose networks the engine was made for.</summary>
    public virtual string Owner => NewInstance();

    /// <summary>Containers in an internal network reach each other here.</summary>
    public virtual bool JoinsInternal => true;

    public override string Image(Habit habit) => _image;

    public override async Task InitializeAsync()
    {
        // The runner makes fixtures of skipped classes, too.
        if (new NeedsAttribute(Programs).Missing() is not null)
        {
            return;
        }
        Directory.CreateDirectory(Folder);
        try
        {
            var engine = await StartAsync();
            Engine = engine;
            var info = await engine.InfoAsync(CancellationToken.None);
            _image = await BusyboxImage.LoadAsync(engine, info.Socket);
        }
        catch
        {
            await EndAsync();
            throw;
        }
    }

    public override async Task DisposeAsync()
    {
        if (Engine is null)
        {
            return;
        }
        try
        {
            await CleanAsync();
        }
        finally
        {
            await EndAsync();
        }
    }

    /// <summary>What the machine must have.</summary>
    protected abstract string[] Programs { get; }

    protected abstract Task<DockerEngine> StartAsync();

    protected abstract Task StopAsync();

    private async Task EndAsync()
    {
        (Engine as IDisposable)?.Dispose();
        await StopAsync();
        // Engines leave their storage and namespaces mounted.
        var mounts = File.ReadLines("/proc/self/mounts").Select(l => l.Split(' ')[1])
            .Where(m => m.StartsWith(Folder + "/")).Reverse().ToList();
        foreach (var mount in mounts)
        {
            await Command.RunAsync("umount", ["-l", mount], "", CancellationToken.None);
        }
        Directory.Delete(Folder, recursive: true);
    }
}

public sealed class DockerHost : RealHost
{
    private PrivateEngine? _private;

    public override int Port => 18931;

    protected override string[] Programs => ["dockerd", "containerd", "runc", "ip", "nft"];

    public PrivateEnginePlace Place =>
        new(Path.GetFileName(Folder), $"{Folder}/d", $"{Folder}/r", null);

    public override string Owner => Clean(Place.Instance);

    protected override Task<DockerEngine> StartAsync()
    {
        _private = new PrivateEngine(Place, TimeProvider.System);
        return _private.StartAsync(CancellationToken.None);
    }

    protected override Task StopAsync() =>
        _private?.StopAsync(CancellationToken.None) ?? Task.CompletedTask;
}

public sealed class PodmanHost : RealHost
{
    private const string Netavark = "/usr/lib/podman/netavark";
    private int _pid;

    public override int Port => 18932;

    protected override string[] Programs => ["podman", "conmon", "runc"];

    // Podman leaves this to the kernel, and a Docker on the same host forbids it there.
    public override bool JoinsInternal => !PrivateEngineNet.AnotherEngineIsHere();

    public override bool HasNames => File.Exists(Netavark);

    // Podman 4.3 has no such call in its compatible API.
    public override bool ChangesLimits => false;

    protected override async Task<DockerEngine> StartAsync()
    {
        // crun refuses a machine that has version 1 control groups with version 2 beside them.
        var runtime = Directory.Exists("/sys/fs/cgroup/unified") ? "runc" : "crun";
        // The older network back end has no names.
        var network = File.Exists(Netavark) ? "netavark" : "cni";
        await File.WriteAllTextAsync(
            $"{Folder}/containers.conf",
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
        var socket = $"{Folder}/podman.sock";
        _pid = DetachedProcess.Start(
            Command.Find("podman")!,
            [
                "--root", $"{Folder}/root", "--runroot", $"{Folder}/run", "--tmpdir",
                $"{Folder}/tmp", "--network-config-dir", $"{Folder}/net", "system", "service",
                "-t", "0", $"unix://{socket}",
            ],
            new Dictionary<string, string>
            {
                ["PATH"] = "/usr/sbin:/usr/bin:/sbin:/bin",
                ["HOME"] = Folder,
                ["CONTAINERS_CONF"] = $"{Folder}/containers.conf",
            },
            $"{Folder}/log");
        var engine = new DockerEngine(socket);
        var watch = Stopwatch.StartNew();
        while (true)
        {
            try
            {
                await engine.PingAsync(CancellationToken.None);
                return engine;
            }
            catch (Core.Reconciling.HostException) when (
                watch.Elapsed < Core.Limits.EngineStart && DetachedProcess.IsAlive(_pid))
            {
                await Task.Delay(50);
            }
            catch
            {
                engine.Dispose();
                throw new InvalidOperationException(
                    "podman: " + await File.ReadAllTextAsync($"{Folder}/log"));
            }
        }
    }

    protected override async Task StopAsync()
    {
        if (_pid == 0)
        {
            return;
        }
        DetachedProcess.AskToEnd(_pid);
        for (var i = 0; i < 100 && DetachedProcess.IsAlive(_pid); i++)
        {
            await Task.Delay(50);
        }
        DetachedProcess.End(_pid);

        // The monitor of a command lingers for minutes after the command, the name server for
        // ever.
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(folder), out var pid) && IsOurs(folder))
            {
                DetachedProcess.End(pid);
            }
        }
    }

    private bool IsOurs(string folder)
    {
        try
        {
            return File.ReadAllText($"{folder}/comm").Trim() is "conmon" or "aardvark-dns"
                && File.ReadAllText($"{folder}/cmdline").Contains($"{Folder}/");
        }
        catch (IOException)
        {
            return false;
        }
    }
}
