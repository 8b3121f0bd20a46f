using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Loam.Core.Reconciling;

namespace Loam.Drivers.Files;

/// <summary>What Loam made or wrote over and cannot label, kept in one file. Unlike a memory, it
/// must not be lost in silence: what is Loam's would become somebody else's.</summary>
/// <param name="path">Null: it is kept in memory only.</param>
/// <param name="none">What is kept at first.</param>
/// <param name="what">As in "what Loam knows of its users".</param>
public abstract class JsonLedger<T>(string? path, JsonTypeInfo<T> type, T none, string what)
    where T : class
{
    private const int MostBytes = 16 * 1024 * 1024;
    private const uint OwnerOnly = 0b110_000_000;

    protected T Kept { get; private set; } = path is null ? none : Load(path, type, none, what);

    /// <exception cref="HostException">Exhausted: no room. Then nothing may be changed.
    /// </exception>
    protected void Keep(T kept)
    {
        if (path is not null)
        {
            AtomicFile.Write(path, JsonSerializer.SerializeToUtf8Bytes(kept, type), OwnerOnly);
        }
        Kept = kept;
    }

    /// <summary>For what is gone already: where it cannot be written down, it is known, and
    /// written with what is kept next.</summary>
    protected void KeepOrHold(T kept)
    {
        try
        {
            Keep(kept);
        }
        catch (HostException)
        {
            Kept = kept;
        }
    }

    private static T Load(string path, JsonTypeInfo<T> type, T none, string what)
    {
        try
        {
            return AtomicFile.Read(path, MostBytes) is not { } bytes ? none
                : JsonSerializer.Deserialize(bytes, type) ?? none;
        }
        catch (JsonException)
        {
            throw new HostException(Fault.Conflict,
                $"{path} does not hold what Loam knows of its {what}.",
                $"Restore it from a backup; or remove it, and {what} that Loam made count as "
                + "somebody else's from then on.");
        }
    }
}
