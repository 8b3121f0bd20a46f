using Loam.Drivers.Containers;

namespace Loam.System.Harness;

/// <summary>Docker, as a private engine that the daemon starts.</summary>
public sealed class DockerGround : Ground
{
    public override Engine Engine => new(Instance.PrivateSocket);
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

    public override Engine Engine => new(Service.Socket);
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
