using Loam.Core.Planning;
using Loam.Core.Resources;
using Loam.Core.StateFiles;
using Loam.Core.StateFiles.Editing;
using Loam.Mind.Interpreter.Editing;
using Loam.Mind.Interpreter.Language;
using Loam.Mind.Interpreter.Parsing;
using Loam.Mind.Interpreter.Parsing.Times;
using Loam.Mind.Interpreter.Resolving;

namespace Loam.Mind.Interpreter.Subjects.Storage;

/// <summary>Copies of volumes (storage.yaml) and of the whole machine (manifest.yaml).</summary>
internal sealed class BackupEdits(ISubject subject, Session session)
{
    private static readonly EditPath s_machine = EditPath.Parse("spec.backup");

    private Draft Draft => session.Draft;
    private MapValue? Machine =>
        Draft.State.Specs.GetValueOrDefault(ManifestFile.File)?.Map("backup");

    public IEnumerable<Reply> Apply(
        Clause clause, BackupAttribute said, VolumeAttribute? volumes)
    {
        if (said.When is { Impossible: { } why })
        {
            return [Reply.Ask($"{why} When shall the backups run?",
                ["every night at 2", "every 6 hours", "every sunday at 4"], answer =>
                    Fill(clause, said, answer))];
        }
        var edits = new VolumeEdits(subject, session);
        var meant = edits.Meant(volumes, out var problem);
        if (problem is not null)
        {
            return problem.Kind == ReplyKind.Same && volumes!.Services.Count == 1
                ? [Undeclared(volumes.Services[0], said, problem)] : [problem];
        }
        if (meant.Count == 0 && volumes is null && !said.Everything && !said.Machine
            && !AboutMachine() && said.Destination is null)
        {
            meant = [.. session.Focus.SelectMany(edits.Data).Distinct()];
        }
        if (meant.Count == 0 && volumes is null && Machine is null && !said.Everything
            && !said.Machine && (said.Keeps || clause.Verb is "set" or "move" or "replace"
                or "raise" or "lower") && Own() is [var only])
        {
            meant = [only];
        }
        if (new BackupDoubts(clause, session, said).Missing(
            meant, Machine, volumes is not null) is { } missing)
        {
            return [missing];
        }
        said = As(said, volumes?.Like);
        if (meant.Count > 0 && !said.Everything && !said.Machine)
        {
            session.About = new(subject, meant);
            var replies = meant.Select(v => OfVolume(v, said)).ToList();
            if (said.Destination is not null)
            {
                replies.Add(OfMachine(said with { When = null, Retain = null, Off = false }));
            }
            return replies;
        }
        if (said.Existing && (volumes is null || said.Everything) && Own() is { Count: > 0 } own)
        {
            session.About = new(subject, own);
            var changed = own.Select(v => OfVolume(v, said)).ToList();
            return Machine is null ? changed : [OfMachine(said), .. changed];
        }
        session.About = new(subject, []);
        var all = OfMachine(said);
        return said.Off ? [all] : [all, .. Marked(said, said.Spares ? meant : [])];
    }

    /// <summary>Copies of the volumes of services that were just made.</summary>
    public IEnumerable<Reply> OfServices(
        Clause clause, BackupAttribute said, IEnumerable<string> services)
    {
        var edits = new VolumeEdits(subject, session);
        var meant = services.SelectMany(edits.Of).Distinct().ToList();
        return meant.Count == 0 && said.Destination is null
            ? Apply(clause, said with { Everything = true }, null)
            : Apply(clause, said, new VolumeAttribute { Volumes = meant });
    }

    /// <summary>"Like nextcloud-db": what is not said is as it is there.</summary>
    private BackupAttribute As(BackupAttribute said, string? like)
    {
        var other = like is null ? null : VolumeEdits.Spec(Draft, like)?.Map("backup");
        return other is null || said.Off ? said : said with
        {
            When = said.When ?? (Written(other, "schedule") is { } cron
                ? new(cron, true, true, null) { SaysClock = true } : null),
            Retain = said.Retain ?? (other["retain"]?.At is not null
                ? ((int)other.Number("retain")!.Value, false) : null),
            Type = said.Type ?? (other["type"]?.At is not null ? other.Text("type") : null),
        };
    }

    /// <summary>Volumes with a backup of their own.</summary>
    private List<string> Own() => [.. Draft.State.Volumes.Keys.Where(v => VolumeEdits.Spec(Draft, v)
        ?.Map("backup") is { } own && own.Flag("enabled") != false)];

    private bool AboutMachine() => session.About is { Names.Count: 0 } about
        && ReferenceEquals(about.Subject, subject);

    private static bool Fill(Clause clause, BackupAttribute said, Clause answer)
    {
        var when = TimeReader.Read(answer)
            ?? answer.Attributes.OfType<BackupAttribute>().FirstOrDefault()?.When;
        var index = clause.Attributes.IndexOf(said);
        if (when is null || when.Impossible is not null || index < 0)
        {
            return false;
        }
        clause.Attributes[index] = said with { When = when };
        return true;
    }

