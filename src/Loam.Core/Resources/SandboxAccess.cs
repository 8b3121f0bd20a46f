using Loam.Core.StateFiles.Types;

namespace Loam.Core.Resources;

public enum AccessKind { Read, Write, Network }

/// <summary>One thing of the host that a sandbox may reach.</summary>
/// <param name="Path">For files: absolute.</param>
/// <param name="Host">For the network: a name or an address.</param>
public sealed record SandboxAccess(AccessKind Kind, string Path, string Host, int Port)
{
    /// <summary>Nobody may look into these, or write there: control sockets, devices, and what
    /// the kernel shows.</summary>
    private static readonly string[] s_closed = ["/proc", "/sys", "/dev", "/run", "/var/run"];

    /// <summary>What holds the machine's passwords and keys, and each directory above it.</summary>
    private static readonly string[] s_secret =
    [
        "/etc/shadow", "/etc/shadow-", "/etc/gshadow", "/etc/gshadow-", "/etc/sudoers",
        "/etc/sudoers.d", "/etc/ssh", "/etc/ssl/private", "/etc/security/opasswd", "/root",
        "/var/backups/shadow.bak", "/var/backups/gshadow.bak",
        "/var/lib/docker", "/var/lib/containers", "/var/lib/containerd",
    ];

    /// <summary>What a job wrote there, root would run or trust.</summary>
    private static readonly string[] s_trusted =
    [
        "/etc", "/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/boot", "/opt", "/var/spool",
        "/var/lib/dpkg", "/var/lib/apt", "/var/cache/apt", "/var/lib/cloud", "/var/lib/systemd",
        "/var/lib/snapd", "/snap",
    ];

    /// <summary>Where people and their programs keep passwords and keys, wherever it is.</summary>
    private static readonly string[] s_private =
    [
        ".ssh", ".gnupg", ".password-store", ".netrc", ".pgpass", ".my.cnf", ".git-credentials",
        ".aws", ".azure", ".kube", ".docker", ".age", ".mozilla", ".thunderbird",
    ];

    private const string Homes = "/home";

    /// <param name="text"><c>read:/PATH</c>, <c>write:/PATH</c> or <c>network:HOST:PORT</c>.
    /// </param>
    /// <returns>Null: it is none of these.</returns>
    public static SandboxAccess? Parse(string text)
    {
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        var (kind, rest) = colon < 0 ? ("", "") : (text[..colon], text[(colon + 1)..]);
        return kind switch
        {
            "read" or "write" when Formats.AbsolutePath.Judge(rest).Normal is { } path => new(
                kind == "read" ? AccessKind.Read : AccessKind.Write, path, "", 0),
            "network" when Formats.SplitHostPort(rest) is { Port: { } port } place => new(
                AccessKind.Network, "", place.Host, port),
            _ => null,
        };
    }

    /// <summary>Why a sandbox never gets this; null: it may. Asked of what is written, and again
    /// of the path behind links.</summary>
    /// <param name="path">In place of the path that is written.</param>
    public string? Refusal(string? path = null)
    {
        if (Kind == AccessKind.Network)
        {
            return null;
        }
        var real = path ?? Path;
        if (s_closed.Any(c => IsWithin(real, c) || IsWithin(c, real)))
        {
            return "devices, sockets and the kernel's own files are no job's";
        }
        if (s_secret.Any(s => IsWithin(real, s) || IsWithin(s, real)))
        {
            return "passwords and keys lie there";
        }
        var parts = real.Split('/');
        if (parts.Intersect(s_private).Any())
        {
            return "passwords and keys lie there";
        }
        var isInHomes = IsWithin(real, Homes);
        if (isInHomes && parts.Length <= 3)
        {
            return "in a home lie keys, and what its owner's login runs";
        }
        if (isInHomes && Kind == AccessKind.Write && parts[3].StartsWith('.'))
        {
            return "its owner's login runs what lies there";
        }
        return Kind == AccessKind.Write && s_trusted.Any(t => IsWithin(real, t)
            || IsWithin(t, real)) ? "root runs or trusts what lies there" : null;
    }

    /// <summary>Names in a directory that make it a home, or something like it.</summary>
    public static IEnumerable<string> Private => s_private;

    /// <summary>Equal or below.</summary>
    public static bool IsWithin(string path, string above) => above == "/" || path == above
        || (path.Length > above.Length && path[above.Length] == '/'
            && path.StartsWith(above, StringComparison.Ordinal));

    /// <summary>What it allows, after "may".</summary>
    public string Words => Kind switch
    {
        AccessKind.Read => $"read {Path}",
        AccessKind.Write => $"read and write {Path}",
        _ => $"reach {Host}:{Port}",
    };
}
