using System.Collections.Immutable;
using Loam.Core.Resources;
using Loam.Core.StateFiles;

namespace Loam.Core.Reconciling;

/// <summary>The images that a revert may need without a network.</summary>
internal static class KeptImages
{
    /// <summary>Those of the newest generations, up to this one.</summary>
    public static async Task<ImmutableArray<ResolvedImage>> OfAsync(
        IHistory history, int generation)
    {
        var kept = new Dictionary<string, ResolvedImage>(StringComparer.Ordinal);
        for (var n = generation; n > Math.Max(0, generation - Limits.KeptGenerations); n--)
        {
            var files = await history.ReadAsync(n, CancellationToken.None);
            foreach (var image in ImagesLock.Read(files[StateSet.Lock] ?? "", new()).Values)
            {
                kept.TryAdd(image.Digest, image);
            }
        }
        return [.. kept.Values];
    }
}
