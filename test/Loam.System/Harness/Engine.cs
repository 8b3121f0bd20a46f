
namespace Loam.System.Harness;

/// <summary>An engine as a stranger sees it: through its own command, not through Loam.</summary>
public abstract class Engine
{
    public abstract string Socket { get; }

    /// <summary>The containers that Loam made, running or not.</summary>
    /// <param name="name">A part of their names.</param>
    public abstract Task<string[]> OwnAsync(string name = "");

    /// <summary>Those of them that are made for jobs.</summary>
    public abstract Task<string[]> JobsAsync();

    /// <summary>Those of them that run.</summary>
    public abstract Task<string[]> RunningAsync();

    /// <summary>Runs a command in a container.</summary>
    /// <returns>What it printed.</returns>
    public abstract Task<string> ExecAsync(string container, params string[] command);

    /// <summary>What it has said so far; it may not be there.</summary>
    public abstract Task<string> LogAsync(string container);

    /// <summary>Everything that the engine tells of them: how they were made, how they are.
    /// </summary>
    public abstract Task<string> LookAtAsync(params string[] containers);

    /// <summary>A line for each that Loam made: service and image.</summary>
    public abstract Task<string[]> ImagesAsync();

    /// <summary>Makes containers that are not Loam's.</summary>
    /// <param name="running">How many of them are started.</param>
    public abstract Task MakeStrangersAsync(string[] names, int running);

    /// <summary>Running or not; those that are not there are gone.</summary>
    public abstract Task RemoveAsync(params string[] containers);
}

/// <summary>Docker or Podman, through the docker command.</summary>
public sealed class DockerCommand(string socket) : Engine
{
    private const string Stranger = "docker.io/library/busybox";

    public override string Socket => socket;

    public override Task<string[]> OwnAsync(string name = "") => ListAsync(
        ["--filter", "label=loam.instance",
            .. name.Length == 0 ? (string[])[] : ["--filter", $"name={name}"]]);

    public override Task<string[]> JobsAsync() => ListAsync("--filter", "label=loam.job");

    public override async Task<string[]> RunningAsync() =>
        Lines(await RunAsync("ps", "--quiet", "--filter", "label=loam.instance"));

    public override Task<string> ExecAsync(string container, params string[] command) =>
        RunAsync(["exec", container, .. command]);

    public override async Task<string> LogAsync(string container) =>
        (await TryAsync("logs", container)).Output;

    public override Task<string> LookAtAsync(params string[] containers) => RunAsync(
        ["inspect", "--format", "{{.Id}} {{json .State}} {{json .HostConfig}} {{json .Config}} "
            + "{{json .Args}} {{json .NetworkSettings}} {{json .Mounts}}", .. containers]);

    public override async Task<string[]> ImagesAsync() => [.. Lines(await RunAsync(
        ["inspect", "--format", "{{index .Config.Labels \"loam.service\"}} {{.Image}}",
            .. await OwnAsync()])).Order()];

    public override async Task MakeStrangersAsync(string[] names, int running)
    {
        await RunAsync("pull", "--quiet", Stranger);
        foreach (var name in names)
        {
            await RunAsync("create", "--name", name, "--label", $"loam.note={name}", Stranger,
                "sleep", "1000000");
        }
        await RunAsync(["start", .. names.Take(running)]);
    }

    public override Task RemoveAsync(params string[] containers) =>
        TryAsync(["rm", "--force", .. containers]);

    private async Task<string[]> ListAsync(params string[] filters) => Lines(
        await RunAsync(["ps", "--all", "--no-trunc", "--format", "{{.ID}}", .. filters]));

    private async Task<string> RunAsync(params string[] arguments) =>
        (await TryAsync(arguments)).ShouldEnd(0).Output.Trim();

    private Task<Ended> TryAsync(params string[] arguments) =>
        Shell.RunAsync("docker", ["--host", $"unix://{socket}", .. arguments]);

    private static string[] Lines(string text) =>
        text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
}

/// <summary>What a suite of stories runs on: an engine, the way to a registry, an instance.
/// </summary>
public abstract class Ground : IAsyncLifetime
{
    private TestFolder? _home;
    private Instance? _instance;
    private Mirror? _mirror;

    public Instance Instance => _instance!;
    public Mirror Mirror => _mirror!;
    public abstract Engine Engine { get; }

    /// <summary>Transcripts of this ground are in files with this ending.</summary>
    public abstract string Name { get; }

    /// <summary>Ports that no other ground uses.</summary>
    public abstract int FirstPort { get; }

    protected abstract bool CanRun { get; }

    /// <summary>Another instance that has a small disk, and the engine that it uses.</summary>
    /// <param name="home">On that disk.</param>
    public virtual (Instance, Func<Engine>) Beside(TestFolder home) =>
        (new(home, $"unix://{Engine.Socket}", Mirror.Url), () => Engine);

    /// <summary>How large that disk is.</summary>
    public virtual string SmallDisk => "24m";

    /// <summary>Takes away what the other instance left with an engine that both use.</summary>
    public virtual Task EmptyAsync() => EngineContents.RemoveAsync(Engine.Socket);

    public async Task InitializeAsync()
    {
        if (!CanRun)
        {
            return;
        }
        await TestFolder.SweepOnceAsync();
        _home = TestFolder.Make(TestFolder.Story);
        _mirror = new(Environment.GetEnvironmentVariable("LOAM_MIRROR")!, _home.CutTable);
        try
        {
            _instance = new(_home, await StartEngineAsync(), Mirror.Url);
            await _instance.StartAsync();
        }
        catch
        {
            await DisposeAsync();
            throw;
        }
    }

    public async Task DisposeAsync()
    {
        await (_instance?.DisposeAsync() ?? _home?.DisposeAsync() ?? default);
        await RemoveEngineAsync();
    }

    /// <summary>Ends the engine and starts it again; its containers run on.</summary>
    public abstract Task RestartEngineAsync();

    /// <returns>The value of <c>--engine</c>.</returns>
    protected abstract Task<string> StartEngineAsync();

    /// <summary>With all that it holds.</summary>
    protected abstract ValueTask RemoveEngineAsync();
}
