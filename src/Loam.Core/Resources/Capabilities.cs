using Loam.Core.StateFiles.Types;

namespace Loam.Core.Resources;

/// <summary>The Linux capabilities that a service can be given.</summary>
public static class Capabilities
{
    private static readonly HashSet<string> s_names = new(StringComparer.Ordinal)
    {
        "ALL", "AUDIT_CONTROL", "AUDIT_READ", "AUDIT_WRITE", "BLOCK_SUSPEND", "BPF",
        "CHECKPOINT_RESTORE", "CHOWN", "DAC_OVERRIDE", "DAC_READ_SEARCH", "FOWNER", "FSETID",
        "IPC_LOCK", "IPC_OWNER", "KILL", "LEASE", "LINUX_IMMUTABLE", "MAC_ADMIN",
        "MAC_OVERRIDE", "MKNOD", "NET_ADMIN", "NET_BIND_SERVICE", "NET_BROADCAST", "NET_RAW",
        "PERFMON", "SETFCAP", "SETGID", "SETPCAP", "SETUID", "SYSLOG", "SYS_ADMIN", "SYS_BOOT",
        "SYS_CHROOT", "SYS_MODULE", "SYS_NICE", "SYS_PACCT", "SYS_PTRACE", "SYS_RAWIO",
        "SYS_RESOURCE", "SYS_TIME", "SYS_TTY_CONFIG", "WAKE_ALARM",
    };

    /// <summary>Normal form, upper case without <c>CAP_</c>; null: there is none of that name.
    /// </summary>
    public static string? Named(string text)
    {
        var name = Bare(text);
        return s_names.Contains(name) ? name : null;
    }

    /// <summary>The one that may have been meant; null: none is near.</summary>
    public static string? Like(string text) => Nearest.To(Bare(text), s_names);

    private static string Bare(string text)
    {
        var name = text.ToUpperInvariant();
        return name.StartsWith("CAP_", StringComparison.Ordinal) ? name[4..] : name;
    }
}
