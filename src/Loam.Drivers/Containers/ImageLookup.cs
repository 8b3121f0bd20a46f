using Loam.Core.Reconciling;
using Loam.Core.Resources;

namespace Loam.Drivers.Containers;

/// <summary>What a tag means: asked of the registry, or, when that cannot be reached or does not
/// know it, of the engine, which may have an image that was built or loaded here (decision 20).
/// </summary>
public sealed class ImageLookup(RegistryClient registry, IContainerEngine engine)
    : IImageResolver
{
    public async Task<ResolvedImage> ResolveAsync(
        ImageReference image, Settings settings, CancellationToken cancel)
    {
        try
        {
            return await registry.ResolveAsync(image, settings, cancel);
        }
        catch (HostException fault) when (fault.Fault is not Fault.Unsupported)
        {
            if (await engine.FindImageAsync(image.Short, cancel) is not { } local)
            {
                throw;
            }
            return new(image.Name, local.Id, IsLocalId: true, Size: 0);
        }
    }
}

/// <summary>Accounts at registries, from the manifest and its secrets.</summary>
public sealed class RegistryLogins(Func<DesiredState> state, ISecretVault vault)
{
    /// <returns>Null when none is declared for the host.</returns>
    public RegistryLogin? For(string host)
    {
        var now = state();
        var entry = now.Settings.Registries.FirstOrDefault(r => r.Host == host);
        return entry is { Username: { } user, PasswordSecret: { } secret }
            && now.Secrets.TryGetValue(secret, out var found)
            ? new(user, vault.Reveal(found.Value)) : null;
    }
}
