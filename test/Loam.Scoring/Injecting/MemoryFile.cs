using Loam.Mind.Files;
using Loam.Mind.Gateway.Spending;

namespace Loam.Scoring.Injecting;

/// <summary>A file in memory, for a budget of which nothing is spent.</summary>
public sealed class MemoryFile : IOwnFile
{
    private byte[] _content = [];

    /// <summary>Without limits.</summary>
    public static Budget Budget() => new(
        SpendingLedger.Load(new MemoryFile(), new MemoryFile()), new(null, null),
        TimeProvider.System);

    public byte[] Read() => [.. _content];

    public void Append(ReadOnlySpan<byte> content) => _content = [.. _content, .. content];

    public void Sync()
    {
        // It is where it is.
    }

    public void Replace(ReadOnlySpan<byte> content) => _content = content.ToArray();

    public void Dispose()
    {
        // Nothing is held.
    }
}
