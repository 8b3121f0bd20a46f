using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Loam.Core;
using Loam.Core.Json;
using Loam.Core.Reconciling;

namespace Loam.Drivers.Journal;

/// <summary>One record as it lies on the disk.</summary>
/// <param name="Number">Counts from 1 without a gap.</param>
/// <param name="Group">Number of the first record that was written and synced together with this
/// one.</param>
/// <param name="Length">Bytes of the whole line.</param>
internal sealed record JournalLine(int Number, int Group, int Length, JournalRecord Record);

/// <summary>What a journal's bytes say.</summary>
/// <param name="End">Where the next record goes.</param>
/// <param name="Torn">Bytes after the end that are not a record; 0: none.</param>
internal sealed record JournalContent(IReadOnlyList<JournalLine> Lines, int End, int Torn);

/// <summary>The text form of the journal. A line is
/// <c>@NUMBER GROUP LENGTH SHA JSON</c>, where the first three are eight hex digits, LENGTH is that
/// of the JSON in bytes and SHA begins the SHA-256 of everything else in the line.</summary>
/// <remarks>Only one group is ever unsynced. So a damaged line with no valid line of a later
/// group behind it is the torn end of an interrupted write and may be dropped; one with such a
/// line behind it was complete once, and the journal is damaged.</remarks>
internal static class JournalLines
{
    public static ReadOnlySpan<byte> Head => "loam journal 1\n"u8;

    private const int ShaDigits = 24;
    private const int PrefixBytes = 1 + 3 * 9 + ShaDigits + 1;

    public static byte[] Write(int number, int group, JournalRecord record) => Write(number, group,
        JsonSerializer.SerializeToUtf8Bytes(record, LoamJson.Default.JournalRecord));

    internal static byte[] Write(int number, int group, ReadOnlySpan<byte> json)
    {
        var front = $"@{number:x8} {group:x8} {json.Length:x8} ";
        return [.. Encoding.ASCII.GetBytes(front + Sha(front, json) + " "), .. json, (byte)'\n'];
    }

    /// <param name="path">For messages.</param>
    /// <exception cref="HostException">Conflict: the journal is damaged before its end.
    /// </exception>
    public static JournalContent Read(ReadOnlySpan<byte> bytes, string path)
    {
        if (!bytes.StartsWith(Head))
        {
            throw Damaged(path, "does not begin as a journal that this version knows");
        }
        var lines = new List<JournalLine>();
        var at = Head.Length;
        while (Parse(bytes[at..]) is { } line && line.Number == lines.Count + 1)
        {
            lines.Add(line);
            at += line.Length;
        }
        var rest = bytes[at..];
        var used = rest.LastIndexOfAnyExcept((byte)0) + 1;
        RequireTorn(rest[..used], lines.Count + 1, at, path);
        return new(lines, at, used);
    }

    public static HostException Damaged(string path, string how) =>
        new(Fault.Conflict, $"The journal {path} {how}.",
            "Loam cannot know what was under way, so it touches nothing. Check the disk, then put "
            + $"the file aside (mv {path} {path}.damaged) and start the daemon: it goes on from "
            + "the last generation, and `loam status` shows what differs from it.");

    private static void RequireTorn(ReadOnlySpan<byte> rest, int number, int at, string path)
    {
        for (var next = 0; next < rest.Length; next++)
        {
            var found = rest[next..].IndexOf((byte)'@');
            if (found < 0)
            {
                return;
            }
            next += found;
            if (Parse(rest[next..]) is { } line && line.Group > number)
            {
                throw Damaged(path, $"is damaged at byte {at}: record {number} cannot be read, "
                    + $"but record {line.Number} behind it can");
            }
        }
    }

    /// <summary>The line that begins here; null when none does.</summary>
    private static JournalLine? Parse(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < PrefixBytes || bytes[0] != '@'
            || !Number(bytes[1..], out var number) || !Number(bytes[10..], out var group)
            || !Number(bytes[19..], out var length)
            || group > number || length > bytes.Length - PrefixBytes - 1
            || bytes[PrefixBytes + length] != '\n')
        {
            return null;
        }
        var front = Encoding.ASCII.GetString(bytes[..28]);
        var json = bytes.Slice(PrefixBytes, length);
        if (!bytes[28..(PrefixBytes - 1)].SequenceEqual(Encoding.ASCII.GetBytes(Sha(front, json)))
            || bytes[PrefixBytes - 1] != ' ')
        {
            return null;
        }
        return new(number, group, PrefixBytes + length + 1, Record(json));
    }

    private static JournalRecord Record(ReadOnlySpan<byte> json)
    {
        try
        {
            var record = JsonSerializer.Deserialize(json, LoamJson.Default.JournalRecord);
            Invariant.Require(record is not null, "a journal line holds a record");
            return record;
        }
        catch (JsonException e)
        {
            throw new HostException(Fault.Unsupported,
                $"The journal holds a record that this version does not know: {e.Message}",
                "Run the version of Loam that wrote it until its plan has settled.");
        }
    }

    private static bool Number(ReadOnlySpan<byte> digits, out int value)
    {
        value = 0;
        return digits[8] == ' ' && digits[..8].IndexOfAnyInRange((byte)'A', (byte)'F') < 0
            && int.TryParse(digits[..8], NumberStyles.AllowHexSpecifier,
                CultureInfo.InvariantCulture, out value)
            && value >= 0;
    }

    private static string Sha(string front, ReadOnlySpan<byte> json)
    {
        using var sha = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        sha.AppendData(Encoding.ASCII.GetBytes(front));
        sha.AppendData(json);
        return Convert.ToHexStringLower(sha.GetHashAndReset())[..ShaDigits];
    }
}
