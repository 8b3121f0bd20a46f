using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Loam.Core.Reconciling;
using Loam.Core.Resources;

namespace Loam.Drivers.Containers.Native;

/// <param name="Id">Digest of the configuration.</param>
/// <param name="Snapshot">What it is unpacked to.</param>
internal sealed record UnpackedImage(
    string Id, string Name, string Snapshot, OciImageConfig Config);

/// <summary>Images: names in containerd's list, each with a label that says the ID of what it
/// means. This file: which there are.</summary>
/// <param name="root">Folder of containerd's data.</param>
internal sealed partial class ImageStore(
    ContainerdClient client, string root, string? mirror, TimeProvider clock) : IDisposable
{
    private const string IdLabel = "loam.image";
    private const string SizeLabel = "loam.size";

    public Func<IReadOnlyList<RegistrySetting>> Registries { get; set; } = () => [];

    public void Dispose() => _http.Dispose();

    /// <param name="reference">ID, tag, or <c>name@digest</c>.</param>
    public async Task<EngineImage?> FindAsync(string reference, CancellationToken cancel)
    {
        var id = IsId(reference) ? reference : Complete(reference) is { } name
            && await client.ImageAsync(name, cancel).ConfigureAwait(false) is { } named
                ? named.Labels.GetValueOrDefault(IdLabel) : null;
        return id is null ? null : (await NamedAsync(id, cancel).ConfigureAwait(false))
            is { Count: > 0 } names ? Image(id, names) : null;
    }

    public async Task<ImmutableArray<EngineImage>> ListAsync(CancellationToken cancel) =>
    [
        .. (await client.ImagesAsync(null, cancel).ConfigureAwait(false))
            .Where(i => i.Labels.ContainsKey(IdLabel)).GroupBy(i => i.Labels[IdLabel])
            .Select(g => Image(g.Key, [.. g])).OrderBy(i => i.Id, StringComparer.Ordinal),
    ];

    /// <exception cref="HostException">NotFound: there is no such image.</exception>
    public async Task TagAsync(
        string image, string repository, string tag, CancellationToken cancel)
    {
        var found = await FindAsync(image, cancel).ConfigureAwait(false)
            ?? throw new HostException(
                Fault.NotFound, $"Image {image}: the engine does not have it.", "Pull it first.");
        var name = Complete($"{repository}:{tag}") ?? throw new HostException(
            Fault.Unsupported, $"Image {image}: {repository}:{tag} is no name.", "");
        var any = (await NamedAsync(found.Id, cancel).ConfigureAwait(false))[0];
        await client.PutImageAsync(any with { Name = name }, cancel).ConfigureAwait(false);
    }

    /// <summary>The name goes, and the image when it was the last tag. What containers are made
    /// of stays with them.</summary>
    public async Task RemoveAsync(string reference, CancellationToken cancel)
    {
        if (await FindAsync(reference, cancel).ConfigureAwait(false) is not { } image)
        {
            return;
        }
        var name = IsId(reference) ? null : Complete(reference);
        var names = await NamedAsync(image.Id, cancel).ConfigureAwait(false);
        var last = name is null || names.TrueForAll(n => n.Name == name || IsDigest(n.Name));
        foreach (var gone in names.Where(n => last || n.Name == name))
        {
            await client.DeleteImageAsync(gone.Name, cancel).ConfigureAwait(false);
        }
    }

    /// <summary>The image that a container is made of: by its ID or digest, so that no other can
    /// be taken that came to have the same tag.</summary>
    /// <exception cref="HostException">NotFound: the engine does not have it.</exception>
    public async Task<UnpackedImage> RequireAsync(ContainerSpec spec, CancellationToken cancel)
    {
        var reference = spec.ImageIsLocalId ? spec.ImageDigest
            : ImageReference.Parse(spec.ImageReference, out _) is { } image
                ? $"{image.Registry}/{image.Repository}@{spec.ImageDigest}" : spec.ImageReference;
        if (await FindAsync(reference, cancel).ConfigureAwait(false) is { } found
            && await client.ReadBlobAsync(found.Id, cancel).ConfigureAwait(false) is { } bytes)
        {
            var config = Config(bytes, spec.ImageReference);
            return new(found.Id, found.Tags.Concat(found.Digests).First(),
                Chain(config.Rootfs?.DiffIds ?? []).LastOrDefault(""), config);
        }
        throw new HostException(
            Fault.NotFound,
            $"The engine does not have the image {spec.ImageReference} ({spec.ImageDigest}).",
            "Pull it first.");
    }

    /// <summary>Names of the snapshots that layers are unpacked to, one on top of the other.
    /// https://github.com/opencontainers/image-spec/blob/v1.1.0/config.md#layer-chainid</summary>
    private static IEnumerable<string> Chain(IEnumerable<string> layers)
    {
        string? chain = null;
        foreach (var layer in layers)
        {
            chain = chain is null ? layer : Digest(Encoding.ASCII.GetBytes($"{chain} {layer}"));
            yield return chain;
        }
    }

    private static string Digest(byte[] bytes) =>
        $"sha256:{Convert.ToHexStringLower(SHA256.HashData(bytes))}";

    private static OciImageConfig Config(byte[] bytes, string image)
    {
        try
        {
            return JsonSerializer.Deserialize(bytes, OciJson.Default.OciImageConfig)
                ?? throw new JsonException("null");
        }
        catch (JsonException)
        {
            throw new HostException(Fault.Unsupported,
                $"The image {image} has a configuration that cannot be read.",
                "Choose another image.");
        }
    }

    private async Task<List<StoredImage>> NamedAsync(string id, CancellationToken cancel) =>
        await client.ImagesAsync($"labels.\"{IdLabel}\"==\"{id}\"", cancel).ConfigureAwait(false);

    private static EngineImage Image(string id, List<StoredImage> names) => new(
        id, [.. names.Select(n => n.Name).Where(n => !IsDigest(n)).Order(StringComparer.Ordinal)],
        [.. names.Select(n => n.Name).Where(IsDigest).Order(StringComparer.Ordinal)],
        long.TryParse(names[0].Labels.GetValueOrDefault(SizeLabel),
            CultureInfo.InvariantCulture, out var size) ? size : 0);

    private static bool IsDigest(string name) => name.Contains('@', StringComparison.Ordinal);

    private static bool IsId(string reference) =>
        reference.StartsWith("sha256:", StringComparison.Ordinal);

    /// <summary>As names are kept: with registry and tag, or with digest alone.</summary>
    private static string? Complete(string reference) =>
        ImageReference.Parse(reference, out _) is not { } image ? null
            : image.Digest is { } digest ? $"{image.Registry}/{image.Repository}@{digest}"
            : image.Name;
}
