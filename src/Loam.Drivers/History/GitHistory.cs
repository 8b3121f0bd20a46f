using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Loam.Core;
using Loam.Core.Reconciling;
using Loam.Core.StateFiles;
using Loam.Drivers.Files;

namespace Loam.Drivers.History;

/// <summary>Generations as commits of a bare repository that only root writes: each one under
/// <c>refs/loam/N</c>, those that are in force on <c>main</c> (decisions 2 and 3). Nothing is
/// ever pruned.</summary>
/// <remarks>The caller holds the instance's lock. What is on <c>main</c> does not change any
/// more, so the newest few are kept in memory.</remarks>
public sealed class GitHistory : IHistory
{
    private const string Ready = "loam-ready";
    private const string Main = "refs/heads/main";
    private const int Kept = 2 * Limits.KeptGenerations;

    private readonly Git _git;
    private readonly GitObjects _objects;
    private readonly GitRead _read;
    private readonly StateDirectory _state;
    private readonly TimeProvider _time;
    private readonly Lock _lock = new();
    private readonly SortedDictionary<int, GitSnapshot> _known = [];
    private GitSnapshot? _current;
    private GitSnapshot? _stored;

    private GitHistory(InstancePaths paths, TimeProvider time)
    {
        _git = new(paths.GitDir);
        _objects = new(paths.GitDir);
        _read = new(_git);
        _state = new(paths.StateDir);
        _time = time;
    }

    /// <summary>Opens the repository, or makes it the first time.</summary>
    /// <exception cref="HostException">Unsupported: no git; Conflict: damaged.</exception>
    public static async Task<GitHistory> OpenAsync(
        InstancePaths paths, TimeProvider time, CancellationToken cancel)
    {
        var history = new GitHistory(paths, time);
        if (!File.Exists(Path.Combine(paths.GitDir, Ready)))
        {
            await history.CreateAsync(cancel);
        }
        await history.CurrentAsync(cancel);
        return history;
    }

    public async Task<string> StoreAsync(
        int generation, StateSet files, string who, string message, CancellationToken cancel)
    {
        Invariant.Require(generation > 0, "generations count from 1");
        Invariant.Require(files.Texts.Keys.All(StateDirectory.Names.Contains),
            "a generation holds state files only");
        var (first, by) = (OneLine(message), OneLine(who));
        var (present, main) = await LastAsync(generation, cancel);
        if (present is not null && !files.ChangedFrom(present.Files).Any()
            && (present.Info.Message, present.Info.Who) == (first, by)
            && (present.Info.Commit == main?.Info.Commit || present.Parent == main?.Info.Commit))
        {
            return present.Info.Commit;
        }
        if (generation <= (main?.Info.Number ?? 0))
        {
            throw new HostException(Fault.Conflict,
                $"Generation {generation} is in force or past, and different.",
                "Plan again: the state moved on.");
        }
        var text = $"{first}\n\n{GitRead.NumberTrailer}{generation}\n{GitRead.WhoTrailer}{by}\n";
        lock (_lock)
        {
            _stored = null;
        }
        var at = DateTimeOffset.FromUnixTimeSeconds(_time.GetUtcNow().ToUnixTimeSeconds());
        var commit = await Task.Run(() =>
        {
            var made = _objects.Commit(files, main?.Info.Commit, text, at);
            _objects.Name(RefOf(generation), made);
            return made;
        }, cancel);
        lock (_lock)
        {
            _stored = new(new(generation, commit, at, by, first), main?.Info.Commit, files);
        }
        return commit;
    }

    /// <summary>What is stored under the number, and what is in force. When both are known, and
    /// nothing has the number's name, nobody is asked.</summary>
    private async Task<(GitSnapshot? Present, GitSnapshot? Main)> LastAsync(
        int generation, CancellationToken cancel)
    {
        lock (_lock)
        {
            if (_current is not null && !IsNamed(generation))
            {
                return (null, _current);
            }
        }
        var found = await _read.SnapshotsAsync([RefOf(generation), Main], cancel);
        return (found[0], found[1]);
    }

    /// <summary>A generation that was just stored on what is in force, with both; else git is
    /// asked.</summary>
    private async Task<(GitSnapshot Next, GitSnapshot? Before, GitSnapshot? Main)> NextAsync(
        int generation, CancellationToken cancel)
    {
        lock (_lock)
        {
            if (_stored?.Info.Number == generation && _current is not null
                && _stored.Parent == _current.Info.Commit)
            {
                return (_stored, _current, _current);
            }
        }
        var reference = RefOf(generation);
        var found = await _read.SnapshotsAsync([reference, $"{reference}~1", Main], cancel);
        return (found[0] ?? throw Missing(generation), found[1], found[2]);
    }

