using Loam.Drivers.Containers;
using Loam.Drivers.Containers.Native;

namespace Loam.System.Harness;

/// <summary>Docker, as a private engine that the daemon starts.</summary>
public sealed class DockerGround : Ground
{
    public override Engine Engine => new DockerCommand(Instance.PrivateSocket);
    public override string Name => "docker";
    public override int FirstPort => 18080;
    protected override bool CanRun => NeedsAttribute.Missing("dockerd") is null;

    protected override Task<string> StartEngineAsync() => Task.FromResult("private");

    public override async Task RestartEngineAsync()
    {
        var engine = new PrivateEngine(
            PrivateEngines.Place(Instance.Paths, Instance.Paths.ReadInstanceId()!, Mirror.Url),
            TimeProvider.System);
        await Processes.StopAsync(engine.RunningPid()!.Value);
        using var client = await engine.StartAsync(CancellationToken.None);
    }

    // It goes with its instance.
    protected override ValueTask RemoveEngineAsync() => ValueTask.CompletedTask;
}

[CollectionDefinition("docker")]
public sealed class DockerCollection : ICollectionFixture<DockerGround>;

/// <summary>A Podman that was there before Loam.</summary>
public sealed class PodmanGround : Ground
{
    private TestFolder? _folder;

    public override Engine Engine => new DockerCommand(Service.Socket);
    public override string Name => "podman";
    public override int FirstPort => 18280;
    protected override bool CanRun => NeedsAttribute.Missing("podman") is null;

    private PodmanService Service => new(_folder!.Path);

    protected override async Task<string> StartEngineAsync()
    {
        _folder = TestFolder.Make(TestFolder.Podman);
        await Service.StartAsync(new Uri(Mirror.Url));
        return $"unix://{Service.Socket}";
    }

    public override Task RestartEngineAsync() => Service.RestartAsync();

    protected override ValueTask RemoveEngineAsync() => _folder?.DisposeAsync() ?? default;
}

[CollectionDefinition("podman")]
public sealed class PodmanCollection : ICollectionFixture<PodmanGround>;

/// <summary>The engine of our own, which the daemon starts.</summary>
public sealed class ContainerdGround : Ground
{
    public override Engine Engine => new CtrCommand(Place(Instance));
    public override string Name => "containerd";
    public override int FirstPort => 18480;
    protected override bool CanRun => new NeedsOwnEngineAttribute().Missing() is null;

    /// <summary>An instance has an engine to itself, so images are on the small disk, too.
    /// </summary>
    public override string SmallDisk => "160m";

    public override (Instance, Func<Engine>) Beside(TestFolder home)
    {
        var beside = new Instance(home, "containerd", Mirror.Url);
        return (beside, () => new CtrCommand(Place(beside)));
    }

    // It goes with its instance.
    public override Task EmptyAsync() => Task.CompletedTask;

    protected override Task<string> StartEngineAsync() => Task.FromResult("containerd");

    /// <summary>Whoever uses it starts it again.</summary>
    public override async Task RestartEngineAsync()
    {
        var containerd = new PrivateContainerd(Place(Instance), TimeProvider.System);
        await containerd.StopAsync(CancellationToken.None);
        await Wait.ForAsync("containerd to run again", () => containerd.RunningPid() is not null);
    }

    protected override ValueTask RemoveEngineAsync() => ValueTask.CompletedTask;

    private ContainerdPlace Place(Instance instance) => ContainerdEngines.Place(
        instance.Paths, instance.Paths.ReadInstanceId()!, Mirror.Url);
}

[CollectionDefinition("containerd")]
public sealed class ContainerdCollection : ICollectionFixture<ContainerdGround>;
