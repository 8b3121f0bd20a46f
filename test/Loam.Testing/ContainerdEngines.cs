using Loam.Core.Reconciling;
using Loam.Drivers.Containers.Native;
using Loam.Drivers.Files;

namespace Loam.Testing;

/// <summary>Where the tests' engines of our own are, and how they go.</summary>
public static class ContainerdEngines
{
    /// <summary>One that has a folder to itself.</summary>
    public static ContainerdPlace Place(string folder) => new(
        Path.GetFileName(folder), $"{folder}/d", $"{folder}/r", null,
        Path.Combine(AppContext.BaseDirectory, "loam"));

    /// <summary>An instance's own.</summary>
    public static ContainerdPlace Place(InstancePaths paths, string instance, string? mirror) =>
        new(instance, Path.Combine(paths.DataDir, "containers"),
            Path.Combine(paths.RunDir, "engine"), mirror,
            Path.Combine(AppContext.BaseDirectory, "loam"));

    /// <summary>Ends it with its containers, networks and rules. One that was killed is started
    /// once more, because only it knows them all.</summary>
    public static async Task RemoveAsync(ContainerdPlace place)
    {
        if (!Directory.Exists(place.DataRoot))
        {
            return;
        }
        try
        {
            using var engine = await ContainerdEngine.StartAsync(
                place, TimeProvider.System, CancellationToken.None);
            await engine.RemoveAllAsync(CancellationToken.None);
            await EndStrangersAsync(place);
        }
        catch (HostException)
        {
            // Too broken to start: its processes can still be taken away.
        }
        await new PrivateContainerd(place, TimeProvider.System).StopAsync(CancellationToken.None);
        await Processes.EndAsync(p =>
            p.Name is "containerd" or "containerd-shim" && p.Mentions(place.RunRoot + "/"));
    }

    /// <summary>What somebody else made with it, and no engine of ours takes away.</summary>
    private static async Task EndStrangersAsync(ContainerdPlace place)
    {
        string[] ctr = ["--address", place.Socket, "--namespace", "loam", "tasks"];
        var (_, ids) = await Processes.RunAsync("ctr", [.. ctr, "list", "--quiet"]);
        foreach (var id in ids.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            await Processes.RunAsync("ctr", [.. ctr, "delete", "--force", id]);
        }
    }
}
