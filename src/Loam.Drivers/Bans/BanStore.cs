using Loam.Core.Bans;
using Loam.Core.Json;
using Loam.Drivers.Files;

namespace Loam.Drivers.Bans;

/// <summary>Who is shut out, over restarts.</summary>
public sealed class BanStore(string path)
    : JsonMemory<BanMemory>(path, LoamJson.Default.BanMemory, BanMemory.None);

/// <summary>Where the system's log was read to. A file of its own, since it changes with every
/// line.</summary>
public sealed class LogPlaceStore(string path)
    : JsonMemory<LogPlace>(path, LoamJson.Default.LogPlace, LogPlace.None);
