using System.Collections.Immutable;
using System.Globalization;
using System.Runtime.InteropServices;
using Loam.Core;
using Loam.Core.Observing;
using Loam.Core.Resources;

namespace Loam.Drivers.Containers;

/// <summary>An engine's description of a container as Loam's own.</summary>
internal static class ContainerReading
{
    public static ObservedContainer Of(WireContainer wire)
    {
        var labels = wire.Config?.Labels ?? [];
        var state = State(wire.State?.Status);
        var networks = wire.NetworkSettings?.Networks ?? [];
        // One that is started again and again has ended, too.
        var ended = state is ContainerState.Exited or ContainerState.Dead
            or ContainerState.Restarting;
        return new ObservedContainer(
            wire.Id, wire.Name.TrimStart('/'),
            labels.GetValueOrDefault(EngineLabels.Service, ""),
            labels.GetValueOrDefault(EngineLabels.Revision, ""),
            Number(labels.GetValueOrDefault(EngineLabels.Index)),
            Number(labels.GetValueOrDefault(EngineLabels.Generation)),
            labels.GetValueOrDefault(EngineLabels.Rehearsal) == "true",
            state,
            ended ? wire.State?.ExitCode : null,
            wire.RestartCount,
            Started(wire.State?.StartedAt),
            state == ContainerState.Running ? Address(networks) : null,
            networks.ToImmutableSortedDictionary(
                n => n.Key, n => Aliases(wire.Id, n.Value), StringComparer.Ordinal),
            LimitsOf(wire.HostConfig),
            Policy(wire.HostConfig?.RestartPolicy?.Name),
            ImageId(wire.Image ?? ""),
            Ports(wire.HostConfig?.PortBindings))
        {
            Job = labels.GetValueOrDefault(EngineLabels.Job),
        };
    }

    /// <summary>Podman leaves the algorithm out in places.</summary>
    public static string ImageId(string id) =>
        id.Length == 64 ? $"sha256:{id}" : id;

    private static ContainerState State(string? status) => status switch
    {
        "running" or "stopping" => ContainerState.Running,
        "paused" => ContainerState.Paused,
        "restarting" => ContainerState.Restarting,
        "exited" or "stopped" => ContainerState.Exited,
        "dead" or "removing" => ContainerState.Dead,
        _ => ContainerState.Created,
    };

    internal static int Number(string? text) =>
        int.TryParse(text, CultureInfo.InvariantCulture, out var number) ? number : 0;

    private static DateTimeOffset? Started(string? text) =>
        DateTimeOffset.TryParse(
            text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at)
        && at.Year > 1 ? at.ToUniversalTime() : null;

    private static string? Address(Dictionary<string, WireEndpoint?> networks) => networks
        .OrderBy(n => n.Key, StringComparer.Ordinal)
        .Select(n => n.Value?.Address)
        .FirstOrDefault(address => !string.IsNullOrEmpty(address));

    /// <summary>Engines add the beginning of the ID to the aliases that were asked for.
    /// </summary>
    private static ImmutableArray<string> Aliases(string id, WireEndpoint? endpoint) =>
        [.. (endpoint?.Aliases ?? []).Where(
            alias => alias.Length < 12 || !id.StartsWith(alias, StringComparison.Ordinal))
            .Distinct().Order(StringComparer.Ordinal)];

    private static ResourceLimits LimitsOf(WireObservedHost? host)
    {
        if (host is null)
        {
            return new(null, null, null);
        }
        var nanos = host.NanoCpus > 0 ? host.NanoCpus
            : host.CpuQuota > 0 ? host.CpuQuota * 1_000_000_000
                / (host.CpuPeriod > 0 ? host.CpuPeriod : 100_000)
            : 0;
        var declared = nanos > 0 && nanos % 1_000_000 == 0;
        return new(
            declared ? nanos / 1_000_000 : null,
            host.Memory is > 0 and < ContainerRequest.AllMemory ? host.Memory : null,
            host.PidsLimit is > 0 and not Limits.ContainerPids ? host.PidsLimit : null);
    }

    private static RestartPolicy Policy(string? name) => name switch
    {
        "always" or "unless-stopped" => RestartPolicy.Always,
        "on-failure" => RestartPolicy.OnFailure,
        _ => RestartPolicy.Never,
    };

    private static ImmutableArray<Port> Ports(Dictionary<string, WireBinding[]?>? bindings)
    {
        var ports = new List<Port>();
        foreach (var (key, hosts) in bindings ?? [])
        {
            var slash = key.IndexOf('/', StringComparison.Ordinal);
            var container = Number(slash < 0 ? key : key[..slash]);
            foreach (var host in hosts ?? [])
            {
                var number = Number(host.HostPort);
                ports.Add(new(
                    container, number == 0 ? null : number,
                    slash < 0 ? "tcp" : key[(slash + 1)..],
                    string.IsNullOrEmpty(host.HostIp) ? "0.0.0.0" : host.HostIp));
            }
        }
        ports.Sort((a, b) => (a.Container, a.Host ?? 0).CompareTo((b.Container, b.Host ?? 0)));
        return ImmutableCollectionsMarshal.AsImmutableArray(ports.ToArray());
    }
}
