using System.Collections.Immutable;

namespace Loam.Core.Resources;

/// <param name="HostPath">Absolute path on the host.</param>
public sealed record BindMount(string HostPath, string Target, bool ReadOnly);

/// <param name="Target">Where the container finds the file: <c>/run/secrets/NAME</c>.</param>
public sealed record SecretFile(string Secret, string Target);

/// <param name="Network">The engine's name of the network.</param>
/// <param name="Aliases">Names by which others on that network reach the container.</param>
public sealed record NetworkUse(string Network, ImmutableArray<string> Aliases);

/// <summary>Everything needed to make one container, decided at planning time. Environment
/// values may hold <c>${secrets.NAME}</c>: only the driver, at the moment of creation, puts the
/// plaintext in.</summary>
public sealed record ContainerSpec
{
    /// <summary>Deterministic: <c>loam-INSTANCE-web-REVISION</c> and an index for replicas.
    /// </summary>
    public required string Name { get; init; }
    public required string Service { get; init; }

    /// <summary>The job that runs in it once; null: a service does.</summary>
    public string? Job { get; init; }

    /// <summary>Ten hex digits over everything that takes a new container to change.</summary>
    public required string Revision { get; init; }
    public required int Index { get; init; }

    /// <summary>The generation that makes it: put in when the plan runs, no part of the plan.
    /// </summary>
    public int Generation { get; init; }

    /// <summary>A candidate that is probed without its host ports and then thrown away.</summary>
    public bool Rehearsal { get; init; }

    public required string ImageReference { get; init; }
    public required string ImageDigest { get; init; }
    public required bool ImageIsLocalId { get; init; }
    public ImmutableArray<string> Command { get; init; } = [];
    public ImmutableArray<string> Entrypoint { get; init; } = [];
    public string? User { get; init; }
    public string? WorkDir { get; init; }
    public ImmutableSortedDictionary<string, string> Environment { get; init; } =
        ImmutableSortedDictionary<string, string>.Empty;
    public ImmutableArray<SecretFile> SecretFiles { get; init; } = [];
    /// <summary>Ciphertexts of every secret the container uses, by name.</summary>
    public ImmutableSortedDictionary<string, string> Sealed { get; init; } =
        ImmutableSortedDictionary<string, string>.Empty;
    public ImmutableArray<BindMount> Mounts { get; init; } = [];
    public ImmutableArray<Port> Ports { get; init; } = [];
    public ImmutableArray<NetworkUse> Networks { get; init; } = [];
    public required ResourceLimits Limits { get; init; }
    public RestartPolicy Restart { get; init; }
    public bool ReadOnly { get; init; }
    public ImmutableArray<string> CapAdd { get; init; } = [];
    public ImmutableArray<string> Devices { get; init; } = [];
    public bool Privileged { get; init; }
    public ImmutableSortedDictionary<string, string> Labels { get; init; } =
        ImmutableSortedDictionary<string, string>.Empty;
}

/// <param name="Name">The engine's name: <c>loam-INSTANCE-web-REVISION</c>.</param>
/// <param name="Declared">The name in services.yaml; <c>default</c> for the instance's own.
/// </param>
public sealed record NetworkSpec(string Name, string Declared, string Revision, bool Internal)
{
    /// <summary>The generation that makes it: put in when the plan runs.</summary>
    public int Generation { get; init; }
}

/// <param name="Mode">Unix permission bits.</param>
/// <param name="Owner"><c>uid[:gid]</c> or user name; null: leave.</param>
public sealed record VolumeSpec(string Name, string Path, int Mode, string? Owner)
{
    /// <summary>What is attached there; null: it is a plain directory.</summary>
    public MountSpec? Mount { get; init; }

    /// <summary>It is no directory but a volume group, by whose name its path goes.</summary>
    public VolumeGroup? Group { get; init; }
}
