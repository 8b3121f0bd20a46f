using System.Runtime.InteropServices;
using Loam.Core.Reconciling;
using Loam.Drivers.Files;

namespace Loam.Drivers.Booting;

/// <summary>What is mounted where while a machine starts, and taken away when it ends. The root is
/// read only; what is kept lies on the disk for data.</summary>
public static class BootMounts
{
    /// <summary>Where the disk for data is.</summary>
    public const string Data = "/data";

    private const nuint ReadOnly = 1, NoSetId = 2, NoDevices = 4, NoPrograms = 8, Again = 32,
        NoTimes = 1024, Bind = 4096;
    private const int Busy = 16;

    /// <summary>Folders of the machine that lie on the disk for data.</summary>
    private static readonly string[] s_kept = ["var", "home", "root", "srv", "opt", "mnt"];

    /// <summary>The kernel's own file systems, and those in memory.</summary>
    /// <exception cref="HostException">One cannot be mounted.</exception>
    public static void Kernel()
    {
        Mount("proc", "/proc", "proc", NoSetId | NoDevices | NoPrograms);
        Mount("sysfs", "/sys", "sysfs", NoSetId | NoDevices | NoPrograms);
        // The kernel may have done it.
        Mount("devtmpfs", "/dev", "devtmpfs", NoSetId, "mode=0755");
        Make("/dev/pts");
        Make("/dev/shm");
        Mount("devpts", "/dev/pts", "devpts", NoSetId | NoPrograms, "gid=5,mode=620,ptmxmode=666");
        Mount("tmpfs", "/dev/shm", "tmpfs", NoSetId | NoDevices, "mode=1777");
        Mount("tmpfs", "/run", "tmpfs", NoSetId | NoDevices, "mode=0755");
        Mount("tmpfs", "/tmp", "tmpfs", NoSetId | NoDevices, "mode=1777");
        Mount("cgroup2", "/sys/fs/cgroup", "cgroup2", NoSetId | NoDevices | NoPrograms);
        if (Directory.Exists("/sys/kernel/security"))
        {
            Mount("securityfs", "/sys/kernel/security", "securityfs",
                NoSetId | NoDevices | NoPrograms);
        }
        Link("/dev/fd", "/proc/self/fd");
        Link("/dev/stdin", "fd/0");
        Link("/dev/stdout", "fd/1");
        Link("/dev/stderr", "fd/2");
    }

    /// <param name="device">Null: in memory, and lost when the machine ends.</param>
    /// <exception cref="HostException">It cannot be mounted.</exception>
    public static void Kept(string? device)
    {
        if (device is null)
        {
            Mount("tmpfs", Data, "tmpfs", NoDevices, "mode=0755");
        }
        else
        {
            Mount(device, Data, "ext4", NoTimes);
        }
        foreach (var name in s_kept)
        {
            Make($"{Data}/{name}");
            Mount($"{Data}/{name}", "/" + name, "", Bind);
        }
        Make($"{Data}/etc/upper");
        Make($"{Data}/etc/work");
        Mount("overlay", "/etc", "overlay", NoSetId | NoDevices,
            $"lowerdir=/etc,upperdir={Data}/etc/upper,workdir={Data}/etc/work");
        File.SetUnixFileMode("/root", UnixFileMode.UserRead | UnixFileMode.UserWrite
            | UnixFileMode.UserExecute);
        foreach (var name in (string[])["lib", "log", "cache", "spool"])
        {
            Make("/var/" + name);
        }
        Make("/var/tmp");
        File.SetUnixFileMode("/var/tmp", (UnixFileMode)0b1_111_111_111);
        Link("/var/run", "/run");
    }

    /// <summary>Takes away all but the root, the deepest first; what is in use can no longer be
    /// written to.</summary>
    public static void Leave()
    {
        foreach (var place in File.ReadLines("/proc/self/mounts").Select(l => l.Split(' ')[1])
            .Where(p => p is not ("/" or "/proc")).Reverse().ToList())
        {
            var path = place.Replace("\\040", " ", StringComparison.Ordinal);
            if (Libc.Unmount(path, 0) != 0 && Marshal.GetLastPInvokeError() == Busy)
            {
                _ = Libc.Mount("none", path, "", Again | ReadOnly, "");
            }
        }
    }

    private static void Mount(
        string source, string target, string type, nuint flags, string options = "")
    {
        if (Libc.Mount(source, target, type, flags, options) != 0
            && Marshal.GetLastPInvokeError() is var error and not Busy)
        {
            throw Libc.Failure($"{source} cannot be mounted on {target}", error);
        }
    }

    private static void Make(string path) => Directory.CreateDirectory(path);

    private static void Link(string path, string target)
    {
        if (!Path.Exists(path))
        {
            File.CreateSymbolicLink(path, target);
        }
    }
}
