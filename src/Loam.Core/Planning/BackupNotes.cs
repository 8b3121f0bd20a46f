using Loam.Core.Backups;
using Loam.Core.Diagnostics;
using Loam.Core.Resources;
using Loam.Core.Scheduling;

namespace Loam.Core.Planning;

/// <summary>What a plan says about copies, and what stands in their way.</summary>
internal static class BackupNotes
{
    /// <summary>For the manifest's own settings.</summary>
    public static IEnumerable<string> OfMachine(BackupSettings after)
    {
        if (after.Items.IsEmpty)
        {
            return ["no copies are made; those that are there are kept"];
        }
        var where = after.Destination
            ?? "a directory of this machine: it does not outlive its disk";
        return [$"Loam's own state: {When(after.State)}", $"copies go to {where}"];
    }

    public static IEnumerable<string> OfVolume(BackupSettings after, string volume) =>
        after.Items.Where(i => i.Volume == volume).Select(i => $"copies {When(i)}"
            + (i.Stops ? ", with its services stopped meanwhile" : ""));

    /// <summary>What is approved can be kept only if the program is there.</summary>
    public static void ProgramIsMissing(PlanDraft draft, DiagnosticBag found)
    {
        var before = draft.Before.Backups.Items.Select(i => i.Id).ToHashSet(StringComparer.Ordinal);
        if (draft.Context.CanBackUp || draft.After.Backups.Items.All(i => before.Contains(i.Id)))
        {
            return;
        }
        var at = draft.After.Resources.GetValueOrDefault(new(ResourceKind.Setting, "backup"))?.At
            ?? draft.After.Resources[new(ResourceKind.Volume,
                draft.After.Backups.Items[1].Volume!)].At;
        found.Error(Codes.ProgramMissing, at,
            "Backups are made by the program restic, which is not installed.",
            "Install it, on Debian with `apt-get install restic`, then plan again.");
    }

    private static string When(BackupItem item) =>
        $"{ScheduleWords.Of(item.Schedule.Text)}, {item.Retain} are kept";
}
