using Loam.Core.Reconciling;
using Loam.Drivers.Containers;
using Loam.Drivers.Files;

namespace Loam.Supervision;

/// <summary>An engine that answers, and how it is called.</summary>
internal sealed record OpenEngine(DockerEngine Engine, EngineInfo Info, string Description)
    : IDisposable
{
    public void Dispose() => Engine.Dispose();
}

/// <summary>Which engine an instance uses: the first that answered, recorded, so that it does
/// not change by chance (decision 20).</summary>
internal static class EngineChoice
{
    private const string Private = "private";

    /// <exception cref="HostException">None answers, or another one than recorded is asked for.
    /// </exception>
    public static async Task<OpenEngine> OpenAsync(
        DaemonOptions options, string instance, TimeProvider time, CancellationToken cancel)
    {
        var record = Path.Combine(options.Paths.DataDir, "engine");
        var recorded = File.Exists(record) ? (await File.ReadAllTextAsync(record, cancel)).Trim()
            : null;
        var wanted = options.Engine == "auto" ? recorded ?? "auto" : options.Engine;
        if (recorded is not null && wanted != recorded)
        {
            throw new HostException(Fault.Conflict,
                $"This instance uses the engine {recorded}, not {wanted}: its containers are "
                + "there.", $"Start the daemon with --engine {recorded}.");
        }
        var (open, chosen) = wanted == Private
            ? (await StartPrivateAsync(options, instance, time, cancel), Private)
            : await FindAsync(wanted, options, instance, time, cancel);
        AtomicFile.Write(record, System.Text.Encoding.UTF8.GetBytes(chosen + "\n"), 0x180);
        return open;
    }

    private static async Task<(OpenEngine, string)> FindAsync(string wanted,
        DaemonOptions options, string instance, TimeProvider time, CancellationToken cancel)
    {
        var search = await EngineFinder.FindAsync(wanted == "auto" ? null : wanted, cancel);
        if (search is { Engine: { } engine, Info: { } info })
        {
            return (new(engine, info, $"{info.Brand} {info.Version}"),
                "unix://" + info.Socket);
        }
        if (wanted == "auto" && PrivateEngine.IsInstalled)
        {
            return (await StartPrivateAsync(options, instance, time, cancel), Private);
        }
        throw new HostException(Fault.Unavailable,
            $"No container engine answers. {string.Join(" ", search.Tried)}",
            "Start Docker or Podman, or install Docker: Loam then starts a private one.");
    }

    private static async Task<OpenEngine> StartPrivateAsync(
        DaemonOptions options, string instance, TimeProvider time, CancellationToken cancel)
    {
        var place = new PrivateEnginePlace(instance,
            Path.Combine(options.Paths.DataDir, "engine-data"),
            Path.Combine(options.Paths.RunDir, "engine"), options.Mirror);
        var engine = await new PrivateEngine(place, time).StartAsync(cancel);
        var info = await engine.InfoAsync(cancel);
        return new(engine, info, $"{info.Brand} {info.Version}, private");
    }
}
