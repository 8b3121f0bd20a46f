using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.RegularExpressions;
using Loam.Core.Logins;
using Loam.Core.Reconciling;
using Loam.Drivers.Files;
using Microsoft.Win32.SafeHandles;

namespace Loam.Drivers.Logins;

/// <summary>A file that a syslog daemon writes, followed over rotation. Whoever may write to the
/// machine's log can write such lines: the journal knows better who did.</summary>
public sealed partial class SyslogFile(string path, TimeProvider time) : ILoginLog
{
    private const int MostLine = 16 * 1024;
    private const int MostRead = 256 * 1024;
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(500);

    public string Name => path;

    public async IAsyncEnumerable<HostLogLine> FollowAsync(
        string? position, [EnumeratorCancellation] CancellationToken cancel)
    {
        var (file, offset) = Open(position);
        // In the middle of a line that is too long.
        var within = false;
        try
        {
            while (true)
            {
                var inode = file is null ? 0 : Libc.Stat(file).Inode;
                var (lines, next) = file is null ? ([], 0) : Lines(file, offset, ref within);
                foreach (var (text, end) in lines)
                {
                    if (Read(text, string.Create(CultureInfo.InvariantCulture, $"{inode}:{end}"))
                        is { } line)
                    {
                        yield return line;
                    }
                }
                if (next == offset)
                {
                    if (Libc.Stat(path) is { } now && now.Inode != inode)
                    {
                        // What it was is read to its end, and another file has its name.
                        file?.Dispose();
                        (file, next, within) = (OpenFile(path), 0, false);
                    }
                    else
                    {
                        await Task.Delay(s_pause, time, cancel);
                    }
                }
                offset = next;
            }
        }
        finally
        {
            file?.Dispose();
        }
    }

    /// <summary>The file and the place where the last time ended, also when it was rotated away
    /// since; otherwise the end of what is there.</summary>
    private (SafeFileHandle?, long) Open(string? position)
    {
        if (position?.Split(':') is [var inode, var offset]
            && ulong.TryParse(inode, CultureInfo.InvariantCulture, out var wanted)
            && long.TryParse(offset, CultureInfo.InvariantCulture, out var at))
        {
            var place = ((string[])[path, path + ".1"]).FirstOrDefault(
                p => Libc.Stat(p) is { } facts && facts.Inode == wanted && facts.Size >= at);
            return place is null ? (OpenFile(path), 0) : (OpenFile(place), at);
        }
        var file = OpenFile(path);
        return (file, file is null ? 0 : Libc.Stat(file).Size);
    }

    /// <returns>Null: between the two halves of a rotation there is none.</returns>
    private static SafeFileHandle? OpenFile(string path)
    {
        var file = Libc.Open(path, Libc.OpenReadOnly | Libc.OpenNonBlocking, 0, out var error);
        return file is null && error != Libc.ErrorNoEntry
            ? throw Libc.Failure($"{path} cannot be read", error) : file;
    }

    /// <summary>Whole lines since a place, and where they end. A file that became shorter is read
    /// from its start.</summary>
    private static (List<(string Text, long End)> Lines, long Next) Lines(
        SafeFileHandle file, long offset, ref bool within)
    {
        var size = Libc.Stat(file).Size;
        (offset, within) = size < offset ? (0, false) : (offset, within);
        var buffer = new byte[Math.Min(size - offset, MostRead)];
        var filled = RandomAccess.Read(file, buffer, offset);
        var lines = new List<(string, long)>();
        var begin = 0;
        for (var end = 0; end < filled; end++)
        {
            if (buffer[end] == '\n')
            {
                if (!within && end - begin <= MostLine)
                {
                    lines.Add((Encoding.UTF8.GetString(buffer.AsSpan(begin, end - begin)),
                        offset + end + 1));
                }
                (begin, within) = (end + 1, false);
            }
        }
        // What has no end after so many bytes is no line, nor is what comes before its end.
        within |= begin == 0 && filled >= MostLine;
        return (lines, within ? offset + filled : offset + begin);
    }

    private HostLogLine? Read(string text, string position)
    {
        if (Line().Match(text) is not { Success: true } match
            || !HostLogins.Programs.Contains(match.Groups["program"].Value))
        {
            return null;
        }
        return new(At(match.Groups["at"].Value), match.Groups["program"].Value,
            int.TryParse(match.Groups["pid"].Value, CultureInfo.InvariantCulture, out var pid)
                ? pid : 0, match.Groups["text"].Value, position);
    }

    /// <summary>The old form has neither year nor zone: such a line is of now.</summary>
    private DateTimeOffset At(string stamp) => stamp.Contains('T', StringComparison.Ordinal)
        && DateTimeOffset.TryParse(stamp, CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeLocal, out var at) ? at : time.GetUtcNow();

    [GeneratedRegex(@"^(?<at>\d{4}-\d\d-\d\dT\S+|[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d) \S+ "
        + @"(?<program>[^\s\[:]+)(?:\[(?<pid>\d+)\])?: (?<text>.*)$",
        RegexOptions.CultureInvariant)]
    private static partial Regex Line();
}
