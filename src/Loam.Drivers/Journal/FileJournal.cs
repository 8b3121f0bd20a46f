using System.Runtime.InteropServices;
using Loam.Core;
using Loam.Core.Planning;
using Loam.Core.Reconciling;
using Loam.Drivers.Files;
using Microsoft.Win32.SafeHandles;

namespace Loam.Drivers.Journal;

/// <summary>The write-ahead journal in one file. Records that are asked for at the same time are
/// written and synced together; the space is taken in advance, so that a plan that could begin
/// can also be taken back on a full disk.</summary>
/// <remarks>The caller holds the instance's lock: there is one writer.</remarks>
public sealed class FileJournal : IJournal, IDisposable
{
    /// <summary>Above this, the file is written anew when a plan has settled.</summary>
    private const int CompactBytes = Limits.JournalBytes / 8;

    private const string New = ".new";

    private readonly Lock _lock = new();
    private readonly string _path;
    private List<Waiting> _waiting = [];
    private bool _writing;
    private SafeFileHandle _file;

    // Below, changed only by the one writer, under the lock where Open reads it.
    private readonly List<JournalRecord> _records = [];
    private int _number;
    private long _end;
    private long _dirty;
    private long _allocated;
    private bool _renamed;

    private FileJournal(string path, SafeFileHandle file)
    {
        _path = path;
        _file = file;
    }

    private sealed record Waiting(JournalRecord Record, TaskCompletionSource Written);

    /// <summary>A sentence about a torn end that was dropped; null when there was none.</summary>
    public string? Dropped { get; private set; }

    /// <summary>Opens a journal, or makes an empty one.</summary>
    /// <exception cref="HostException">Conflict: damaged before its end, with what to do;
    /// Exhausted: no room to make it.</exception>
    public static FileJournal Load(string path)
    {
        if (Libc.Stat(path) is null)
        {
            Create(path, JournalLines.Head).Dispose();
            File.Move(path + New, path);
            AtomicFile.SyncDirectory(Path.GetDirectoryName(path)!);
        }
        var bytes = AtomicFile.Read(path, int.MaxValue / 2)!;
        var content = JournalLines.Read(bytes, path);
        var journal = new FileJournal(path, OpenFile(path))
        {
            _number = content.Lines.Count,
            _end = content.End,
            _dirty = content.End + content.Torn,
            _allocated = bytes.Length,
        };
        journal._records.AddRange(content.Lines.Select(l => l.Record));
        if (content.Torn > 0)
        {
            journal.Dropped = $"The journal's last write was cut off: {content.Torn} bytes after "
                + $"record {content.Lines.Count} were dropped.";
        }
        journal.ForgetSettled();
        // At once, so that what was dropped can never look like a record again.
        journal.WriteGroup([]);
        return journal;
    }

    public IReadOnlyList<JournalRecord> Open()
    {
        lock (_lock)
        {
            return [.. _records.Skip(SettledCount(_records))];
        }
    }

    /// <summary>The last plan that settled, from <c>Begun</c> to <c>Settled</c>, for
    /// <c>loam status</c>; empty when none did.</summary>
    public IReadOnlyList<JournalRecord> Last()
    {
        lock (_lock)
        {
            return [.. _records.Take(SettledCount(_records))];
        }
    }

    public async Task AppendAsync(JournalRecord record, CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        var waiting = new Waiting(
            record, new(TaskCreationOptions.RunContinuationsAsynchronously));
        lock (_lock)
        {
            _waiting.Add(waiting);
            if (!_writing)
            {
                _writing = true;
                _ = Task.Run(WriteWaiting, CancellationToken.None);
            }
        }
        // Not cancelled any more: whether a record is on disk must be known.
        await waiting.Written.Task;
    }

    public void Dispose() => _file.Dispose();

    private void WriteWaiting()
    {
        while (true)
        {
            List<Waiting> group;
            lock (_lock)
            {
                group = _waiting;
                if (group.Count == 0)
                {
                    _writing = false;
                    return;
                }
                _waiting = [];
            }
            try
            {
                WriteGroup([.. group.Select(w => w.Record)]);
                group.ForEach(w => w.Written.SetResult());
            }
            catch (Exception e)
            {
                group.ForEach(w => w.Written.SetException(e));
            }
        }
    }

    /// <summary>Writes records behind the end and syncs them. After a failure the end is where it
    /// was, and the next write covers what may have reached the disk.</summary>
    private void WriteGroup(IReadOnlyList<JournalRecord> group)
    {
        var bytes = new List<byte>();
        for (var i = 0; i < group.Count; i++)
        {
            bytes.AddRange(JournalLines.Write(_number + 1 + i, _number + 1, group[i]));
        }
        var reserve = group.Sum(r => r.Plan is null ? 0 : RoomFor(r.Plan));
        Reserve(_end + bytes.Count + reserve);
        var written = bytes.Count;
        while (_end + bytes.Count < _dirty)
        {
            bytes.Add(0);
        }
        if (bytes.Count == 0)
        {
            return;
        }
        _dirty = Math.Max(_dirty, _end + written);
        SyncName();
        WriteSynced(_file, CollectionsMarshal.AsSpan(bytes), _end, _path);
        lock (_lock)
        {
            _end += written;
            _dirty = _end;
            _number += group.Count;
            _records.AddRange(group);
            ForgetSettled();
        }
        if (_end > CompactBytes && group.Any(r => r.Mark == JournalMark.Settled))
        {
            Compact();
        }
    }

