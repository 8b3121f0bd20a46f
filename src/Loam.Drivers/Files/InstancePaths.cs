using System.Runtime.InteropServices;
using System.Text;
using Loam.Core.Reconciling;
using Loam.Core.Resources;

namespace Loam.Drivers.Files;

/// <summary>Where one instance of Loam keeps its things (decision 19). All paths are absolute.
/// </summary>
public sealed record InstancePaths
{
    /// <summary>The six state files and <c>images.lock</c>, for people and editors.</summary>
    public required string StateDir { get; init; }

    /// <summary>Root's own: key, history, journal, volumes.</summary>
    public required string DataDir { get; init; }

    /// <summary>Sockets and mounts; gone after a restart of the machine. Short, because a Unix
    /// socket's path has at most 107 bytes.</summary>
    public required string RunDir { get; init; }

    /// <summary>Where copies go that nobody gave another place. Not below the data directory, which
    /// somebody may delete as a whole.</summary>
    public required string BackupDir { get; init; }

    /// <summary>The value of <c>--home</c>; null: production.</summary>
    public string? Home { get; init; }

    public string Socket => Path.Combine(RunDir, "loam.sock");

    /// <summary>Where people speak to the mind, in lines of JSON.</summary>
    public string MindSocket => Path.Combine(RunDir, "mind.sock");

    /// <summary>The sockets that the mind may speak to, and nothing else.</summary>
    public string MindDoors => Path.Combine(RunDir, "mind");

    /// <summary>The daemon's, for the mind alone.</summary>
    public string MindDaemonSocket => Path.Combine(MindDoors, "daemon.sock");

    /// <summary>What the mind may write: sessions, its ledger of costs.</summary>
    public string MindDir => Path.Combine(DataDir, "mind");
    public string MindLog => Path.Combine(DataDir, "mind.log");

    /// <summary>The socket of the process that takes requests from the network.</summary>
    public string WebDoors => Path.Combine(RunDir, "web");
    public string WebDaemonSocket => Path.Combine(WebDoors, "daemon.sock");
    public string WebDir => Path.Combine(DataDir, "web");
    public string WebLog => Path.Combine(DataDir, "web.log");

    /// <summary>What the process sees that reads what words cover: a folder, and nothing in it.
    /// </summary>
    public string ScopeDoors => Path.Combine(RunDir, "scope");
    public string ScopeDir => Path.Combine(DataDir, "scope");

    /// <summary>What it is asked, and what it answers.</summary>
    public string ScopeAsked => Path.Combine(RunDir, "scope.asked");
    public string ScopeAnswer => Path.Combine(RunDir, "scope.answer");

    /// <summary>What the process that answers containers' questions for names sees.</summary>
    public string NamesDoors => Path.Combine(RunDir, "names");
    public string NamesTable => Path.Combine(NamesDoors, "table.json");

    /// <summary>Its own folder; nothing is in it.</summary>
    public string NamesDir => Path.Combine(DataDir, "names");
    public string NamesLog => Path.Combine(DataDir, "names.log");

    /// <summary>Where programs speak to a model of this machine, in chat completions.</summary>
    public string ModelSocket => Path.Combine(RunDir, "model.sock");

    /// <summary>What the model's process sees.</summary>
    public string ModelDoors => Path.Combine(RunDir, "model");

    /// <summary>Its own folder; nothing in it lasts.</summary>
    public string ModelDir => Path.Combine(DataDir, "model-host");
    public string ModelLog => Path.Combine(DataDir, "model-host.log");

    /// <summary>Models that were added.</summary>
    public string ModelStore => Path.Combine(DataDir, "models");

    public string SecretsMount => Path.Combine(RunDir, "secrets");
    public string KeyFile => Path.Combine(DataDir, "age.key");
    public string GitDir => Path.Combine(DataDir, "git");
    public string JournalFile => Path.Combine(DataDir, "journal");
    public string FirewallFile => Path.Combine(DataDir, "firewall");
    public string DeadmanFile => Path.Combine(DataDir, "deadman");
    public string AuditDir => Path.Combine(DataDir, "audit");
    public string AuditKeyFile => Path.Combine(DataDir, "audit.key");
    public string JobsFile => Path.Combine(DataDir, "jobs.json");
    public string BansFile => Path.Combine(DataDir, "bans.json");
    public string TokensFile => Path.Combine(DataDir, "tokens.json");
    public string LogPlaceFile => Path.Combine(DataDir, "log-place.json");
    public string MessagesFile => Path.Combine(DataDir, "messages.json");
    public string LeasesFile => Path.Combine(DataDir, "leases.json");
    public string NetworkFile => Path.Combine(DataDir, "network.json");
    public string UsersFile => Path.Combine(DataDir, "users.json");
    public string StorageFile => Path.Combine(DataDir, "storage.json");
    public string CertificateRoot => Path.Combine(DataDir, "certificates");
    public string CertificatesFile => Path.Combine(DataDir, "certificates.json");
    public string AuthorityDir => Path.Combine(DataDir, "authority");
    public string BackupsFile => Path.Combine(DataDir, "backups.json");
    public string BackupRunsFile => Path.Combine(DataDir, "backup-runs.json");
    public string BackupKeyFile => Path.Combine(DataDir, "backup.key");
    public string SlotTrialFile => Path.Combine(DataDir, "slot-trial");
    public string LockFile => Path.Combine(DataDir, "lock");
    public string ConsolePasswordFile => Path.Combine(DataDir, "console-password");
    public string InstanceFile => Path.Combine(DataDir, "instance");
    public string VolumeRoot => Path.Combine(DataDir, "volumes");

