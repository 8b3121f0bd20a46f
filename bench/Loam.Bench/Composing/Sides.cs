using Loam.Bench.Engines;

namespace Loam.Bench.Composing;

/// <summary>The environment's <c>GREETING</c> of one service; the others keep theirs.</summary>
internal sealed record Greeting(string Service, string Text);

/// <summary>What is measured, on either side.</summary>
internal interface ISide
{
    /// <summary>Before anything is measured: the declaration, with one variable changed.
    /// </summary>
    /// <param name="change">Null: nothing is declared any more.</param>
    Task PrepareAsync(Greeting? change, CancellationToken cancel);

    /// <summary>The command that makes the declaration true.</summary>
    Task ApplyAsync(Action started, CancellationToken cancel);

    /// <summary>The command that takes everything away again; the data stays.</summary>
    Task DownAsync(Action started, CancellationToken cancel);

    /// <summary>Removes the data, so that the next start is a first one.</summary>
    Task ForgetAsync(CancellationToken cancel);
}

internal sealed class Greetings
{
    private readonly Dictionary<string, string> _texts = [];

    public string Of(string service) => _texts.GetValueOrDefault(service, "hello");

    /// <summary>An empty service's name: all as in the beginning.</summary>
    public void Set(Greeting? change)
    {
        if (change is { Service: "" })
        {
            _texts.Clear();
        }
        else if (change is not null)
        {
            _texts[change.Service] = change.Text;
        }
    }
}

internal sealed class ComposeSide(Workplace place, PrivateDockerd engine) : ISide
{
    private readonly Greetings _greetings = new();

    public Task PrepareAsync(Greeting? change, CancellationToken cancel)
    {
        _greetings.Set(change);
        return Task.CompletedTask;
    }

    public Task ApplyAsync(Action started, CancellationToken cancel) =>
        RunAsync(["up", "-d"], started, cancel);

    public Task DownAsync(Action started, CancellationToken cancel) =>
        RunAsync(["down"], started, cancel);

    public async Task ForgetAsync(CancellationToken cancel)
    {
        foreach (var volume in await engine.Api.VolumesAsync(cancel))
        {
            await engine.Api.RemoveAsync($"volumes/{volume}", cancel);
        }
    }

    private Task RunAsync(string[] verb, Action started, CancellationToken cancel) =>
        Programs.RunAsync("docker-compose",
            ["--no-ansi", "--file", place.ComposeFile, "--project-name", "loambench", .. verb],
            new Dictionary<string, string>
            {
                ["DOCKER_HOST"] = $"unix://{engine.Socket}",
                ["WEB_GREETING"] = _greetings.Of("web"),
                ["CACHE_GREETING"] = _greetings.Of("cache"),
                ["WEB_PORT"] = $"{Stack.WebPort}",
            }, started, cancel);
}

/// <summary>Loam declares the same: images, port, limits, environment, volume.</summary>
internal sealed class LoamSide(LoamInstance loam) : ISide
{
    /// <summary>The daemon looks at an edit half a second after it; a person who saved a file
    /// types the command later than that.</summary>
    private static readonly TimeSpan s_settle = TimeSpan.FromSeconds(1);

    private readonly Greetings _greetings = new();

    public async Task PrepareAsync(Greeting? change, CancellationToken cancel)
    {
        _greetings.Set(change);
        loam.Write("services.yaml",
            change is null ? Declaration.Nothing : Declaration.Services(_greetings));
        loam.Write("storage.yaml", Declaration.Storage);
        await Task.Delay(s_settle, cancel);
    }

    public Task ApplyAsync(Action started, CancellationToken cancel) =>
        loam.RunAsync(["apply", "--yes"], started, cancel);

    public Task DownAsync(Action started, CancellationToken cancel) =>
        loam.RunAsync(["apply", "--yes"], started, cancel);

    public Task ForgetAsync(CancellationToken cancel)
    {
        // The volume itself stays: it is declared still.
        foreach (var volume in new DirectoryInfo(loam.Volumes).EnumerateDirectories())
        {
            foreach (var file in volume.EnumerateFiles())
            {
                file.Delete();
            }
            foreach (var folder in volume.EnumerateDirectories())
            {
                folder.Delete(recursive: true);
            }
        }
        return Task.CompletedTask;
    }
}
