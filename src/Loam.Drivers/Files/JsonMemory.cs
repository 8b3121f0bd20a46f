using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Loam.Core.Reconciling;

namespace Loam.Drivers.Files;

/// <summary>Something remembered over restarts in one file that is replaced as a whole, and that
/// may be lost: a file that cannot be read counts as none.</summary>
/// <param name="none">What is remembered at first.</param>
public abstract class JsonMemory<T>(string path, JsonTypeInfo<T> type, T none)
    where T : class
{
    private const int MostBytes = 64 * 1024 * 1024;
    private const uint OwnerOnly = 0b110_000_000;

    public T Load()
    {
        try
        {
            return AtomicFile.Read(path, MostBytes) is not { } bytes ? none
                : JsonSerializer.Deserialize(bytes, type) ?? none;
        }
        catch (Exception e) when (e is JsonException or HostException)
        {
            return none;
        }
    }

    /// <exception cref="HostException">Exhausted: no room.</exception>
    public void Save(T memory) => AtomicFile.Write(
        path, JsonSerializer.SerializeToUtf8Bytes(memory, type), OwnerOnly);
}
