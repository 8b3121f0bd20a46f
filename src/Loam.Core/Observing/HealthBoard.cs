using System.Collections.Concurrent;

namespace Loam.Core.Observing;

/// <param name="Detail">A sentence: <c>GET / answered 503</c>.</param>
/// <param name="Failures">Probes in a row that failed.</param>
public sealed record HealthNote(
    string Revision, bool Healthy, string Detail, int Failures, DateTimeOffset At)
{
    /// <summary>What the command that looked wrote last.</summary>
    public string? Said { get; init; }
}

/// <summary>What the newest probe of every container found. Written by those who probe, read by
/// status.</summary>
public sealed class HealthBoard
{
    private readonly ConcurrentDictionary<string, HealthNote> _notes = new();

    public HealthNote? this[string container] => _notes.GetValueOrDefault(container);

    public void Note(string container, HealthNote note) => _notes[container] = note;

    /// <summary>One that is started now was not probed yet, whatever another of its name was.
    /// </summary>
    public void Forget(string container) => _notes.TryRemove(container, out _);

    /// <summary>Containers whose last probe found them well.</summary>
    public IReadOnlySet<string> Well() =>
        _notes.Where(n => n.Value.Healthy).Select(n => n.Key).ToHashSet(StringComparer.Ordinal);

    /// <summary>Forgets containers that are gone.</summary>
    public void Keep(IReadOnlySet<string> containers)
    {
        foreach (var name in _notes.Keys.Where(n => !containers.Contains(n)))
        {
            _notes.TryRemove(name, out _);
        }
    }
}
