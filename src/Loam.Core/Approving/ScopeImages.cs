using Loam.Core.Catalog;
using Loam.Core.Resources;

namespace Loam.Core.Approving;

/// <summary>Which images words cover: code that runs.</summary>
internal static class ScopeImages
{
    /// <summary>Tags that mean a version of today.</summary>
    private static readonly string[] s_present = ["latest", "stable", "lts", "alpine"];

    /// <summary>The same image in another version: one that was said, or a newer one where that
    /// was wished.</summary>
    public static bool CoversChange(Scope scope, ResourceId service, string? before, string? after)
    {
        if (Parse(before) is not { } then || Parse(after) is not { } now)
        {
            return false;
        }
        var isSame = then.Registry == now.Registry && then.Repository == now.Repository
            && now.Digest is null;
        return isSame
            ? (scope.Has(service, ScopeTopic.Named) && scope.HasSaid(now.Tag)
                // "Scale it to 4" speaks of no version 4.
                && (now.Tag.Contains('.') || scope.Has(service, ScopeTopic.Version)))
                || (scope.Has(service, ScopeTopic.Upgrade) && IsNewer(then.Tag, now.Tag))
            : scope.Has(service, ScopeTopic.Named) && IsSaid(scope, now);
    }

    /// <summary>The image was said as it stands there: with a digest, the digest too, since it
    /// alone decides what runs.</summary>
    public static bool IsSaid(Scope scope, ImageReference image)
    {
        var full = $"{image.Registry}/{image.Repository}";
        var named = (image with { Tag = "", Digest = null }).Short.TrimEnd(':');
        string[] versions = image switch
        {
            { Digest: { } digest, Tag: "" } => [$"@{digest}"],
            { Digest: { } digest } => [$":{image.Tag}@{digest}", $"@{digest}"],
            { Tag: "latest" } when named.Contains('/') => [":latest", ""],
            _ => [$":{image.Tag}"],
        };
        return versions.Any(v => scope.HasSaid(named + v) || scope.HasSaid(full + v));
    }

    /// <summary>The app's own image, in its version of the catalogue or a newer one.</summary>
    public static bool IsOf(Scope scope, App app, ImageReference image) =>
        image.Registry == app.Image.Registry && image.Repository == app.Image.Repository
        && image.Digest is null && (image.Tag == app.Image.Tag || s_present.Contains(image.Tag)
            || scope.HasSaid(image.Tag) || !IsOlder(app.Image.Tag, image.Tag));

    private static ImageReference? Parse(string? text) =>
        text is null ? null : ImageReference.Parse(text, out _);

    /// <summary>Versions that can be compared, of the same flavour.</summary>
    private static bool IsNewer(string then, string now) => Version(then) is { Numbers: var old }
        && Version(now) is { Numbers: var fresh } && Version(then)!.Value.Flavour
            == Version(now)!.Value.Flavour && Compare(old, fresh) < 0;

    /// <summary>Older, or nobody can tell.</summary>
    private static bool IsOlder(string then, string now) => Version(then) is not { } old
        || Version(now) is not { } fresh || Compare(old.Numbers, fresh.Numbers) > 0;

    /// <summary>Only numbers that both have count: 16 and 16.4 are alike.</summary>
    private static int Compare(int[] then, int[] now)
    {
        for (var i = 0; i < Math.Min(then.Length, now.Length); i++)
        {
            if (then[i] != now[i])
            {
                return then[i].CompareTo(now[i]);
            }
        }
        return 0;
    }

    private static (int[] Numbers, string Flavour)? Version(string tag)
    {
        var text = tag.TrimStart('v');
        var end = text.TakeWhile(c => char.IsAsciiDigit(c) || c == '.').Count();
        var numbers = text[..end].TrimEnd('.').Split('.');
        return end > 0 && numbers.All(n => n.Length is > 0 and < 9)
            ? ([.. numbers.Select(int.Parse)], text[end..]) : null;
    }
}
