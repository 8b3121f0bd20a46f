using Loam.Core.Resources;

namespace Loam.Drivers.Containers;

/// <summary>Turns a tag into what it stands for now (decision 9).</summary>
public interface IImageResolver
{
    /// <param name="registries">Mirrors by registry, from the manifest.</param>
    /// <param name="login">For the image's registry; never sent to a mirror.</param>
    /// <exception cref="Core.Reconciling.HostException">NotFound: no such image or tag.
    /// Denied: the registry wants another login. Unavailable, Timeout: it does not answer.
    /// Unsupported: the image is not made for this machine.</exception>
    Task<ResolvedImage> ResolveAsync(
        ImageReference image, IReadOnlyList<RegistrySetting> registries, RegistryLogin? login,
        CancellationToken cancel);
}