    /// <summary>Writes what is still needed to a new file and puts it in place of the old one.
    /// Where that fails, on a full disk for instance, the old one goes on: it has its space.
    /// </summary>
    private void Compact()
    {
        var bytes = new List<byte>([.. JournalLines.Head]);
        for (var i = 0; i < _records.Count; i++)
        {
            // Each a group of its own: all are synced before the file gets its name.
            bytes.AddRange(JournalLines.Write(i + 1, i + 1, _records[i]));
        }
        SafeFileHandle? file = null;
        try
        {
            file = Create(_path, CollectionsMarshal.AsSpan(bytes));
            File.Move(_path + New, _path, overwrite: true);
        }
        catch (Exception e) when (e is HostException or IOException or UnauthorizedAccessException)
        {
            file?.Dispose();
            return;
        }
        _file.Dispose();
        _file = file;
        _number = _records.Count;
        _end = _dirty = bytes.Count;
        _allocated = SizeFor(bytes.Count);
        _renamed = true;
        SyncName();
    }

    /// <summary>Until the directory is synced a crash may bring the old file back, so nothing
    /// more is said to be durable before it is.</summary>
    private void SyncName()
    {
        if (_renamed)
        {
            AtomicFile.SyncDirectory(Path.GetDirectoryName(_path)!);
            _renamed = false;
        }
    }

    /// <summary>Keeps the plan that settled last and what came after it.</summary>
    private void ForgetSettled()
    {
        var settled = SettledCount(_records);
        if (settled > 0)
        {
            _records.RemoveRange(0, SettledCount(_records[..(settled - 1)]));
        }
    }

    /// <summary>Records up to and with the last <c>Settled</c>.</summary>
    private static int SettledCount(List<JournalRecord> records) =>
        records.FindLastIndex(r => r.Mark == JournalMark.Settled) + 1;

    /// <summary>Bytes that all later records of a plan can take: each action is intended and
    /// done, there and back, and the rest is said once.</summary>
    private static int RoomFor(Plan plan) =>
        64 * 1024 + plan.Steps.Sum(s => s.Actions.Length) * 4 * 512;

    /// <summary>Takes space until the file reaches that far.</summary>
    /// <exception cref="HostException">Exhausted, before anything was written.</exception>
    private void Reserve(long upTo)
    {
        if (upTo > _allocated)
        {
            var room = Math.Max(upTo, _allocated + Limits.JournalBytes / 8);
            Allocate(_file, _allocated, room - _allocated, _path);
            _allocated = room;
        }
    }

    private static int SizeFor(int used) => Math.Max(Limits.JournalBytes, 2 * used);

    /// <summary>Makes the file beside the old one, complete and synced.</summary>
    private static SafeFileHandle Create(string path, ReadOnlySpan<byte> start)
    {
        var temporary = path + New;
        File.Delete(temporary); // of an interrupted try
        var file = Libc.Open(temporary,
            Libc.OpenReadWrite | Libc.OpenCreate | Libc.OpenExclusive, 0x180, out var error)
            ?? throw Libc.Failure($"{temporary} cannot be made", error);
        try
        {
            var bytes = new byte[SizeFor(start.Length)];
            start.CopyTo(bytes);
            Allocate(file, 0, bytes.Length, path);
            // Zeros are written out, so that a later sync has no extents to convert.
            WriteSynced(file, bytes, 0, path);
            return file;
        }
        catch
        {
            file.Dispose();
            File.Delete(temporary);
            throw;
        }
    }

    private static SafeFileHandle OpenFile(string path) =>
        Libc.Open(path, Libc.OpenReadWrite, 0, out var error)
            ?? throw Libc.Failure($"{path} cannot be opened", error);

    private static void Allocate(SafeFileHandle file, long from, long length, string path)
    {
        int error;
        do
        {
            error = Libc.Allocate(file, from, length);
        }
        while (error == Libc.ErrorInterrupted);
        if (error != 0)
        {
            throw Libc.Failure($"The journal {path} needs {length} bytes more", error);
        }
    }

    private static void WriteSynced(
        SafeFileHandle file, ReadOnlySpan<byte> bytes, long at, string path)
    {
        try
        {
            RandomAccess.Write(file, bytes, at);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw AtomicFile.Failure(path, e);
        }
        if (Libc.SyncData(file) != 0)
        {
            throw Libc.Failure(
                $"The journal {path} cannot be synced", Marshal.GetLastPInvokeError());
        }
    }
}