    /// <summary>A directory of the host that a service writes becomes a declared volume, so that
    /// it can be backed up.</summary>
    private Reply Undeclared(string service, BackupAttribute said, Reply nothing)
    {
        var directory = Draft.State.Services.GetValueOrDefault(service)?.Volumes
            .FirstOrDefault(v => v.Source.StartsWith('/') && !v.ReadOnly);
        if (directory is null)
        {
            return nothing;
        }
        var name = $"{service}-data";
        if (Draft.State.Volumes.ContainsKey(name))
        {
            return nothing;
        }
        Draft.Append(StorageFile.File, EditPath.Parse("spec.volumes"), EditValue.Map(
            ("name", EditValue.Of(name)), ("path", EditValue.Of(directory.Source))));
        session.About = new(subject, [name]);
        return OfVolume(name, said).Note($"{directory.Source} is declared as the volume {name} "
            + "for that.");
    }

    private Reply OfVolume(string volume, BackupAttribute said)
    {
        var present = VolumeEdits.Spec(Draft, volume)?.Map("backup");
        var on = present is not null && present.Flag("enabled") != false;
        var path = VolumeEdits.Path(volume).Key("backup");
        if (said.Off)
        {
            if (!on)
            {
                return Reply.Same($"{volume} is not backed up.");
            }
            Draft.Set(StorageFile.File, path.Key("enabled"), EditValue.Of(false));
            return Reply.Done($"no longer back up {volume}").With(Risk.Medium)
                .Note("The copies that are there are kept.");
        }
        var before = Draft.Files;
        Set(StorageFile.File, path, "schedule", Written(present, "schedule"),
            Schedule(said, present));
        Set(StorageFile.File, path, "retain", Written(present, "retain"),
            Copies(said, present)?.ToString(System.Globalization.CultureInfo.InvariantCulture));
        Set(StorageFile.File, path, "type", present?.Text("type"), said.Type);
        if (!on && (present is not null || !Draft.Files.ChangedFrom(before).Any()))
        {
            Draft.Set(StorageFile.File, path.Key("enabled"), EditValue.Of(true));
        }
        if (!Draft.Files.ChangedFrom(before).Any())
        {
            return Reply.Same($"{volume} is backed up like that already: "
                + $"{InWords(VolumeEdits.Spec(Draft, volume)?.Map("backup"))}.");
        }
        return Reply.Done($"back up {volume} "
            + InWords(VolumeEdits.Spec(Draft, volume)?.Map("backup")));
    }

    private void Set(string file, EditPath path, string field, string? present, string? wanted)
    {
        if (wanted is not null && wanted != present)
        {
            Draft.Set(file, path.Key(field), int.TryParse(wanted, out var number)
                ? EditValue.Of(number) : field == "schedule" ? new ScalarEdit(wanted, true)
                : EditValue.Of(wanted));
        }
    }

    /// <summary>What the file says, not what holds without it: what a person names is written.
    /// </summary>
    private static string? Written(MapValue? backup, string field) => backup?[field] switch
    {
        { At: null } or null => null,
        NumberValue number => $"{number.Number:0}",
        var value => (value as TextValue)?.Text,
    };

    /// <summary>A rhythm without an hour keeps the hour that is there: "weekly instead".
    /// </summary>
    private static string? Schedule(BackupAttribute said, MapValue? present)
    {
        if (said.Shift is { } shift)
        {
            var moved = (present?.Text("schedule") ?? "0 2 * * *").Split(' ');
            return Jobs.JobTimes.Shifted(moved, shift) ? string.Join(' ', moved) : null;
        }
        if (said.When is not { } when)
        {
            return null;
        }
        var old = (present?["schedule"]?.At is null ? null : present?.Text("schedule"))?.Split(' ');
        if (said.Adds && old is not null)
        {
            return Addition.Join(string.Join(' ', old), when) ?? when.Cron;
        }
        var made = when.Cron.Split(' ');
        if (old is null || made.Length != 5)
        {
            return when.Cron;
        }
        var part = !when.SaysClock && !when.IsInterval && made.Length == 5
            && Jobs.JobTimes.SamePart(old[1], made[1]);
        if ((!when.SaysTime || part) && when.SaysDays && old[0] != "*" && !old[1].Contains('*',
            StringComparison.Ordinal))
        {
            (made[0], made[1]) = (old[0], old[1]);
        }
        else if (when is { SaysTime: true, SaysDays: false })
        {
            (made[2], made[3], made[4]) = (old[2], old[3], old[4]);
        }
        return string.Join(' ', made);
    }

