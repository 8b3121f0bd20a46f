using System.Collections.Immutable;
using System.Net;
using Loam.Core.Resources;

namespace Loam.Drivers.Containers;

/// <summary>Where a registry's images are fetched from.</summary>
/// <param name="Address">Ends with a slash.</param>
/// <param name="IsMirror">It stands in for the registry and never gets its login.</param>
internal sealed record RegistryEndpoint(Uri Address, bool IsMirror)
{
    /// <summary>For people: <c>127.0.0.1:5000</c>.</summary>
    public string Name => Address.Authority;

    /// <summary>In the order in which they are asked: mirrors, then the registry itself.
    /// </summary>
    /// <param name="mirror">This instance's own mirror of Docker Hub; null: none.</param>
    public static ImmutableArray<RegistryEndpoint> Of(
        string registry, IReadOnlyList<RegistrySetting> settings, string? mirror)
    {
        var mirrors = settings.Where(s => s.Host == registry).Select(s => s.Mirror)
            .Prepend(registry == "docker.io" ? mirror : null);
        var host = registry == "docker.io" ? "registry-1.docker.io" : registry;
        return
        [
            .. mirrors.Where(m => !string.IsNullOrWhiteSpace(m)).Distinct()
                .Select(m => Parse(m!)).OfType<Uri>()
                .Select(m => new RegistryEndpoint(m, IsMirror: true)),
            .. new[] { Parse(host) }.OfType<Uri>()
                .Select(r => new RegistryEndpoint(r, IsMirror: false)),
        ];
    }

    /// <summary>Plain HTTP only where it is written, or on this machine.</summary>
    private static Uri? Parse(string text)
    {
        if (!text.Contains("://", StringComparison.Ordinal))
        {
            text = Uri.TryCreate($"http://{text}", UriKind.Absolute, out var bare)
                && IsLoopback(bare) ? $"http://{text}" : $"https://{text}";
        }
        return Uri.TryCreate(text.TrimEnd('/') + "/", UriKind.Absolute, out var address)
            && address.Scheme is "http" or "https" ? address : null;
    }

    public static bool IsLoopback(Uri address) => address.Host == "localhost"
        || (IPAddress.TryParse(address.Host.Trim('[', ']'), out var ip)
            && IPAddress.IsLoopback(ip));
}
