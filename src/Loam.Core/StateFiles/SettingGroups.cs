using System.Collections.Immutable;
using Loam.Core.Auditing;
using Loam.Core.Resources;
using Loam.Core.StateFiles.Checks;
using Loam.Core.StateFiles.Types;

namespace Loam.Core.StateFiles;

/// <summary>The manifest's groups as resources and as typed settings. A group that says only
/// defaults is no resource, so that a first manifest does not look like a change of everything.
/// </summary>
internal static class SettingGroups
{
    public static IEnumerable<(string Name, MapValue Spec)> Changed(Declared declared)
    {
        var file = declared[ManifestFile.File];
        if (file.Metadata is { } metadata && Metadata(metadata) is { Entries.Length: > 0 } shown)
        {
            yield return ("metadata", shown);
        }
        // Name and time zone are things of their own.
        foreach (var field in ManifestFile.Kind.Spec.Fields.Where(
            f => f.Name is not ("hostname" or "timezone")))
        {
            var value = file.Spec?[field.Name];
            if (value is null || Unapplied.SaysNothing(value, field))
            {
                continue;
            }
            yield return (field.Name, value as MapValue
                ?? new MapValue([KeyValuePair.Create(field.Name, value)], value.At));
        }
        if (declared[SecurityFile.File].Spec is { } security
            && security.Map(SecurityFile.Audit) is { } audit
            && !Unapplied.SaysNothing(audit, SecurityFile.Kind.Spec[SecurityFile.Audit]!))
        {
            yield return (SecurityFile.Audit, audit);
        }
    }

    /// <summary>When a file was made and modified is no setting.</summary>
    private static MapValue Metadata(MapValue metadata) => new(
        [.. metadata.Entries.Where(e => e.Key is "name" or "description" or "labels")],
        metadata.At);

    private static AuditSettings Auditing(MapValue? audit) => audit is null ? new()
        : new()
        {
            IsEnabled = audit.Flag("enabled") ?? true,
            CopyPath = audit.Text("log_path"),
            RetentionDays = (int)(audit.Number("retention_days") ?? 90),
            Events = audit.Texts("log_events"),
        };

    public static Settings Typed(Declared declared)
    {
        var file = declared[ManifestFile.File];
        var safety = file.Spec?.Map("safety");
        return new()
        {
            Name = file.Metadata?.Text("name"),
            Audit = Auditing(declared[SecurityFile.File].Spec?.Map(SecurityFile.Audit)),
            RequireApproval = safety?.Flag("require_approval") ?? true,
            RollbackOnHealthFailure = safety?.Flag("rollback_on_health_failure") ?? true,
            SelfApproving = safety?.Texts("auto_approve_categories") ?? [],
            MaxChangesPerHour = (int)(safety?.Number("max_changes_per_hour")
                ?? Settings.DefaultChangesPerHour),
            Notifiers = [.. file.Spec?.Maps("notify").Select(Notifier.Of) ?? []],
            Llm = LlmSettings.Of(file.Spec?.Map("llm")),
            Api = ApiSettings.Of(file.Spec?.Map("api")),
            RestrictedFiles = safety?.Texts("restricted_files") ?? [],
            Registries =
            [
                .. file.Spec?.Maps("registries").Select(r => new RegistrySetting(
                    r.Text("host")!, r.Text("mirror"), r.Text("username"),
                    r.Text("password_secret"))) ?? [],
            ],
        };
    }
}
