using System.Collections.Immutable;
using Loam.Core.Resources;
using Loam.Core.Scheduling;
using Loam.Core.StateFiles;

namespace Loam.Core.Backups;

/// <summary>What the state files say about copies: which, when, how many, where to.</summary>
public sealed record BackupSettings
{
    /// <summary>The label that marks the volumes a service writes, and the one that says when.
    /// </summary>
    public const string EnabledLabel = "backup.enabled", ScheduleLabel = "backup.schedule";

    private const string Nightly = "0 2 * * *";
    private const int Week = 7;

    /// <summary>When copies are proven where nobody said otherwise: Sunday morning.</summary>
    private const string Weekly = "0 5 * * 0";

    /// <summary>As it is written; null: a directory of this machine.</summary>
    public string? Destination { get; init; }

    /// <summary>The secret with what the destination asks for.</summary>
    public string? CredentialsSecret { get; init; }

    public CronSchedule Schedule { get; init; } = Cron(Nightly);
    public int Retain { get; init; } = Week;

    /// <summary>When restores are tried.</summary>
    public CronSchedule Drill { get; } = Cron(Weekly);

    /// <summary>What copies are made of at set times, Loam's own state first. Empty: nothing was
    /// asked for, or all of it is switched off.</summary>
    public ImmutableArray<BackupItem> Items { get; init; } = [];

    /// <summary>Loam's own state, whether or not it is among <see cref="Items"/>.</summary>
    public BackupItem State => new(null, Schedule, Retain, Stops: false);

    /// <summary>A volume: as declared, or as the machine's own where nothing is.</summary>
    public BackupItem Of(string volume) => Items.FirstOrDefault(i => i.Volume == volume)
        ?? new(volume, Schedule, Retain, Stops: false);

    public static BackupSettings Of(DesiredState state)
    {
        var machine = state.Specs.GetValueOrDefault(ManifestFile.File)?.Map("backup");
        var settings = new BackupSettings
        {
            Destination = machine?.Text("destination"),
            CredentialsSecret = machine?.Text("credentials_secret"),
            Schedule = Cron(machine?.Text("schedule") ?? Nightly),
            Retain = (int)(machine?.Number("retain") ?? Week),
        };
        if (machine?.Flag("enabled") == false)
        {
            return settings;
        }
        var volumes = state.Volumes.Keys.Select(v => Marked(state, v, settings))
            .OfType<BackupItem>().ToList();
        // A volume without the state it belongs to is half a machine.
        return machine?.At is null && volumes.Count == 0 ? settings
            : settings with { Items = [settings.State, .. volumes] };
    }

    /// <summary>The services that use a volume.</summary>
    public static IEnumerable<Service> Users(DesiredState state, string volume)
    {
        var id = new ResourceId(ResourceKind.Volume, volume);
        return state.Services.Values.Where(s => state.Resources.GetValueOrDefault(
            new(ResourceKind.Service, s.Name))?.DependsOn.Contains(id) == true);
    }

    private static BackupItem? Marked(DesiredState state, string volume, BackupSettings machine)
    {
        var spec = state.Resources[new(ResourceKind.Volume, volume)].Spec;
        if (spec.Map("backup") is { } own)
        {
            return own.Flag("enabled") == false ? null
                : new(volume, own.Text("schedule") is { } cron ? Cron(cron) : machine.Schedule,
                    (int)(own.Number("retain") ?? machine.Retain), own.Text("type") == "archive");
        }
        var service = Users(state, volume).FirstOrDefault(s => s.WritesVolumes
            && s.Labels.GetValueOrDefault(EnabledLabel) == "true");
        return service is null ? null
            : new(volume, service.Labels.GetValueOrDefault(ScheduleLabel) is { } when
                ? Cron(when) : machine.Schedule, machine.Retain, Stops: false);
    }

    private static CronSchedule Cron(string text)
    {
        var schedule = CronSchedule.Parse(text, out _);
        Invariant.Require(schedule is not null, "a schedule without errors can be read");
        return schedule;
    }
}
