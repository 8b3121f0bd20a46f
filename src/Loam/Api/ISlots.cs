using Loam.Core.Observing;
using Loam.Core.Reconciling;

namespace Loam.Api;

/// <summary>What a client can ask about the operating system.</summary>
internal interface ISlots
{
    OsStatus Status { get; }

    /// <summary>What an update, or the way back, would do.</summary>
    /// <exception cref="HostException">The file is no update, or not ours; nothing is in the other
    /// slot; a trial is running.</exception>
    Task<OsPlan> PlanAsync(OsOrder order, CancellationToken cancel);

    /// <summary>Does exactly what a plan said, and starts the machine again.</summary>
    Task ApplyAsync(OsOrder order, string who, Action<OsLine> tell, CancellationToken stop);
}

/// <param name="File">An update; null: the way back to what is in the other slot.</param>
internal sealed record OsOrder(string? File)
{
    /// <summary>Of the plan that was shown.</summary>
    public string? Digest { get; init; }

    /// <summary>Seconds that it has to become well.</summary>
    public int? Within { get; init; }

    /// <summary>The machine is started again by somebody, some time.</summary>
    public bool Later { get; init; }
}

/// <param name="Slot">Which gets it, and is started on trial.</param>
/// <param name="Bytes">What is written; null: nothing.</param>
/// <param name="Digest">Of what will start.</param>
/// <param name="Awaited">Services that have to be healthy again.</param>
/// <param name="Ways">Interfaces over which there has to be a way out again.</param>
internal sealed record OsPlan(string From, string To, string Slot, long? Bytes, string Digest,
    System.Collections.Immutable.ImmutableArray<string> Awaited,
    System.Collections.Immutable.ImmutableArray<string> Ways, int Within);

/// <summary>One line of an answer: how far it is, or how it ended.</summary>
internal sealed record OsLine(string Doing)
{
    /// <summary>Bytes.</summary>
    public long? Done { get; init; }
    public long? Total { get; init; }

    /// <summary>It is done.</summary>
    public bool? Restarts { get; init; }

    public Problem? Error { get; init; }
}
