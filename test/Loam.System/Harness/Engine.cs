
namespace Loam.System.Harness;

/// <summary>An engine as a stranger sees it: through the docker command, not through Loam.
/// </summary>
public sealed class Engine(string socket)
{
    public string Socket => socket;

    public Task<Ended> TryAsync(params string[] arguments) =>
        Shell.RunAsync("docker", ["--host", $"unix://{socket}", .. arguments]);

    /// <summary>Takes away all that it holds.</summary>
    public Task EmptyAsync() => EngineContents.RemoveAsync(socket);

    public async Task<string> RunAsync(params string[] arguments) =>
        (await TryAsync(arguments)).ShouldEnd(0).Output.Trim();

    /// <summary>The containers that Loam made, running or not.</summary>
    public Task<string[]> OwnAsync(params string[] filters) =>
        ListAsync(["--filter", "label=loam.instance", .. filters]);

    public async Task<string[]> ListAsync(params string[] filters) =>
        (await RunAsync(["ps", "--all", "--no-trunc", "--format", "{{.ID}}", .. filters]))
            .Split('\n', StringSplitOptions.RemoveEmptyEntries);
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
