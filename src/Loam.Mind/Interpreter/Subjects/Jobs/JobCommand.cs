using Loam.Core.Planning;

namespace Loam.Mind.Interpreter.Subjects.Jobs;

/// <summary>What can be seen of a command from outside: what it is called, what it needs to
/// reach, how much harm it does.</summary>
internal static class JobCommand
{
    private static readonly char[] s_blanks = [' ', '\t', '"', '\'', '`', '(', ')', '=', ','];

    private static readonly HashSet<string> s_interpreters = new(
        ["php", "python", "python3", "sh", "bash", "node", "perl", "ruby", "env", "sudo", "nice",
         "exec", "flock", "java"], StringComparer.Ordinal);

    /// <summary>Programs that change what they are given.</summary>
    private static readonly HashSet<string> s_writers = new(
        ["rm", "rmdir", "touch", "mkdir", "chmod", "chown", "tee", "truncate", "shred", "unlink",
         "gzip", "gunzip", "logrotate", "restic", "borg", "git", "mktemp"],
        StringComparer.Ordinal);

    /// <summary>Programs whose last path is written.</summary>
    private static readonly HashSet<string> s_copiers = new(
        ["cp", "mv", "rsync", "tar", "zip", "ln", "install", "rclone", "scp"],
        StringComparer.Ordinal);

    private static readonly string[] s_roots =
        ["/", "/*", "/.", "/etc", "/usr", "/var", "/bin", "/sbin", "/lib", "/boot", "/root",
         "/home",
         "/opt", "/dev", "/sys", "/proc"];

    private static List<string> Words(string command)
    {
        foreach (var (mark, word) in ((string, string)[])
            [("&&", ";"), ("||", ";"), ("|", ";"), (";", ";"), (">>", ">"), (">", ">")])
        {
            command = command.Replace(mark, $" {word} ", StringComparison.Ordinal);
        }
        return [.. command.Split(s_blanks, StringSplitOptions.RemoveEmptyEntries)];
    }

    private static string Base(string word)
    {
        var name = word[(word.LastIndexOf('/') + 1)..];
        var dot = name.IndexOf('.', StringComparison.Ordinal);
        return dot > 0 ? name[..dot] : name;
    }

    /// <summary>A name for the job: what is run, and with which word.</summary>
    public static string Name(string command, string? container)
    {
        var words = Words(command);
        var at = 0;
        while (at + 1 < words.Count && s_interpreters.Contains(Base(words[at])))
        {
            at++;
            while (at + 1 < words.Count && words[at].StartsWith('-'))
            {
                at++;
            }
        }
        var parts = new List<string>();
        if (at < words.Count)
        {
            var program = Base(words[at]);
            var url = words.Find(w => w.Contains("://", StringComparison.Ordinal));
            parts.Add(program == "find" && command.Contains("-delete", StringComparison.Ordinal)
                ? "clean" : program);
            var next = url is not null && Uri.TryCreate(url, UriKind.Absolute, out var uri)
                ? uri.Host.Split('.')[0]
                : program is "find" or "rm" or "ls" or "du"
                    ? words.Skip(at + 1).Where(w => w.StartsWith('/')).Select(Base).FirstOrDefault()
                : words.Skip(at + 1).Where(w => w.Length > 1 && w.All(c =>
                    char.IsAsciiLetterOrDigit(c) || c is '-' or ':' or '_')
                    && char.IsAsciiLetter(w[0]) && w is not ("run" or "exec" or "cron"))
                    .FirstOrDefault();
            // The word behind an option may be its value.
            if (next is not null && next != program && (url is not null
                || program is "find" or "rm" or "ls" or "du"
                || words.IndexOf(next, at + 1) is var place && place <= at + 2
                    && !words[place - 1].StartsWith('-')))
            {
                parts.Add(next);
            }
        }
        if (container is not null && parts is [var only] && only.Length <= 6
            && !only.StartsWith(container, StringComparison.Ordinal))
        {
            parts.Insert(0, container);
        }
        var label = Parsing.Attributes.NameReader.AsLabel(string.Join('-', parts.Distinct()));
        label = label.Length > 40 ? label[..40].Trim('-') : label;
        return label.Length > 0 ? label : "job";
    }

    /// <summary>Rights of the sandbox, as far as the command shows them: what it reads, where it
    /// writes, whom it calls.</summary>
    public static List<string> Access(string command)
    {
        var words = Words(command);
        var access = new List<string>();
        var program = "";
        var deletes = command.Contains("-delete", StringComparison.Ordinal)
            || command.Contains("-exec rm", StringComparison.Ordinal);
        var fresh = true;
        for (var at = 0; at < words.Count; at++)
        {
            var word = words[at];
            if (word == ";")
            {
                fresh = true;
                continue;
            }
            var called = fresh;
            if (fresh && !s_interpreters.Contains(Base(word)))
            {
                program = word.StartsWith('/') ? word : Base(word);
                fresh = false;
            }
            if (Endpoint(word) is { } endpoint)
            {
                Add(access, $"network:{endpoint}");
            }
            else if (Path(word) is { } path)
            {
                var end = words.FindIndex(at, w => w == ";");
                var last = !words.GetRange(at + 1, (end < 0 ? words.Count : end) - at - 1)
                    .Exists(w => Path(w) is not null || Endpoint(w) is not null);
                var write = !called && (deletes || s_writers.Contains(program)
                    || (s_copiers.Contains(program) && last)
                    || (at > 0 && words[at - 1] is ">" or "-o" or "--output" or "-f" or "--file"
                        && program is not ("php" or "python" or "python3"
                            or "bash" or "sh" or "node"))
                    || (at > 0 && words[at - 1] == ">"));
                Add(access, $"{(write ? "write" : "read")}:{path}");
            }
        }
        return [.. access.Where(a => !access.Exists(o => o != a && Covers(o, a)))];
    }

