using Loam.Core.Backups;
using Loam.Core.Json;
using Loam.Drivers.Files;

namespace Loam.Drivers.Backups;

/// <summary>What is remembered of copies; the repository itself knows them too.</summary>
public sealed class BackupStore(string path) : JsonMemory<BackupMemory>(
    path, LoamJson.Default.BackupMemory, BackupMemory.Empty);
