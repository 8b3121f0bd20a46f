using System.Collections.Immutable;
using Loam.Core.Resources;

namespace Loam.Core.Observing;

public enum ContainerState { Created, Running, Paused, Restarting, Exited, Dead }

/// <summary>One container of this instance as the engine describes it.</summary>
/// <param name="Id">The engine's ID.</param>
/// <param name="Address">First address on a network, reachable from the host; null when not
/// running.</param>
/// <param name="Networks">Engine network name to the aliases the container has there.</param>
/// <param name="Images">The image's ID as the engine knows it.</param>
public sealed record ObservedContainer(
    string Id, string Name, string Service, string Revision, int Index, int Generation,
    bool Rehearsal, ContainerState State, int? ExitCode, int RestartCount,
    DateTimeOffset? StartedAt, string? Address,
    ImmutableSortedDictionary<string, ImmutableArray<string>> Networks,
    ResourceLimits Limits, RestartPolicy Restart, string ImageId, ImmutableArray<Port> Ports)
{
    /// <summary>The job it runs; null: it is a service's.</summary>
    public string? Job { get; init; }
}

/// <param name="Id">The engine's ID, by which it is removed: names need not be unique.</param>
public sealed record ObservedNetwork(
    string Id, string Name, string Declared, string Revision, bool Internal);

public sealed record ObservedVolume(string Name, string Path, int Mode, bool IsEmpty)
{
    /// <summary>Null: not looked at.</summary>
    public DirectoryOwner? Owner { get; init; }

    /// <summary>The declared owner in numbers; null: none is declared, or it is unknown here.
    /// </summary>
    public DirectoryOwner? Wanted { get; init; }
}

/// <param name="Owner">Who listens, for people: <c>nginx (process 812)</c>; null: unknown.
/// </param>
public sealed record ObservedPort(int Number, string Protocol, string Address, string? Owner)
{
    /// <summary>The owner's name without its number: <c>nginx</c>; null: unknown.</summary>
    public string? Program => Owner?.Split(" (process ")[0];

    /// <summary>The next port above on which nobody listens; null: not looked for.</summary>
    public int? NextFree { get; init; }
}

/// <summary>The table of the firewall as the kernel has it.</summary>
/// <param name="Digest">Of what was written into it (<c>FirewallTable.Digest</c>).</param>
/// <param name="IsIntact">It still says what was written.</param>
public sealed record ObservedFirewall(string Digest, bool IsIntact);

/// <summary>What the machine was at <see cref="ObservedAt"/>: always a little old.</summary>
public sealed record ObservedState
{
    public required DateTimeOffset ObservedAt { get; init; }

    /// <summary>Directories, and what is attached there, that were looked for.</summary>
    public ImmutableArray<VolumeSpec> Sought { get; init; } = [];

    /// <summary>Nobody is about to change anything: disks that sleep need not be woken for it.
    /// </summary>
    public bool IsPassing { get; init; }
    public ImmutableArray<ObservedContainer> Containers { get; init; } = [];
    public ImmutableArray<ObservedNetwork> Networks { get; init; } = [];
    public ImmutableArray<ObservedVolume> Volumes { get; init; } = [];

    /// <summary>Listening ports that do not belong to this instance's containers; only filled
    /// for ports a plan asks for.</summary>
    public ImmutableArray<ObservedPort> Ports { get; init; } = [];

    /// <summary>Ports on which programs listen to more than this machine itself; only filled for a
    /// plan that changes the firewall.</summary>
    public ImmutableArray<ObservedPort> Listening { get; init; } = [];

    /// <summary>Null: there is no table of this instance.</summary>
    public ObservedFirewall? Firewall { get; init; }

    /// <summary>Null: nothing sought needs it, and Loam has nothing there.</summary>
    public ObservedStorage? Storage { get; init; }

    /// <summary>Null: they cannot be read here.</summary>
    public ObservedAccounts? Accounts { get; init; }

    /// <summary>Null: it cannot be seen here.</summary>
    public ObservedIdentity? Identity { get; init; }

    /// <summary>Null: it cannot be seen here.</summary>
    public ObservedResolver? Resolver { get; init; }

    /// <summary>Interfaces of the machine, without its own loop.</summary>
    public ImmutableArray<ObservedLink> Links { get; init; } = [];

    /// <summary>Those that Loam wrote and that are in use.</summary>
    public ImmutableArray<ObservedCertificate> Certificates { get; init; } = [];

    /// <summary>Resolved digests and local IDs that the engine already has.</summary>
    public ImmutableHashSet<string> Images { get; init; } = [];
}
