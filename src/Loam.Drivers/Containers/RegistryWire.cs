using System.Text.Json.Serialization;

namespace Loam.Drivers.Containers;

// https://github.com/opencontainers/image-spec and /distribution-spec, as far as Loam reads them.

internal sealed record WirePlatform(
    [property: JsonPropertyName("os")] string? System,
    [property: JsonPropertyName("architecture")] string? Architecture);

internal sealed record WireDescriptor(
    [property: JsonPropertyName("digest")] string? Digest,
    [property: JsonPropertyName("size")] long Size,
    [property: JsonPropertyName("platform")] WirePlatform? Platform,
    [property: JsonPropertyName("mediaType")] string? MediaType = null);

/// <summary>An image's manifest, or a list of manifests for several machines.</summary>
internal sealed record WireManifest(
    [property: JsonPropertyName("schemaVersion")] int Schema,
    [property: JsonPropertyName("config")] WireDescriptor? Config,
    [property: JsonPropertyName("layers")] WireDescriptor[]? Layers,
    [property: JsonPropertyName("manifests")] WireDescriptor[]? Manifests,
    [property: JsonPropertyName("mediaType")] string? MediaType = null);

internal sealed record WireToken(
    [property: JsonPropertyName("token")] string? Token,
    [property: JsonPropertyName("access_token")] string? AccessToken);

internal sealed record WireTags([property: JsonPropertyName("tags")] string[]? Tags);

[JsonSerializable(typeof(WireManifest))]
[JsonSerializable(typeof(WireToken))]
[JsonSerializable(typeof(WireTags))]
internal sealed partial class RegistryJson : JsonSerializerContext;
