using System.Collections.Immutable;
using Loam.Core.Auditing;
using Loam.Core.Reconciling;
using Loam.Drivers.Auditing;

namespace Loam.Supervision;

/// <summary>Puts into the record what happens without anybody's asking, and looks once, at the
/// start, whether it still stands as it was written.</summary>
internal sealed class AuditWatch(AuditLog log, string directory, EventLog events, TimeProvider time)
{
    private volatile string? _broken;
    private volatile string? _unwritten;
    private long _heard;

    public ImmutableArray<string> Alerts() => [.. ((string?[])
    [
        _broken, _unwritten, log.CopyFault is { } copy
            ? $"The copy of the audit record (audit.log_path) is not written: {copy}" : null,
    ]).OfType<string>()];

    public async Task RunAsync(CancellationToken stop)
    {
        await Task.Run(Verify, stop);
        await foreach (var what in events.ReadAsync(follow: true, stop))
        {
            // Begun again, it hears what it heard before.
            var isNew = what.Sequence > _heard;
            _heard = Math.Max(_heard, what.Sequence);
            if (isNew && Entry(what) is { } entry)
            {
                await WriteAsync(entry, stop);
            }
        }
    }

    private void Verify()
    {
        try
        {
            using var key = AuditKey.Public(AuditLog.PublicKeyIn(directory));
            if (AuditChain.Verify(directory, key).Broken is { } where)
            {
                _broken = $"The audit record is broken in {where.File}, line {where.Line}: "
                    + $"{where.Why}. `loam audit verify` looks again.";
                events.Add(new(0, time.GetUtcNow(), "audit.broken") { Error = _broken });
            }
        }
        catch (HostException fault)
        {
            _broken = $"The audit record cannot be verified: {fault.Message}";
        }
    }

    private async Task WriteAsync(AuditEntry entry, CancellationToken stop)
    {
        try
        {
            await log.WriteAsync(entry, stop);
            _unwritten = null;
        }
        catch (HostException fault)
        {
            _unwritten = fault.Message;
        }
    }

    private static AuditEntry? Entry(MachineEvent what) => what.Type switch
    {
        "service.started" => new(AuditEvents.ServiceStarted, "loam", $"{what.Name} started"),
        "service.died" => new(AuditEvents.ServiceStopped, "loam", what.Message ?? ""),
        _ => null,
    };
}
