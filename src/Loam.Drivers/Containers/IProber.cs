using Loam.Core.Observing;
using Loam.Core.Resources;

namespace Loam.Drivers.Containers;

/// <param name="Detail">For people: <c>port 80 refuses the connection</c>,
/// <c>GET / answered 200</c>.</param>
public sealed record ProbeResult(bool Healthy, string Detail)
{
    /// <summary>What the command that looks wrote last; null: nothing, or nothing was run. A
    /// program's words, not ours.</summary>
    public string? Said { get; init; }
}

/// <summary>Finds out once whether a container is well.</summary>
public interface IProber
{
    /// <exception cref="Core.Reconciling.HostException">The engine that a command is run through
    /// does not answer: whether the container is well is unknown.</exception>
    Task<ProbeResult> ProbeAsync(
        ObservedContainer container, Probe probe, CancellationToken cancel);
}