    /// <summary>One right holds another: <c>write:/srv</c> lets <c>/srv/x</c> be read.</summary>
    private static bool Covers(string right, string other)
    {
        if (other.StartsWith("network:", StringComparison.Ordinal)
            || right.StartsWith("network:", StringComparison.Ordinal))
        {
            return false;
        }
        var (write, path) = (right[0] == 'w', right[(right.IndexOf(':') + 1)..]);
        var (wanted, below) = (other[0] == 'w', other[(other.IndexOf(':') + 1)..]);
        return (write || !wanted) && (below == path
            || below.StartsWith(path.TrimEnd('/') + "/", StringComparison.Ordinal));
    }

    private static void Add(List<string> access, string right)
    {
        if (!access.Contains(right))
        {
            access.Add(right);
        }
    }

    private static string? Endpoint(string word)
    {
        if (word.Contains("://", StringComparison.Ordinal))
        {
            return Uri.TryCreate(word, UriKind.Absolute, out var uri) && uri.Host.Length > 0
                && uri.Port > 0 && uri.HostNameType is UriHostNameType.Dns or UriHostNameType.IPv4
                    ? $"{uri.Host}:{uri.Port}" : null;
        }
        // user@host:/path is reached over SSH.
        var at = word.IndexOf('@', StringComparison.Ordinal);
        var colon = word.IndexOf(":/", StringComparison.Ordinal);
        var host = at > 0 && colon > at ? word[(at + 1)..colon] : "";
        return host.Length > 0 && Uri.CheckHostName(host) is UriHostNameType.Dns
            or UriHostNameType.IPv4 ? $"{host}:22" : null;
    }

    private static string? Path(string word)
    {
        if (!word.StartsWith('/') || word.StartsWith("/dev/null", StringComparison.Ordinal)
            || word.StartsWith("/bin/", StringComparison.Ordinal)
            || word.StartsWith("/usr/bin/", StringComparison.Ordinal)
            || word.StartsWith("/usr/local/bin/", StringComparison.Ordinal)
            || word.StartsWith("/sbin/", StringComparison.Ordinal))
        {
            return null;
        }
        var star = word.IndexOfAny(['*', '?', '[', '$']);
        var path = star < 0 ? word : word[..word.LastIndexOf('/', star)];
        path = path.Length > 1 ? path.TrimEnd('/') : path;
        return path.Length > 0 && !path.Contains("..", StringComparison.Ordinal)
            && path.All(c => char.IsAsciiLetterOrDigit(c) || c is '/' or '.' or '-' or '_' or '+')
                ? path : null;
    }

    /// <summary>Why a command is never scheduled; null: it may be.</summary>
    public static string? Refusal(string command)
    {
        var words = Words(command);
        var removes = words.Exists(w => Base(w) is "rm" or "shred")
            || command.Contains("-delete", StringComparison.Ordinal);
        var everything = words.Exists(w => w is "/" or "/*" or "/.") && removes;
        var disk = words.Exists(w => Base(w) is "mkfs" or "wipefs" or "fdisk" or "parted")
            || words.Exists(w => w.StartsWith("mkfs.", StringComparison.Ordinal))
            || (words.Exists(w => Base(w) == "dd")
                && words.Exists(w => w.StartsWith("/dev/", StringComparison.Ordinal)
                    && w is not ("/dev/null" or "/dev/zero")));
        return everything || disk || command.Contains(":(){", StringComparison.Ordinal)
            ? "I won't schedule a command that erases the machine. Name the folder to be cleaned, "
                + "such as \"delete files older than 7 days in /tmp/cache every night\"."
            : words.Count > 0 && Base(words[0]) is "reboot" or "shutdown" or "poweroff" or "halt"
                ? "A job runs in a container or a sandbox and can't restart or stop the machine."
            : words.Count > 0 && Base(words[0]) is "docker" or "podman" or "systemctl" or "kubectl"
                or "apt" or "apt-get" or "dnf" or "yum"
                ? $"A job runs in a container or a sandbox, where `{Base(words[0])}` has nothing "
                    + "to control. To run something inside a service, say \"run COMMAND in "
                    + "SERVICE every night\"."
            : null;
    }

    /// <summary>How much harm it can do each time it comes.</summary>
    public static Risk Harm(string command, bool onHost)
    {
        var words = Words(command);
        var removes = words.Exists(w => Base(w) is "rm" or "shred" or "truncate")
            || command.Contains("-delete", StringComparison.Ordinal);
        var lower = command.ToLowerInvariant();
        if (removes && words.Exists(w => s_roots.Contains(w.Length > 1
            ? w.TrimEnd('/', '*') : w)))
        {
            return Risk.Critical;
        }
        if (removes || lower.Contains("flushall", StringComparison.Ordinal)
            || lower.Contains("flushdb", StringComparison.Ordinal)
            || lower.Contains("drop ", StringComparison.Ordinal)
            || lower.Contains("delete from", StringComparison.Ordinal))
        {
            return Risk.High;
        }
        return onHost ? Risk.Medium : Risk.Low;
    }
}
