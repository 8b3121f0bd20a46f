using System.Collections.Immutable;
using Loam.Core.Json;
using Loam.Core.Scheduling;
using Loam.Drivers.Files;

namespace Loam.Drivers.Jobs;

/// <summary>What is remembered of the runs of scheduled things, by name.</summary>
public sealed class JobStore(string path)
    : JsonMemory<ImmutableSortedDictionary<string, JobMemory>>(path,
        LoamJson.Default.ImmutableSortedDictionaryStringJobMemory,
        ImmutableSortedDictionary<string, JobMemory>.Empty);
