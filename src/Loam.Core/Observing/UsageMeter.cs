using System.Collections.Concurrent;

namespace Loam.Core.Observing;

/// <param name="Cpu">Processor time since the container was made.</param>
/// <param name="Memory">Bytes in use.</param>
public sealed record ContainerUse(TimeSpan Cpu, long Memory);

/// <summary>What containers use. Processor load is the average since the look before, or, at the
/// first look, since the container's start.</summary>
/// <param name="read">Counters of a container by the engine's ID; null: cannot be read.</param>
public sealed class UsageMeter(Func<string, ContainerUse?> read, TimeProvider time)
{
    private readonly ConcurrentDictionary<string, (TimeSpan Cpu, DateTimeOffset At)> _before =
        new();

    /// <returns>Bytes of memory and percent of one core.</returns>
    public (long Memory, double CpuPercent)? Look(ObservedContainer container)
    {
        if (read(container.Id) is not { } use)
        {
            return null;
        }
        var now = time.GetUtcNow();
        var (cpu, since) = _before.TryGetValue(container.Id, out var last) ? last
            : (TimeSpan.Zero, container.StartedAt ?? now);
        _before[container.Id] = (use.Cpu, now);
        var passed = (now - since).TotalMilliseconds;
        return (use.Memory, passed < 1 ? 0 : (use.Cpu - cpu).TotalMilliseconds / passed * 100);
    }
}
