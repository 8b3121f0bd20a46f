using Loam.Drivers.Containers;

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

    /// <summary>Of folder, as <see cref="TestFolder"/> names them.</summary>
    protected abstract string Sort { get; }

    /// <summary>What the machine must have.</summary>
    protected abstract string[] Programs { get; }

    protected abstract Task<DockerEngine> StartAsync();

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

    protected override Task<DockerEngine> StartAsync() =>
        new PrivateEngine(Place, TimeProvider.System).StartAsync(CancellationToken.None);
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

    protected override async Task<DockerEngine> StartAsync()
    {
        var service = new PodmanService(Folder);
        await service.StartAsync(mirror: null);
        return new(service.Socket);
    }
}
