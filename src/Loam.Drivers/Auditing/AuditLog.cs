using System.Globalization;
using System.Runtime.InteropServices;
using Loam.Core.Auditing;
using Loam.Core.Reconciling;
using Loam.Drivers.Files;
using Microsoft.Win32.SafeHandles;

namespace Loam.Drivers.Auditing;

/// <summary>The record of who did what: lines of JSON, each with the digest of the one before it,
/// in a file a day. Every file begins with a signed line, and so does every 64th line.</summary>
/// <remarks>Files are only ever appended to. Those older than <c>retention_days</c> are removed
/// as a whole, after a signed line has said which.</remarks>
public sealed class AuditLog : IAudit, IDisposable
{
    private const int BetweenCheckpoints = 64;
    private const long MostBytes = 64 * 1024 * 1024;
    private const uint OwnerOnly = 0x180;

    private readonly string _directory;
    private readonly AuditKey _key;
    private readonly Func<AuditSettings> _settings;
    private readonly TimeProvider _time;
    private readonly SemaphoreSlim _turn = new(1);
    private SafeFileHandle? _file;
    private string _day = "";
    private long _length;
    private long _last;
    private long _unsigned;
    private string _digest = AuditLine.Start;

    /// <summary>Bytes of a line that a crash cut off, until a line says so.</summary>
    private int _torn;

    private AuditLog(string directory, AuditKey key, Func<AuditSettings> settings,
        TimeProvider time) => (_directory, _key, _settings, _time) = (
            directory, key, settings, time);

    /// <summary>Why the copy for other programs is not written; null: it is, or there is none.
    /// </summary>
    public string? CopyFault { get; private set; }

