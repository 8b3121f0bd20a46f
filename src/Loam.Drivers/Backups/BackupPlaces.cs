using System.Collections.Immutable;
using Loam.Core;
using Loam.Core.Backups;
using Loam.Core.Reconciling;
using Loam.Drivers.Files;
using Loam.Drivers.Secrets;

namespace Loam.Drivers.Backups;

/// <summary>From what is declared to what restic needs: the place, its password on memory, and
/// what the place asks for.</summary>
public sealed class BackupPlaces(InstancePaths paths, SecretFiles files)
{
    /// <summary>The directory on memory; no container has such a name.</summary>
    private const string Own = "loam-backup";

    private const string PasswordName = "RESTIC_PASSWORD";

    /// <summary>What a credentials secret may set.</summary>
    private static readonly string[] s_names =
    [
        "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_DEFAULT_REGION",
        PasswordName,
    ];

    /// <param name="destination">As declared; null: the directory of this instance.</param>
    /// <param name="credentials">Plaintext of the credentials secret; null: none.</param>
    /// <param name="password">Instead of this machine's own.</param>
    /// <exception cref="HostException">Unsupported: the credentials cannot be understood.
    /// </exception>
    public ResticPlace Open(
        string? destination, string? credentials, string? password = null)
    {
        var words = destination ?? paths.BackupDir;
        var place = Destination.Parse(words, out _);
        Invariant.Require(place is not null, "a destination without errors can be read");
        var (variables, sshKey) = Read(credentials);
        var secret = password ?? variables.GetValueOrDefault(PasswordName)
            ?? BackupKey.LoadOrCreate(paths.BackupKeyFile);
        files.Mount();
        return new(place.Repository, words, files.WriteOwn(Own, "password", secret),
            Path.Combine(paths.DataDir, "backup-cache"), variables.Remove(PasswordName),
            place.Kind == DestinationKind.Sftp ? ["-o", $"sftp.command={Ssh(place, sshKey)}"] : []);
    }

    /// <summary>What was laid on memory is gone; other secrets stay.</summary>
    public void Close() => files.Remove(Own);

    /// <summary>The password that opens the place, for a person.</summary>
    public (string Words, string Password) Reveal(string? destination, string? credentials) => (
        destination ?? paths.BackupDir, Read(credentials).Variables.GetValueOrDefault(PasswordName)
            ?? BackupKey.LoadOrCreate(paths.BackupKeyFile));

    /// <summary>The copies lie on the disk of the data directory.</summary>
    public bool IsOnOwnDisk(string destination)
    {
        if (Destination.Parse(destination, out _) is not { Kind: DestinationKind.Directory } place)
        {
            return false;
        }
        var there = place.Repository;
        while (!Directory.Exists(there))
        {
            there = Path.GetDirectoryName(there)!;
        }
        return Disk(there) == Disk(paths.DataDir);
    }

    /// <summary>The whole disk of a partition, where the kernel tells; else the device.</summary>
    private static string Disk(string directory)
    {
        var (major, minor) = Libc.Stat(directory)!.Value.Device;
        var link = $"/sys/dev/block/{major}:{minor}";
        if (!Directory.Exists(link))
        {
            return $"{major}:{minor}";
        }
        var device = new DirectoryInfo(link).ResolveLinkTarget(returnFinalTarget: true)!.FullName;
        return File.Exists(Path.Combine(device, "partition"))
            ? Path.GetDirectoryName(device)! : device;
    }

    /// <summary>The other side's key is learnt at the first connection and must stay.</summary>
    private string Ssh(Destination place, string? key)
    {
        List<string> words =
        [
            "ssh", "-o BatchMode=yes", "-o ConnectTimeout=20", "-o ServerAliveInterval=30",
            "-o StrictHostKeyChecking=accept-new",
            // Quoted as a whole: restic would cut a word where a quote stands within it.
            $"-o 'UserKnownHostsFile={Path.Combine(paths.DataDir, "backup-hosts")}'",
        ];
        if (key is not null)
        {
            words.Add($"-o IdentitiesOnly=yes -i '{files.WriteOwn(Own, "ssh-key", key)}'");
        }
        if (place.Port is { } port)
        {
            words.Add($"-p {port}");
        }
        return $"{string.Join(' ', words)} {place.Host} -s sftp";
    }

    private static (ImmutableSortedDictionary<string, string> Variables, string? SshKey) Read(
        string? credentials)
    {
        var none = ImmutableSortedDictionary<string, string>.Empty;
        if (credentials is null)
        {
            return (none, null);
        }
        if (credentials.StartsWith("-----BEGIN ", StringComparison.Ordinal))
        {
            // ssh refuses a key without its last line's end.
            return (none, credentials.TrimEnd() + "\n");
        }
        var variables = none.ToBuilder();
        foreach (var line in credentials.Split('\n', StringSplitOptions.TrimEntries
            | StringSplitOptions.RemoveEmptyEntries))
        {
            var equals = line.IndexOf('=', StringComparison.Ordinal);
            var name = equals < 0 ? "" : line[..equals].Trim();
            if (!s_names.Contains(name))
            {
                throw new HostException(Fault.Unsupported,
                    "The secret that backup.credentials_secret names has a line that is not "
                    + "understood.", $"Give each line as NAME=value, with {string.Join(", ",
                        s_names)}; or let the whole of it be an SSH key.");
            }
            variables[name] = line[(equals + 1)..].Trim();
        }
        return (variables.ToImmutable(), null);
    }
}
