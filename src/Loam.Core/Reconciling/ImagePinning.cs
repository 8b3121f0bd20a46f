using System.Collections.Immutable;
using Loam.Core.Diagnostics;
using Loam.Core.Resources;
using Loam.Core.StateFiles;

namespace Loam.Core.Reconciling;

/// <summary>Before planning, every tag becomes a digest (decision 9). A tag that is already in
/// <c>images.lock</c> is not asked for again, except by an update.</summary>
internal sealed class ImagePinning(IImageResolver resolver)
{
    /// <summary>The state with every image of a service resolved, and what could not be.
    /// </summary>
    /// <param name="renew">Resolve these references again; null: none.</param>
    public async Task<(DesiredState, IReadOnlyList<Diagnostic>)> PinAsync(
        DesiredState state, Func<Service, bool> renew, CancellationToken cancel)
    {
        var found = new DiagnosticBag();
        var images = state.Images;
        var wanted = state.Services.Values.GroupBy(s => s.Image.Name, StringComparer.Ordinal);
        var open = wanted.Where(g => !images.ContainsKey(g.Key) || g.Any(renew)).ToList();
        var answers = await Task.WhenAll(open.Select(g => ResolveAsync(state, g.First(), cancel)));
        foreach (var (service, image, fault) in answers)
        {
            if (image is not null)
            {
                images = images.SetItem(service.Image.Name, image);
            }
            else if (!images.ContainsKey(service.Image.Name) && service.Replicas > 0)
            {
                var at = state.Resources.GetValueOrDefault(
                    new(ResourceKind.Service, service.Name))?.At;
                found.Error(Codes.Unresolvable, at,
                    $"The image {service.Image} of {service.Name} cannot be had: "
                    + Sentence(fault!.Message),
                    fault.Remedy.Length > 0 ? fault.Remedy
                        : "Check the name and tag, and that a registry can be reached.");
            }
            else if (renew(service))
            {
                found.Warn(Codes.Unresolvable, null,
                    $"The image {service.Image} of {service.Name} could not be looked up, so it "
                    + $"stays as it is: {Sentence(fault!.Message)}", fault.Remedy);
            }
        }
        var used = wanted.Select(g => g.Key).ToHashSet(StringComparer.Ordinal);
        images = images.Where(i => used.Contains(i.Key)).ToImmutableSortedDictionary(
            i => i.Key, i => i.Value, StringComparer.Ordinal);
        return (state.With(images), found.ToList());
    }

    private async Task<(Service, ResolvedImage?, HostException?)> ResolveAsync(
        DesiredState state, Service service, CancellationToken cancel)
    {
        if (service.Image.Digest is { } digest)
        {
            return (service, new(service.Image.Name, digest, false, null), null);
        }
        try
        {
            var image = await resolver.ResolveAsync(service.Image, state.Settings, cancel);
            return (service, image, null);
        }
        catch (HostException fault)
        {
            return (service, null, fault);
        }
    }

    private static string Sentence(string text) => text.TrimEnd('.') + ".";
}
