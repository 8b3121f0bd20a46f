using Loam.Core.Auditing;

namespace Loam.Simulation.Host;

/// <summary>The record in memory, which outlives a crash as a disk does.</summary>
internal sealed class SimulatedAudit(Action<string> check) : IAudit
{
    public List<AuditEntry> Entries { get; } = [];

    public Task WriteAsync(AuditEntry entry, CancellationToken cancel)
    {
        check($"audit {entry.Event}");
        Entries.Add(entry);
        return Task.CompletedTask;
    }
}
