using System.Collections.Immutable;
using Loam.Core;
using Loam.Core.Observing;
using Loam.Core.Resources;

namespace Loam.Drivers.Containers;

/// <summary>Containerd is the engine of our own.</summary>
public enum EngineBrand { Docker, Podman, Containerd }

/// <param name="CgroupVersion">1 or 2: where metrics are read.</param>
public sealed record EngineInfo(
    EngineBrand Brand, string Version, string Socket, int CgroupVersion, string DataRoot);

/// <param name="Total">Null while the engine has not said.</param>
public sealed record PullProgress(string Layer, long Done, long? Total, string Status);

/// <param name="Id"><c>sha256:…</c> of the configuration.</param>
/// <param name="Digests">Repository digests: <c>docker.io/library/nginx@sha256:…</c>.</param>
public sealed record EngineImage(
    string Id, ImmutableArray<string> Tags, ImmutableArray<string> Digests, long Size);

public sealed record ExecResult(int ExitCode, string Output)
{
    /// <summary>Why it was ended before it had; null: it ended by itself.</summary>
    public string? Broken { get; init; }
}

/// <param name="IsError">From stderr.</param>
public sealed record LogLine(DateTimeOffset At, bool IsError, string Text);

/// <param name="Action">create, start, die, oom, health_status, destroy …</param>
public sealed record EngineEvent(
    DateTimeOffset At, string Type, string Action, string Name,
    ImmutableSortedDictionary<string, string> Attributes);

/// <summary>Container with the plaintext of its secrets put in: exists only between the driver
/// and the engine, is never logged or stored by us.</summary>
public sealed record EngineContainer(
    ContainerSpec Spec,
    ImmutableSortedDictionary<string, string> Environment,
    ImmutableArray<BindMount> Mounts,
    ImmutableSortedDictionary<string, string> Labels);

public sealed record RegistryLogin(string Username, string Password);

/// <summary>One container engine. Names are the engine's. Every call throws
/// <see cref="Core.Reconciling.HostException"/> with a fault and nothing else.</summary>
public interface IContainerEngine : IDisposable
{
    /// <exception cref="Core.Reconciling.HostException">It does not answer, within
    /// <see cref="Limits.EnginePing"/>.</exception>
    Task PingAsync(CancellationToken cancel);

    Task<EngineInfo> InfoAsync(CancellationToken cancel);

    /// <summary>Containers of services with label <c>loam.instance</c> of that value, running or
    /// not.</summary>
    Task<ImmutableArray<ObservedContainer>> ListAsync(string instance, CancellationToken cancel);

    /// <summary>Containers of the instance's jobs, running or not.</summary>
    Task<ImmutableArray<ObservedContainer>> ListJobsAsync(
        string instance, CancellationToken cancel);

    /// <summary>One container; null when there is none of that name.</summary>
    /// <remarks>Also for containers Loam did not make: check <c>Service</c> is not empty.
    /// </remarks>
    Task<ObservedContainer?> FindAsync(string name, CancellationToken cancel);

    /// <summary>A container as whoever made it asked for it; null: there is none.</summary>
    async Task<ForeignContainer?> DescribeAsync(string name, CancellationToken cancel) =>
        await FindAsync(name, cancel).ConfigureAwait(false) is { } own
            ? new(own, own.ImageId, [], null, null, null, []) : null;

    /// <exception cref="Core.Reconciling.HostException">Conflict: the name exists.</exception>
    Task CreateAsync(EngineContainer container, CancellationToken cancel);
    Task StartAsync(string name, CancellationToken cancel);
    Task StopAsync(string name, TimeSpan timeout, CancellationToken cancel);
    /// <summary>Stopped or not; gone is success.</summary>
    Task RemoveAsync(string name, CancellationToken cancel);
    Task UpdateAsync(
        string name, ResourceLimits limits, RestartPolicy restart, CancellationToken cancel);
    Task<ExecResult> ExecAsync(
        string name, ImmutableArray<string> command, TimeSpan timeout, CancellationToken cancel);
    /// <summary>A command whose streams may be of any length and take any time.</summary>
    /// <param name="input">Its standard input; null: none.</param>
    /// <param name="output">Gets its standard output; null: nobody does.</param>
    /// <returns>The exit code, and the beginning of what it wrote to standard error.</returns>
    Task<ExecResult> PipeAsync(string name, ImmutableArray<string> command, Stream? input,
        Stream? output, CancellationToken cancel);
    IAsyncEnumerable<LogLine> LogsAsync(
        string name, int tail, bool follow, CancellationToken cancel);
    /// <summary>Events of this instance's containers, until cancelled.</summary>
    IAsyncEnumerable<EngineEvent> EventsAsync(string instance, CancellationToken cancel);

    Task<ImmutableArray<ObservedNetwork>> ListNetworksAsync(
        string instance, CancellationToken cancel);
    /// <param name="subnet">CIDR; null: the engine chooses.</param>
    Task CreateNetworkAsync(
        NetworkSpec network, string? subnet, IReadOnlyDictionary<string, string> labels,
        CancellationToken cancel);
    /// <summary>By the engine's ID; gone is success.</summary>
    Task RemoveNetworkAsync(string id, CancellationToken cancel);
    Task ConnectAsync(
        string network, string container, ImmutableArray<string> aliases,
        CancellationToken cancel);
    Task DisconnectAsync(string network, string container, CancellationToken cancel);

    /// <summary>Pulls by digest. <see cref="Limits.PullStall"/> bounds the silence.</summary>
    Task PullAsync(
        ImageReference image, string digest, RegistryLogin? login, Action<PullProgress> progress,
        CancellationToken cancel);
    /// <summary>By ID, tag or <c>name@digest</c>; null when the engine does not have it.
    /// </summary>
    Task<EngineImage?> FindImageAsync(string reference, CancellationToken cancel);
    Task<ImmutableArray<EngineImage>> ListImagesAsync(CancellationToken cancel);
    Task TagImageAsync(string image, string repository, string tag, CancellationToken cancel);
    /// <summary>Removes a tag, and the image when it was the last.</summary>
    Task RemoveImageAsync(string reference, CancellationToken cancel);
}
