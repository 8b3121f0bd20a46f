using System.Collections.Immutable;
using Loam.Core.Diagnostics;
using Loam.Core.Resources;
using Loam.Core.StateFiles;

namespace Loam.Core.Reconciling;

/// <summary>Before planning, every tag becomes a digest (decision 9). A tag that is already in
/// <c>images.lock</c> is not asked for again, except by an update.</summary>
internal sealed class ImagePinning(IImageResolver resolver)
{
    /// <summary>The state with every image resolved, and what could not be.</summary>
    /// <param name="renew">Resolve these references again; null: none.</param>
    public async Task<(DesiredState, IReadOnlyList<Diagnostic>)> PinAsync(
        DesiredState state, Func<ImageUse, bool> renew, CancellationToken cancel)
    {
        var found = new DiagnosticBag();
        var images = state.Images;
        var wanted = state.ImageUses.GroupBy(s => s.Image.Name, StringComparer.Ordinal);
        var open = wanted.Where(g => !images.ContainsKey(g.Key) || g.Any(renew)).ToList();
        var answers = await Task.WhenAll(open.Select(g => ResolveAsync(state, g.First(), cancel)));
        foreach (var (use, image, fault) in answers)
        {
            var of = use.By.Kind == ResourceKind.Job ? $"job {use.By.Name}" : use.By.Name;
            if (image is not null)
            {
                images = images.SetItem(use.Image.Name, image);
            }
            else if (!images.ContainsKey(use.Image.Name) && use.IsNeeded)
            {
                found.Error(Codes.Unresolvable, state.Resources.GetValueOrDefault(use.By)?.At,
                    $"The image {use.Image} of {of} cannot be had: "
                    + Sentence(fault!.Message),
                    fault.Remedy.Length > 0 ? fault.Remedy
                        : "Check the name and tag, and that a registry can be reached.");
            }
            else if (renew(use))
            {
                found.Warn(Codes.Unresolvable, null,
                    $"The image {use.Image} of {of} could not be looked up, so it "
                    + $"stays as it is: {Sentence(fault!.Message)}", fault.Remedy);
            }
        }
        var used = wanted.Select(g => g.Key).ToHashSet(StringComparer.Ordinal);
        images = images.Where(i => used.Contains(i.Key)).ToImmutableSortedDictionary(
            i => i.Key, i => i.Value, StringComparer.Ordinal);
        return (state.With(images), found.ToList());
    }

    private async Task<(ImageUse, ResolvedImage?, HostException?)> ResolveAsync(
        DesiredState state, ImageUse use, CancellationToken cancel)
    {
        if (use.Image.Digest is { } digest)
        {
            return (use, new(use.Image.Name, digest, false, null), null);
        }
        try
        {
            var image = await resolver.ResolveAsync(use.Image, state.Settings, cancel);
            return (use, image, null);
        }
        catch (HostException fault)
        {
            return (use, null, fault);
        }
    }

    private static string Sentence(string text) => text.TrimEnd('.') + ".";
}
