using Loam.Core.Reconciling;

namespace Loam.Cli;

/// <summary>The one table of exit codes (decision 28).</summary>
internal enum ExitCode
{
    /// <summary>Done, or nothing to do.</summary>
    Done = 0,
    /// <summary>Failed, and everything is as before.</summary>
    Failed = 1,
    /// <summary>What was given cannot be understood or is not valid.</summary>
    Invalid = 2,
    /// <summary>Approval is needed, or was declined.</summary>
    NotApproved = 3,
    /// <summary>The daemon or the engine cannot be reached.</summary>
    Unreachable = 4,
    /// <summary>Not everything could be taken back; the message says what to do.</summary>
    Incomplete = 5,
}

internal static class ExitCodes
{
    public static ExitCode Of(ApplyStatus status) => status switch
    {
        ApplyStatus.Applied or ApplyStatus.Nothing => ExitCode.Done,
        ApplyStatus.RolledBack => ExitCode.Failed,
        ApplyStatus.Incomplete => ExitCode.Incomplete,
        _ => ExitCode.NotApproved,
    };

    /// <summary>Rows for <c>loam help</c>.</summary>
    public static IReadOnlyList<(ExitCode Code, string Meaning)> Table { get; } =
    [
        (ExitCode.Done, "done, or nothing to do"),
        (ExitCode.Failed, "failed; everything is as before"),
        (ExitCode.Invalid, "what was given is not valid"),
        (ExitCode.NotApproved, "approval is needed, or was declined"),
        (ExitCode.Unreachable, "the daemon or the container engine cannot be reached"),
        (ExitCode.Incomplete, "not everything could be taken back; the message says what to do"),
    ];
}

/// <summary>Ends a verb with a sentence and an exit code.</summary>
/// <param name="message">The thing and what is wrong.</param>
/// <param name="remedy">What to do; may be empty.</param>
internal sealed class CommandFailure(ExitCode exit, string message, string remedy = "")
    : Exception(message)
{
    public ExitCode Exit { get; } = exit;
    public string Remedy { get; } = remedy;
}
