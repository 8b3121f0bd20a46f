using Loam.Core.Planning;
using Loam.Core.Reconciling;
using Loam.Core.Resources;
using Loam.Core.StateFiles;

namespace Loam.Core.Approving;

/// <summary>Which changes need no question. The state in force decides, never the one that is
/// asked for; a restricted change and one on trial always need a person.</summary>
public static class SelfApproval
{
    public const string Restart = "service.restart";
    public const string Scale = "service.scale";
    public const string Patch = "image.patch";
    public const string Heal = "heal";

    /// <returns>The setting that makes asking unnecessary, for people; null: somebody must be
    /// asked.</returns>
    public static string? Of(
        ChangeKind kind, DesiredState before, DesiredState after, Plan plan)
    {
        var settings = before.Settings;
        if (!plan.Restricted.IsEmpty || plan.OnTrial)
        {
            return null;
        }
        if (!settings.RequireApproval)
        {
            return "safety.require_approval is false";
        }
        if (settings.SelfApproving.IsEmpty
            || Categories(kind, before, after, plan) is not { Count: > 0 } needed
            || !needed.All(settings.SelfApproving.Contains))
        {
            return null;
        }
        return $"safety.auto_approve_categories names {string.Join(" and ", needed)}";
    }

    /// <summary>The categories a change is of; null: some part of it is of none.</summary>
    private static SortedSet<string>? Categories(
        ChangeKind kind, DesiredState before, DesiredState after, Plan plan)
    {
        if (kind == ChangeKind.Heal)
        {
            return [Heal];
        }
        var (found, services) = (new SortedSet<string>(StringComparer.Ordinal),
            new HashSet<string>(StringComparer.Ordinal));
        foreach (var id in before.Resources.Keys.Union(after.Resources.Keys))
        {
            var (then, now) = (before.Resources.GetValueOrDefault(id),
                after.Resources.GetValueOrDefault(id));
            if (then?.Spec.Canonical() == now?.Spec.Canonical())
            {
                continue;
            }
            if (id.Kind != ResourceKind.Service || then is null || now is null
                || !AddFields(then.Spec, now.Spec, found))
            {
                return null;
            }
            services.Add(id.Name);
        }
        if (before.ManagesNetworks != after.ManagesNetworks
            || before.Specs.Keys.Union(after.Specs.Keys).Any(f => f != ServicesFile.File
                && before.Specs.GetValueOrDefault(f)?.Canonical()
                    != after.Specs.GetValueOrDefault(f)?.Canonical()))
        {
            // A list that is there or not says what Loam looks after, and is no resource.
            return null;
        }
        foreach (var (name, service) in after.Services)
        {
            if (before.Services.GetValueOrDefault(name) is { } old
                && (old.Image != service.Image
                    || DigestOf(before, old.Image) != DigestOf(after, old.Image)))
            {
                if (!IsPatch(old.Image, service.Image))
                {
                    return null;
                }
                found.Add(Patch);
                services.Add(name);
            }
        }
        // What the machine lacks besides is mended with the change, and is more than was named.
        return plan.Steps.All(s => s.Id.Kind == ResourceKind.Image
            || s.Id.Kind == ResourceKind.Service && services.Contains(s.Id.Name)) ? found : null;
    }

    private static bool AddFields(MapValue then, MapValue now, SortedSet<string> found)
    {
        foreach (var field in then.Entries.Concat(now.Entries).Select(e => e.Key).Distinct())
        {
            if (then[field]?.Canonical() == now[field]?.Canonical())
            {
                continue;
            }
            switch (field)
            {
                case "restarted_at":
                    found.Add(Restart);
                    break;
                // Starting and stopping is more than having one more or less.
                case "replicas" when then.Number(field) != 0 && now.Number(field) != 0:
                    found.Add(Scale);
                    break;
                case "image" or "tag":
                    // Judged by what they come to together.
                    break;
                default:
                    return false;
            }
        }
        return true;
    }

    private static string? DigestOf(DesiredState state, ImageReference image) =>
        state.Images.GetValueOrDefault(image.Name)?.Digest;

    /// <summary>The same version built anew, or one that differs only behind its second number: a
    /// tag that names fewer, as <c>16</c> and <c>latest</c> do, may bring anything.</summary>
    private static bool IsPatch(ImageReference then, ImageReference now)
    {
        var (old, fresh) = (Version(then.Tag), Version(now.Tag));
        return then.Repository == now.Repository && then.Registry == now.Registry
            && old is not null && old == fresh;
    }

    /// <summary>Two numbers and what follows the version: <c>1.27 -alpine</c>.</summary>
    private static string? Version(string? tag)
    {
        var text = (tag ?? "").TrimStart('v');
        var end = text.TakeWhile(c => char.IsAsciiDigit(c) || c == '.').Count();
        var numbers = text[..end].TrimEnd('.').Split('.');
        return numbers.Length >= 2 && numbers.All(n => n.Length > 0)
            ? $"{numbers[0]}.{numbers[1]} {text[end..]}" : null;
    }
}
