using System.Collections.Immutable;
using Loam.Core.Bans;
using Loam.Core.Observing;
using Loam.Core.Reconciling;
using Loam.Core.Scheduling;
using Loam.Drivers.Auditing;

namespace Loam.Api;

/// <summary>What a client sends to apply a plan it was shown.</summary>
/// <param name="Id">The plan's handle.</param>
/// <param name="Digest">The digest of the plan that was on the screen.</param>
/// <param name="How"><c>typed</c>, <c>--yes</c> or the policy that made asking unnecessary.</param>
/// <param name="Confirmed">Files whose names were typed.</param>
internal sealed record ApplyOrder(
    string Id, string Digest, string How, ImmutableArray<string> Confirmed);

/// <summary>A change that was approved before its plan was seen (<c>--yes</c>).</summary>
/// <param name="How">How it was approved, for the history.</param>
/// <param name="Confirmed">Restricted files whose names were typed.</param>
internal sealed record ChangeOrder(
    ChangeRequest Request, string How, ImmutableArray<string> Confirmed);

/// <summary>One line of an apply's answer: an event, or at the end the result.</summary>
internal sealed record ApplyLine(MachineEvent? Event, ApplyResult? Result, Problem? Error)
{
    /// <summary>The plan, in the first line of the answer to a <see cref="ChangeOrder"/>.
    /// </summary>
    public PlannedChange? Change { get; init; }
}

/// <summary>The approved texts.</summary>
/// <param name="Generation">0 on a machine without any.</param>
internal sealed record StateAnswer(
    int Generation, ImmutableSortedDictionary<string, string> Files)
{
    /// <summary>There is a mind to ask beyond the interpreter.</summary>
    public bool HasModels { get; init; }
}

internal sealed record ServicesAnswer(ImmutableArray<ServiceStatus> Services);

/// <summary>Lines of the record of who did what, newest first.</summary>
internal sealed record AuditAnswer(ImmutableArray<AuditLine> Lines);

internal sealed record JobsAnswer(ImmutableArray<JobStatus> Jobs);

internal sealed record UpdatesAnswer(ImmutableArray<UpdateStatus> Updates);

internal sealed record NotifiersAnswer(ImmutableArray<NotifierStatus> Notifiers);

internal sealed record NotifierTestAnswer(ImmutableArray<NotifierTest> Tests);

internal sealed record BansAnswer(ImmutableArray<Ban> Bans);

internal sealed record UsersAnswer(ImmutableArray<UserStatus> Users);

/// <param name="Root">The root of this machine's own authority as PEM; null: there is none yet.
/// </param>
internal sealed record CertificatesAnswer(
    ImmutableArray<CertificateStatus> Certificates, string? Root);

internal sealed record HistoryAnswer(ImmutableArray<Generation> Generations);

/// <summary>The age public key with which a client encrypts a secret.</summary>
internal sealed record RecipientAnswer(string Recipient);

/// <param name="Message">What was confirmed.</param>
internal sealed record ConfirmAnswer(string Message);

/// <summary>One line of a container's log.</summary>
internal sealed record LogEntry(DateTimeOffset At, bool IsError, string Text);

/// <summary>Why a request was not served.</summary>
/// <param name="Error">A sentence: the thing and what is wrong.</param>
/// <param name="Remedy">A sentence: what to do; empty when there is nothing.</param>
internal sealed record Problem(string Error, string Remedy);
