using System.Collections.Immutable;
using Loam.Core.Resources;
using Loam.Core.StateFiles;

namespace Loam.Core.Approving;

/// <summary>Which files' names must be typed for a change (decision 6). By field, not by file:
/// adding a generated secret is not restricted, changing one is.</summary>
public static class Restrictions
{
    public static ImmutableArray<string> Of(DesiredState before, DesiredState after)
    {
        var files = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var (id, then) in before.Resources)
        {
            var now = after.Resources.GetValueOrDefault(id);
            if (id.Kind is ResourceKind.Secret or ResourceKind.User
                && now?.Spec.Canonical() != then.Spec.Canonical())
            {
                files.Add(SecurityFile.File);
            }
        }
        if (!before.Bans.Values.SequenceEqual(after.Bans.Values))
        {
            files.Add(NetworkFile.File);
        }
        if (after.Certificates.Values.Any(c => c.Acme is { Hook.IsEmpty: false } acme
            && before.Certificates.GetValueOrDefault(c.Name)?.Acme is var old
            && (old is null || !old.Hook.SequenceEqual(acme.Hook))))
        {
            // It is a program that runs as root.
            files.Add(SecurityFile.File);
        }
        if (after.Users.Keys.Except(before.Users.Keys).Any())
        {
            files.Add(SecurityFile.File);
        }
        if (Planning.FirewallStep.Changes(before, after)
            || Planning.InterfaceSteps.Changes(before, after))
        {
            files.Add(NetworkFile.File);
        }
        foreach (var id in before.Resources.Keys.Union(after.Resources.Keys))
        {
            if (id.Kind != ResourceKind.Setting || id.Name is not ("safety" or "api" or "llm"
                or SecurityFile.Audit))
            {
                continue;
            }
            var (then, now) = (before.Resources.GetValueOrDefault(id),
                after.Resources.GetValueOrDefault(id));
            if (then is not null && then.Spec.Canonical() != now?.Spec.Canonical()
                || then is null && (id.Name is SecurityFile.Audit or "api"
                    || LoosensSafety(after.Settings)))
            {
                files.Add(id.Name == SecurityFile.Audit ? SecurityFile.File
                    : ManifestFile.File);
            }
        }
        var guarded = before.Settings.RestrictedFiles.Union(after.Settings.RestrictedFiles);
        files.UnionWith(guarded.Intersect(after.Files.ChangedFrom(before.Files)));
        return [.. files];
    }

    private static bool LoosensSafety(Settings settings) =>
        !settings.RequireApproval || !settings.RollbackOnHealthFailure
        || !settings.SelfApproving.IsEmpty
        || settings.MaxChangesPerHour > Settings.DefaultChangesPerHour;
}
