using System.Collections.Immutable;
using Loam.Api;
using Loam.Core;
using Loam.Core.Backups;
using Loam.Core.Reconciling;
using Loam.Core.Scheduling;
using Loam.Drivers.Backups;
using Loam.Drivers.Containers;
using Loam.Drivers.Jobs;

namespace Loam.Supervision;

/// <summary>Makes copies at their times and when asked, and tries at set times whether they can be
/// restored. One use of the repository at a time.</summary>
internal sealed partial class BackupWatch : IBackups
{
    private readonly BackupHost _host;
    private readonly BackupPlaces _places;
    private readonly Func<string, string> _reveal;
    private readonly BackupStore _store;
    private readonly EventLog _events;
    private readonly TimeProvider _time;
    private readonly ScheduleWatch _watch;
    private readonly SemaphoreSlim _turn = new(1);
    private readonly Lock _gate = new();
    private BackupMemory _memory;

    public BackupWatch(BackupHost host, BackupPlaces places, Func<string, string> reveal,
        EventLog events, TimeProvider time)
    {
        (_host, _places, _reveal, _events, _time) = (host, places, reveal, events, time);
        _store = new(host.Paths.BackupsFile);
        _memory = _store.Load();
        _watch = new(Declared, TryAsync, new JobStore(host.Paths.BackupRunsFile), events, time);
    }

    private BackupSettings Settings => _host.Desired().Backups;

    public Task RunAsync(CancellationToken stop) => _watch.RunAsync(stop);

    /// <summary>What a crash in the middle of a restore left behind is put right, before services
    /// are started on it.</summary>
    public void Recover() => new Restoring(_host).Recover((volume, fault) =>
        _events.Add(new(0, _time.GetUtcNow(), "restore.failed")
        {
            Name = volume,
            Message = $"A restore of volume {volume} was cut off: its contents before are "
                + (fault is null ? "back in place." : "not all back in place."),
            Error = fault is null ? null : $"{fault.Message} {fault.Remedy}".TrimEnd(),
        }));

    public void Check(IReadOnlyList<string> names) =>
        BackupNames.Meant(_host.Desired(), names);

    public async Task BackUpAsync(IReadOnlyList<string> names, string who,
        Action<BackupLine> tell, CancellationToken stop)
    {
        foreach (var item in BackupNames.Meant(_host.Desired(), names))
        {
            BackupCopy? copy = null;
            await RunNowAsync(Of(item), item.Words, who, tell, async cancel =>
            {
                copy = await BackUpAsync(item, (doing, done, total) => tell(new(item.Words)
                {
                    Doing = doing, Done = done, Total = total,
                }), cancel);
            }, () => new(item.Words) { Copy = copy }, stop);
        }
    }

    public Task DrillAsync(string who, Action<BackupLine> tell, CancellationToken stop)
    {
        var drill = Drill;
        var told = false;
        // The drill's own failure says again what was said of each thing.
        void Tell(BackupLine line)
        {
            if (line.Error is null || !told || line.Item != drill.Name)
            {
                tell(line);
            }
            told |= line.Error is not null;
        }
        return RunNowAsync(
            drill, drill.Name, who, Tell, cancel => DrillAllAsync(Tell, cancel), null, stop);
    }

    public Task<BackupKeyAnswer> KeyAsync(string who, CancellationToken cancel)
    {
        var (words, password) = _places.Reveal(Settings.Destination, Credentials());
        Remember(m => m with { KeyShown = _time.GetUtcNow() });
        _events.Add(new(0, _time.GetUtcNow(), "backup.key")
        {
            Trigger = who, Message = "The password of the backups was shown.",
        });
        return Task.FromResult(new BackupKeyAnswer(words, password));
    }

    private IEnumerable<Scheduled> Declared()
    {
        var items = Settings.Items;
        return items.IsEmpty ? [] : items.Select(Of).Append(Drill);
    }

    private static Scheduled Of(BackupItem item) =>
        new(item.Id, $"The backup of {item.Words}", "backup", item.Schedule)
        {
            AgainAfter = Limits.BackupAgain,
        };

    private Scheduled Drill => new("drill", "The restore drill", "drill", Settings.Drill)
    {
        AgainAfter = Limits.DrillAgain,
    };

    /// <summary>What is due by the clock.</summary>
    private async Task<ExecResult> TryAsync(Scheduled thing, CancellationToken cancel)
    {
        if (thing.Name == Drill.Name)
        {
            return await Spoken(() => DrillAllAsync(_ => { }, cancel));
        }
        var item = Settings.Items.FirstOrDefault(i => i.Id == thing.Name);
        return item is null ? new(0, "")
            : await Spoken(() => BackUpAsync(item, (_, _, _) => { }, cancel));
    }

