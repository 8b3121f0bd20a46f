using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using Loam.Core;
using Loam.Core.Resources;
using Loam.Drivers.Files;

namespace Loam.Drivers.Containers.Native;

/// <summary>A container as crun wants it, with the same hardening as
/// <see cref="ContainerRequest"/> asks of other engines, and a default seccomp profile.</summary>
internal static class OciSpecs
{
    private const long Period = 100_000, AllCores = 10_000;
    /// <summary>Files a process may have open: enough for servers; what the machine allows is the
    /// most it can ask for.</summary>
    private const ulong OpenFiles = 65536, MostOpenFiles = 1048576;
    private const string Path =
        "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    private static readonly string[] AllCapabilities =
    [
        "AUDIT_CONTROL", "AUDIT_READ", "AUDIT_WRITE", "BLOCK_SUSPEND", "BPF",
        "CHECKPOINT_RESTORE", "CHOWN", "DAC_OVERRIDE", "DAC_READ_SEARCH", "FOWNER", "FSETID",
        "IPC_LOCK", "IPC_OWNER", "KILL", "LEASE", "LINUX_IMMUTABLE", "MAC_ADMIN", "MAC_OVERRIDE",
        "MKNOD", "NET_ADMIN", "NET_BIND_SERVICE", "NET_BROADCAST", "NET_RAW", "PERFMON",
        "SETFCAP", "SETGID", "SETPCAP", "SETUID", "SYSLOG", "SYS_ADMIN", "SYS_BOOT", "SYS_CHROOT",
        "SYS_MODULE", "SYS_NICE", "SYS_PACCT", "SYS_PTRACE", "SYS_RAWIO", "SYS_RESOURCE",
        "SYS_TIME", "SYS_TTY_CONFIG", "WAKE_ALARM",
    ];

    /// <summary>null, zero, full, random, urandom, tty, ptmx and terminals.</summary>
    private static readonly (long Major, long? Minor)[] s_usual =
        [(1, 3), (1, 5), (1, 7), (1, 8), (1, 9), (5, 0), (5, 2), (136, null)];

    private static readonly string[] Masked =
    [
        "/proc/acpi", "/proc/asound", "/proc/interrupts", "/proc/kcore", "/proc/keys",
        "/proc/latency_stats", "/proc/sched_debug", "/proc/scsi", "/proc/timer_list",
        "/proc/timer_stats", "/sys/devices/virtual/powercap", "/sys/firmware",
    ];

    private static readonly string[] ReadOnly =
        ["/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"];

    /// <param name="id">Of the container.</param>
    /// <param name="image">Its image's configuration.</param>
    /// <param name="user">Who it runs as.</param>
    /// <param name="folder">Where the files of its name and its neighbours' are.</param>
    public static OciSpec Of(EngineContainer container, string id, OciImageConfig image,
        OciUser user, string folder, OciHost host)
    {
        var (spec, settings) = (container.Spec, image.Config ?? new());
        var capabilities = Capabilities(spec);
        var held = user.Uid == 0 ? capabilities : [];
        return new()
        {
            Process = new()
            {
                User = user,
                Args = Words(spec, settings),
                Env = Variables(container, settings),
                Cwd = Written(spec.WorkDir) ?? Written(settings.WorkingDir) ?? "/",
                Capabilities = new(capabilities, held, held),
                Rlimits = [Files()],
                NoNewPrivileges = !spec.Privileged,
                OomScoreAdj = host.Score,
            },
            Root = new("rootfs", spec.ReadOnly),
            Hostname = HostName(id),
            Mounts = [.. Mounts(container, folder, host)],
            Linux = new()
            {
                Namespaces =
                [
                    new("pid"), new("ipc"), new("uts"), new("mount"), new("network"),
                    .. host.IsUnified ? [new OciNamespace("cgroup")] : (OciNamespace[])[],
                ],
                CgroupsPath = $"/loam/{id}",
                Resources = Resources(spec.Limits, lift: false) with { Devices = Rules(spec) },
                Devices = [.. Nodes(spec)],
                Seccomp = spec.Privileged ? null : SeccompProfile.For(capabilities),
                MaskedPaths = spec.Privileged ? null : Masked,
                ReadonlyPaths = spec.Privileged ? null : ReadOnly,
            },
        };
    }

    /// <summary>As engines give it: the beginning of the ID.</summary>
    public static string HostName(string id) => id[..12];

    public static OciSpec Read(ReadOnlyMemory<byte> json) =>
        JsonSerializer.Deserialize(json.Span, OciJson.Default.OciSpec)
            ?? throw new JsonException("null");

    public static byte[] Write(OciSpec spec) =>
        JsonSerializer.SerializeToUtf8Bytes(spec, OciJson.Default.OciSpec);

    /// <summary>The same with its network where it is.</summary>
    public static OciSpec In(OciSpec spec, string network) => spec with
    {
        Linux = spec.Linux with
        {
            Namespaces = [.. spec.Linux.Namespaces.Select(
                n => n.Type == "network" ? n with { Path = network } : n)],
        },
    };

    /// <param name="lift">Say none where there is none: a limit is to go. crun takes no number
    /// below zero for that, so it is one that no host reaches.</param>
    public static OciResources Resources(ResourceLimits limits, bool lift)
    {
        var memory = limits.Memory ?? (lift ? ContainerRequest.AllMemory : null);
        var quota = limits.Cpu is { } milli ? milli * Period / 1000
            : lift ? Period * AllCores : (long?)null;
        return new()
        {
            Memory = memory is { } bytes ? new(bytes, bytes) : null,
            Cpu = quota is { } time ? new(time, (ulong)Period) : null,
            Pids = new(limits.Pids ?? Limits.ContainerPids),
        };
    }

