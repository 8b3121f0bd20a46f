using Loam.Core.Bans;
using Loam.Core.Json;
using Loam.Drivers.Files;

namespace Loam.Drivers.Bans;

/// <summary>Who is shut out, over restarts.</summary>
public sealed class BanStore(string path)
    : JsonMemory<BanMemory>(path, LoamJson.Default.BanMemory, BanMemory.None);
