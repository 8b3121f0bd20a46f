using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Loam.Drivers.Models;

/// <summary>A model that was added.</summary>
/// <param name="Source">Where it came from: an address or a path.</param>
/// <param name="Sha256">Of the file as it was added, in hexadecimal digits.</param>
/// <param name="WasKnown">The checksum was known before, and not only written down.</param>
/// <param name="Bytes">Of the file.</param>
public sealed record StoredModel(string Name, string Source, string Sha256, bool WasKnown,
    long Bytes, DateTimeOffset Added)
{
    /// <summary>Where it is.</summary>
    [JsonIgnore]
    public string File { get; init; } = "";
}

/// <summary>A model that this version knows where to get.</summary>
/// <param name="Sha256">Null: it is written down when it first comes.</param>
/// <param name="MemoryGib">What it needs with a usual context.</param>
/// <param name="About">Who it is for, a part of a sentence.</param>
public sealed record KnownModel(string Name, Uri Url, string? Sha256, string Licence,
    int MemoryGib, string About)
{
    private const string Resource = "Loam.Drivers.known.json";

    public static ImmutableArray<KnownModel> All { get; } = Read();

    private static ImmutableArray<KnownModel> Read()
    {
        using var stream = typeof(KnownModel).Assembly.GetManifestResourceStream(Resource)!;
        return JsonSerializer.Deserialize(stream, ModelJson.Default.KnownModels)!.Models;
    }
}

internal sealed record KnownModels(ImmutableArray<KnownModel> Models);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    WriteIndented = true)]
[JsonSerializable(typeof(StoredModel))]
[JsonSerializable(typeof(KnownModels))]
internal sealed partial class ModelJson : JsonSerializerContext;
