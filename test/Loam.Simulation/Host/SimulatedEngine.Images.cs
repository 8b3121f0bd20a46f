using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using Loam.Core.Reconciling;
using Loam.Core.Resources;
using Loam.Drivers.Containers;

namespace Loam.Simulation.Host;

public sealed partial class SimulatedEngine
{
    private sealed class StoredImage(string id, long size, SimulatedBehaviour behaviour)
    {
        public string Id { get; } = id;
        public long Size { get; } = size;
        public SimulatedBehaviour Behaviour { get; } = behaviour;
        public SortedSet<string> Names { get; } = new(StringComparer.Ordinal);
        public EngineImage Seen => new(
            Id, [.. Names.Where(n => !n.Contains('@'))], [.. Names.Where(n => n.Contains('@'))],
            Size);
    }

    private readonly SortedDictionary<string, StoredImage> _images = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, StoredImage> _registry =
        new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, string> _tags = new(StringComparer.Ordinal);

    /// <summary>False: pulls fail as they do without a network.</summary>
    public bool RegistryAnswers { get; set; } = true;

    /// <summary>How long a pull takes.</summary>
    public TimeSpan PullTime { get; set; }

    /// <summary>Puts an image into the registry.</summary>
    /// <param name="reference"><c>nginx:1.27</c></param>
    /// <returns>The digest under which it can be pulled.</returns>
    public string Publish(string reference, SimulatedBehaviour behaviour, long size)
    {
        var image = Reference(reference);
        lock (_lock)
        {
            var count = _registry.Count;
            var digest = Hash($"manifest {image.Name} {count}");
            _registry[$"{image.Registry}/{image.Repository}@{digest}"] =
                new(Hash($"config {image.Name} {count}"), size, behaviour);
            _tags[image.Name] = digest;
            return digest;
        }
    }

    /// <summary>Digest a tag stands for in the registry; null: no such tag.</summary>
    public string? PublishedDigest(ImageReference image)
    {
        lock (_lock)
        {
            return _tags.GetValueOrDefault(image.Name);
        }
    }

    /// <summary>Puts an image into the engine that no registry has.</summary>
    /// <returns>Its ID.</returns>
    public string Load(string reference, SimulatedBehaviour behaviour)
    {
        var image = Reference(reference);
        lock (_lock)
        {
            var id = Hash($"local {image.Name} {++_ids}");
            var stored = new StoredImage(id, 1000, behaviour);
            stored.Names.Add(image.Name);
            _images[id] = stored;
            return id;
        }
    }

    public async Task PullAsync(
        ImageReference image, string digest, RegistryLogin? login,
        Action<PullProgress> progress, CancellationToken cancel)
    {
        var name = $"{image.Registry}/{image.Repository}@{digest}";
        if (PullTime > TimeSpan.Zero)
        {
            await Task.Delay(PullTime, clock, cancel);
        }
        await CallAsync($"pull {name}", () =>
        {
            if (!RegistryAnswers)
            {
                throw new HostException(
                    Fault.Unavailable,
                    $"Image {image.Short}: the registry {image.Registry} cannot be reached.",
                    "Check the network.");
            }
            if (!_registry.TryGetValue(name, out var published))
            {
                throw new HostException(
                    Fault.NotFound,
                    $"Image {image.Short}: {digest} does not exist in the registry.",
                    "Choose a version that the registry has.");
            }
            progress(new("layer", published.Size / 2, published.Size, "Downloading"));
            progress(new("layer", published.Size, published.Size, "Pull complete"));
            if (!_images.TryGetValue(published.Id, out var stored))
            {
                stored = new(published.Id, published.Size, published.Behaviour);
                _images.Add(stored.Id, stored);
            }
            stored.Names.Add(name);
            return true;
        }, cancel);
    }

    public Task<EngineImage?> FindImageAsync(string reference, CancellationToken cancel) =>
        CallAsync($"find-image {reference}", () => FindStored(reference)?.Seen, cancel);

    public Task<ImmutableArray<EngineImage>> ListImagesAsync(CancellationToken cancel) =>
        CallAsync(
            "list-images", () => _images.Values.Select(i => i.Seen).ToImmutableArray(), cancel);

    public Task TagImageAsync(
        string image, string repository, string tag, CancellationToken cancel) =>
        CallAsync($"tag {image} {repository}:{tag}", () =>
        {
            var found = FindStored(image) ?? throw new HostException(
                Fault.NotFound, $"Image {image}: no such image.");
            var name = Reference($"{repository}:{tag}").Name;
            foreach (var other in _images.Values)
            {
                other.Names.Remove(name);
            }
            return found.Names.Add(name);
        }, cancel);

    public Task RemoveImageAsync(string reference, CancellationToken cancel) =>
        CallAsync($"remove-image {reference}", () =>
        {
            if (FindStored(reference) is not { } found)
            {
                return false;
            }
            var name = found.Id == reference ? null : Reference(reference).StoredName();
            var isLast = name is null || found.Names.All(n => n == name);
            if (isLast && _containers.Values.Any(c => c.ImageId == found.Id))
            {
                throw new HostException(
                    Fault.Conflict, $"Image {reference}: a container is using it.",
                    "Remove the container first.");
            }
            if (name is not null)
            {
                found.Names.Remove(name);
            }
            return !isLast || _images.Remove(found.Id);
        }, cancel);

    private StoredImage? FindStored(string reference)
    {
        if (_images.TryGetValue(reference, out var byId))
        {
            return byId;
        }
        var name = ImageReference.Parse(reference, out _)?.StoredName();
        return name is null ? null : _images.Values.FirstOrDefault(i => i.Names.Contains(name));
    }

    private static string DigestReference(string reference, string digest)
    {
        var image = Reference(reference);
        return $"{image.Registry}/{image.Repository}@{digest}";
    }

    private static ImageReference Reference(string text) => ImageReference.Parse(text, out var why)
        ?? throw new HostException(Fault.Unsupported, $"Image {text}: {why}.");

    private static string Hash(string text) =>
        "sha256:" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
}

internal static class StoredNames
{
    /// <summary>The name under which an engine keeps it: by digest where one is given.</summary>
    public static string StoredName(this ImageReference image) => image.Digest is { } digest
        ? $"{image.Registry}/{image.Repository}@{digest}" : image.Name;
}
