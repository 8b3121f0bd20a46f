using System.Collections.Immutable;
using Loam.Core.Resources;

namespace Loam.Drivers.Containers.Native;

/// <summary>This file: images.</summary>
public sealed partial class ContainerdEngine
{
    public Task PullAsync(ImageReference image, string digest, RegistryLogin? login,
        Action<PullProgress> progress, CancellationToken cancel) =>
        _images.PullAsync(image, digest, login, progress, cancel);

    public Task<EngineImage?> FindImageAsync(string reference, CancellationToken cancel) =>
        _images.FindAsync(reference, cancel);

    public Task<ImmutableArray<EngineImage>> ListImagesAsync(CancellationToken cancel) =>
        _images.ListAsync(cancel);

    public Task TagImageAsync(
        string image, string repository, string tag, CancellationToken cancel) =>
        _images.TagAsync(image, repository, tag, cancel);

    public Task RemoveImageAsync(string reference, CancellationToken cancel) =>
        _images.RemoveAsync(reference, cancel);
}
