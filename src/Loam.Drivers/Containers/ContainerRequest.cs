using System.Globalization;
using Loam.Core;
using Loam.Core.Resources;

namespace Loam.Drivers.Containers;

/// <summary>A container as the engine's create call wants it, with Loam's hardening: no new
/// privileges, few capabilities, a bound on processes, memory, swap and logs.</summary>
internal static class ContainerRequest
{
    /// <summary>What the entry points of official images need to prepare their data directory
    /// and to step down from root. NET_RAW, MKNOD, SETFCAP and others of the engines' own
    /// defaults are left out.</summary>
    public static readonly string[] Capabilities =
        ["CHOWN", "DAC_OVERRIDE", "FOWNER", "KILL", "NET_BIND_SERVICE", "SETGID", "SETUID"];

    /// <summary>Bytes that no host has: the limit of a container whose limit was lifted.
    /// </summary>
    public const long AllMemory = 1L << 60;

    /// <summary>All cores less a billionth of one, which <see cref="ContainerReading"/> tells
    /// from a declared limit, when there is none.</summary>
    public static long NanoCpus(long? cpu, int cpus) =>
        cpu is { } milli ? milli * 1_000_000 : cpus * 1_000_000_000L - 1;

    public static WireCreate Of(EngineContainer container, string imageId, EngineBrand brand)
    {
        var spec = container.Spec;
        return new WireCreate
        {
            Image = imageId,
            Cmd = spec.Command.IsEmpty ? null : [.. spec.Command],
            Entrypoint = spec.Entrypoint.IsEmpty ? null : [.. spec.Entrypoint],
            User = spec.User,
            WorkingDir = spec.WorkDir,
            Env = [.. container.Environment.Select(e => $"{e.Key}={e.Value}")],
            Labels = EngineLabels.Of(container),
            // No StopTimeout: every stop names its own, and Podman would wait it out before a
            // forced removal, too.
            ExposedPorts = spec.Ports.IsEmpty ? null : spec.Ports
                .DistinctBy(PortKey).ToDictionary(PortKey, _ => new WireNothing()),
            HostConfig = Host(container, brand),
            NetworkingConfig = spec.Networks.IsEmpty ? null : new(new()
            {
                [spec.Networks[0].Network] = new([.. spec.Networks[0].Aliases]),
            }),
        };
    }

    /// <summary>A container stopped on purpose stays so when the engine restarts: the former
    /// revision, kept for a way back, must not come up beside the new one.</summary>
    public static WireRestart Restart(RestartPolicy policy) => policy switch
    {
        RestartPolicy.Always => new("unless-stopped", 0),
        RestartPolicy.OnFailure => new("on-failure", 0),
        _ => new("no", 0),
    };

    private static WireHost Host(EngineContainer container, EngineBrand brand)
    {
        var spec = container.Spec;
        var memory = spec.Limits.Memory ?? 0;
        var drop = spec.Privileged ? null : (string[])["ALL"];
        return new WireHost
        {
            Mounts = [.. container.Mounts.Select(
                m => new WireMount("bind", m.HostPath, m.Target, m.ReadOnly))],
            NetworkMode = spec.Networks.IsEmpty ? "none" : spec.Networks[0].Network,
            PortBindings = spec.Ports.Where(p => p.Host is not null).GroupBy(PortKey)
                .ToDictionary(g => g.Key, g => g.Select(p => Binding(p, brand)).ToArray()),
            RestartPolicy = Restart(spec.Restart),
            LogConfig = new("json-file", new()
            {
                ["max-size"] = $"{Limits.ContainerLogMebibytes}m",
                ["max-file"] = $"{Limits.ContainerLogFiles}",
            }),
            CapDrop = drop,
            CapAdd = spec.Privileged ? null
                : [.. Capabilities.Union(spec.CapAdd.Select(CapName)).Order()],
            SecurityOpt = spec.Privileged ? null : ["no-new-privileges"],
            Privileged = spec.Privileged,
            ReadonlyRootfs = spec.ReadOnly,
            Tmpfs = spec.ReadOnly ? Scratch(container) : null,
            Devices = [.. spec.Devices.Select(Device)],
            Memory = memory,
            MemorySwap = memory,
            NanoCpus = spec.Limits.Cpu is { } cpu ? cpu * 1_000_000 : 0,
            PidsLimit = spec.Limits.Pids ?? Limits.ContainerPids,
        };
    }

    private static string PortKey(Port port) => $"{port.Container}/{port.Protocol}";

    /// <summary>Podman's netavark before 1.6 forwards what is sent to the very address that was
    /// asked for, and nothing is ever sent to 0.0.0.0
    /// (https://github.com/containers/netavark/pull/638). To Docker no address would mean IPv6,
    /// too.</summary>
    private static WireBinding Binding(Port port, EngineBrand brand) => new(
        brand == EngineBrand.Podman && port.Address == "0.0.0.0" ? null : port.Address,
        port.Host?.ToString(CultureInfo.InvariantCulture));

    internal static string CapName(string name)
    {
        var upper = name.ToUpperInvariant();
        return upper.StartsWith("CAP_", StringComparison.Ordinal) ? upper[4..] : upper;
    }

    private static WireDevice Device(string text)
    {
        var parts = text.Split(':');
        return new(
            parts[0], parts.Length > 1 ? parts[1] : parts[0],
            parts.Length > 2 ? parts[2] : "rwm");
    }

    /// <summary>A root that cannot be written still needs places for sockets and scratch files.
    /// </summary>
    internal static Dictionary<string, string> Scratch(EngineContainer container) =>
        new[] { "/tmp", "/run" }
            .Where(path => container.Mounts.All(m => m.Target.TrimEnd('/') != path))
            .ToDictionary(path => path, _ => "rw,nosuid,nodev,size=64m");
}
