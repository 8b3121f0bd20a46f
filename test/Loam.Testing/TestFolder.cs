using Loam.Drivers.Files;

namespace Loam.Testing;

/// <summary>What a test run has on this machine, below one folder of <c>/tmp</c>. Its name is
/// ours alone, and a file beside it is locked while the run lives: so a killed run's folder is
/// told from a living one's, and everything that came from it is swept by the next run.
/// </summary>
public sealed class TestFolder : IAsyncDisposable
{
    private const string Ending = ".lock";
    private static readonly string[] s_sorts = [Story, Podman, Docker, Containerd, Storage];
    private static readonly Lazy<Task> s_sweep = new(SweepAsync);
    private readonly FileStream _lock;

    /// <summary>The home of an instance of the published executable.</summary>
    public const string Story = "loam-story-";

    /// <summary>A Podman, see <see cref="PodmanService"/>.</summary>
    public const string Podman = "loam-podman-";

    /// <summary>A private engine without an instance around it.</summary>
    public const string Docker = "loam-docker-";

    /// <summary>An engine of our own without an instance around it.</summary>
    public const string Containerd = "loam-native-";

    /// <summary>Images and mounts without an instance around them.</summary>
    public const string Storage = "loam-storage-";

    private TestFolder(string path, FileStream held)
    {
        Path = path;
        _lock = held;
    }

    /// <summary>Short: a socket's path has 107 bytes.</summary>
    public string Path { get; }

    /// <summary>Eight digits that no other folder has.</summary>
    public string Digits => Path[^8..];

    public static TestFolder Make(string sort)
    {
        var path = $"/tmp/{sort}{Guid.NewGuid().ToString("n")[..8]}";
        var held = new FileStream(
            path + Ending, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None);
        Directory.CreateDirectory(path);
        return new(path, held);
    }

    /// <summary>Removes what killed runs left, once in a run.</summary>
    public static Task SweepOnceAsync() => s_sweep.Value;

    /// <summary>Ends and removes all that came from this folder, whoever started it.</summary>
    public async ValueTask DisposeAsync()
    {
        if (!File.Exists(Path + Ending))
        {
            return;
        }
        await Processes.EndAsync(p => p.Has("--home", Path));
        if (Path.Contains(Podman))
        {
            await new PodmanService(Path).RemoveAsync();
        }
        else if (Path.Contains(Docker))
        {
            await PrivateEngines.RemoveAsync(PrivateEngines.Place(Path));
        }
        else if (Path.Contains(Containerd))
        {
            await ContainerdEngines.RemoveAsync(ContainerdEngines.Place(Path));
        }
        else
        {
            await RemoveStoryAsync();
        }
        await RemoveFolderAsync(Path);
        File.Delete(Path + Ending);
        await _lock.DisposeAsync();
    }

    private async Task RemoveStoryAsync()
    {
        var paths = InstancePaths.Below(Path);
        if (Directory.Exists(paths.DataDir) && paths.ReadInstanceId() is { } instance)
        {
            await PrivateEngines.RemoveAsync(PrivateEngines.Place(paths, instance, null));
            await ContainerdEngines.RemoveAsync(ContainerdEngines.Place(paths, instance, null));
        }
        await RemoveFolderAsync(paths.RunDir);
        await Processes.RunAsync("nft", "delete", "table", "inet", CutTable);
    }

    /// <summary>The nft table by which a story cuts the way to the registry.</summary>
    public string CutTable => $"loam_story_{Digits}";

    private static async Task SweepAsync()
    {
        foreach (var file in Directory.EnumerateFiles("/tmp", "loam-*" + Ending))
        {
            if (s_sorts.Any(s => file.StartsWith($"/tmp/{s}")) && Take(file) is { } held)
            {
                await new TestFolder(file[..^Ending.Length], held).DisposeAsync();
            }
        }
    }

    /// <summary>Null: its run lives, or another one sweeps it now.</summary>
    private static FileStream? Take(string file)
    {
        try
        {
            return new(file, FileMode.Open, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException)
        {
            return null;
        }
    }

    /// <summary>The deepest mounts first: engines leave their storage and namespaces mounted.
    /// </summary>
    private static async Task RemoveFolderAsync(string folder)
    {
        var mounts = File.ReadLines("/proc/self/mounts").Select(l => l.Split(' ')[1])
            .Where(m => m == folder || m.StartsWith(folder + "/")).Reverse().ToList();
        foreach (var mount in mounts)
        {
            await Processes.RunAsync("umount", "-l", mount);
        }
        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
