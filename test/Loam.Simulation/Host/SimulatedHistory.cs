using System.Collections.Immutable;
using Loam.Core.Reconciling;
using Loam.Core.StateFiles;

namespace Loam.Simulation.Host;

/// <summary>Generations in memory, durable like a repository. The hook runs before and after
/// each write.</summary>
public sealed class SimulatedHistory(TimeProvider time) : IHistory
{
    private readonly SortedDictionary<int, (Generation Info, StateSet Files)> _stored = [];
    private int _main;

    public Action<string> Hook { get; set; } = _ => { };

    public StateSet WorkTree { get; set; } = StateSet.Empty;

    public Task<string> StoreAsync(
        int generation, StateSet files, string who, string message, CancellationToken cancel)
    {
        Hook($"store {generation}");
        var commit = $"commit-{generation}-{Digests.Of(string.Concat(files.Texts))[..8]}";
        _stored[generation] = (new(generation, commit, time.GetUtcNow(), who, message), files);
        Hook($"stored {generation}");
        return Task.FromResult(commit);
    }

    public Task AdvanceAsync(int generation, CancellationToken cancel)
    {
        Hook($"advance {generation}");
        var before = _main == 0 ? StateSet.Empty : _stored[_main].Files;
        _main = generation;
        Hook($"main is {generation}");
        var (_, after) = _stored[generation];
        foreach (var file in after.ChangedFrom(WorkTree).ToList())
        {
            // A person's edit differs from the generation before, and stays.
            if (WorkTree[file] == before[file] || WorkTree[file] is null)
            {
                WorkTree = after[file] is { } text ? WorkTree.With(file, text)
                    : WorkTree.Without(file);
            }
        }
        Hook($"advanced {generation}");
        return Task.CompletedTask;
    }

    public Task<Generation?> CurrentAsync(CancellationToken cancel) =>
        Task.FromResult(_main == 0 ? null : _stored[_main].Info);

    public Task<StateSet> ReadAsync(int generation, CancellationToken cancel) =>
        Task.FromResult(_stored.TryGetValue(generation, out var found) ? found.Files
            : throw new HostException(Fault.NotFound, $"There is no generation {generation}."));

    public Task<ImmutableArray<Generation>> ListAsync(int most, CancellationToken cancel) =>
        Task.FromResult(_stored.Values.Where(s => s.Info.Number <= _main).Reverse().Take(most)
            .Select(s => s.Info).ToImmutableArray());

    public Task<StateSet> ReadWorkTreeAsync(CancellationToken cancel) =>
        Task.FromResult(WorkTree);
}
