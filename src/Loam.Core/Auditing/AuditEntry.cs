using System.Collections.Immutable;
using Loam.Core.Reconciling;

namespace Loam.Core.Auditing;

/// <summary>Something that somebody may have to answer for. It names things and never shows a
/// value: no secret can come into it.</summary>
/// <param name="Event">One of <see cref="AuditEvents"/>.</param>
/// <param name="Who">A user of the machine, or <c>loam</c> where nobody asked.</param>
/// <param name="What">A sentence made by Loam, never a person's own words.</param>
public sealed record AuditEntry(string Event, string Who, string What)
{
    /// <summary>The generation concerned; <c>loam history</c> has its words and texts.</summary>
    public int? Generation { get; init; }

    /// <summary>The digest of the plan concerned.</summary>
    public string? Plan { get; init; }

    /// <summary>Names of what was concerned: files confirmed, steps, secrets.</summary>
    public ImmutableArray<string>? Names { get; init; }
}

/// <summary>What is recorded, in the words of <c>audit.log_events</c>.</summary>
public static class AuditEvents
{
    public const string StateChanged = "state.changed";
    public const string ServiceStarted = "service.started";
    public const string ServiceStopped = "service.stopped";
    public const string SecurityModified = "security.modified";
    public const string UserLogin = "user.login";
    public const string UserSudo = "user.sudo";
    public const string ApprovalGiven = "approval.given";
    public const string SecretRead = "secret.read";

    public static ImmutableArray<string> All { get; } =
    [
        StateChanged, ServiceStarted, ServiceStopped, SecurityModified, UserLogin, UserSudo,
        ApprovalGiven, SecretRead,
    ];
}

/// <summary>The record of who did what.</summary>
public interface IAudit
{
    /// <summary>Returns when the entry is on disk, or when it is not to be recorded.</summary>
    /// <exception cref="HostException">It cannot be written.</exception>
    Task WriteAsync(AuditEntry entry, CancellationToken cancel);
}

/// <summary>How the record is kept (<c>audit</c> in security.yaml).</summary>
public sealed record AuditSettings
{
    public bool IsEnabled { get; init; } = true;

    /// <summary>Where a copy of each line goes; null: nowhere.</summary>
    public string? CopyPath { get; init; }

    public int RetentionDays { get; init; } = 90;

    /// <summary>Empty: everything.</summary>
    public ImmutableArray<string> Events { get; init; } = [];

    public bool Wants(string what) =>
        IsEnabled && (Events.IsEmpty || Events.Contains(what));
}
