using System.Collections.Concurrent;
using Loam.Core.Observing;
using Loam.Core.Reconciling;
using Loam.Core.Resources;
using Loam.Drivers.Containers;
using Loam.Drivers.Containers.Native;
using Loam.Drivers.Linux;
using Loam.Tests.NamesHost;

namespace Loam.Tests.Conformance;

/// <summary>A real engine with everything it has below one folder.</summary>
public abstract class RealHost : EngineHost
{
    private string _image = "";
    private TestFolder? _folder;

    public string Folder => _folder!.Path;

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
        await TestFolder.SweepOnceAsync();
        _folder = TestFolder.Make(Sort);
        try
        {
            Engine = await StartAsync();
            _image = await LoadAsync();
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

    /// <summary>Of folder, as <see cref="TestFolder"/> names them.</summary>
    protected abstract string Sort { get; }

    /// <summary>What the machine must have.</summary>
    protected abstract string[] Programs { get; }

    protected abstract Task<IContainerEngine> StartAsync();

    /// <returns>What a line of the shell says in a container.</returns>
    public async Task<string> ShellAsync(string name, string line) => (await Engine.ExecAsync(
        name, ["sh", "-c", line], TimeSpan.FromSeconds(20), CancellationToken.None)).Output;

    /// <returns>ID of an image made of busybox.</returns>
    protected virtual async Task<string> LoadAsync()
    {
        var info = await Engine.InfoAsync(CancellationToken.None);
        return await BusyboxImage.LoadAsync(Engine, info.Socket);
    }

    private async Task EndAsync()
    {
        (Engine as IDisposable)?.Dispose();
        await _folder!.DisposeAsync();
    }
}

public sealed class DockerHost : RealHost
{
    public override int Port => 18931;

    protected override string Sort => TestFolder.Docker;

    protected override string[] Programs => ["dockerd", "containerd", "runc", "ip", "nft"];

    public PrivateEnginePlace Place => PrivateEngines.Place(Folder);

    public override string Owner => Clean(Place.Instance);

    protected override async Task<IContainerEngine> StartAsync() =>
        await new PrivateEngine(Place, TimeProvider.System).StartAsync(CancellationToken.None);
}

/// <summary>The engine of our own. Its image comes from a registry: it loads no archives.
/// </summary>
public sealed class ContainerdHost : RealHost
{
    public override int Port => 18933;

    protected override string Sort => TestFolder.Containerd;

    protected override string[] Programs =>
        ["containerd", "containerd-shim-runc-v2", "crun", "docker-registry", "nft"];

    public ContainerdPlace Place => ContainerdEngines.Place(Folder);

    public override string Owner => Clean(Place.Instance);

    private ServedNames? _names;

    protected override async Task<IContainerEngine> StartAsync()
    {
        var engine = await ContainerdEngine.StartAsync(
            Place, TimeProvider.System, CancellationToken.None, Said.Enqueue);
        // In the place of the process that the daemon starts.
        _names = new(engine.Networks, null, () => []);
        return engine;
    }

    public override async Task DisposeAsync()
    {
        _names?.Dispose();
        await base.DisposeAsync();
    }

    /// <summary>As after a restart of the daemon.</summary>
    /// <param name="isReady">What containers stand on is there.</param>
    public async Task RestartAsync(bool isReady = true)
    {
        _names?.Dispose();
        Engine.Dispose();
        Engine = await StartAsync();
        if (isReady)
        {
            Own.Keep();
        }
    }

    /// <summary>As a power cut: everything that runs, and all that is in memory.</summary>
    public async Task EndAllAsync()
    {
        await Processes.EndAsync(p => p.Name is "containerd" or "containerd-shim"
            && p.Mentions(Place.RunRoot + "/"));
        foreach (var group in Directory.GetDirectories("/sys/fs/cgroup", "loam",
            new EnumerationOptions { RecurseSubdirectories = true, MaxRecursionDepth = 2 }))
        {
            foreach (var id in Ids(group))
            {
                DetachedProcess.End(id);
            }
        }
        foreach (var mount in File.ReadLines("/proc/self/mounts").Select(l => l.Split(' ')[1])
            .Where(m => m.StartsWith(Place.RunRoot + "/")).Reverse().ToList())
        {
            await Processes.RunAsync("umount", "-l", mount);
        }
        Directory.Delete(Place.RunRoot, recursive: true);
    }

    /// <summary>Waits for a container to be so, also while the engine is away.</summary>
    public async Task<ObservedContainer> UntilAsync(
        string name, Func<ObservedContainer, bool> holds)
    {
        ObservedContainer? seen = null;
        await UntilAsync(async () =>
        {
            try
            {
                seen = await Engine.FindAsync(name, CancellationToken.None);
            }
            catch (HostException fault) when (fault.MayPass)
            {
                return false;
            }
            return seen is not null && holds(seen);
        });
        return seen!;
    }

    public static async Task UntilAsync(Func<Task<bool>> holds)
    {
        for (var tries = 0; tries < 600; tries++)
        {
            if (await holds())
            {
                return;
            }
            await Task.Delay(50);
        }
        throw new TimeoutException("it never came to be as awaited");
    }

    /// <summary>Processes of this host's containers alone.</summary>
    private IEnumerable<int> Ids(string group) =>
        Directory.GetDirectories(Path.Combine(Place.DataRoot, "containers"))
            .Select(d => Path.Combine(group, Path.GetFileName(d), "cgroup.procs"))
            .Where(File.Exists).SelectMany(File.ReadAllLines).Select(int.Parse).ToList();

    /// <summary>What could not be done, and is tried again.</summary>
    public ConcurrentQueue<string> Said { get; } = new();

    public ContainerdEngine Own => (ContainerdEngine)Engine;

    protected override async Task<string> LoadAsync()
    {
        var registry = new RegistryHost();
        try
        {
            await registry.InitializeAsync();
            var image = ImageReference.Parse($"{registry.Host}/shop/box:1.0", out _)!;
            await Engine.PullAsync(
                image, registry.Digest, null, _ => { }, CancellationToken.None);
            var id = (await Engine.FindImageAsync(
                $"{registry.Host}/shop/box@{registry.Digest}", CancellationToken.None))!.Id;
            await Engine.TagImageAsync(id, BusyboxImage.Name, "latest", CancellationToken.None);
            return id;
        }
        finally
        {
            await registry.DisposeAsync();
        }
    }
}

public sealed class PodmanHost : RealHost
{
    public override int Port => 18932;

    protected override string Sort => TestFolder.Podman;

    protected override string[] Programs => ["podman", "conmon", "runc"];

    // Podman leaves this to the kernel, and a Docker on the same host forbids it there.
    public override bool JoinsInternal => !PrivateEngineNet.AnotherEngineIsHere();

    public override bool HasNames => PodmanService.HasNames;

    // Podman 4.3 has no such call in its compatible API.
    public override bool ChangesLimits => false;

    protected override async Task<IContainerEngine> StartAsync()
    {
        var service = new PodmanService(Folder);
        await service.StartAsync(mirror: null);
        return new DockerEngine(service.Socket);
    }
}
