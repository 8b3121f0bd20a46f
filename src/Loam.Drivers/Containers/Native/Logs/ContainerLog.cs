using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using Loam.Core;
using Loam.Drivers.Files;

namespace Loam.Drivers.Containers.Native.Logs;

/// <summary>Reads what <see cref="LogWriter"/> wrote.</summary>
internal sealed class ContainerLog(string folder)
{
    /// <summary>Letters before the text of a line, and where its mark of being whole is.</summary>
    private const int Stamp = 28, Mark = 36, Head = 38;
    private const int Block = 64 * 1024;
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan s_asking = TimeSpan.FromSeconds(1);

    /// <param name="number">0: the newest.</param>
    public static string PathOf(string folder, int number) => Path.Combine(folder,
        number == 0 ? "log" : string.Create(CultureInfo.InvariantCulture, $"log.{number}"));

    /// <param name="tail">Lines of the past.</param>
    /// <param name="goesOn">Whether more may come; asked when nothing came, and not often; null:
    /// it does not.</param>
    public async IAsyncEnumerable<LogLine> ReadAsync(int tail, Func<Task<bool>>? goesOn,
        [EnumeratorCancellation] CancellationToken cancel)
    {
        var parts = Newest();
        try
        {
            var (at, offset) = Begin(parts, tail);
            var cutter = new Cutter();
            var waiting = goesOn is null ? null : new Waiting(this, goesOn);
            while (true)
            {
                for (; at >= 0; at--, offset = 0)
                {
                    await foreach (var line in cutter.ReadAsync(parts[at].File, offset, cancel)
                        .ConfigureAwait(false))
                    {
                        yield return line;
                    }
                    (parts[at].Read, parts[at].Seen) = (cutter.Position, cutter.Seen);
                }
                if (waiting is null || !await waiting.NewsAsync(parts.FirstOrDefault(), cancel)
                    .ConfigureAwait(false))
                {
                    yield break;
                }
                (parts, at, offset) = Next(parts);
            }
        }
        finally
        {
            parts.ForEach(p => p.Dispose());
        }
    }

    /// <summary>Whether there is more than was seen, without opening anything.</summary>
    /// <param name="newest">Null: there was no file.</param>
    private bool HasNews(Part? newest) =>
        (newest is not null && RandomAccess.GetLength(newest.File.SafeFileHandle) > newest.Seen)
        || (Libc.StatTarget(PathOf(folder, 0)) is { } there && there.Inode != newest?.Inode);

    /// <summary>Files from the one that was read last on, and where to go on in it.</summary>
    private (List<Part> Parts, int At, long Offset) Next(List<Part> parts)
    {
        var now = Newest();
        var last = parts.FirstOrDefault();
        var at = last is null ? -1 : now.FindIndex(p => p.Inode == last.Inode);
        var offset = at < 0 ? 0 : last!.Read;
        at = at < 0 ? now.Count - 1 : at;
        parts.ForEach(p => p.Dispose());
        return (now, at, offset);
    }

    /// <summary>The newest first. A file that moved on while they were opened is there once.
    /// </summary>
    private List<Part> Newest()
    {
        var parts = new List<Part>();
        for (var i = 0; i < Limits.ContainerLogFiles; i++)
        {
            try
            {
                var part = new Part(new FileStream(PathOf(folder, i), FileMode.Open,
                    FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0));
                if (parts.Exists(p => p.Inode == part.Inode))
                {
                    part.Dispose();
                    continue;
                }
                parts.Add(part);
            }
            catch (IOException)
            {
                // It is not there yet, or no more.
            }
        }
        return parts;
    }

    /// <summary>Where the last so many whole lines begin.</summary>
    private static (int At, long Offset) Begin(List<Part> parts, int tail)
    {
        var whole = 0;
        for (var i = 0; i < parts.Count; i++)
        {
            var handle = parts[i].File.SafeFileHandle;
            foreach (var start in StartsBackwards(handle))
            {
                if (start.Whole && ++whole > tail)
                {
                    return (i, start.End);
                }
            }
        }
        return (parts.Count - 1, 0);
    }