    /// <summary>Days are as many copies as the schedule makes in them.</summary>
    private static int? Copies(BackupAttribute said, MapValue? present)
    {
        if (said.Retain is not { } retain)
        {
            return null;
        }
        var cron = (said.When?.Cron ?? present?.Text("schedule") ?? "0 2 * * *").Split(' ');
        var perDay = cron.Length < 2 || !retain.Days ? 1
            : cron[1] == "*" ? 24
            : cron[1].StartsWith("*/", StringComparison.Ordinal)
                && int.TryParse(cron[1][2..], out var step) && step > 0 ? 24 / step
            : cron[1].Split(',').Length;
        var weekly = cron.Length == 5 && retain.Days && cron[4] != "*"
            && !cron[4].Contains('-', StringComparison.Ordinal) ? 7 / cron[4].Split(',').Length : 1;
        var monthly = cron.Length == 5 && retain.Days && !cron[2].Contains('*',
            StringComparison.Ordinal) ? 30 / cron[2].Split(',').Length : 1;
        return Math.Clamp(retain.Count * perDay / Math.Max(1, Math.Max(weekly, monthly)),
            1, 10_000);
    }

    private Reply OfMachine(BackupAttribute said)
    {
        var present = Machine;
        if (said.Off)
        {
            var marked = Draft.State.Volumes.Keys.Any(v => VolumeEdits.Spec(Draft, v)
                ?.Map("backup") is { } own && own.Flag("enabled") != false);
            if (present?.Flag("enabled") == false || (present is null && !marked))
            {
                return Reply.Same("Nothing is backed up.");
            }
            Draft.Set(ManifestFile.File, s_machine.Key("enabled"), EditValue.Of(false));
            return Reply.Done("switch the backups off").With(Risk.High)
                .Note("The copies that are there are kept.");
        }
        var before = Draft.Files;
        if (present?.Flag("enabled") == false)
        {
            Draft.Set(ManifestFile.File, s_machine.Key("enabled"), EditValue.Of(true));
        }
        var schedule = Schedule(said, present);
        var copies = Copies(said, present);
        Set(ManifestFile.File, s_machine, "schedule", Written(present, "schedule"), schedule);
        Set(ManifestFile.File, s_machine, "retain", Written(present, "retain"),
            copies?.ToString(System.Globalization.CultureInfo.InvariantCulture));
        Set(ManifestFile.File, s_machine, "destination", present?.Text("destination"),
            said.Destination);
        var known = said.Credentials is { } secret && Draft.State.Specs.GetValueOrDefault(
            SecurityFile.File)?.Maps("secrets").Any(s => s.Text("name") == secret) == true;
        Set(ManifestFile.File, s_machine, "credentials_secret",
            present?.Text("credentials_secret"), known ? said.Credentials : null);
        if (present is null && !Draft.Files.ChangedFrom(before).Any())
        {
            Draft.Set(ManifestFile.File, s_machine.Key("enabled"), EditValue.Of(true));
        }
        if (!Draft.Files.ChangedFrom(before).Any())
        {
            return Reply.Same($"The machine is backed up like that already: {InWords(Machine)}.");
        }
        var reply = Reply.Done($"back up this machine {InWords(Machine)}");
        if (said.Credentials is not null && !known)
        {
            reply = reply.Note($"The secret {said.Credentials} is not declared: set it with "
                + $"`loam secret set {said.Credentials}`, then say \"backup credentials secret "
                + $"{said.Credentials}\".");
        }
        return Machine?.Text("destination") is null
            ? reply.Note("The copies stay on this machine; say where else they shall go, such as "
                + "\"to sftp://user@host/backups\".") : reply;
    }

    /// <summary>The machine's own backup takes the volumes that are marked for it.</summary>
    private IEnumerable<Reply> Marked(BackupAttribute said, List<string> spared)
    {
        foreach (var volume in spared.Intersect(Own()).ToList())
        {
            yield return OfVolume(volume, new() { Off = true });
        }
        if (!said.Everything || said is { Existing: true, When: null })
        {
            yield break;
        }
        var added = Draft.State.Volumes.Keys
            .Where(v => VolumeEdits.Spec(Draft, v)?.Map("backup") is null)
            .Except(spared).ToList();
        foreach (var volume in added)
        {
            Draft.Set(StorageFile.File, VolumeEdits.Path(volume).Key("backup").Key("enabled"),
                EditValue.Of(true));
        }
        if (added.Count > 0)
        {
            yield return Reply.Done($"include {Wording.Some(added)}");
        }
    }

    /// <summary>"Every day at 2:00, keeping 7".</summary>
    public static string InWords(MapValue? backup)
    {
        var cron = backup?.Text("schedule");
        var when = cron is null ? "with the machine's own" : Loam.Core.Scheduling.ScheduleWords
            .Of(cron);
        var keep = backup?.Number("retain") is { } copies && backup["retain"]?.At is not null
            ? $", keeping {copies:0}" : "";
        var to = backup?.Text("destination") is { } place ? $", to {place}" : "";
        return when + keep + to;
    }
}
