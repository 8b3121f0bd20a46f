using System.Collections.Immutable;
using Loam.Core.Observing;
using Loam.Drivers.Linux;

namespace Loam.Drivers.Storage;

/// <summary>What this kernel and its programs can attach. Nothing is loaded or tried.</summary>
internal static class KernelFacts
{
    private static readonly Lazy<ImmutableHashSet<string>> s_modules = new(Modules);

    /// <summary>Loam has CAP_SYS_RESOURCE, which the kernel asks for when a file system grows
    /// while it is attached; capabilities(7).</summary>
    public static bool GrowsOnline { get; } = File.ReadLines("/proc/self/status")
        .Where(l => l.StartsWith("CapEff:", StringComparison.Ordinal))
        .Any(l => (Convert.ToUInt64(l["CapEff:".Length..].Trim(), 16) >> 24 & 1) == 1);

    /// <summary>What cannot be done here, by what is missing.</summary>
    public static ImmutableSortedDictionary<string, HostLack> Lacks(IEnumerable<string> types)
    {
        var lacks = ImmutableSortedDictionary.CreateBuilder<string, HostLack>(
            StringComparer.Ordinal);
        void Add(string what, HostLack? lack)
        {
            if (lack is not null)
            {
                lacks[what] = lack;
            }
        }
        Add("mkfs", MissingProgram("e2fsprogs", "mkfs.ext4", "e2fsck")
            ?? (GrowsOnline ? null : MissingProgram("e2fsprogs", "resize2fs"))
            ?? MissingProgram("mount", "mount", "umount"));
        Add("loop", File.Exists("/dev/loop-control") || Knows("loop") ? null : new(
            "The kernel has no loop devices, by which a file is attached.",
            "Load them: `modprobe loop`; or declare the volume without a size."));
        Add("luks", Luks());
        Add("lvm", MissingProgram("lvm2", Lvm.Program) ?? (HasMapper() || Knows("dm-mod") ? null
            : new("The kernel of this machine has no device mapper, by which LVM works.",
                "Declare the volumes without a group, or use a kernel with device mapper.")));
        foreach (var type in types.Where(t => t is not ("bind" or "auto")))
        {
            Add(type, FileSystem(type));
        }
        return lacks.ToImmutable();
    }

    private static HostLack? Luks() => MissingProgram("cryptsetup", "cryptsetup")
        ?? (HasMapper()
            && DeviceMapper.Has("crypt") || Knows("dm-crypt")
                ? null : new("The kernel of this machine cannot encrypt volumes: it has no "
                    + "dm-crypt.", "Declare the volume without `encrypted: true`, or use a kernel "
                    + "with dm-crypt."));

    private static bool HasMapper() => File.ReadAllText("/proc/devices")
        .Contains("device-mapper", StringComparison.Ordinal);

    private static HostLack? FileSystem(string type)
    {
        var (program, package) = type switch
        {
            "nfs" or "nfs4" => ("mount.nfs", "nfs-common"),
            "cifs" or "smb3" => ("mount.cifs", "cifs-utils"),
            _ => ($"mount.{type}", ""),
        };
        if (package.Length > 0 && MissingProgram(package, program) is { } missing)
        {
            return missing;
        }
        var module = type switch { "nfs4" => "nfs", "smb3" => "cifs", _ => type };
        return IsKnown(type) || Knows(module) || (package.Length == 0
            && Command.Find(program) is not null) ? null : new(
            $"The kernel of this machine does not know the file system {type}.",
            "Correct the type, or install what brings it.");
    }

    private static HostLack? MissingProgram(string package, params string[] programs) =>
        Array.Find(programs, p => Command.Find(p) is null) is { } missing ? new(
            $"The program {missing} is not installed.",
            $"Install it, on Debian with `apt-get install {package}`, then plan again.") : null;

    private static bool IsKnown(string type) => File.ReadLines("/proc/filesystems")
        .Any(line => line.Split('\t')[^1] == type);

    /// <summary>The kernel has such a module, or could load it.</summary>
    private static bool Knows(string module) => s_modules.Value.Contains(module)
        || Directory.Exists($"/sys/module/{module.Replace('-', '_')}");

    private static ImmutableHashSet<string> Modules()
    {
        var folder = "/lib/modules/" + File.ReadAllText("/proc/sys/kernel/osrelease").Trim();
        string[] lists = [$"{folder}/modules.dep", $"{folder}/modules.builtin"];
        return
        [
            .. lists.Where(File.Exists).SelectMany(File.ReadLines)
                .Select(line => Path.GetFileName(line.Split(':')[0]).Split('.')[0]),
        ];
    }
}
