using Loam.Core.Reconciling;
using Loam.Drivers.Containers;
using Loam.Drivers.Files;

namespace Loam.Testing;

/// <summary>Where the tests' private engines are, and how they go.</summary>
public static class PrivateEngines
{
    /// <summary>One that has a folder to itself.</summary>
    public static PrivateEnginePlace Place(string folder) =>
        new(Path.GetFileName(folder), $"{folder}/d", $"{folder}/r", null);

    /// <summary>An instance's own.</summary>
    public static PrivateEnginePlace Place(
        InstancePaths paths, string instance, string? mirror) =>
        new(instance, Path.Combine(paths.DataDir, "engine-data"),
            Path.Combine(paths.RunDir, "engine"), mirror);

    /// <summary>Ends it with its containers, bridges and rules. One that was killed is started
    /// once more, because only it knows them all.</summary>
    public static async Task RemoveAsync(PrivateEnginePlace place)
    {
        if (!Directory.Exists(place.DataRoot))
        {
            return;
        }
        var engine = new PrivateEngine(place, TimeProvider.System);
        try
        {
            using (await engine.StartAsync(CancellationToken.None))
            {
                await EngineContents.RemoveAsync(place.Socket);
            }
        }
        catch (Exception error) when (error is HostException or HttpRequestException)
        {
            // Too broken to start: its processes and rules can still be taken away.
        }
        await engine.StopAsync(CancellationToken.None);
        await Processes.EndAsync(p =>
            p.Name is "dockerd" or "containerd" or "containerd-shim"
            && p.Mentions(place.RunRoot + "/"));
    }
}
