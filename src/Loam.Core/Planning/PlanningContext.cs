using System.Collections.Immutable;
using Loam.Core.Approving;
using Loam.Core.Resources;

namespace Loam.Core.Planning;

/// <summary>What the planner must know of the machine besides its state.</summary>
/// <param name="Instance">The instance's UUID; its first eight digits stand in names.</param>
/// <param name="VolumeRoot">Where volumes without a path live.</param>
public sealed record PlanningContext(string Instance, string VolumeRoot)
{
    /// <summary>Where <see cref="VolumeRoot"/> leads, links followed.</summary>
    public string VolumePlace { get; init; } = VolumeRoot;

    /// <summary>Where certificates without a path live.</summary>
    public string CertificateRoot { get; init; } = "/var/lib/loam/certificates";

    /// <summary>Plan every difference between the machine and the approved state, not only what
    /// the change touches.</summary>
    public bool Heal { get; init; }

    /// <summary>With <see cref="Heal"/>: what is healed; empty: everything.</summary>
    public ImmutableHashSet<ResourceId> HealOnly { get; init; } = [];

    /// <summary>The engine changes limits and restart policy of a running container; otherwise
    /// (Podman before 5) such a change takes a new one.</summary>
    public bool LimitsInPlace { get; init; } = true;

    /// <summary>Containers of one service may share a port of the host: the engine leads to those
    /// that are well (decision 0097).</summary>
    public bool SharesPorts { get; init; }

    /// <summary>Environment variables an image also reads from a file (<c>X_FILE</c>), so that a
    /// secret need not stand in the environment. From the catalogue.</summary>
    public Func<ImageReference, IReadOnlySet<string>> FileVariables { get; init; } =
        _ => ImmutableHashSet<string>.Empty;

    /// <summary>Major version of an image's data format; null when versions do not matter.
    /// </summary>
    public Func<ImageReference, string?> DataMajor { get; init; } = _ => null;

    /// <summary>How the program of an image writes its data out and reads them in; null: nobody
    /// knows.</summary>
    public Func<ImageReference, DumpWay?> DumpOf { get; init; } = _ => null;

    /// <summary>Where a service's probe or limits came from, for the plan's display.</summary>
    public Func<ImageReference, string?> CatalogName { get; init; } = _ => null;

    /// <summary>Service to the foreign container it takes over (<c>loam adopt</c>).</summary>
    public ImmutableDictionary<string, Observing.ObservedContainer> Adoptions { get; init; } =
        ImmutableDictionary<string, Observing.ObservedContainer>.Empty;

    /// <summary>Targets of mounts that are taken over (<c>loam adopt</c>).</summary>
    public ImmutableHashSet<string> AdoptedMounts { get; init; } = [];

    /// <summary>The plan leads back to an earlier generation.</summary>
    public bool IsRevert { get; init; }

    /// <summary>How the one who will approve the plan is connected; null: not over the network.
    /// </summary>
    public Access? Access { get; init; }

    /// <summary>The program that makes backups is installed.</summary>
    public bool CanBackUp { get; init; } = true;

    /// <summary>The program that asks DHCP servers is installed, for where nobody else does.
    /// </summary>
    public bool CanAskDhcp { get; init; } = true;

    /// <summary>The program that shuts addresses out is installed.</summary>
    public bool CanBan { get; init; } = true;

    /// <summary>Where the system tells of logins, for people; null: nowhere. Asked only for a plan
    /// that needs it.</summary>
    public Func<string?> LoginLog { get; init; } = () => "the system's log";

    /// <summary>How the program of an image says that a login failed; empty: nobody knows.
    /// </summary>
    public Func<ImageReference, ImmutableArray<string>> LoginFailures { get; init; } = _ => [];

    /// <summary>The program that makes sandboxes is installed.</summary>
    public bool CanSandbox { get; init; } = true;

    public string ShortInstance => Instance.Replace("-", "", StringComparison.Ordinal)[..8];
}
