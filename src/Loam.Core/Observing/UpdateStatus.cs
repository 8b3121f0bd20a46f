using System.Collections.Immutable;
using System.Globalization;

namespace Loam.Core.Observing;

/// <summary>Whether a registry has something newer than what a service or job runs from.</summary>
/// <param name="Name">Of the service or job.</param>
/// <param name="Image">The reference as declared.</param>
/// <param name="IsNewBuild">The same tag means another image now; null: unknown.</param>
/// <param name="Newer">The newest version of the same major version; null: none is known.</param>
/// <param name="Error">Why it could not be looked up; null: it was.</param>
public sealed record UpdateStatus(
    string Name, string Image, bool? IsNewBuild, string? Newer, string? Error)
{
    public bool IsCurrent => IsNewBuild == false && Newer is null && Error is null;
}

/// <summary>Versions in tags: numbers with dots, perhaps a v before and a variant behind
/// (<c>1.27.4-alpine</c>).</summary>
public static class TagVersions
{
    /// <summary>The newest tag that is newer in the same major version, and of the same form: as
    /// many numbers, the same variant. Null: none, or the tag names no such version.</summary>
    public static string? Newer(string tag, IEnumerable<string> tags)
    {
        if (Parse(tag) is not { Numbers.Length: > 1 } own)
        {
            return null;
        }
        var best = own;
        string? found = null;
        foreach (var other in tags)
        {
            if (Parse(other) is { } version && version.Before == own.Before
                && version.Variant == own.Variant && version.Numbers[0] == own.Numbers[0]
                && version.Numbers.Length == own.Numbers.Length
                && Compare(version.Numbers, best.Numbers) > 0)
            {
                (best, found) = (version, other);
            }
        }
        return found;
    }

    private static (string Before, ImmutableArray<long> Numbers, string Variant)? Parse(string tag)
    {
        var before = tag.StartsWith('v') ? "v" : "";
        var end = before.Length;
        while (end < tag.Length && (char.IsAsciiDigit(tag[end]) || tag[end] == '.'))
        {
            end++;
        }
        var numbers = ImmutableArray.CreateBuilder<long>();
        foreach (var part in tag[before.Length..end].Split('.'))
        {
            if (!long.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out var n))
            {
                return null;
            }
            numbers.Add(n);
        }
        // 1.27rc1 is no 1.27.
        return end == tag.Length || tag[end] == '-'
            ? (before, numbers.ToImmutable(), tag[end..]) : null;
    }

    private static int Compare(ImmutableArray<long> a, ImmutableArray<long> b)
    {
        for (var i = 0; i < a.Length; i++)
        {
            if (a[i] != b[i])
            {
                return a[i].CompareTo(b[i]);
            }
        }
        return 0;
    }
}
