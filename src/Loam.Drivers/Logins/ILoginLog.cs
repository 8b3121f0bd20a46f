using Loam.Core.Logins;
using Loam.Core.Reconciling;

namespace Loam.Drivers.Logins;

/// <summary>Where the system tells who came in and who wanted to.</summary>
public interface ILoginLog
{
    /// <summary>For people: <c>the system's journal</c>.</summary>
    string Name { get; }

    /// <summary>Lines of the programs that are read, as they come.</summary>
    /// <param name="position">Of the last line that was read; null: from now on.</param>
    /// <exception cref="HostException">It cannot be read, or no more.</exception>
    IAsyncEnumerable<HostLogLine> FollowAsync(string? position, CancellationToken cancel);
}

/// <summary>Finds the log of this machine.</summary>
public static class LoginLogs
{
    /// <summary>Where the journal listens while it runs.</summary>
    private const string Daemon = "run/systemd/journal/socket";
    private static readonly string[] s_journals = ["run/log/journal", "var/log/journal"];
    private static readonly string[] s_files = ["var/log/auth.log", "var/log/secure"];

    /// <param name="root"><c>/</c>, or a directory that stands for it.</param>
    /// <returns>Null: there is none.</returns>
    public static ILoginLog? Find(string root, TimeProvider time)
    {
        if (Linux.Command.Find("journalctl") is not null
            && File.Exists(Path.Combine(root, Daemon))
            && s_journals.FirstOrDefault(j => HasJournal(Path.Combine(root, j))) is { })
        {
            return new JournalLog(root);
        }
        return s_files.Select(f => Path.Combine(root, f)).FirstOrDefault(File.Exists) is { } file
            ? new SyslogFile(file, time) : null;
    }

    private static bool HasJournal(string folder) => Directory.Exists(folder)
        && Directory.EnumerateFiles(folder, "*.journal", SearchOption.AllDirectories).Any();
}
