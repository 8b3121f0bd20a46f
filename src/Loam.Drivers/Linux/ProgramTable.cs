using System.Collections.Immutable;

namespace Loam.Drivers.Linux;

/// <summary>How much a program is needed.</summary>
public enum ProgramNeed
{
    /// <summary>The Debian package depends on it.</summary>
    Always,
    /// <summary>For something that most machines do: the package recommends it.</summary>
    Often,
    /// <summary>For something that is asked for by name: the package suggests it, and a plan that
    /// needs it says so.</summary>
    OnDemand,
    /// <summary>Used only where it is there already.</summary>
    WhereThere,
}

/// <param name="Package">On Debian.</param>
/// <param name="What">What cannot be done without it, after "without it no"; null: nothing, or
/// doctor has a check of its own.</param>
public sealed record HostProgram(string Name, string Package, ProgramNeed Need, string? What);

/// <summary>Every program of the host that Loam runs, but for a shell's simplest (cat, nice), and
/// the hooks and helpers that somebody declares.</summary>
public static class ProgramTable
{
    private const string Volumes = "volume with a size can be made";

    public static readonly ImmutableArray<HostProgram> All =
    [
        new("git", "git", ProgramNeed.Always, null),
        new("nft", "nftables", ProgramNeed.Always, null),
        .. Of("mount", ProgramNeed.Always, "volume with a size and no mount can be attached",
            "mount", "umount"),
        .. Of("util-linux", ProgramNeed.Always, "job runs on the machine itself",
            "unshare"),
        // They know a host's policy; without them, Users/AccountFiles.cs does the work.
        .. Of("passwd", ProgramNeed.Always, null,
            "useradd", "usermod", "userdel", "groupadd", "groupdel"),
        .. Of("e2fsprogs", ProgramNeed.Often, Volumes, "mkfs.ext4", "e2fsck"),
        new("restic", "restic", ProgramNeed.Often, null),
        new("bwrap", "bubblewrap", ProgramNeed.Often, null),
        .. Of("docker.io", ProgramNeed.Often, null, "dockerd", "containerd"),
        new("cryptsetup", "cryptsetup-bin", ProgramNeed.OnDemand, "volume can be encrypted"),
        new("lvm", "lvm2", ProgramNeed.OnDemand, "volume can be in a volume group"),
        new(Network.Dhcp.Udhcpc.Program, "busybox", ProgramNeed.OnDemand,
            "address can be got by DHCP where nobody else asks for it"),
        new("ssh", "openssh-client", ProgramNeed.OnDemand, "copy can be sent by SFTP"),
        // Where the kernel does not let a file system grow in use.
        new("resize2fs", "e2fsprogs", ProgramNeed.WhereThere, null),
        new("crun", "crun", ProgramNeed.WhereThere, null),
        new("iptables", "iptables", ProgramNeed.WhereThere, null),
        new("visudo", "sudo", ProgramNeed.WhereThere, null),
        new("systemctl", "systemd", ProgramNeed.WhereThere, null),
        new("journalctl", "systemd", ProgramNeed.WhereThere, null),
        new("networkctl", "systemd", ProgramNeed.WhereThere, null),
        new("nmcli", "network-manager", ProgramNeed.WhereThere, null),
        new("ifup", "ifupdown", ProgramNeed.WhereThere, null),
        new("ifdown", "ifupdown", ProgramNeed.WhereThere, null),
        new("resolvconf", "resolvconf", ProgramNeed.WhereThere, null),
    ];

    private static IEnumerable<HostProgram> Of(
        string package, ProgramNeed need, string? what, params string[] names) =>
        names.Select(n => new HostProgram(n, package, need, what));
}
