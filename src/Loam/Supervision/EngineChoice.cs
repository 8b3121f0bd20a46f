using Loam.Core.Reconciling;
using Loam.Core.Resources;
using Loam.Drivers.Containers;
using Loam.Drivers.Containers.Native;
using Loam.Drivers.Containers.Native.Networking;
using Loam.Drivers.Files;

namespace Loam.Supervision;

/// <summary>An engine that answers, and how it is called.</summary>
internal sealed record OpenEngine(IContainerEngine Engine, EngineInfo Info, string Description)
    : IDisposable
{
    /// <summary>Where Loam makes them itself; null: the engine does.</summary>
    public ContainerNetworks? Networks => (Engine as ContainerdEngine)?.Networks;

    /// <summary>Mirrors and accounts of registries, where Loam fetches images itself.</summary>
    public void Declare(Func<IReadOnlyList<RegistrySetting>> registries)
    {
        if (Engine is ContainerdEngine own)
        {
            own.Registries = registries;
        }
    }

    /// <summary>Where Loam itself starts again what ended: from now on also what had ended
    /// before, since what it stands on is there.</summary>
    public void Keep() => (Engine as ContainerdEngine)?.Keep();

    public void Dispose() => Engine.Dispose();
}

/// <summary>Which engine an instance uses: the first that answered, recorded, so that it does
/// not change by chance (decision 20).</summary>
internal static class EngineChoice
{
    private const string Private = "private", Own = "containerd";

    /// <exception cref="HostException">None answers, or another one than recorded is asked for.
    /// </exception>
    /// <param name="say">Hears of what the engine could not do, and tries again.</param>
    public static async Task<OpenEngine> OpenAsync(DaemonOptions options, string instance,
        TimeProvider time, Action<string> say, CancellationToken cancel)
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
        var (open, chosen) = wanted switch
        {
            Private => (await StartPrivateAsync(options, instance, time, cancel), Private),
            Own => (await StartOwnAsync(options, instance, time, say, cancel), Own),
            _ => await FindAsync(wanted, options, instance, time, say, cancel),
        };
        AtomicFile.Write(record, System.Text.Encoding.UTF8.GetBytes(chosen + "\n"), 0x180);
        return open;
    }

    private static async Task<(OpenEngine, string)> FindAsync(string wanted,
        DaemonOptions options, string instance, TimeProvider time, Action<string> say,
        CancellationToken cancel)
    {
        var search = await EngineFinder.FindAsync(wanted == "auto" ? null : wanted, cancel);
        if (search.Engine is ContainerdEngine other)
        {
            other.Dispose();
            throw new HostException(Fault.Unsupported,
                $"The engine at {wanted} is another instance's own.",
                "Start the daemon with --engine containerd: it has one to itself.");
        }
        if (search is { Engine: { } engine, Info: { } info })
        {
            return (new(engine, info, $"{info.Brand} {info.Version}"),
                "unix://" + info.Socket);
        }
        if (wanted == "auto" && PrivateEngine.IsInstalled)
        {
            return (await StartPrivateAsync(options, instance, time, cancel), Private);
        }
        if (wanted == "auto" && PrivateContainerd.IsInstalled)
        {
            return (await StartOwnAsync(options, instance, time, say, cancel), Own);
        }
        throw new HostException(Fault.Unavailable,
            $"No container engine answers. {string.Join(" ", search.Tried)}",
            "Start Docker or Podman; or install Docker, or containerd and crun: Loam then starts "
            + "one of its own.");
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

    private static async Task<OpenEngine> StartOwnAsync(DaemonOptions options, string instance,
        TimeProvider time, Action<string> say, CancellationToken cancel)
    {
        var place = new ContainerdPlace(instance,
            Path.Combine(options.Paths.DataDir, "containers"),
            Path.Combine(options.Paths.RunDir, "engine"), options.Mirror,
            Environment.ProcessPath!);
        var engine = await ContainerdEngine.StartAsync(place, time, cancel, say);
        var info = await engine.InfoAsync(cancel);
        return new(engine, info, $"{info.Brand.ToString().ToLowerInvariant()} {info.Version}");
    }
}
