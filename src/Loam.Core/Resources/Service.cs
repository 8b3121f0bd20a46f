using System.Collections.Immutable;
using Loam.Core.StateFiles;

namespace Loam.Core.Resources;

/// <summary>A port of a container and where the host offers it.</summary>
/// <param name="Host">Null: reachable by other services only.</param>
public sealed record Port(int Container, int? Host, string Protocol, string Address)
{
    public override string ToString() =>
        (Host is null ? $"{Container}" : $"{Host} → {Container}")
        + (Protocol == "tcp" ? "" : $"/{Protocol}");
}

/// <param name="Source">A volume's name, or an absolute path of the host.</param>
public sealed record VolumeUse(string Source, string Target, bool ReadOnly)
{
    public bool IsHostPath => Source.StartsWith('/');
}

public enum RestartPolicy { Always, OnFailure, Never }

public enum ProbeKind { Tcp, Http, Exec, Settle }

/// <summary>How Loam finds out whether a service is well.</summary>
/// <param name="Port">For <c>Tcp</c> and <c>Http</c>.</param>
/// <param name="Path">For <c>Http</c>.</param>
/// <param name="Expect">HTTP status that counts as well; null: any below 400.</param>
/// <param name="Command">For <c>Exec</c>: argument vector, run inside the container.</param>
/// <param name="Synthesised">Nobody wrote it; Loam made it up and says so in the plan.</param>
public sealed record Probe(
    ProbeKind Kind, int Port, string Path, int? Expect, ImmutableArray<string> Command,
    TimeSpan Interval, TimeSpan Timeout, int Retries, TimeSpan StartPeriod, bool Synthesised)
{
    /// <summary>How long a new container may take to become healthy (decision 13).</summary>
    public TimeSpan GateLimit
    {
        get
        {
            var limit = StartPeriod + Retries * Interval;
            return limit > Limits.GateLimit ? Limits.GateLimit : limit;
        }
    }

    public override string ToString() => Kind switch
    {
        ProbeKind.Tcp => $"TCP {Port}",
        ProbeKind.Http => $"HTTP GET {Path} on {Port}",
        ProbeKind.Exec => $"command {string.Join(' ', Command)}",
        _ => $"stays running for {Limits.SettleTime.TotalSeconds:0} s",
    };
}

/// <summary>Limits of one container; null: none.</summary>
/// <param name="Cpu">Milli-cores.</param>
/// <param name="Memory">Bytes.</param>
/// <param name="Pids">Processes and threads.</param>
public sealed record ResourceLimits(long? Cpu, long? Memory, long? Pids);

/// <summary>A declared service, typed. <see cref="Spec"/> is what it was read from.</summary>
public sealed record Service
{
    public required string Name { get; init; }
    public required ImageReference Image { get; init; }
    public ImmutableArray<string> Command { get; init; } = [];
    public ImmutableArray<string> Entrypoint { get; init; } = [];
    public string? User { get; init; }
    public string? WorkDir { get; init; }
    public int Replicas { get; init; } = 1;
    public ImmutableArray<Port> Ports { get; init; } = [];
    public ImmutableArray<VolumeUse> Volumes { get; init; } = [];
    public ImmutableSortedDictionary<string, string> Environment { get; init; } =
        ImmutableSortedDictionary<string, string>.Empty;
    public ResourceLimits Limits { get; init; } = new(null, null, null);
    public required Probe Probe { get; init; }
    public RestartPolicy Restart { get; init; }
    public ImmutableArray<string> Networks { get; init; } = [];
    public ImmutableArray<string> DependsOn { get; init; } = [];
    public ImmutableSortedDictionary<string, string> Labels { get; init; } =
        ImmutableSortedDictionary<string, string>.Empty;
    public bool ReadOnly { get; init; }
    public ImmutableArray<string> CapAdd { get; init; } = [];
    public ImmutableArray<string> Devices { get; init; } = [];
    public bool Privileged { get; init; }
    public string? RestartedAt { get; init; }
    public required MapValue Spec { get; init; }

    /// <summary>Another container may run beside this one on the same data.</summary>
    public bool WritesVolumes => Volumes.Any(v => !v.ReadOnly);

    public bool PublishesPorts => Ports.Any(p => p.Host is not null);
}

public sealed record Network(string Name, bool Internal);

/// <param name="Path">Directory on the host; null: below the data directory.</param>
/// <param name="Permissions">Octal, as chmod takes it; null: 0755.</param>
/// <param name="Owner">User or uid[:gid]; null: root.</param>
public sealed record Volume(string Name, string? Path, string? Permissions, string? Owner)
{
    /// <summary>Bytes; null: it is a directory, which has no size.</summary>
    public long? Size { get; init; }
    public bool IsEncrypted { get; init; }

    /// <summary>The volume group it is a logical volume of; null: none.</summary>
    public string? Group { get; init; }
}

/// <param name="Value">Ciphertext (<c>encrypted:v1:…</c>) or, in a proposal,
/// <c>generate:N</c>.</param>
public sealed record Secret(string Name, string Value)
{
    public bool IsGenerated => Value.StartsWith(FreshSecret.Prefix, StringComparison.Ordinal);
}
