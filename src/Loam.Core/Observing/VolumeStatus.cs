using System.Collections.Immutable;
using Loam.Core.Resources;

namespace Loam.Core.Observing;

/// <summary>A volume with a size, as people ask about one.</summary>
/// <param name="Size">Bytes it was made or grown to.</param>
/// <param name="Used">Bytes in use; null: it is not attached.</param>
/// <param name="Total">Bytes it can hold; null: it is not attached.</param>
public sealed record VolumeStatus(string Name, long Size, long? Used, long? Total)
{
    internal static ImmutableArray<VolumeStatus> All(DesiredState desired, ObservedState seen)
    {
        if (seen.Storage is not { } storage)
        {
            return [];
        }
        return
        [
            .. desired.Volumes.Values.Where(v => v.Size is not null).Select(v =>
            {
                var mount = storage.Mounts.FirstOrDefault(
                    m => m is { IsOwn: true, Owned.Disk: { } disk } && disk.Volume == v.Name);
                return new VolumeStatus(v.Name, storage.Image(v.Name)?.Disk.Size ?? v.Size!.Value,
                    mount?.Used, mount?.Total);
            }),
        ];
    }
}
