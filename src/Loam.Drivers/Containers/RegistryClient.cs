using System.Collections.Immutable;
using System.Net;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text.Json;
using Loam.Core;
using Loam.Core.Reconciling;
using Loam.Core.Resources;

namespace Loam.Drivers.Containers;

/// <summary>Asks registries what a tag stands for.
/// https://github.com/opencontainers/distribution-spec</summary>
/// <param name="mirror">This instance's own mirror of Docker Hub; null: none.</param>
/// <param name="login">Account for a registry's host, never sent to a mirror; null: none.</param>
public sealed class RegistryClient(string? mirror, Func<string, RegistryLogin?> login)
    : IImageResolver, IDisposable
{
    internal static readonly string[] ManifestTypes =
    [
        "application/vnd.oci.image.index.v1+json",
        "application/vnd.docker.distribution.manifest.list.v2+json",
        "application/vnd.oci.image.manifest.v1+json",
        "application/vnd.docker.distribution.manifest.v2+json",
    ];

    private readonly HttpClient _http = NewHttp();

    public void Dispose() => _http.Dispose();

    internal static HttpClient NewHttp() => new(new SocketsHttpHandler
    {
        ConnectTimeout = Limits.RegistryCall,
        MaxAutomaticRedirections = 5,
        UseCookies = false,
        AutomaticDecompression = DecompressionMethods.None,
        PooledConnectionLifetime = TimeSpan.FromMinutes(5),
    })
    {
        Timeout = Limits.RegistryCall,
        MaxResponseContentBufferSize = Limits.RegistryAnswerBytes,
    };

    /// <exception cref="HostException">NotFound: no such image or tag. Denied: the registry
    /// wants another login. Unavailable, Timeout: it does not answer. Unsupported: the image is
    /// not made for this machine.</exception>
    public async Task<ResolvedImage> ResolveAsync(
        ImageReference image, Settings settings, CancellationToken cancel)
    {
        HostException? first = null;
        foreach (var endpoint in RegistryEndpoint.Of(
            image.Registry, settings.Registries, mirror))
        {
            try
            {
                var session = new RegistrySession(
                    _http, endpoint, image, endpoint.IsMirror ? null : login(image.Registry));
                return await AskAsync(session, image, cancel).ConfigureAwait(false);
            }
            catch (HostException error)
            {
                first = Weigh(first, error, image);
            }
        }
        first ??= new(
            Fault.NotFound, $"{image.Registry} is not the address of a registry.",
            "Write the image as registry/name:tag.");
        if (image.Digest is { } digest && first.MayPass)
        {
            // Nothing has to be looked up: only the size stays unknown.
            return new(image.Name, digest, IsLocalId: false, Size: null);
        }
        throw first;
    }

    /// <summary>The tags of an image's repository, as many as the registry says at once.</summary>
    /// <exception cref="HostException">No registry or mirror of it says them.</exception>
    public async Task<IReadOnlyList<string>> TagsAsync(
        ImageReference image, Settings settings, CancellationToken cancel)
    {
        HostException? first = null;
        foreach (var endpoint in RegistryEndpoint.Of(
            image.Registry, settings.Registries, mirror))
        {
            var session = new RegistrySession(
                _http, endpoint, image, endpoint.IsMirror ? null : login(image.Registry));
            try
            {
                var (status, body) = await session
                    .GetAsync($"tags/list?n={Limits.UpdateTags}", [], cancel)
                    .ConfigureAwait(false);
                if (status == HttpStatusCode.OK)
                {
                    return JsonSerializer.Deserialize(body, RegistryJson.Default.WireTags)?.Tags
                        ?? [];
                }
                throw Refusal(status, session, image);
            }
            catch (JsonException)
            {
                first ??= new(Fault.Unsupported, $"{session.Name} names no tags.");
            }
            catch (HostException error)
            {
                first ??= error;
            }
        }
        throw first ?? new(Fault.NotFound, $"{image.Registry} is not the address of a registry.");
    }

    /// <summary>A mirror that knows the image is missing says more than a registry that cannot
    /// be reached; otherwise the registry itself has the last word.</summary>
    private static HostException Weigh(
        HostException? mirrored, HostException error, ImageReference image) =>
        mirrored is not { Fault: Fault.NotFound } || !error.MayPass ? error
            : new(
                Fault.NotFound,
                $"{mirrored.Message.TrimEnd('.')} ({image.Registry} itself cannot be reached).",
                mirrored.Remedy);

    private static async Task<ResolvedImage> AskAsync(
        RegistrySession session, ImageReference image, CancellationToken cancel)
    {
        var wanted = image.Digest ?? image.Tag;
        var (digest, manifest) = await ManifestAsync(session, image, wanted, cancel)
            .ConfigureAwait(false);
        if (image.Digest is not null && image.Digest != digest)
        {
            throw Altered(image, session);
        }
        if (manifest.Manifests is { } choices)
        {
            var mine = ForThisMachine(choices, image);
            (var found, manifest) = await ManifestAsync(session, image, mine, cancel)
                .ConfigureAwait(false);
            if (found != mine)
            {
                throw Altered(image, session);
            }
        }
        if (manifest.Schema != 2 || manifest.Layers is null)
        {
            throw new HostException(
                Fault.Unsupported,
                $"{image.Short} is stored in a form that is no longer used.",
                "Choose a newer version of it.");
        }
        var size = manifest.Layers.Sum(l => l.Size) + (manifest.Config?.Size ?? 0);
        return new(image.Name, digest, IsLocalId: false, size);
    }

    private static async Task<(string Digest, WireManifest Manifest)> ManifestAsync(
        RegistrySession session, ImageReference image, string wanted, CancellationToken cancel)
    {
        var (status, body) = await session
            .GetAsync($"manifests/{wanted}", ManifestTypes, cancel).ConfigureAwait(false);
        if (status == HttpStatusCode.NotFound)
        {
            throw await MissingAsync(session, image, cancel).ConfigureAwait(false);
        }
        if (status != HttpStatusCode.OK)
        {
            throw Refusal(status, session, image);
        }
        try
        {
            var manifest = JsonSerializer.Deserialize(body, RegistryJson.Default.WireManifest)
                ?? throw new JsonException("null");
            return ($"sha256:{Convert.ToHexStringLower(SHA256.HashData(body))}", manifest);
        }
        catch (JsonException)
        {
            throw new HostException(
                Fault.Unavailable, $"{session.Name} answered something that is no image.",
                "Check that the address is a registry's.");
        }
    }

    internal static string ForThisMachine(WireDescriptor[] choices, ImageReference image)
    {
        var architecture = RuntimeInformation.OSArchitecture switch
        {
            Architecture.X64 => "amd64",
            Architecture.X86 => "386",
            var other => other.ToString().ToLowerInvariant(),
        };
        return choices.FirstOrDefault(c => c.Platform is { System: "linux" } p
            && p.Architecture == architecture)?.Digest ?? throw new HostException(
                Fault.Unsupported,
                $"{image.Short} is not made for linux/{architecture}; it is for "
                + string.Join(", ", choices.Select(c => c.Platform).OfType<WirePlatform>()
                    .Where(p => p.System is not (null or "unknown"))
                    .Select(p => $"{p.System}/{p.Architecture}").Distinct().Take(8)) + ".",
                "Choose another image.");
    }

    private static async Task<HostException> MissingAsync(
        RegistrySession session, ImageReference image, CancellationToken cancel)
    {
        var name = (image with { Digest = null, Tag = "" }).Short.TrimEnd(':');
        string[] tags = [];
        try
        {
            var (status, body) = await session
                .GetAsync($"tags/list?n={Limits.RegistryTags}", [], cancel)
                .ConfigureAwait(false);
            if (status == HttpStatusCode.NotFound)
            {
                return new(
                    Fault.NotFound, $"{name} does not exist in the registry {session.Name}.",
                    "Check the image's name.");
            }
            tags = status == HttpStatusCode.OK
                ? JsonSerializer.Deserialize(body, RegistryJson.Default.WireTags)?.Tags ?? []
                : [];
        }
        catch (Exception error) when (error is HostException or JsonException)
        {
            // The list only makes the message better.
        }
        if (image.Digest is not null)
        {
            return new(
                Fault.NotFound, $"{name} has no {image.Digest} in the registry {session.Name}.",
                "Choose a tag, or another digest.");
        }
        var near = NearTags.Of(image.Tag, tags);
        return new(
            Fault.NotFound,
            $"{name} has no tag {image.Tag}"
            + (near.IsEmpty ? "." : $"; there is {string.Join(", ", near)}."),
            near.IsEmpty ? "Choose a tag that the registry has." : $"Choose {name}:{near[0]}.");
    }

    internal static HostException Refusal(
        HttpStatusCode status, RegistrySession session, ImageReference image) => (int)status switch
        {
            // Docker Hub says so about images that do not exist, too.
            401 or 403 when !session.HasLogin => new(
                Fault.NotFound,
                $"{image.Short} does not exist in the registry {session.Name}, or is private.",
                "Check the name; for a private image set username and password_secret of its "
                + "registry in manifest.yaml."),
            401 or 403 => new(
                Fault.Denied, $"The registry {session.Name} refuses the login for {image.Short}.",
                "Check username and password_secret of this registry in manifest.yaml."),
            429 => new(
                Fault.Unavailable, $"The registry {session.Name} limits how often it is asked.",
                "Wait, or set username and password_secret of this registry in manifest.yaml."),
            >= 500 => new(
                Fault.Unavailable, $"The registry {session.Name} has a fault ({(int)status}).",
                "Try again later."),
            _ => new(
                Fault.Unsupported,
                $"The registry {session.Name} answered {(int)status} about {image.Short}.",
                "Check that the address is a registry's."),
        };

    internal static HostException Altered(ImageReference image, RegistrySession session) => new(
        Fault.Denied,
        $"{session.Name} served something else than the digest it names for {image.Short}.",
        "Do not use this registry or mirror.");
}

/// <summary>Tags that resemble one that is missing.</summary>
internal static class NearTags
{
    private const int Most = 3;

    public static ImmutableArray<string> Of(
        string wanted, IEnumerable<string> tags) =>
    [
        .. tags.Where(ImageReference.IsTag).Take(Limits.RegistryTags)
            .OrderBy(t => Distance(wanted, t)).ThenByDescending(t => t, StringComparer.Ordinal)
            .Take(Most),
    ];

    /// <summary>Edits from one to the other; a common beginning makes a tag nearer.</summary>
    private static int Distance(string a, string b)
    {
        var common = 0;
        while (common < a.Length && common < b.Length && a[common] == b[common])
        {
            common++;
        }
        var row = Enumerable.Range(0, b.Length + 1).ToArray();
        for (var i = 1; i <= a.Length; i++)
        {
            var corner = row[0];
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var above = row[j];
                row[j] = Math.Min(
                    Math.Min(row[j], row[j - 1]) + 1, corner + (a[i - 1] == b[j - 1] ? 0 : 1));
                corner = above;
            }
        }
        return row[b.Length] - common;
    }
}
