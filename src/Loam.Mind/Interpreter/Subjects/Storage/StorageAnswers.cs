using Loam.Core.Resources;
using Loam.Core.StateFiles;
using Loam.Mind.Interpreter.Editing;
using Loam.Mind.Interpreter.Language;
using Loam.Mind.Interpreter.Parsing;
using Loam.Mind.Interpreter.Recognising;
using Loam.Mind.Interpreter.Resolving;

namespace Loam.Mind.Interpreter.Subjects.Storage;

/// <summary>Questions about volumes, mounts and backups.</summary>
internal static class StorageAnswers
{
    private const int Most = 12;

    /// <summary>"What is mounted?": of everything, not of one mount.</summary>
    public static bool IsOverview(Clause clause) => clause.Subject is StorageSubject
        && clause.Lexemes.Any(l => l.Is(Part.Topic, "mounted"))
        && clause.Lexemes.All(l => !l.IsMention);

    public static Reply? To(Clause clause, Session session)
    {
        var draft = session.Draft;
        if (clause.Question == "whatif")
        {
            return null;
        }
        if (BackupReader.Speaks(clause))
        {
            return Reply.Answer(Backups(clause, session));
        }
        if (clause.Attributes.OfType<FileSystemAttribute>().Any()
            || clause.Lexemes.Any(l => l.Is(Part.Topic, "mounted")))
        {
            return Reply.Answer(Mounts(draft));
        }
        var said = clause.Attributes.OfType<VolumeAttribute>().FirstOrDefault();
        var edits = new VolumeEdits(StorageSubject.Instance, session);
        var names = edits.Meant(said, out _);
        var shown = names.Count > 0 ? names : [.. draft.State.Volumes.Keys];
        if (shown.Count == 0)
        {
            return Reply.Answer("No volumes are declared.");
        }
        var used = clause.Lexemes.Any(l => l.Is(Part.Topic, "space"))
            && clause.Lexemes.Any(l => l.Text.Contains("left", StringComparison.Ordinal)
                || l.Text.Contains("free", StringComparison.Ordinal)
                || l.Text.Contains("full", StringComparison.Ordinal)
                || l.Text.Contains("use", StringComparison.Ordinal));
        return Reply.Answer(string.Join("; ", shown.Take(Most).Select(v => OfVolume(draft, v)))
            + "." + (used ? " `loam status` shows how much of it is used." : ""));
    }

    private static string OfVolume(Draft draft, string volume)
    {
        var spec = VolumeEdits.Spec(draft, volume);
        var users = draft.State.Services.Values.Where(s => s.Volumes.Any(v => v.Source == volume))
            .Select(s => s.Name).ToList();
        return volume
            + (spec?.Number("size") is { } size ? $" has {Sizes.Text(size)}" : " has no limit")
            + (spec?.Text("path") is { } path ? $", lies at {path}" : "")
            + (spec?.Flag("encrypted") == true ? ", is encrypted" : "")
            + (users.Count > 0 ? $", is used by {Wording.List(users)}" : "")
            + (spec?.Map("backup") is { } backup && backup.Flag("enabled") != false
                ? $", is backed up {BackupEdits.InWords(backup)}" : ", is not backed up");
    }

    private static string Mounts(Draft draft)
    {
        var all = FileSystemEdits.All(draft);
        return all.IsEmpty ? "No mounts are declared; `loam status` shows the machine's disks."
            : $"Mounted {(all.Length == 1 ? "is" : "are")} " + string.Join("; ",
                all.Take(Most).Select(m => $"{m.Text("source")} at {m.Text("target")} "
                    + $"({m.Text("type")})")) + ".";
    }

    private static string Backups(Clause clause, Session session)
    {
        var draft = session.Draft;
        var said = clause.Attributes.OfType<VolumeAttribute>().FirstOrDefault();
        var named = new VolumeEdits(StorageSubject.Instance, session).Meant(said, out _);
        var machine = draft.State.Specs.GetValueOrDefault(ManifestFile.File)?.Map("backup");
        var volumes = (named.Count > 0 ? named : [.. draft.State.Volumes.Keys])
            .Select(v => (Name: v, Backup: VolumeEdits.Spec(draft, v)?.Map("backup"))).ToList();
        var on = volumes.Where(v => v.Backup is { } b && b.Flag("enabled") != false).ToList();
        var off = volumes.Select(v => v.Name).Except(on.Select(v => v.Name)).ToList();
        var parts = new List<string>();
        if (machine is not null && named.Count == 0)
        {
            parts.Add(machine.Flag("enabled") == false ? "Backups are switched off"
                : $"The machine is backed up {BackupEdits.InWords(machine)}");
        }
        parts.AddRange(on.Take(Most).Select(v =>
            $"{v.Name} is backed up {BackupEdits.InWords(v.Backup)}"));
        if (off.Count > 0)
        {
            parts.Add($"{Wording.Some(off)} {(off.Count == 1 ? "is" : "are")} not backed up");
        }
        return (parts.Count == 0 ? "Nothing is backed up" : string.Join("; ", parts))
            + ". `loam status` shows when a backup last worked.";
    }
}