    /// <summary>In the data directory, and in each copy of Loam's own state: the sealed keys of
    /// encrypted logical volumes, whose disks may outlive the one that Loam is on.</summary>
    public const string VolumeKeys = "volume-keys";
    public string VolumeKeyDir => Path.Combine(DataDir, VolumeKeys);

    /// <summary>Where volumes lie, links followed.</summary>
    public string VolumePlace => RealPath.Of(VolumeRoot);

    /// <summary>The paths of an installed machine.</summary>
    public static InstancePaths Production { get; } = new()
    {
        StateDir = "/etc/loam.d", DataDir = "/var/lib/loam", RunDir = "/run/loam",
        BackupDir = "/var/backups/loam",
    };

    /// <summary>The paths below one directory, usually <c>.loam</c> of a clone.</summary>
    public static InstancePaths Below(string home)
    {
        var full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(home));
        var hash = Convert.ToHexStringLower(Sha256.Of(Encoding.UTF8.GetBytes(full)));
        return new()
        {
            Home = full,
            StateDir = Path.Combine(full, "state"),
            DataDir = Path.Combine(full, "data"),
            RunDir = $"/run/loam-{hash[..12]}",
            BackupDir = Path.Combine(full, "backups"),
        };
    }

    /// <param name="home">The value of <c>--home</c>; null: production.</param>
    public static InstancePaths From(string? home) => home is null ? Production : Below(home);

    /// <summary>Makes the directories that are missing and checks those that are there.</summary>
    /// <exception cref="HostException">Denied: the data directory belongs to somebody else;
    /// Conflict: something else stands where a directory is needed.</exception>
    public void Prepare()
    {
        MakeDirectory(StateDir, Shown);
        MakeDirectory(DataDir, Private);
        MakeDirectory(VolumeRoot, Private);
        MakeDirectory(RunDir, Shown);
        RequirePrivate(DataDir);
    }

    /// <summary>This instance's UUID, made by the first who asks. Resources are labelled with it
    /// and named with its first eight digits.</summary>
    /// <exception cref="HostException">Conflict: the file holds something else.</exception>
    public string EnsureInstanceId()
    {
        if (!File.Exists(InstanceFile))
        {
            AtomicFile.Write(
                InstanceFile, Encoding.ASCII.GetBytes($"{Guid.NewGuid():D}\n"), 0x180); // 0600
        }
        return ReadInstanceId()
            ?? throw new HostException(Fault.NotFound, $"{InstanceFile} vanished.");
    }

    /// <summary>Null before the daemon ran for the first time.</summary>
    /// <exception cref="HostException">Conflict: the file holds something else.</exception>
    public string? ReadInstanceId()
    {
        if (AtomicFile.Read(InstanceFile, 256) is not { } bytes)
        {
            return null;
        }
        return Guid.TryParseExact(Encoding.ASCII.GetString(bytes).Trim(), "D", out var id)
            ? id.ToString("D")
            : throw new HostException(Fault.Conflict,
                $"{InstanceFile} does not hold the instance's identity.",
                "Restore it from a backup, or from the label loam.instance of a container. "
                + "Without it Loam does not know its own containers.");
    }

    /// <summary>Loam's own files lie at, below or above a path, by whatever links they are reached.
    /// Volumes are no such files.</summary>
    public bool IsOwn(string path) => !Ways(VolumeRoot).Any(r => SandboxAccess.IsWithin(path, r))
        && new[] { StateDir, DataDir, RunDir, BackupDir }.SelectMany(Ways).Any(own =>
            SandboxAccess.IsWithin(path, own) || SandboxAccess.IsWithin(own, path));

    private static string[] Ways(string path) => [path, RealPath.Of(path)];

    private const uint Private = 0x1c0; // 0700
    private const uint Shown = 0x1ed; // 0755

    private static void MakeDirectory(string path, uint mode)
    {
        if (Directory.Exists(path))
        {
            return;
        }
        if (Libc.Stat(path) is { } facts)
        {
            throw new HostException(Fault.Conflict,
                $"{path} is {facts.Sort}; Loam needs a directory there.", "Move it aside.");
        }
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new HostException(Fault.Denied,
                $"The directory above {path} cannot be made: {e.Message}",
                "Run the daemon as root, and check that the file system is writable.");
        }
        if (Libc.MakeDirectory(path, mode) != 0)
        {
            throw Libc.Failure($"{path} cannot be made", Marshal.GetLastPInvokeError());
        }
        // The umask cut the mode; this does not.
        SetMode(path, mode);
    }

    private static void SetMode(string path, uint mode)
    {
        using var directory = Libc.Open(
            path, Libc.OpenReadOnly | Libc.OpenDirectory, 0, out var error)
            ?? throw Libc.Failure($"{path} cannot be opened", error);
        if (Libc.ChangeMode(directory, mode) != 0)
        {
            throw Libc.Failure(
                $"The mode of {path} cannot be set", Marshal.GetLastPInvokeError());
        }
    }

    private static void RequirePrivate(string path)
    {
        if (Libc.Stat(path) is not { IsDirectory: true } facts)
        {
            throw new HostException(Fault.Conflict, $"{path} is not a directory itself.",
                "Loam follows no link to its data directory: mount it there instead.");
        }
        if (facts.User != Libc.EffectiveUser())
        {
            throw new HostException(Fault.Denied,
                $"{path} belongs to user {facts.User}, who could read or replace the key.",
                $"Check what is in it, then: chown -R root:root {path}");
        }
        if ((facts.Permissions & 0x3f) != 0)
        {
            SetMode(path, Private);
        }
    }
}
