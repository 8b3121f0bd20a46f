using System.Globalization;
using System.Security.Cryptography;
using Loam.Core.Reconciling;
using Loam.Drivers.Files;

namespace Loam.Drivers.Auditing;

/// <summary>What a look at the whole chain found.</summary>
/// <param name="Lines">Lines looked at.</param>
/// <param name="Checkpoints">Good signatures among them.</param>
/// <param name="Unsigned">Lines after the last checkpoint.</param>
public sealed record AuditVerdict(
    long Lines, DateTimeOffset? From, DateTimeOffset? To, int Checkpoints, long Unsigned)
{
    /// <summary>The number of the first line that is kept.</summary>
    public long First { get; init; }

    /// <summary>Where the chain breaks; null: nowhere.</summary>
    public AuditBreak? Broken { get; init; }
}

/// <param name="Line">Line of the file, from 1.</param>
public sealed record AuditBreak(string File, int Line, string Why);

/// <summary>Reads the files of a record in their order and checks every line. Needs nothing but
/// them and a public key.</summary>
public static class AuditChain
{
    /// <summary>The number of the first line, and the day.</summary>
    private const string Pattern = "????????????-????-??-??.jsonl";

    private const long MostBytes = 64 * 1024 * 1024;

    /// <summary>The record's files, oldest first.</summary>
    public static string[] FilesOf(string directory) =>
        [.. Directory.EnumerateFiles(directory, Pattern).Order(StringComparer.Ordinal)];

    /// <exception cref="HostException">NotFound: there is no record. Otherwise it cannot be
    /// read.</exception>
    public static AuditVerdict Verify(string directory, ECDsa key)
    {
        if (!Directory.Exists(directory))
        {
            throw new HostException(Fault.NotFound, $"There is no directory {directory}.",
                "Name the directory of the record, or a copy of it.");
        }
        var walk = new Walk(key);
        foreach (var file in FilesOf(directory))
        {
            var bytes = AtomicFile.Read(file, MostBytes) ?? [];
            if (!walk.Read(Path.GetFileName(file), bytes))
            {
                break;
            }
        }
        return walk.Verdict();
    }

    /// <summary>One pass from the first line to the last.</summary>
    private sealed class Walk(ECDsa key)
    {
        private readonly Dictionary<string, long> _trimmed = new(StringComparer.Ordinal);
        private AuditLine? _first;
        private AuditLine? _last;
        private string _digest = "";
        private string _firstFile = "";
        private long _lines;
        private int _checkpoints;
        private long _unsigned;
        private AuditBreak? _broken;

        /// <returns>False: it breaks here.</returns>
        public bool Read(string file, byte[] bytes)
        {
            var number = 0;
            for (var rest = bytes.AsSpan(); rest.Length > 0;)
            {
                number++;
                var end = rest.IndexOf((byte)'\n');
                var why = end < 0 ? "its end is missing" : Judge(file, rest[..end]);
                if (why is not null)
                {
                    _broken = new(file, number, why);
                    return false;
                }
                rest = rest[(end + 1)..];
            }
            return true;
        }

        public AuditVerdict Verdict() => new(
            _lines, _first?.At, _last?.At, _checkpoints, _unsigned)
        {
            First = _first?.N ?? 0,
            Broken = _broken ?? Beginning(),
        };

        /// <summary>Null: the line follows the one before it.</summary>
        private string? Judge(string file, ReadOnlySpan<byte> bytes)
        {
            if (AuditLine.Of(bytes) is not { } line)
            {
                return "it is no line of the record";
            }
            if (_last is not null && line.N != _last.N + 1)
            {
                return string.Create(CultureInfo.InvariantCulture,
                    $"it has the number {line.N}, and {_last.N + 1} is missing");
            }
            if (_last is not null && line.Prev != _digest)
            {
                return "the line before it was changed, or it was put here";
            }
            if (line.Sig is { } signature)
            {
                if (!AuditKey.Holds(key, line.Signed, signature))
                {
                    return "its signature is not of this key";
                }
                _checkpoints++;
                _unsigned = -1;
            }
            else if (line.Event is AuditLine.Checkpoint or AuditLine.Trimmed)
            {
                return "it has no signature";
            }
            if (line.Event == AuditLine.Trimmed && line.What.Split(' ') is [var last, var digest]
                && long.TryParse(last, CultureInfo.InvariantCulture, out var number))
            {
                _trimmed[digest] = number;
            }
            if (_first is null)
            {
                (_first, _firstFile) = (line, file);
            }
            (_last, _digest) = (line, AuditLine.DigestOf(bytes));
            (_lines, _unsigned) = (_lines + 1, _unsigned + 1);
            return null;
        }

        /// <summary>A chain that does not begin with line 1 must say itself what was removed.
        /// </summary>
        private AuditBreak? Beginning()
        {
            if (_first is null || (_first.N == 1 && _first.Prev == AuditLine.Start)
                || (_trimmed.TryGetValue(_first.Prev, out var last) && last == _first.N - 1))
            {
                return null;
            }
            return new(_firstFile, 1, string.Create(CultureInfo.InvariantCulture,
                $"it has the number {_first.N}; no line says that those before it were too old"));
        }
    }
}