    /// <summary>Goes on where the record ended. The rest of a line that a crash cut off is
    /// removed, and the next line that is written says so.</summary>
    /// <param name="settings">As they are when something is written.</param>
    /// <exception cref="HostException">The record cannot be read.</exception>
    public static AuditLog Open(
        InstancePaths paths, Func<AuditSettings> settings, TimeProvider time)
    {
        var directory = paths.AuditDir;
        Directory.CreateDirectory(
            directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var log = new AuditLog(directory, AuditKey.LoadOrCreate(
            paths.AuditKeyFile, PublicKeyIn(directory)), settings, time);
        log.Resume();
        return log;
    }

    public static string PublicKeyIn(string directory) => Path.Combine(directory, "key.pub");

    public async Task WriteAsync(AuditEntry entry, CancellationToken cancel)
    {
        var settings = _settings();
        if (!settings.Wants(entry.Event))
        {
            return;
        }
        await _turn.WaitAsync(cancel);
        try
        {
            Append(settings, entry.Event, entry.Who, entry.What, entry);
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>The newest lines, newest first.</summary>
    public IReadOnlyList<AuditLine> Newest(int most) => Newest(_directory, most);

    public static IReadOnlyList<AuditLine> Newest(string directory, int most)
    {
        var lines = new List<AuditLine>();
        foreach (var file in AuditChain.FilesOf(directory).Reverse())
        {
            lines.AddRange(
                LinesIn(AtomicFile.Read(file, MostBytes) ?? []).AsEnumerable().Reverse());
            if (lines.Count >= most)
            {
                break;
            }
        }
        return [.. lines.Take(most)];
    }

    public void Dispose()
    {
        _file?.Dispose();
        _turn.Dispose();
    }

    private static List<AuditLine> LinesIn(byte[] bytes)
    {
        var lines = new List<AuditLine>();
        for (var rest = bytes.AsSpan(); rest.IndexOf((byte)'\n') is var end and >= 0;
            rest = rest[(end + 1)..])
        {
            if (AuditLine.Of(rest[..end]) is { } line)
            {
                lines.Add(line);
            }
        }
        return lines;
    }

    private void Resume()
    {
        var files = AuditChain.FilesOf(_directory);
        // The newest file may hold nothing but a line that was cut off.
        for (var i = files.Length - 1; i >= 0 && _last == 0; i--)
        {
            var bytes = AtomicFile.Read(files[i], MostBytes) ?? [];
            var whole = bytes.AsSpan().LastIndexOf((byte)'\n') + 1;
            _torn += bytes.Length - whole;
            if (whole == 0)
            {
                AtomicFile.Delete(files[i]);
            }
            else if (whole < bytes.Length)
            {
                using var file = OpenFile(files[i], 0);
                Cut(file, files[i], whole);
            }
            if (whole > 0)
            {
                var before = bytes.AsSpan(0, whole - 1).LastIndexOf((byte)'\n') + 1;
                var line = bytes.AsSpan(before, whole - 1 - before);
                // A last line that is none breaks the chain there, and it goes on behind it.
                (_last, _digest) = (AuditLine.Of(line)?.N ?? FirstIn(files[i])
                    + bytes.AsSpan(0, whole - 1).Count((byte)'\n'), AuditLine.DigestOf(line));
            }
        }
    }

    /// <summary>The number with which a file's name begins.</summary>
    private static long FirstIn(string file) => long.TryParse(
        Path.GetFileName(file).Split('-')[0], CultureInfo.InvariantCulture, out var first)
            ? first : 1;

    private void Append(AuditSettings settings, string what, string who, string sentence,
        AuditEntry? entry)
    {
        var now = _time.GetUtcNow();
        var day = now.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        if (day != _day || _file is null)
        {
            Begin(day, now);
            SayTorn(now);
            Trim(settings, now);
        }
        else if (_unsigned >= BetweenCheckpoints)
        {
            Write(Line(now, AuditLine.Checkpoint, "loam", "all lines before this one"), true);
        }
        var line = Line(now, what, who, sentence) with
        {
            Generation = entry?.Generation, Plan = entry?.Plan, Names = entry?.Names,
        };
        Copy(settings, Write(line, isSigned: false));
    }

    /// <summary>A new file, which says what came before it.</summary>
    private void Begin(string day, DateTimeOffset now)
    {
        _file?.Dispose();
        _file = null;
        var path = Path.Combine(_directory, string.Create(
            CultureInfo.InvariantCulture, $"{_last + 1:D12}-{day}.jsonl"));
        _file = OpenFile(path, Libc.OpenCreate | Libc.OpenExclusive);
        AtomicFile.SyncDirectory(_directory);
        (_day, _length) = (day, 0);
        Write(Line(now, AuditLine.Checkpoint, "loam", "all lines before this one"), true);
    }

    private void SayTorn(DateTimeOffset now)
    {
        if (_torn > 0)
        {
            Write(Line(now, AuditLine.Recovered, "loam", string.Create(
                CultureInfo.InvariantCulture,
                $"{_torn} bytes of a line that was not written to its end were removed")), false);
            _torn = 0;
        }
    }

    /// <summary>Removes files whose last line is older than is kept; the newest stays.</summary>
    private void Trim(AuditSettings settings, DateTimeOffset now)
    {
        var oldest = now.AddDays(-settings.RetentionDays)
            .ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        var files = AuditChain.FilesOf(_directory);
        var old = files.SkipLast(1).TakeWhile(f => string.CompareOrdinal(DayOf(f), oldest) < 0)
            .ToList();
        if (old.Count == 0 || LastOf(old[^1]) is not var (number, digest))
        {
            return;
        }
        Write(Line(now, AuditLine.Trimmed, "loam", string.Create(
            CultureInfo.InvariantCulture, $"{number} {digest}")), isSigned: true);
        foreach (var file in old)
        {
            AtomicFile.Delete(file);
        }
    }

    private static string DayOf(string file) => Path.GetFileNameWithoutExtension(file)[13..];

    private static (long, string)? LastOf(string file)
    {
        var bytes = AtomicFile.Read(file, MostBytes) ?? [];
        var text = bytes.AsSpan().TrimEnd((byte)'\n');
        var line = text[(text.LastIndexOf((byte)'\n') + 1)..];
        return AuditLine.Of(line) is { } last ? (last.N, AuditLine.DigestOf(line)) : null;
    }

    private AuditLine Line(DateTimeOffset now, string what, string who, string sentence) =>
        new(_last + 1, now, what, who, sentence, _digest);

    /// <summary>On disk when it returns, or not at all.</summary>
    /// <returns>The line with its end.</returns>
    private byte[] Write(AuditLine line, bool isSigned)
    {
        byte[] bytes =
            [.. (isSigned ? line with { Sig = _key.Sign(line.Signed) } : line).ToBytes(), 10];
        try
        {
            RandomAccess.Write(_file!, bytes, _length);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Cut(_file!, _directory, _length);
            throw Failed(e.Message);
        }
        if (Libc.SyncData(_file!) != 0)
        {
            var error = Marshal.GetLastPInvokeError();
            Cut(_file!, _directory, _length);
            throw Failed(Marshal.GetPInvokeErrorMessage(error));
        }
        _length += bytes.Length;
        (_last, _digest) = (line.N, AuditLine.DigestOf(bytes.AsSpan(0, bytes.Length - 1)));
        _unsigned = isSigned ? 0 : _unsigned + 1;
        return bytes;
    }

    private HostException Failed(string why) => new(Fault.Exhausted,
        $"The audit record in {_directory} cannot be written: {why.TrimEnd('.')}.",
        "Free some space there. Without a record nothing is changed, unless audit is switched "
        + "off in security.yaml.");

    /// <summary>For a program that collects logs; that it fails stops nothing.</summary>
    private void Copy(AuditSettings settings, byte[] line)
    {
        if (settings.CopyPath is not { } path)
        {
            CopyFault = null;
            return;
        }
        using var file = Libc.Open(path, Libc.OpenWriteOnly | Libc.OpenCreate
            | Libc.OpenNonBlocking, OwnerOnly, out var error);
        try
        {
            if (file is null || !Libc.Stat(file).IsRegular)
            {
                CopyFault = file is null ? Marshal.GetPInvokeErrorMessage(error)
                    : "it is no regular file";
                return;
            }
            RandomAccess.Write(file, line, RandomAccess.GetLength(file));
            CopyFault = null;
        }
        catch (IOException e)
        {
            CopyFault = e.Message;
        }
    }

    private static SafeFileHandle OpenFile(string path, int flags) =>
        Libc.Open(path, Libc.OpenReadWrite | flags, OwnerOnly, out var error)
            ?? throw Libc.Failure($"{path} cannot be opened", error);

    private static void Cut(SafeFileHandle file, string path, long length)
    {
        try
        {
            RandomAccess.SetLength(file, length);
        }
        catch (IOException e)
        {
            throw new HostException(Fault.Unavailable,
                $"The audit record in {path} cannot be cut back: {e.Message}",
                "Check the disk and the kernel's log (dmesg).");
        }
    }
}
