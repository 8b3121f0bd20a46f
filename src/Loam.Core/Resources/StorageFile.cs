using Loam.Core.StateFiles;
using Loam.Core.StateFiles.Types;

namespace Loam.Core.Resources;

/// <summary>storage.yaml: volume groups, volumes and mounts.</summary>
public static class StorageFile
{
    public const string File = "storage.yaml";

    private static readonly BoolType Bool = new();

    private static readonly Schema Backup = new("backup", "Copies of one volume.",
    [
        new("enabled", Bool, "Copies are made.") { Default = "true" },
        new("schedule", Formats.Cron, "When; absent: with the machine's own."),
        new("retain", new IntegerType(1, 10_000), "Copies kept; absent: as the machine's own."),
        new("type", new EnumType(["snapshot", "archive"]),
            "snapshot: while services run, of a database by its own dump; archive: of its files, "
            + "with the services that use them stopped meanwhile.")
        {
            Default = "snapshot",
        },
    ]);

    public static readonly Schema Group = new("group",
        "A volume group of LVM: disks that volumes are cut from.",
    [
        new("name", StorageFormats.GroupName, "Unique; LVM's name for it.") { Required = true },
        new("devices", new ListType(StorageFormats.Device) { Unique = true },
            "Disks or parts of disks, such as /dev/sdb. One that is empty is taken in; one that "
            + "holds anything never is.")
        {
            Required = true, Change = Change.InPlace,
        },
    ])
    { Key = "name", Example = "name: media" };

    public static readonly Schema Volume = new("volume", "A directory that outlives containers.",
    [
        new("name", Formats.Name, "Unique.") { Required = true },
        new("path", Formats.AbsolutePath,
            "The directory on the host; absent: one below Loam's data directory."),
        new("size", new SizeType(1 << 20), "How much it can hold; it can grow, not shrink.")
        {
            Change = Change.InPlace,
        },
        new("group", StorageFormats.GroupName,
            "The volume group it is a logical volume of; absent: it is a directory or a file."),
        new("filesystem", new EnumType(["directory", "ext4"]),
            "directory, the default without a size; ext4, the default with one.")
        {
            Default = "directory",
        },
        new("permissions", Formats.Permissions,
            "Octal, as chmod takes them; absent: 0755 when it is made, then left alone.")
        {
            Change = Change.InPlace,
        },
        new("owner", ServiceFormats.User,
            "User or uid:gid; absent: root when it is made, then left alone.")
        {
            Change = Change.InPlace,
        },
        new("encrypted", Bool, "Unreadable without the machine's key.")
        {
            Default = "false",
        },
        new("backup", new ObjectType(Backup), "Copies of it.")
        {
            Change = Change.Record, IsRequest = true,
        },
    ])
    { Key = "name", Example = "name: data" };

    public static readonly Schema Mount = new("mount", "A file system that is attached.",
    [
        new("source", Formats.Text, "Device, UUID=…, or what the type calls it.")
        {
            Required = true,
        },
        new("target", Formats.AbsolutePath, "Where it is attached.") { Required = true },
        new("type", StorageFormats.FileSystem, "File system, such as ext4 or nfs.")
        {
            Required = true,
        },
        new("options", new ListType(StorageFormats.Option) { Unique = true },
            "Mount options; of cifs, password= takes ${secrets.NAME}."),
    ])
    { Key = "target", Example = "source: /dev/sdb1" };

    public static readonly FileKind Kind = new(File, "StorageConfig", new("spec",
        "Volume groups, volumes and mounts.",
    [
        new("groups", new ListType(new ObjectType(Group)),
            "Volume groups. Removing one from the file touches neither its disks nor its data."),
        new("volumes", new ListType(new ObjectType(Volume)),
            "Directories that outlive containers. Removing one from the file never deletes its "
            + "data: the plan says it is kept, and how to delete it."),
        new("mounts", new ListType(new ObjectType(Mount)), "File systems that are attached."),
    ]));
}

/// <summary>Forms of texts that only storage has.</summary>
internal static class StorageFormats
{
    public static readonly FormatType FileSystem = new(
        "a file system such as ext4", "^[a-z0-9._-]+$",
        text => text.Length is > 0 and <= 32
            && text.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c)
                || c is '.' or '_' or '-')
            ? Verdict.Good(text)
            : Verdict.Bad("not a file system", "Write one such as ext4, btrfs or nfs."));

    /// <summary>As LVM takes them, of the length that leaves room for a volume's name.</summary>
    public static readonly FormatType GroupName = new(
        "a name of a volume group such as media", "^[A-Za-z0-9_+.][A-Za-z0-9_+.-]{0,62}$",
        text => text.Length is > 0 and <= 63 && text[0] != '-' && text is not ("." or "..")
            && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '+' or '.' or '-')
            ? Verdict.Good(text)
            : Verdict.Bad("not a name of a volume group",
                "Write letters, digits, _, +, . and -, such as media."));

    public static readonly FormatType Device = new(
        "a disk such as /dev/sdb", "^/dev/",
        text => text.Length is > 5 and <= 256 && text.StartsWith("/dev/", StringComparison.Ordinal)
            && !text.Any(c => char.IsWhiteSpace(c) || char.IsControl(c))
            && text[1..].Split('/').All(part => part is not ("" or "." or ".."))
            ? Verdict.Good(text)
            : Verdict.Bad("not a disk", "Write its path, such as /dev/sdb or "
                + "/dev/disk/by-id/…; `lsblk` lists disks."));

    public static readonly FormatType Option = new(
        "a mount option such as noatime", "^[^,\\s]+$",
        text => text.Length is > 0 and <= 256
            && !text.Any(c => c == ',' || char.IsWhiteSpace(c) || char.IsControl(c))
            ? Verdict.Good(text)
            : Verdict.Bad("not one mount option", "Write each option as an item of its own."));
}
