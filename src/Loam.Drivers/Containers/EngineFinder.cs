using System.Collections.Immutable;
using Loam.Core.Reconciling;
using Loam.Drivers.Containers.Native;

namespace Loam.Drivers.Containers;

/// <summary>What a search for an engine found.</summary>
/// <param name="Engine">Null: nobody answered. The caller disposes it.</param>
/// <param name="Tried">One sentence for each socket that did not answer.</param>
public sealed record EngineSearch(
    IContainerEngine? Engine, EngineInfo? Info, ImmutableArray<string> Tried);

/// <summary>Finds the engine that answers; the first one counts (decision 20).</summary>
public static class EngineFinder
{
    public static readonly ImmutableArray<string> Sockets =
        ["/var/run/docker.sock", "/run/podman/podman.sock"];

    /// <param name="wanted"><c>unix:///path</c> or a path; null: the usual places.</param>
    public static async Task<EngineSearch> FindAsync(string? wanted, CancellationToken cancel)
    {
        ImmutableArray<string> sockets = wanted is null ? Sockets : [SocketPath(wanted)];
        var tried = ImmutableArray.CreateBuilder<string>();
        foreach (var socket in sockets)
        {
            if (!File.Exists(socket))
            {
                tried.Add($"{socket}: there is no socket.");
                continue;
            }
            IContainerEngine engine = Path.GetFileName(socket) == ContainerdPlace.SocketName
                ? new ContainerdEngine(ContainerdPlace.Of(socket), TimeProvider.System)
                : new DockerEngine(socket);
            try
            {
                await engine.PingAsync(cancel).ConfigureAwait(false);
                var info = await engine.InfoAsync(cancel).ConfigureAwait(false);
                return new(engine, info, tried.ToImmutable());
            }
            catch (HostException error)
            {
                engine.Dispose();
                tried.Add(error.Message);
            }
        }
        return new(null, null, tried.ToImmutable());
    }

    private static string SocketPath(string wanted) =>
        wanted.StartsWith("unix://", StringComparison.Ordinal) ? wanted[7..] : wanted;
}
