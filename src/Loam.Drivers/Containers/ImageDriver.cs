using System.Collections.Immutable;
using Loam.Core;
using Loam.Core.Observing;
using Loam.Core.Planning;
using Loam.Core.Reconciling;
using Loam.Core.Resources;

namespace Loam.Drivers.Containers;

/// <summary>Images: pulled by digest, and kept under a local tag so that going back needs no
/// network (decision 9).</summary>
/// <param name="login">Account for a registry host; null: none.</param>
public sealed class ImageDriver(
    IContainerEngine engine, Func<string, RegistryLogin?> login) : IDriver
{
    private const string KeptIn = "loam-kept";

    public IReadOnlySet<ActionKind> Performs { get; } =
        new HashSet<ActionKind> { ActionKind.Pull };

    public async Task<ObservedState> ObserveAsync(ObservedState soFar, CancellationToken cancel)
    {
        var images = await engine.ListImagesAsync(cancel);
        return soFar with
        {
            Images = [.. images.Select(i => i.Id).Concat(images.SelectMany(i => i.Digests)
                .Select(d => d[(d.IndexOf('@', StringComparison.Ordinal) + 1)..]))],
        };
    }

    public async Task ApplyAsync(PlannedAction action, Action<long, long?, string?> progress,
        CancellationToken cancel)
    {
        Invariant.Require(action.Kind == ActionKind.Pull,
            $"the image driver does not {action.Kind}");
        var resolved = action.Image!;
        var image = ImageReference.Parse(resolved.Reference, out var reason)
            ?? throw new HostException(Fault.Unsupported,
                $"{resolved.Reference} is not an image reference: {reason}.");
        var layers = new Dictionary<string, PullProgress>(StringComparer.Ordinal);
        await engine.PullAsync(image, resolved.Digest, login(image.Registry), layer =>
        {
            layers[layer.Layer] = layer;
            progress(layers.Values.Sum(l => l.Done), layers.Values.Sum(l => l.Total ?? 0),
                layer.Status);
        }, cancel);
        await KeepAsync(image, resolved, cancel);
    }

    /// <summary>Gives kept images a local tag and takes it from all others.</summary>
    public async Task KeepOnlyAsync(
        ImmutableArray<ResolvedImage> kept, CancellationToken cancel)
    {
        var tags = new HashSet<string>(StringComparer.Ordinal);
        foreach (var resolved in kept)
        {
            if (ImageReference.Parse(resolved.Reference, out _) is { } image)
            {
                await KeepAsync(image, resolved, cancel);
                tags.Add(TagOf(image, resolved));
            }
        }
        var mine = (await engine.ListImagesAsync(cancel)).SelectMany(i => i.Tags)
            .Where(t => t.Contains(KeptIn + "/", StringComparison.Ordinal));
        foreach (var tag in mine.Where(
            t => !tags.Contains(t[t.IndexOf(KeptIn, StringComparison.Ordinal)..])))
        {
            await engine.RemoveImageAsync(tag, cancel);
        }
    }

    private async Task KeepAsync(
        ImageReference image, ResolvedImage resolved, CancellationToken cancel)
    {
        var name = resolved.IsLocalId ? resolved.Digest
            : $"{image.Registry}/{image.Repository}@{resolved.Digest}";
        if (await engine.FindImageAsync(name, cancel) is { } present)
        {
            var tag = TagOf(image, resolved);
            var colon = tag.LastIndexOf(':');
            await engine.TagImageAsync(present.Id, tag[..colon], tag[(colon + 1)..], cancel);
        }
    }

    private static string TagOf(ImageReference image, ResolvedImage resolved) =>
        $"{KeptIn}/{image.Product}:{resolved.Digest[7..19]}";
}
