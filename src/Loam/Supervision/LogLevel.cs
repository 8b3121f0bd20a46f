using Loam.Core.Reconciling;

namespace Loam.Supervision;

/// <summary>How much the daemon says in its own log: <c>LOAM_LOG</c>.</summary>
internal enum LogLevel
{
    /// <summary>What failed, and what was lost.</summary>
    Error,
    /// <summary>What somebody should look at, too.</summary>
    Warn,
    /// <summary>Everything that happened.</summary>
    Info,
    /// <summary>The single steps, too.</summary>
    Debug,
}

internal static class LogLevels
{
    public const string Variable = "LOAM_LOG";

    /// <param name="fault">A sentence, where the text is no level.</param>
    public static LogLevel Of(string? text, out string? fault)
    {
        fault = null;
        switch (text?.Trim().ToLowerInvariant())
        {
            case null or "" or "info":
                return LogLevel.Info;
            case "error":
                return LogLevel.Error;
            case "warn" or "warning":
                return LogLevel.Warn;
            case "debug" or "trace":
                return LogLevel.Debug;
            default:
                fault = $"{Variable} is none of error, warn, info, debug: it is taken as info.";
                return LogLevel.Info;
        }
    }

    /// <summary>The level from which on an event is said.</summary>
    public static LogLevel Of(MachineEvent happened)
    {
        if (happened.Type is "reconcile.progress" or "reconcile.step")
        {
            return LogLevel.Debug;
        }
        var what = happened.Type[(happened.Type.LastIndexOf('.') + 1)..];
        return happened.Error is not null || happened.Success == false
            || what is "failed" or "broken" or "lost" ? LogLevel.Error
            : happened.IsAlert == true || happened.Type == "drift.found"
                || what is "unhealthy" or "died" or "looping" or "expiring" or "away" or "behind"
                    or "unseen" or "waiting" or "leftover" ? LogLevel.Warn
            : LogLevel.Info;
    }
}
