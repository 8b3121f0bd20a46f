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

    /// <summary>What is in it: <c>0.2.0 (3f2a90c1)</c>.</summary>
    public string Words => Version is null ? $"in slot {Name}" : WordsOf(Version, Build ?? "");

    public static string WordsOf(string version, string build) => $"{version} ({Short(build)})";

    /// <summary>As much of a build as people need.</summary>
    public static string Short(string build)
    {
        const int shown = 8;
        return build.Length > shown ? build[..shown] : build;
    }
}

/// <summary>The operating system that Loam is here.</summary>
public sealed record OsStatus(ImmutableArray<SlotStatus> Slots)
{
    /// <summary>Why nothing can be said of it; null: it can.</summary>
    public string? Error { get; init; }

    /// <summary>What somebody should know, as sentences.</summary>
    public ImmutableArray<string> Alerts() =>
    [
        .. Error is null ? (string[])[] : [Error],
        .. Slots.Where(s => s.IsOnTrial).Select(s => s.IsRunning
            ? $"Loam {s.Words} runs on trial: it is confirmed once all is healthy again."
            : $"Loam {s.Words} starts on trial when the machine starts next."),
        .. Slots.Where(s => s.HasFailed && !s.IsRunning).Select(s =>
            $"The update to Loam {s.Words} did not come up, so the one before it runs. "
            + "`loam os update` with a better one ends this."),
    ];
}
