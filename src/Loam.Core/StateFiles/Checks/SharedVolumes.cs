using Loam.Core.Diagnostics;
using Loam.Core.Resources;

namespace Loam.Core.StateFiles.Checks;

/// <summary>Two services that write one volume are usually a mistake, sometimes meant.</summary>
internal static class SharedVolumes
{
    public static void Run(Declared declared, DiagnosticBag found)
    {
        var places = new StoragePlaces(declared);
        var writers = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, spec) in declared.Services)
        {
            foreach (var use in spec.Maps("volumes"))
            {
                if (use.Flag("readonly") == true || use.Text("source") is not { } source
                    || places.Of(source) is not { Kind: ResourceKind.Volume, Name: var volume }
                    || writers.TryAdd(volume, name) || writers[volume] == name)
                {
                    continue;
                }
                found.Note(Codes.SharedVolume, use["source"]!.At,
                    $"Services {writers[volume]} and {name} both write volume {volume}.",
                    "Add `readonly: true` to the one that only reads.");
            }
        }
    }
}