    private static string[] Words(ContainerSpec spec, OciImageSettings image)
    {
        // Another entry point makes the image's own command meaningless, as with other engines.
        string[] entry = spec.Entrypoint.IsEmpty ? image.Entrypoint ?? [] : [.. spec.Entrypoint];
        string[] command = !spec.Command.IsEmpty ? [.. spec.Command]
            : spec.Entrypoint.IsEmpty ? image.Cmd ?? [] : [];
        string[] words = [.. entry, .. command];
        return words.Length > 0 ? words
            : throw new Core.Reconciling.HostException(Core.Reconciling.Fault.Unsupported,
                $"Container {spec.Name}: the image says no command.", "Declare one.");
    }

    private static string[] Variables(EngineContainer container, OciImageSettings image)
    {
        var all = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var line in (image.Env ?? []).Prepend(Path))
        {
            var cut = line.IndexOf('=', StringComparison.Ordinal);
            all[cut < 0 ? line : line[..cut]] = cut < 0 ? "" : line[(cut + 1)..];
        }
        foreach (var (name, value) in container.Environment)
        {
            all[name] = value;
        }
        return [.. all.Select(v => $"{v.Key}={v.Value}")];
    }

    private static string[] Capabilities(ContainerSpec spec) => spec.Privileged
        ? [.. AllCapabilities.Select(c => "CAP_" + c)]
        : [.. ContainerRequest.Capabilities.Union(spec.CapAdd.Select(ContainerRequest.CapName))
            .Order().Select(c => "CAP_" + c)];

    private static OciRlimit Files()
    {
        var most = Math.Min(MostOpenFiles, ProcessLimits.OpenFiles());
        return new("RLIMIT_NOFILE", most, Math.Min(OpenFiles, most));
    }

    private static IEnumerable<OciMount> Mounts(
        EngineContainer container, string folder, OciHost host)
    {
        var spec = container.Spec;
        var access = spec.Privileged ? "rw" : "ro";
        List<OciMount> mounts =
        [
            new("/proc", "proc", "proc", ["nosuid", "noexec", "nodev"]),
            new("/dev", "tmpfs", "tmpfs", ["nosuid", "strictatime", "mode=755", "size=65536k"]),
            new("/dev/pts", "devpts", "devpts",
                ["nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620", "gid=5"]),
            new("/dev/shm", "tmpfs", "shm",
                ["nosuid", "noexec", "nodev", "mode=1777", "size=65536k"]),
            new("/dev/mqueue", "mqueue", "mqueue", ["nosuid", "noexec", "nodev"]),
            new("/sys", "sysfs", "sysfs", ["nosuid", "noexec", "nodev", access]),
            new("/sys/fs/cgroup", "cgroup", "cgroup", ["nosuid", "noexec", "nodev", access]),
            Bound(System.IO.Path.Combine(folder, "hosts"), "/etc/hosts", "rw"),
            Bound(System.IO.Path.Combine(folder, "resolv.conf"), "/etc/resolv.conf", "rw"),
            Bound(System.IO.Path.Combine(folder, "hostname"), "/etc/hostname", "rw"),
        ];
        if (spec.ReadOnly)
        {
            mounts.AddRange(ContainerRequest.Scratch(container).Select(s => new OciMount(
                s.Key, "tmpfs", "tmpfs", [.. s.Value.Split(','), "mode=1777"])));
        }
        var own = container.Mounts.Select(m => m.Target.TrimEnd('/')).ToHashSet();
        // What is mounted on top of another comes later.
        return mounts.Where(m => !own.Contains(m.Destination)).Concat(container.Mounts
            .OrderBy(m => m.Target, StringComparer.Ordinal)
            .Select(m => Bound(m.HostPath, m.Target,
                !m.ReadOnly ? ["rw"] : SealsTree(m, host) ? ["ro", "rro"] : ["ro"])));
    }

    /// <summary>Nothing is mounted below a file, and crun seals directories only.</summary>
    private static bool SealsTree(BindMount mount, OciHost host) =>
        host.SealsTrees && Directory.Exists(mount.HostPath);

    private static OciMount Bound(string from, string to, params string[] access) =>
        new(to, "bind", from, ["rbind", "rprivate", .. access]);

    private static OciDeviceRule[] Rules(ContainerSpec spec) => spec.Privileged
        ? [new(true, "rwm")]
        :
        [
            new(false, "rwm"),
            // Any may be made, few used.
            new(true, "m", "c"), new(true, "m", "b"),
            .. s_usual.Select(d => new OciDeviceRule(true, "rwm", "c", d.Major, d.Minor)),
            .. spec.Devices.Select(Parts).Select(p => (Node: DeviceNode.Of(p.Host), p.Access))
                .Select(d => new OciDeviceRule(
                    true, d.Access, d.Node.Type, d.Node.Major, d.Node.Minor)),
        ];

    private static IEnumerable<OciDevice> Nodes(ContainerSpec spec) => spec.Privileged
        ? DeviceNode.All().Select(d => d.As(d.Path))
        : spec.Devices.Select(Parts).Select(p => DeviceNode.Of(p.Host).As(p.Inside));

    private static (string Host, string Inside, string Access) Parts(string text)
    {
        var parts = text.Split(':');
        return (parts[0], parts.Length > 1 ? parts[1] : parts[0],
            parts.Length > 2 ? parts[2] : "rwm");
    }

    private static string? Written(string? text) => string.IsNullOrEmpty(text) ? null : text;
}
