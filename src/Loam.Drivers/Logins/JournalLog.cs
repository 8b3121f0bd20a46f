using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using Loam.Core.Logins;
using Loam.Core.Reconciling;
using Loam.Drivers.Linux;

namespace Loam.Drivers.Logins;

/// <summary>The journal of systemd. Only fields that the journal itself adds decide who wrote a
/// line: anybody may write one that says it is from sshd. The user's number comes from the kernel
/// with the line; the program's name is looked up after it, and is missing where the process has
/// ended by then, as sshd's does with its last words. There the word of root's own process counts.
/// https://www.freedesktop.org/software/systemd/man/latest/systemd.journal-fields.html</summary>
/// <param name="root"><c>/</c>, or a directory that stands for it.</param>
public sealed class JournalLog(string root) : ILoginLog
{
    private const string Journalctl = "journalctl", Cursor = "s=";
    private static readonly string[] s_sudo = ["/usr/bin/sudo", "/bin/sudo"];

    public string Name => "the system's journal";

    public async IAsyncEnumerable<HostLogLine> FollowAsync(
        string? position, [EnumeratorCancellation] CancellationToken cancel)
    {
        // One of a file that was read before the machine had a journal is none of a journal.
        using var process = Start(position?.StartsWith(Cursor, StringComparison.Ordinal) == true
            ? position : null);
        try
        {
            while (await process.StandardOutput.ReadLineAsync(cancel) is { } text)
            {
                if (Read(text) is { } line)
                {
                    yield return line;
                }
            }
            var said = await process.StandardError.ReadToEndAsync(cancel);
            throw new HostException(Fault.Unavailable, "The system's journal cannot be read: "
                + (said.Trim() is { Length: > 0 } why ? why : "journalctl ended") + ".",
                "`journalctl -n 1` should answer.");
        }
        finally
        {
            Command.Kill(process);
        }
    }

    private Process Start(string? position)
    {
        var start = new ProcessStartInfo(Command.Find(Journalctl) ?? throw new HostException(
            Fault.Unsupported, "The program journalctl is not installed.", "Install systemd."))
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        IEnumerable<string> all =
        [
            .. root == "/" ? (string[])[] : ["--root", root],
            // Without --all a field of more than 4 KiB is left out: sshd and sudo write none.
            "--follow", "--output=json", "--quiet", "--no-pager",
            "--output-fields=MESSAGE,_COMM,_PID,_UID,_EXE,SYSLOG_PID,SYSLOG_IDENTIFIER",
            .. position is null ? (string[])["--lines=0"]
                : ["--lines=all", "--after-cursor", position],
            // Who is to be believed, so that others cannot have their lines read at all.
            "_COMM=sshd", "_COMM=sshd-session", "_UID=0", "+", "_COMM=sudo", "_UID=0", "+",
            "_COMM=sudo", .. s_sudo.Select(s => $"_EXE={s}"), "+",
            .. HostLogins.Programs.Where(p => p != HostLogins.Sudo)
                .Select(p => $"SYSLOG_IDENTIFIER={p}"), "_UID=0",
        ];
        foreach (var argument in all)
        {
            start.ArgumentList.Add(argument);
        }
        return Process.Start(start)!;
    }

    /// <returns>Null: not one of those programs wrote it.</returns>
    internal static HostLogLine? Read(string json)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            var root = document.RootElement;
            var program = Text(root, "_COMM") ?? (Text(root, "_EXE") is null
                && Text(root, "SYSLOG_IDENTIFIER") is { } named and not HostLogins.Sudo
                    ? named : null);
            var isTheirs = program == HostLogins.Sudo
                ? Text(root, "_UID") == "0" || s_sudo.Contains(Text(root, "_EXE"))
                : HostLogins.Programs.Contains(program) && Text(root, "_UID") == "0"
                    && IsNamed(Text(root, "_EXE"), program!);
            return !isTheirs || Text(root, "MESSAGE") is not { } message
                || Text(root, "__CURSOR") is not { } cursor ? null
                : new(At(root), program!, int.TryParse(
                    Text(root, "SYSLOG_PID") ?? Text(root, "_PID"), out var process) ? process : 0,
                    message, cursor);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>A program runs under any name by a link to it, also one that runs as root for
    /// everybody.</summary>
    private static bool IsNamed(string? executable, string program) => executable is null
        || Path.GetFileName(executable).Split(' ')[0] is var name
            && (name == program || HostLogins.Programs.Contains(name));

    private static DateTimeOffset At(JsonElement root) => DateTimeOffset.UnixEpoch.AddMicroseconds(
        long.TryParse(Text(root, "__REALTIME_TIMESTAMP"), out var micro) ? micro : 0);

    /// <summary>What is not UTF-8 comes as a list of bytes; what was written twice as a list of
    /// texts.</summary>
    private static string? Text(JsonElement root, string name) =>
        !root.TryGetProperty(name, out var value) ? null : value.ValueKind switch
        {
            JsonValueKind.String => value.GetString(),
            JsonValueKind.Array when value.EnumerateArray().All(
                v => v.ValueKind == JsonValueKind.Number && v.TryGetByte(out _)) =>
                Encoding.UTF8.GetString([.. value.EnumerateArray().Select(v => v.GetByte())]),
            _ => null,
        };
}
