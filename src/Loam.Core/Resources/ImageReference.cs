namespace Loam.Core.Resources;

/// <summary>An OCI image reference, split and completed as the Docker conventions say:
/// <c>nginx</c> is <c>docker.io/library/nginx:latest</c>.</summary>
/// <param name="Registry">Host and optional port: <c>docker.io</c>, <c>ghcr.io</c>,
/// <c>127.0.0.1:5000</c>.</param>
/// <param name="Repository"><c>library/nginx</c></param>
/// <param name="Tag">Empty only when a digest is given without a tag.</param>
/// <param name="Digest"><c>sha256:…</c> or null.</param>
public sealed record ImageReference(string Registry, string Repository, string Tag, string? Digest)
{
    /// <summary>No tag was written, so <c>latest</c> is meant.</summary>
    public bool TagIsImplied { get; init; }

    /// <summary>Complete form without digest: the key in <c>images.lock</c>.</summary>
    public string Name => $"{Registry}/{Repository}:{Tag}";

    /// <summary>As people write it: without <c>docker.io/library/</c>.</summary>
    public string Short
    {
        get
        {
            var path = Registry != "docker.io" ? $"{Registry}/{Repository}"
                : Repository.StartsWith("library/", StringComparison.Ordinal) ? Repository[8..]
                : Repository;
            return Digest is not null && Tag.Length == 0 ? $"{path}@{Digest}" : $"{path}:{Tag}";
        }
    }

    /// <summary>The last part of the repository: <c>nginx</c>.</summary>
    public string Product => Repository[(Repository.LastIndexOf('/') + 1)..];

    public override string ToString() => Short;

    /// <summary>Reads a reference; null with the reason when it is not one. Grammar:
    /// https://github.com/distribution/reference.</summary>
    public static ImageReference? Parse(string text, out string reason)
    {
        reason = "";
        var rest = text;
        string? digest = null;
        var at = rest.IndexOf('@', StringComparison.Ordinal);
        if (at >= 0)
        {
            digest = rest[(at + 1)..];
            rest = rest[..at];
            if (digest.Length != 71 || !digest.StartsWith("sha256:", StringComparison.Ordinal)
                || !digest[7..].All(char.IsAsciiHexDigitLower))
            {
                reason = "the digest after @ is not sha256: and 64 hex digits";
                return null;
            }
        }
        var slash = rest.LastIndexOf('/');
        var colon = rest.IndexOf(':', slash + 1);
        var tag = colon < 0 ? "" : rest[(colon + 1)..];
        var path = colon < 0 ? rest : rest[..colon];
        if (colon >= 0 && !IsTag(tag))
        {
            reason = $"'{tag}' is not a tag (letters, digits, _ . -, at most 128)";
            return null;
        }
        var first = path.IndexOf('/', StringComparison.Ordinal);
        var registry = "docker.io";
        if (first > 0 && (path[..first].AsSpan().IndexOfAny('.', ':') >= 0
            || path[..first] == "localhost"))
        {
            registry = path[..first] == "index.docker.io" ? "docker.io" : path[..first];
            path = path[(first + 1)..];
        }
        if (path.Length is 0 or > 255 || !path.Split('/').All(IsPathPart))
        {
            reason = $"'{path}' is not an image name (lower-case letters, digits, . _ - and /)";
            return null;
        }
        if (registry == "docker.io" && !path.Contains('/', StringComparison.Ordinal))
        {
            path = "library/" + path;
        }
        var implied = tag.Length == 0 && digest is null;
        return new(registry, path, implied ? "latest" : tag, digest) { TagIsImplied = implied };
    }

    public static bool IsTag(string tag) => tag.Length is > 0 and <= 128
        && (char.IsAsciiLetterOrDigit(tag[0]) || tag[0] == '_')
        && tag.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '.' or '-');

    private static bool IsPathPart(string part) => part.Length > 0
        && char.IsAsciiLetterOrDigit(part[0]) && char.IsAsciiLetterOrDigit(part[^1])
        && part.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c)
            || c is '.' or '_' or '-');
}
