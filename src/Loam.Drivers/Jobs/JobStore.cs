using System.Collections.Immutable;
using System.Text.Json;
using Loam.Core.Json;
using Loam.Core.Reconciling;
using Loam.Core.Scheduling;
using Loam.Drivers.Files;

namespace Loam.Drivers.Jobs;

/// <summary>What is remembered of jobs, in one file that is replaced as a whole.</summary>
public sealed class JobStore(string path)
{
    private const int MostBytes = 64 * 1024 * 1024;
    private const uint OwnerOnly = 0b110_000_000;

    /// <summary>By name; a file that cannot be read counts as none: the jobs run on.</summary>
    public ImmutableSortedDictionary<string, JobMemory> Load()
    {
        try
        {
            return AtomicFile.Read(path, MostBytes) is not { } bytes ? s_none
                : JsonSerializer.Deserialize(
                    bytes, LoamJson.Default.ImmutableSortedDictionaryStringJobMemory) ?? s_none;
        }
        catch (Exception e) when (e is JsonException or HostException)
        {
            return s_none;
        }
    }

    /// <exception cref="HostException">Exhausted: no room.</exception>
    public void Save(ImmutableSortedDictionary<string, JobMemory> jobs) =>
        AtomicFile.Write(path, JsonSerializer.SerializeToUtf8Bytes(
            jobs, LoamJson.Default.ImmutableSortedDictionaryStringJobMemory), OwnerOnly);

    private static readonly ImmutableSortedDictionary<string, JobMemory> s_none =
        ImmutableSortedDictionary<string, JobMemory>.Empty;
}