    private static IEnumerable<(long End, bool Whole)> StartsBackwards(
        Microsoft.Win32.SafeHandles.SafeFileHandle file)
    {
        var buffer = new byte[Block];
        var mark = new byte[1];
        bool Whole(long start) =>
            RandomAccess.Read(file, mark, start + Mark) == 1 && mark[0] == 'F';
        long end = -1;
        for (var top = RandomAccess.GetLength(file); top > 0; top -= Block)
        {
            var from = Math.Max(0, top - Block);
            var read = RandomAccess.Read(file, buffer.AsSpan(0, (int)(top - from)), from);
            for (var i = read - 1; i >= 0; i--)
            {
                if (buffer[i] == '\n')
                {
                    if (end >= 0)
                    {
                        yield return (end, Whole(from + i + 1));
                    }
                    end = from + i + 1;
                }
            }
        }
        if (end >= 0)
        {
            yield return (end, Whole(0));
        }
    }

    private sealed class Part(FileStream file) : IDisposable
    {
        public FileStream File { get; } = file;
        public ulong Inode { get; } = Libc.Stat(file.SafeFileHandle).Inode;
        /// <summary>Behind the last whole line that was read.</summary>
        public long Read { get; set; }
        /// <summary>How far it was read.</summary>
        public long Seen { get; set; }

        public void Dispose() => File.Dispose();
    }

    /// <summary>Waits for what comes next.</summary>
    private sealed class Waiting(ContainerLog log, Func<Task<bool>> goesOn)
    {
        private long? _asked;
        private bool _isOver;

        /// <returns>False: nothing came, and nothing will.</returns>
        public async Task<bool> NewsAsync(Part? newest, CancellationToken cancel)
        {
            while (!log.HasNews(newest))
            {
                if (_isOver)
                {
                    return false;
                }
                if (_asked is not { } asked || Stopwatch.GetElapsedTime(asked) >= s_asking)
                {
                    _asked = Stopwatch.GetTimestamp();
                    // What was written before the answer is looked for once more.
                    _isOver = !await goesOn().ConfigureAwait(false);
                    continue;
                }
                await Task.Delay(s_pause, cancel).ConfigureAwait(false);
            }
            return true;
        }
    }

    /// <summary>Lines of one file after the other; a line's pieces are put together.</summary>
    private sealed class Cutter
    {
        private readonly MemoryStream[] _pieces = [new(), new()];
        private readonly MemoryStream _rest = new();

        /// <summary>Behind the last whole line that was read.</summary>
        public long Position { get; private set; }

        /// <summary>Behind all that was read.</summary>
        public long Seen => Position + _rest.Length;

        public async IAsyncEnumerable<LogLine> ReadAsync(FileStream file, long offset,
            [EnumeratorCancellation] CancellationToken cancel)
        {
            var buffer = new byte[Block];
            _rest.SetLength(0);
            Position = offset;
            int read;
            while ((read = await RandomAccess.ReadAsync(
                file.SafeFileHandle, buffer, Position + _rest.Length, cancel)
                .ConfigureAwait(false)) > 0)
            {
                _rest.Write(buffer.AsSpan(0, read));
                foreach (var line in Whole())
                {
                    yield return line;
                }
            }
        }

        private List<LogLine> Whole()
        {
            var lines = new List<LogLine>();
            var bytes = _rest.GetBuffer().AsSpan(0, (int)_rest.Length);
            int end;
            var done = 0;
            while ((end = bytes[done..].IndexOf((byte)'\n')) >= 0)
            {
                if (Line(bytes.Slice(done, end)) is { } line)
                {
                    lines.Add(line);
                }
                done += end + 1;
            }
            Position += done;
            var rest = bytes[done..].ToArray();
            _rest.SetLength(0);
            _rest.Write(rest);
            return lines;
        }

        private LogLine? Line(ReadOnlySpan<byte> bytes)
        {
            if (bytes.Length < Head || !DateTimeOffset.TryParse(
                Encoding.ASCII.GetString(bytes[..Stamp]), CultureInfo.InvariantCulture,
                DateTimeStyles.AssumeUniversal, out var at))
            {
                // Half a line, from a machine that lost its power.
                return null;
            }
            var isError = bytes[(Stamp + 1)..].StartsWith("stderr"u8);
            var pieces = _pieces[isError ? 1 : 0];
            var room = Limits.LogLineBytes + 1 - (int)pieces.Length;
            pieces.Write(bytes[Head..][..Math.Min(room, bytes.Length - Head)]);
            if (bytes[Mark] == 'P')
            {
                return null;
            }
            var cut = pieces.Length > Limits.LogLineBytes;
            var text = Encoding.UTF8.GetString(
                pieces.GetBuffer(), 0, Math.Min((int)pieces.Length, Limits.LogLineBytes))
                .TrimEnd('\r');
            pieces.SetLength(0);
            return new(at.ToUniversalTime(), isError, cut ? text + "…" : text);
        }
    }
}
