using System.Collections.Immutable;
using System.Security.Cryptography;
using Loam.Core.StateFiles;

namespace Loam.Core.Resources;

/// <summary>A declared user, normalised. What is null is not managed.</summary>
/// <param name="Groups">Besides the user's own.</param>
/// <param name="Keys">Public keys that may log in.</param>
public sealed record User(
    string Name, int? Uid, ImmutableArray<string>? Groups, ImmutableArray<string>? Keys,
    string? Shell)
{
    /// <param name="spec">A user of a security.yaml without errors.</param>
    internal static User Of(string name, MapValue spec) => new(name, (int?)spec.Number("uid"),
        spec.Has("groups") ? [.. spec.Texts("groups").Where(g => g != name)] : null,
        spec.Has("ssh_keys") ? spec.Texts("ssh_keys") : null, spec.Text("shell"));
}

/// <summary>A public key for people.</summary>
public static class SshKeys
{
    /// <summary><c>ed25519 SHA256:… anna@laptop</c>; the line itself when it is no key.</summary>
    public static string Words(string line)
    {
        var parts = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var at = Array.FindIndex(parts, IsAlgorithm);
        if (at < 0 || at + 1 >= parts.Length || Fingerprint(parts[at + 1]) is not { } print)
        {
            return line.Length > 60 ? line[..60] + "…" : line;
        }
        var sort = parts[at].Replace("ssh-", "", StringComparison.Ordinal);
        return string.Join(' ', (string[])[sort, print, .. parts[(at + 2)..]]);
    }

    /// <summary>As ssh-keygen -l says it; null: not base64.</summary>
    public static string? Fingerprint(string base64)
    {
        var blob = new byte[base64.Length];
        return Convert.TryFromBase64String(base64, blob, out var length) && length > 0
            ? "SHA256:" + Convert.ToBase64String(SHA256.HashData(blob.AsSpan(0, length)))
                .TrimEnd('=') : null;
    }

    /// <summary>A line that lets somebody in: no remark and not empty.</summary>
    public static bool IsKey(string line) => line.AsSpan().TrimStart() is var text
        && text.Length > 0 && text[0] != '#';

    private static bool IsAlgorithm(string word) =>
        word.StartsWith("ssh-", StringComparison.Ordinal)
        || word.StartsWith("ecdsa-", StringComparison.Ordinal)
        || word.StartsWith("sk-", StringComparison.Ordinal);
}
