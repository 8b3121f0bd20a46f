using System.Collections.Immutable;
using Loam.Core.Backups;
using Loam.Core.Observing;
using Loam.Core.Planning;
using Loam.Core.Resources;

namespace Loam.Core.Reconciling;

/// <summary>A foreign container as a service: what <c>loam adopt</c> needs to know.</summary>
/// <param name="Service">Name the service gets.</param>
/// <param name="Files">Full new texts of the files that declare it.</param>
public sealed record Adoption(
    string Service, ObservedContainer Container, ImmutableSortedDictionary<string, string> Files);

/// <summary>Everything a machine is made of, put together by hand in the daemon and, with a
/// simulated host beneath, in the simulation.</summary>
public sealed record MachineParts
{
    public required PlanningContext Context { get; init; }
    public required IReadOnlyList<IDriver> Drivers { get; init; }
    public required IJournal Journal { get; init; }
    public required IHistory History { get; init; }
    public required IImageResolver Images { get; init; }
    public required TimeProvider Time { get; init; }
    public required EventLog Events { get; init; }
    public required HealthBoard Health { get; init; }

    /// <summary>Ciphertext (<c>encrypted:v1:…</c>) of a fresh random secret of that many
    /// characters.</summary>
    public required Func<FreshSecret, string> SealFresh { get; init; }

    /// <summary>Who else listens on these host ports.</summary>
    public required Func<IReadOnlyCollection<(int Number, string Protocol)>,
        ImmutableArray<ObservedPort>> PortsTaken
    { get; init; }

    /// <summary>Who listens to more than this machine itself.</summary>
    public required Func<ImmutableArray<ObservedPort>> Listening { get; init; }

    /// <summary>The record of who did what.</summary>
    public required Auditing.IAudit Audit { get; init; }

    /// <summary>What takes a change back that nobody confirmed.</summary>
    public required IDeadman Deadman { get; init; }

    /// <summary>The TCP connections of this host, each by its <see cref="Approving.Access.Key"/>.
    /// </summary>
    public required Func<IReadOnlySet<string>> Connections { get; init; }

    /// <summary>Reads a foreign container as a service.</summary>
    public required Func<string, StateFiles.StateSet, CancellationToken, Task<Adoption>> Adopt
    { get; init; }

    /// <summary>Reads what is mounted at a directory as a mount: the texts that declare it, none
    /// where it is declared already.</summary>
    public Func<string, StateFiles.StateSet, bool, CancellationToken,
        Task<ImmutableSortedDictionary<string, string>>> AdoptMount
    { get; init; } = (_, _, _, _) => throw new InvariantException("no mount is adopted here");

    /// <summary>Reads an interface of the machine as it is: the texts that declare it, null where
    /// there is no such interface.</summary>
    public Func<string, StateFiles.StateSet, bool,
        ImmutableSortedDictionary<string, string>?> AdoptLink
    { get; init; } = (_, _, _) => null;

    /// <summary>Removes for good what an applied plan retired, and keeps images for a revert.
    /// Names that are gone are fine.</summary>
    public required Func<Retirement, CancellationToken, Task> RetireAsync { get; init; }

    /// <summary>What somebody should look at besides.</summary>
    public Func<ImmutableArray<string>> Alerts { get; init; } = () => [];

    /// <summary>What can be done on this host now, put into what the planner knows.</summary>
    public Func<PlanningContext, PlanningContext> Abilities { get; init; } = context => context;

    /// <summary>How the copies are; null: none are made.</summary>
    public Func<BackupSummary?> Backups { get; init; } = () => null;

    /// <summary>The slots of a machine whose operating system Loam is; null: it is not.</summary>
    public Func<OsStatus?> Os { get; init; } = () => null;

    public required UsageMeter Usage { get; init; }

    /// <summary>What the machine is called now.</summary>
    public required Func<string> Host { get; init; }
    public required string Version { get; init; }

    /// <summary>The engine, for people: <c>Docker 20.10 (private)</c>.</summary>
    public required string Engine { get; init; }
}

/// <param name="Containers">Engine names of containers and networks.</param>
/// <param name="KeptImages">Digests in use by the newest generations: kept under a local tag.
/// </param>
public sealed record Retirement(
    ImmutableArray<string> Containers, ImmutableArray<string> Networks,
    ImmutableArray<ResolvedImage> KeptImages);