    private async Task RunNowAsync(Scheduled thing, string words, string who,
        Action<BackupLine> tell, Func<CancellationToken, Task> work, Func<BackupLine>? well,
        CancellationToken stop)
    {
        try
        {
            var run = await _watch.RunNowAsync(
                thing, who, stop, cancel => Spoken(() => work(cancel)));
            if (run.HasFailed)
            {
                tell(new(words) { Error = new(run.Explained!, "") });
            }
            else if (well is not null)
            {
                tell(well());
            }
        }
        catch (HostException fault)
        {
            tell(new(words) { Error = new(fault.Message, fault.Remedy) });
        }
    }

    /// <summary>What is remembered of a failure is one text: the remedy belongs to it.</summary>
    private static async Task<ExecResult> Spoken(Func<Task> work)
    {
        try
        {
            await work();
            return new(0, "");
        }
        catch (HostException fault)
        {
            throw new HostException(fault.Fault, $"{fault.Message} {fault.Remedy}".TrimEnd());
        }
    }

    private Task<BackupCopy> BackUpAsync(
        BackupItem item, BackupProgress progress, CancellationToken cancel) => InTurnAsync(
        async repository =>
        {
            var copy = await new Copying(_host).RunAsync(repository, item, progress, cancel);
            Remember(m => m.With(Key(item.Id), f => f with { Copied = copy.At }));
            return copy;
        }, () => progress("waiting for another backup", 0, null), cancel);

    /// <summary>Every newest copy is tried, also after one that failed.</summary>
    private Task<bool> DrillAllAsync(Action<BackupLine> tell, CancellationToken cancel) =>
        InTurnAsync(async repository =>
        {
            var copies = await repository.ListAsync(cancel);
            var newest = copies.Where(c => c.IsWhole).GroupBy(c => c.Item)
                .Select(g => g.First()).OrderBy(c => c.Item, StringComparer.Ordinal).ToList();
            if (newest.Count == 0)
            {
                throw new HostException(Fault.NotFound, "There are no copies to try.",
                    "`loam backup` makes them.");
            }
            var faults = new List<HostException>();
            foreach (var copy in newest)
            {
                var words = BackupItem.WordsOf(copy.Item);
                var fault = await ProveAsync(repository, copy, words, tell, cancel);
                faults.AddRange(fault is null ? [] : [fault]);
            }
            if (faults.Count == 0)
            {
                await repository.CheckAsync(cancel);
            }
            return faults.Count == 0 ? true : throw new HostException(Fault.Conflict,
                string.Join(" ", faults.Select(f => f.Message)), faults[^1].Remedy);
        }, () => tell(new("drill") { Doing = "waiting for a backup" }), cancel);

    private async Task<HostException?> ProveAsync(BackupRepository repository, BackupCopy copy,
        string words, Action<BackupLine> tell, CancellationToken cancel)
    {
        try
        {
            await new Drilling(_host.Paths).ProveAsync(repository, copy, (doing, done, total) =>
                tell(new(words) { Doing = doing, Done = done, Total = total }), cancel);
            Remember(m => m.With(Key(copy.Item), f => f with
            {
                Proven = _time.GetUtcNow(), ProvenCopy = copy.ShortId, Fault = null,
            }));
            tell(new(words) { Copy = copy });
            return null;
        }
        catch (HostException fault)
        {
            Remember(m => m.With(Key(copy.Item), f => f with { Fault = fault.Message }));
            tell(new(words) { Error = new(fault.Message, fault.Remedy) });
            return fault;
        }
    }

    /// <summary>The repository to oneself, opened.</summary>
    private async Task<T> InTurnAsync<T>(Func<BackupRepository, Task<T>> work, Action waits,
        CancellationToken cancel)
    {
        if (!_turn.Wait(0, CancellationToken.None))
        {
            waits();
            await _turn.WaitAsync(cancel);
        }
        try
        {
            var repository = Repository();
            var known = _memory.Repositories.GetValueOrDefault(repository.Words);
            var identity = await repository.OpenAsync(known, cancel);
            if (identity != known)
            {
                Remember(m => m with
                {
                    Repositories = m.Repositories.SetItem(repository.Words, identity),
                });
            }
            return await work(repository);
        }
        finally
        {
            _turn.Release();
        }
    }

    private BackupRepository Repository() => new(
        _places.Open(Settings.Destination, Credentials()), _host.Context.Instance);

    private string? Credentials() => Settings.CredentialsSecret is { } name
        && _host.Desired().Secrets.TryGetValue(name, out var secret)
            ? _reveal(secret.Value) : null;

    /// <summary>What is remembered of a thing is true of one repository.</summary>
    private string Key(string item) =>
        $"{Settings.Destination ?? _host.Paths.BackupDir} {item}";

    /// <summary>A full disk must not undo a copy that was made.</summary>
    private void Remember(Func<BackupMemory, BackupMemory> change)
    {
        lock (_gate)
        {
            _memory = change(_memory);
            try
            {
                _store.Save(_memory);
            }
            catch (HostException fault)
            {
                _events.Add(new(0, _time.GetUtcNow(), "backup.forgotten")
                {
                    Error = fault.Message,
                });
            }
        }
    }
}
