using Loam.Bench.Engines;

namespace Loam.Bench.Composing;

/// <summary>What is measured, on either side.</summary>
internal interface ISide
{
    /// <summary>Before anything is measured: the declaration with this greeting.</summary>
    Task PrepareAsync(string? greeting, CancellationToken cancel);

    /// <summary>The command that makes the declaration true.</summary>
    Task ApplyAsync(Action started, CancellationToken cancel);

    /// <summary>The command that takes everything away again; the data stays.</summary>
    Task DownAsync(Action started, CancellationToken cancel);

    /// <summary>Removes the data, so that the next start is a first one.</summary>
    Task ForgetAsync(CancellationToken cancel);
}

internal sealed class ComposeSide(Workplace place, PrivateDockerd engine) : ISide
{
    private string _greeting = "";

    public Task PrepareAsync(string? greeting, CancellationToken cancel)
    {
        _greeting = greeting ?? _greeting;
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
                ["GREETING"] = _greeting,
                ["WEB_PORT"] = $"{Stack.WebPort}",
            }, started, cancel);
}

/// <summary>Loam declares the same: images, port, limits, environment, volume.</summary>
internal sealed class LoamSide(LoamInstance loam) : ISide
{
    /// <summary>The daemon looks at an edit half a second after it; a person who saved a file
    /// types the command later than that.</summary>
    private static readonly TimeSpan s_settle = TimeSpan.FromSeconds(1);

    public async Task PrepareAsync(string? greeting, CancellationToken cancel)
    {
        loam.Write("services.yaml", Declaration.Services(greeting));
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