    /// <summary>Some commit may be kept under the number: it has a file, or names were packed.
    /// </summary>
    private bool IsNamed(int generation) =>
        File.Exists(Path.Combine(_git.Directory, RefOf(generation)))
        || File.Exists(Path.Combine(_git.Directory, "packed-refs"));

    public async Task AdvanceAsync(int generation, CancellationToken cancel)
    {
        var (next, before, main) = await NextAsync(generation, cancel);
        if (next.Parent is not null && before is null)
        {
            throw _git.Damaged($"commit {next.Parent} is gone.");
        }
        if (main?.Info.Commit != next.Info.Commit)
        {
            if (main?.Info.Number >= generation)
            {
                throw new HostException(Fault.Conflict,
                    $"Generation {generation} is past: {main.Info.Number} is in force.",
                    "Use `loam revert` to go back to it.");
            }
            // First main, so that whoever compares the files with it never takes ours for edits.
            await Task.Run(() => _objects.Name(Main, next.Info.Commit), cancel);
        }
        Remember(next, isCurrent: true);
        _state.Advance(before?.Files ?? StateSet.Empty, next.Files);
    }

    public async Task<Generation?> CurrentAsync(CancellationToken cancel)
    {
        lock (_lock)
        {
            if (_current is not null)
            {
                return _current.Info;
            }
        }
        var main = (await _read.SnapshotsAsync([Main], cancel))[0];
        if (main is not null)
        {
            Remember(main, isCurrent: true);
            return main.Info;
        }
        var head = await _git.RunAsync(["for-each-ref", Main], default, cancel);
        // A machine whose newest commit is lost must not look like a new machine.
        return head.Length == 0 ? null : throw _git.Damaged($"the commit of {Main} is gone.");
    }

    public async Task<StateSet> ReadAsync(int generation, CancellationToken cancel)
    {
        lock (_lock)
        {
            if (_known.TryGetValue(generation, out var known))
            {
                return known.Files;
            }
            if (_stored?.Info.Number == generation)
            {
                return _stored.Files;
            }
        }
        var found = (await _read.SnapshotsAsync([RefOf(generation)], cancel))[0]
            ?? throw Missing(generation);
        Remember(found, isCurrent: false);
        return found.Files;
    }

    public async Task<ImmutableArray<Generation>> ListAsync(int most, CancellationToken cancel)
    {
        // The pattern, unlike the name, is no error while there is no commit yet.
        var output = await _git.RunAsync(
            ["log", "-z", "--first-parent", "--format=%H%x00%ct%x00%B", "--no-show-signature",
             $"--max-count={most.ToString(CultureInfo.InvariantCulture)}",
             "--branches=mai[n]"], default, cancel);
        var parts = Encoding.UTF8.GetString(output).Split('\0');
        var list = ImmutableArray.CreateBuilder<Generation>();
        for (var i = 0; i + 2 < parts.Length; i += 3)
        {
            var at = DateTimeOffset.FromUnixTimeSeconds(
                long.Parse(parts[i + 1], CultureInfo.InvariantCulture));
            list.Add(_read.Info(parts[i], at, parts[i + 2]));
        }
        return list.ToImmutable();
    }

    public Task<StateSet> ReadWorkTreeAsync(CancellationToken cancel) =>
        Task.Run(_state.Read, cancel);

    private async Task CreateAsync(CancellationToken cancel)
    {
        await _git.RunAsync(
            ["init", "--quiet", "--bare", "--initial-branch=main", "--object-format=sha1",
             "--template=", _git.Directory], default, cancel);
        // Git does not sync what it makes here. The mark says that this was done to its end.
        AtomicFile.SyncFileSystem(_git.Directory);
        AtomicFile.Write(Path.Combine(_git.Directory, Ready), "1\n"u8, 0x180);
    }

    private void Remember(GitSnapshot snapshot, bool isCurrent)
    {
        lock (_lock)
        {
            if (isCurrent)
            {
                _current = snapshot;
            }
            // What is not in force yet may still be replaced by another attempt.
            if (_current is not null && snapshot.Info.Number <= _current.Info.Number)
            {
                _known[snapshot.Info.Number] = snapshot;
            }
            if (_known.Count > Kept)
            {
                _known.Remove(_known.Keys.First());
            }
        }
    }

    private static HostException Missing(int generation) =>
        new(Fault.NotFound, $"There is no generation {generation}.", "`loam history` lists them.");

    private static string RefOf(int generation) =>
        $"refs/loam/{generation.ToString(CultureInfo.InvariantCulture)}";

    private static string OneLine(string text)
    {
        var line = text.Split('\n', '\r')[0].Trim();
        line = string.Concat(line.Select(c => char.IsControl(c) ? ' ' : c));
        return line.Length == 0 ? "-" : line;
    }
}
