using System.Collections.Immutable;

namespace Loam.Core.Messaging;

/// <summary>The events that can be told to somebody.</summary>
public static class MessageKinds
{
    /// <param name="Type">As <c>events</c> of a notifier names it.</param>
    /// <param name="NeedsSomebody">It is told where a notifier names no events.</param>
    /// <param name="IsAlert">It is told in quiet hours, too.</param>
    public sealed record Kind(string Type, bool NeedsSomebody, bool IsAlert, string Sentence);

    public static readonly ImmutableArray<Kind> All =
    [
        new("job.failed", true, false, "a job failed, and its on_failure is not ignore"),
        new("job.completed", true, false, "a job succeeded, and its on_success is not ignore"),
        new("service.unhealthy", true, true, "a service has been unhealthy for five minutes"),
        new("service.looping", true, true, "a service ended three times in ten minutes"),
        new("service.healthy", true, false, "it is well again, after one of these two"),
        new("reconcile.failed", true, true, "a change failed and was taken back"),
        new("drift.found", true, false, "the machine is not as approved"),
        new("state.edited", true, false, "an edit of a state file waits for approval"),
        new("state.rejected", true, false, "an edit of a state file cannot be applied"),
        new("proposal.filed", false, false, "a model or a program proposes a change"),
        new("backup.failed", true, false, "a backup failed"),
        new("drill.failed", true, false, "a copy could not be restored"),
        new("restore.failed", true, true, "a restore failed"),
        new("certificate.failed", true, false, "a certificate could not be renewed"),
        new("certificate.expiring", true, true, "a certificate ends soon and is not renewed"),
        new("audit.broken", true, true, "the record of who did what was changed"),
        new("audit.failed", true, true, "the record of who did what cannot be written"),
        new("watch.failed", true, true, "a part of the daemon ended by a fault"),
        new("engine.away", true, true, "the container engine does not answer"),
        new("lease.lost", true, false, "an interface has no address by DHCP any more"),
        new("lease.taken", false, false, "an interface got an address by DHCP"),
        new("ban.added", false, false, "an address was shut out"),
        new("ban.lifted", false, false, "one was let in again before its time"),
        new("reconcile.completed", false, false, "a change is in force"),
        new("backup.completed", false, false, "a backup succeeded"),
        new("drill.completed", false, false, "a copy was restored aside and compared"),
        new("certificate.renewed", false, false, "a certificate was renewed"),
    ];

    private static readonly ImmutableDictionary<string, Kind> s_byType =
        All.ToImmutableDictionary(k => k.Type);

    /// <summary>Null: nobody is ever told of that.</summary>
    public static Kind? Of(string type) => s_byType.GetValueOrDefault(type);

    public static bool NeedsSomebody(string type) => Of(type)?.NeedsSomebody == true;

    /// <summary>What <c>events</c> may name: types, and what stands before their dots.</summary>
    public static IEnumerable<string> Names =>
        All.Select(k => k.Type).Concat(All.Select(k => k.Type.Split('.')[0]).Distinct());
}
