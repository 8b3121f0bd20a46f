using System.Collections.Immutable;
using Loam.Api;
using Loam.Core.Backups;
using Loam.Core.Reconciling;
using Loam.Core.Scheduling;
using Loam.Drivers.Backups;

namespace Loam.Supervision;

/// <summary>What is said of the copies, and what is put back.</summary>
internal sealed partial class BackupWatch
{
    /// <summary>Failures that stay until it works, as sentences.</summary>
    public ImmutableArray<string> Alerts() => [.. _watch.Failed().Select(f =>
    {
        var again = _watch.Look(f.Thing).Next is { } next
            ? $" It is tried again at {Local(next):yyyy-MM-dd HH:mm}." : "";
        return $"{f.Thing.Title} failed: {f.Run.Error}{again}";
    })];

    /// <summary>Null: no copies are asked for.</summary>
    public BackupSummary? Summary()
    {
        var settings = Settings;
        if (settings.Items.IsEmpty)
        {
            return null;
        }
        var facts = settings.Items.Select(i => _memory.Of(Key(i.Id))).ToList();
        var where = settings.Destination ?? _host.Paths.BackupDir;
        return new(where, settings.Items.Length, Oldest(facts.Select(f => f.Copied)),
            Oldest(facts.Select(f => f.Proven)),
            settings.Items.Min(i => _watch.Look(Of(i)).Next), [.. Warnings(where)]);
    }

    public async Task<BackupsAnswer> ListAsync(CancellationToken cancel)
    {
        var repository = Repository();
        var copies = await CopiesAsync(repository, cancel);
        var declared = Settings.Items.ToDictionary(i => i.Id, StringComparer.Ordinal);
        var items = declared.Keys.Union(copies.Select(c => c.Item)).Order(StringComparer.Ordinal);
        return new(repository.Words, [.. items.Select(id => Status(
            id, declared.GetValueOrDefault(id)))], copies);
    }

    public async Task<RestorePlan> PlanAsync(RestoreOrder order, CancellationToken cancel) =>
        new Restoring(_host).Plan(await FindAsync(Repository(), order, cancel), order.To);

    public async Task RestoreAsync(
        RestoreOrder order, string who, Action<BackupLine> tell, CancellationToken stop)
    {
        var words = order.Name;
        try
        {
            await InTurnAsync(async repository =>
            {
                var plan = new Restoring(_host).Plan(
                    await FindAsync(repository, order, stop), order.To);
                words = BackupItem.WordsOf(plan.Copy.Item);
                Say("restore.started", words, $"The restore of {words} began.", null, who);
                await new Restoring(_host).RunAsync(repository, plan, (doing, done, total) => tell(
                    new(words) { Doing = doing, Done = done, Total = total }), stop);
                tell(new(words) { Copy = plan.Copy });
                return true;
            }, () => tell(new(words) { Doing = "waiting for a backup" }), stop);
            Say("restore.completed", words, $"The restore of {words} succeeded.", null, who);
        }
        catch (HostException fault)
        {
            Say("restore.failed", words, $"The restore of {words} failed.", fault.Own, who,
                fault.Said);
            tell(new(words) { Error = new(fault.Message, fault.Remedy) });
        }
    }

    private DateTimeOffset Local(DateTimeOffset at) =>
        TimeZoneInfo.ConvertTime(at, _time.LocalTimeZone);

    private void Say(string type, string name, string message, string? error, string who,
        string? said = null) =>
        _events.Add(new(0, _time.GetUtcNow(), type)
        {
            Name = name, Message = message, Error = error, Trigger = who, Said = said,
        });

    private async Task<BackupCopy> FindAsync(
        BackupRepository repository, RestoreOrder order, CancellationToken cancel)
    {
        var id = BackupNames.IdOf(_host.Desired(), order.Name);
        var copies = await CopiesAsync(repository, cancel);
        return BackupNames.Choose(
            copies.Where(c => c.Item == id), id, order.At, _time.LocalTimeZone);
    }

    /// <summary>Where none was ever made there is no repository, which is no fault.</summary>
    private async Task<ImmutableArray<BackupCopy>> CopiesAsync(
        BackupRepository repository, CancellationToken cancel)
    {
        try
        {
            return await repository.ListAsync(cancel);
        }
        catch (HostException fault) when (fault.Fault == Fault.NotFound
            && !_memory.Repositories.ContainsKey(repository.Words))
        {
            return [];
        }
    }

    private BackupStatus Status(string id, BackupItem? item)
    {
        var facts = _memory.Of(Key(id));
        if (item is null)
        {
            return new(id, null, Settings.Retain, null, null, facts.Proven, facts.Fault);
        }
        var thing = Of(item);
        var (next, runs) = _watch.Look(thing);
        return new(id, ScheduleWords.Of(item.Schedule.Text), item.Retain, next,
            _watch.RunningSince(id), facts.Proven,
            runs.FirstOrDefault() is { HasFailed: true } last ? last.Explained : facts.Fault);
    }

    /// <summary>What would make the copies useless on a bad day.</summary>
    private IEnumerable<string> Warnings(string where)
    {
        if (_places.IsOnOwnDisk(where))
        {
            yield return "The copies are on the disk that they are copies of, and go with it: give "
                + "backup.destination another disk or machine.";
        }
        if (_memory.KeyShown is null && !_memory.Repositories.IsEmpty)
        {
            yield return "Nobody has kept the password of the backups elsewhere; without it they "
                + "cannot be restored on another machine. `loam backup key` shows it.";
        }
    }

    private static DateTimeOffset? Oldest(IEnumerable<DateTimeOffset?> times)
    {
        var all = times.ToList();
        return all.Contains(null) ? null : all.Min();
    }
}
