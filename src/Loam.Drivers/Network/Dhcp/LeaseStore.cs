using System.Collections.Immutable;
using Loam.Core.Json;
using Loam.Core.Observing;
using Loam.Core.Reconciling;
using Loam.Drivers.Files;

namespace Loam.Drivers.Network.Dhcp;

/// <summary>What was lent to each interface, over restarts: the same is asked for again.</summary>
/// <param name="path">Null: it is kept in memory only.</param>
public sealed class LeaseStore(string? path)
{
    private readonly Memory? _memory = path is null ? null : new(path);
    private ImmutableSortedDictionary<string, Lease>? _kept;

    public ImmutableSortedDictionary<string, Lease> All => _kept ??= _memory?.Load() ?? Memory.None;

    public Lease? Of(string name) => All.GetValueOrDefault(name);

    /// <param name="lease">Null: none.</param>
    public void Keep(string name, Lease? lease)
    {
        if (All.GetValueOrDefault(name) == lease)
        {
            return;
        }
        _kept = lease is null ? All.Remove(name) : All.SetItem(name, lease);
        try
        {
            _memory?.Save(_kept);
        }
        catch (HostException)
        {
            // A disk that is full must not cost an address: the server knows what it lent.
        }
    }

    private sealed class Memory(string path) : JsonMemory<ImmutableSortedDictionary<string, Lease>>(
        path, LoamJson.Default.ImmutableSortedDictionaryStringLease, None)
    {
        public static ImmutableSortedDictionary<string, Lease> None { get; } =
            ImmutableSortedDictionary<string, Lease>.Empty;
    }
}
