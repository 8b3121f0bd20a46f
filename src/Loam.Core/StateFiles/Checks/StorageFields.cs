using Loam.Core.Diagnostics;
using Loam.Core.Resources;
using Loam.Core.StateFiles.Types;

namespace Loam.Core.StateFiles.Checks;

/// <summary>Fields of volume groups, volumes and mounts that need or exclude each other, and
/// places that are the system's own.</summary>
internal static class StorageFields
{
    /// <summary>ext4 with a journal, and with what LUKS takes before it.</summary>
    private const long LeastImage = 16 << 20, LeastEncrypted = 64 << 20;

    /// <summary>Nothing is attached at or below these.</summary>
    private static readonly string[] s_systems =
        ["/usr", "/etc", "/proc", "/sys", "/dev", "/boot", "/bin", "/sbin", "/lib", "/lib32",
         "/lib64", "/run/systemd", "/run/udev", "/run/dbus", "/run/lock", "/run/user",
         "/run/secrets", "/run/docker", "/run/containerd", "/run/sshd"];

    /// <summary>Nothing is attached at these.</summary>
    private static readonly string[] s_tops = ["/", "/var", "/var/lib", "/root", "/tmp", "/run"];

    public static void Run(Declared declared, DiagnosticBag found)
    {
        foreach (var (name, spec) in declared.Volumes)
        {
            Volume(name, spec, found);
        }
        Groups(declared, found);
        foreach (var (target, spec) in declared.Mounts)
        {
            Place($"The mount at {target}", target, spec["target"]!.At, found);
            Options(target, spec, found);
            if (declared.Volumes.FirstOrDefault(v => v.Spec.Text("path") == target)
                is { Name: { } volume })
            {
                found.Error(Codes.Disagreement, spec["target"]!.At,
                    $"{target} is the path of volume {volume} as well.",
                    "Give one of them another place.");
            }
        }
    }

    private static void Volume(string name, MapValue spec, DiagnosticBag found)
    {
        var kind = spec["filesystem"] as TextValue;
        var isImage = kind is { Text: "ext4", At: not null }
            || (kind?.At is null && spec.Has("size"));
        if (!isImage && spec.Has("size"))
        {
            found.Error(Codes.Incomplete, kind!.At,
                $"Volume {name} has a size, which a directory cannot hold to.",
                "Write `filesystem: ext4`, or remove the size.");
        }
        else if (isImage && !spec.Has("size"))
        {
            found.Error(Codes.Incomplete, kind!.At, $"Volume {name} is ext4 and has no size.",
                "Add `size:`, such as 10Gi; it can grow later.");
        }
        var isEncrypted = spec.Flag("encrypted") == true;
        var least = isEncrypted ? LeastEncrypted : LeastImage;
        if (isImage && spec.Number("size") < least)
        {
            found.Error(Codes.BadValue, spec["size"]!.At,
                $"Volume {name} is too small for a file system of its own.",
                $"Write at least {SizeType.Words(least)}.");
        }
        if (spec["group"] is TextValue group && !isImage)
        {
            found.Error(Codes.Incomplete, group.At,
                $"Volume {name} is in the volume group {group.Text} and has no size.",
                "Add `size:`, such as 10Gi; it can grow later.");
        }
        else if (spec.Has("group") && (name == "snapshot" || name.StartsWith("pvmove",
            StringComparison.Ordinal)))
        {
            found.Error(Codes.BadValue, spec["name"]!.At,
                $"LVM keeps the name {name} for itself.", "Give the volume another name.");
        }
        if (isImage && spec.Text("path") is { } path)
        {
            Place($"Volume {name}", path, spec["path"]!.At, found);
        }
    }

    /// <summary>A disk has one use.</summary>
    private static void Groups(Declared declared, DiagnosticBag found)
    {
        var uses = declared.Mounts.Where(m => m.Spec.Has("source"))
            .DistinctBy(m => m.Spec.Text("source")).ToDictionary(
                m => m.Spec.Text("source")!, m => $"mounted at {m.Name}", StringComparer.Ordinal);
        foreach (var (name, spec) in declared.Groups)
        {
            foreach (var device in spec.List("devices").OfType<TextValue>())
            {
                if (!uses.TryAdd(device.Text, $"in the volume group {name}")
                    && uses[device.Text] != $"in the volume group {name}")
                {
                    found.Error(Codes.Disagreement, device.At, $"{device.Text} is to be in the "
                        + $"volume group {name}, and is {uses[device.Text]} as well.",
                        "Leave one of the two out.");
                }
            }
        }
    }

    private static void Place(string what, string path, Span? at, DiagnosticBag found)
    {
        if (s_tops.Contains(path) || Array.Exists(s_systems, s => StoragePlaces.Holds(s, path)))
        {
            found.Error(Codes.BadValue, at, $"{what} would cover a directory of the system.",
                "Attach it elsewhere, for instance below /srv or /mnt.");
        }
    }

    private static void Options(string target, MapValue mount, DiagnosticBag found)
    {
        foreach (var option in mount.List("options").OfType<TextValue>())
        {
            var cut = option.Text.IndexOf('=', StringComparison.Ordinal);
            var (name, value) = cut < 0 ? (option.Text, "")
                : (option.Text[..cut], option.Text[(cut + 1)..]);
            var isPassword = name is "password" or "pass" or "password2";
            var isSecret = value.StartsWith("${secrets.", StringComparison.Ordinal)
                && value.EndsWith('}') && SecretRefs.In(option).Count == 1;
            if (isPassword && !isSecret)
            {
                found.Error(Codes.PlaintextSecret, option.At,
                    $"The mount at {target} has a password in plain text.",
                    "Write `password=${secrets.NAME}`, and set it with `loam secret set NAME`.");
            }
            else if (!(isPassword && mount.Text("type") is "cifs" or "smb3")
                && SecretRefs.In(option).Count > 0)
            {
                found.Error(Codes.BadValue, option.At,
                    $"A secret among the options of the mount at {target} can stand only after "
                    + "password= of type cifs.", "Remove it.");
            }
        }
    }
}
