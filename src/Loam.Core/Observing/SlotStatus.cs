using System.Collections.Immutable;

namespace Loam.Core.Observing;

/// <summary>One of the two places of a machine's disk for Loam itself.</summary>
/// <param name="Version">Null: nothing that can start is in it.</param>
/// <param name="Build">Tells two builds of a version apart.</param>
public sealed record SlotStatus(string Name, string? Version, string? Build)
{
    public bool IsRunning { get; init; }

    /// <summary>What starts when nothing is on trial.</summary>
    public bool IsConfirmed { get; init; }

    public bool IsOnTrial { get; init; }

    /// <summary>It was on trial last and did not come up.</summary>
    public bool HasFailed { get; init; }
}

/// <summary>The operating system that Loam is here.</summary>
public sealed record OsStatus(ImmutableArray<SlotStatus> Slots);
