using System.Collections.Immutable;
using Loam.Core.Reconciling;
using Loam.Core.StateFiles;

namespace Loam.Simulation.Host;

/// <summary>Generations in memory, durable like a repository.</summary>
public sealed class SimulatedHistory(TimeProvider time) : IHistory
{
    private readonly SortedDictionary<int, Stored> _stored = [];
    private int _main;

    private sealed record Stored(Generation Info, StateSet Files, int Parent);

    /// <summary>Called around each write, and between the writes of one call: what it throws
    /// leaves behind what a crash there would.</summary>
    public Action<string> Hook { get; set; } = _ => { };

    /// <summary>What stands in the state directory; a test edits it as a person would.</summary>
    public StateSet WorkTree { get; set; } = StateSet.Empty;

    public Task<string> StoreAsync(
        int generation, StateSet files, string who, string message, CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        var first = message.Split('\n')[0];
        if (_stored.TryGetValue(generation, out var present)
            && !files.ChangedFrom(present.Files).Any()
            && (present.Info.Who, present.Info.Message) == (who, first)
            && (_main == generation || _main == present.Parent))
        {
            return Task.FromResult(present.Info.Commit);
        }
        if (generation <= _main)
        {
            throw new HostException(Fault.Conflict,
                $"Generation {generation} is in force or past, and different.");
        }
        Hook($"store {generation}");
        var content = string.Concat(files.Texts.Select(t => $"{t.Key}\0{t.Value}\0"));
        var commit = Digests.Of($"{_main}\0{who}\0{first}\0{content}")[..40];
        _stored[generation] = new(
            new(generation, commit, time.GetUtcNow(), who, first), files, _main);
        Hook($"stored {generation}");
        return Task.FromResult(commit);
    }

    public Task AdvanceAsync(int generation, CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        var (_, after, parent) = Find(generation);
        if (generation < _main)
        {
            throw new HostException(Fault.Conflict, $"Generation {generation} is past.");
        }
        Hook($"advance {generation}");
        _main = generation;
        Hook($"main is {generation}");
        var before = parent == 0 ? StateSet.Empty : _stored[parent].Files;
        foreach (var file in after.ChangedFrom(before).ToList())
        {
            // What differs from the generation before is a person's edit, and stays.
            if (WorkTree[file] == before[file])
            {
                WorkTree = after[file] is { } text
                    ? WorkTree.With(file, text) : WorkTree.Without(file);
                Hook($"wrote {file}");
            }
        }
        Hook($"advanced {generation}");
        return Task.CompletedTask;
    }

    public Task<Generation?> CurrentAsync(CancellationToken cancel) =>
        Task.FromResult(_main == 0 ? null : _stored[_main].Info);

    public Task<StateSet> ReadAsync(int generation, CancellationToken cancel) =>
        Task.FromResult(Find(generation).Files);

    public Task<ImmutableArray<Generation>> ListAsync(int most, CancellationToken cancel) =>
        Task.FromResult(_stored.Values.Where(s => s.Info.Number <= _main).Reverse().Take(most)
            .Select(s => s.Info).ToImmutableArray());

    public Task<StateSet> ReadWorkTreeAsync(CancellationToken cancel) =>
        Task.FromResult(WorkTree);

    private Stored Find(int generation) =>
        _stored.TryGetValue(generation, out var found) ? found
            : throw new HostException(Fault.NotFound, $"There is no generation {generation}.",
                "`loam history` lists them.");
}
