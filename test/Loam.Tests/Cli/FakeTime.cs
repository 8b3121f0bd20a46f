using Loam.Core.Auditing;

namespace Loam.Tests.Cli;

/// <summary>The time of day, or as much later as a test likes.</summary>
internal sealed class FakeTime : TimeProvider
{
    public TimeSpan Ahead { get; set; }

    public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + Ahead;
}

/// <summary>Keeps what is recorded.</summary>
internal sealed class FakeAudit : IAudit
{
    public List<AuditEntry> Entries { get; } = [];

    public Task WriteAsync(AuditEntry entry, CancellationToken cancel)
    {
        Entries.Add(entry);
        return Task.CompletedTask;
    }
}
