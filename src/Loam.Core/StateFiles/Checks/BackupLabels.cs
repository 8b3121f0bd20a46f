using Loam.Core.Backups;
using Loam.Core.Diagnostics;
using Loam.Core.Scheduling;

namespace Loam.Core.StateFiles.Checks;

/// <summary>Labels of services that Loam acts upon say what it understands.</summary>
internal static class BackupLabels
{
    public static void Run(Declared declared, DiagnosticBag found)
    {
        foreach (var (name, spec) in declared.Services)
        {
            if (spec.Map("labels") is not { } labels)
            {
                continue;
            }
            if (labels[BackupSettings.EnabledLabel] is TextValue { Text: not ("true" or "false") }
                enabled)
            {
                found.Error(Codes.BadValue, enabled.At,
                    $"Label {BackupSettings.EnabledLabel} of service {name} is neither true nor "
                    + "false.", "Write \"true\" or \"false\".");
            }
            if (labels[BackupSettings.ScheduleLabel] is TextValue when
                && CronSchedule.Parse(when.Text, out _) is null)
            {
                found.Error(Codes.BadValue, when.At,
                    $"Label {BackupSettings.ScheduleLabel} of service {name} is not a schedule.",
                    "Write five fields, such as \"0 2 * * *\".");
            }
        }
    }
}
