using System.Text.Json;
using Loam.Core.Backups;
using Loam.Core.Json;
using Loam.Core.Reconciling;
using Loam.Drivers.Files;

namespace Loam.Drivers.Backups;

/// <summary>What is remembered of copies, in one file that is replaced as a whole.</summary>
public sealed class BackupStore(string path)
{
    private const int MostBytes = 16 * 1024 * 1024;
    private const uint OwnerOnly = 0b110_000_000;

    /// <summary>A file that cannot be read counts as none: the repository itself knows its copies.
    /// </summary>
    public BackupMemory Load()
    {
        try
        {
            return AtomicFile.Read(path, MostBytes) is not { } bytes ? BackupMemory.Empty
                : JsonSerializer.Deserialize(bytes, LoamJson.Default.BackupMemory)
                    ?? BackupMemory.Empty;
        }
        catch (Exception e) when (e is JsonException or HostException)
        {
            return BackupMemory.Empty;
        }
    }

    /// <exception cref="HostException">Exhausted: no room.</exception>
    public void Save(BackupMemory memory) => AtomicFile.Write(path,
        JsonSerializer.SerializeToUtf8Bytes(memory, LoamJson.Default.BackupMemory), OwnerOnly);
}
