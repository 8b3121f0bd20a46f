using System.Text.Json;

namespace Loam.System.Harness;

/// <summary>What <c>-o json</c> tells programs.</summary>
public static class Facts
{
    public static async Task<int> GenerationAsync(Instance loam) =>
        (await StatusAsync(loam)).GetProperty("generation").GetInt32();

    public static async Task<int> ServicesAsync(Instance loam) =>
        (await StatusAsync(loam)).GetProperty("services").GetArrayLength();

    private static async Task<JsonElement> StatusAsync(Instance loam)
    {
        var ended = (await loam.RunAsync("status", "-o", "json")).ShouldEnd(0);
        return JsonDocument.Parse(ended.Output).RootElement;
    }
}
