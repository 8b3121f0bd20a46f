using Loam.Core.Planning;
using Loam.Core.Resources;

namespace Loam.Simulation.Running;

/// <summary>Volumes and mounts a person might declare, and what must hold of them: what was written
/// is never lost nor covered, what somebody else mounted is left alone, what is taken back leaves
/// nothing, and a running service stands on what is declared.</summary>
internal sealed class Disks(World world)
{
    private const string Theirs = "/mnt/theirs", Letter = "letter", Group = "media";
    private const string First = "/dev/sim-a", Second = "/dev/sim-b", Full = "/dev/sim-c";

    private static readonly string[] s_sizes = ["", "64Mi", "64Mi", "128Mi", "256Mi"];

    private static readonly (string Target, string Mount)[] s_mounts =
    [
        ("/srv/a", "{source: fast, target: /srv/a, type: tmpfs}"),
        ("/srv/a", "{source: fast, target: /srv/a, type: tmpfs, options: [size=8m]}"),
        ("/srv/a/b", "{source: nas, target: /srv/a/b, type: nfs}"),
        ("/mnt/bound", "{source: /srv/a, target: /mnt/bound, type: bind}"),
        (Theirs, "{source: stick, target: /mnt/theirs, type: ext4}"),
    ];

    private readonly string _before = world.Storage.Snapshot();
    private readonly Dictionary<string, int> _written = world.Storage.Images.ToDictionary(
        i => i, i => world.Storage.FilesIn(i)!.Count, StringComparer.Ordinal);

    /// <summary>The storage.yaml for services that use these volumes.</summary>
    public static string Draw(World world, IEnumerable<string> volumes)
    {
        var chance = world.Chance;
        // A database's volume stays a directory: its upgrades are another story.
        var own = ((string[])["vault", "archive"]).Where(_ => chance.OneIn(2)).ToList();
        var group = Groups(world);
        var lines = volumes.Distinct().Select(v => $"    - name: {v}\n").Concat(own.Select(v =>
        {
            var isLogical = group.Length > 0 && InGroup(world, v);
            var size = Size(world, v, isLogical);
            return $"    - name: {v}\n"
                + (size.Length > 0 ? $"      size: {size}\n" : "")
                + (size.Length > 0 && isLogical ? $"      group: {Group}\n" : "")
                + (chance.OneIn(6) ? $"      path: /srv/{v}\n" : "")
                + (chance.OneIn(3) ? $"      permissions: 07{chance.Below(2)}0\n" : "")
                + (chance.OneIn(4) ? "      owner: \"33:33\"\n" : "");
        })).ToList();
        var mounts = chance.OneIn(2) ? [] : s_mounts.Where(m => chance.OneIn(
                m.Target == Theirs ? 12 : 3)).DistinctBy(m => m.Target)
            .Select(m => $"    - {m.Mount}\n").ToList();
        return group + (lines.Count == 0 ? "  volumes: []\n" : "  volumes:\n" + string.Concat(lines))
            + (mounts.Count > 0 ? "  mounts:\n" + string.Concat(mounts)
                : chance.OneIn(2) ? "  mounts: []\n" : "");
    }

    /// <summary>What is there mostly stays or grows: the rest is refused.</summary>
    private static string Size(World world, string volume, bool isLogical)
    {
        var wanted = world.Chance.Pick(s_sizes);
        if (world.Chance.OneIn(8))
        {
            return wanted;
        }
        var image = isLogical ? $"/dev/{Group}/{volume}"
            : $"{world.Context.VolumeRoot}/.images/{volume}.ext4";
        return world.Storage.FilesIn(image) is not null
            ? world.Storage.SizeOf(image) > 64 << 20 || world.Chance.OneIn(2) ? "256Mi" : "64Mi"
            : wanted;
    }

    /// <summary>A group mostly stays; now and then it is to have a disk more, or one that is full.
    /// </summary>
    private static string Groups(World world)
    {
        var isThere = world.Storage.GroupNames.Contains(Group);
        if (world.Chance.OneIn(isThere ? 10 : 2))
        {
            return "";
        }
        var devices = world.Chance.OneIn(3) ? $"{First}, {Second}"
            : world.Chance.OneIn(10) ? $"{First}, {Full}" : First;
        return $"  groups:\n    - {{name: {Group}, devices: [{devices}]}}\n";
    }

    /// <summary>What is in it mostly stays there: the rest is refused.</summary>
    private static bool InGroup(World world, string volume) =>
        world.Storage.FilesIn($"/dev/{Group}/{volume}") is not null ? !world.Chance.OneIn(12)
            : world.Chance.OneIn(2);

    /// <summary>Somebody's stick is plugged in, and there are disks on which nothing is.</summary>
    public static void Settle(World world)
    {
        world.Storage.PutMount(Theirs, "stick", "ext4");
        world.Storage.PutDisk(First, 600L << 20);
        world.Storage.PutDisk(Second, 600L << 20);
        world.Storage.PutDisk(Full, 600L << 20, "it holds an ext4 file system");
    }

    /// <summary>Services write, and now and then the machine is started anew or somebody changes
    /// permissions by hand.</summary>
    public static void Tamper(World world)
    {
        foreach (var (target, mount) in world.StorageLedger.Mounts)
        {
            if (mount.Spec.Disk is not null && world.Chance.OneIn(4))
            {
                world.Storage.Chmod(target, 0b111_111_111);
            }
        }
        if (world.Chance.OneIn(3))
        {
            world.Storage.Reboot();
            world.Storage.PutMount(Theirs, "stick", "ext4");
            if (world.Chance.OneIn(3))
            {
                world.Storage.Swap(First, Second);
            }
        }
    }

    /// <param name="isOld">The former generation is in force.</param>
    public void Check(bool isOld, DesiredState state)
    {
        var storage = world.Storage;
        void Wrong(string what) => world.Watch.Violation($"storage: {what}");
        // A directory that was empty may hold what a program wrote meanwhile.
        var now = storage.Snapshot().Split('\n').ToHashSet(StringComparer.Ordinal);
        var then = _before.Split('\n').Where(l => !l.StartsWith('/')
            || storage.IsFree(l.Split(' ')[0]) || l.Contains(" at ", StringComparison.Ordinal)
            || l.Contains(": ", StringComparison.Ordinal)).ToHashSet(StringComparer.Ordinal);
        // What grew onto a disk keeps it.
        now.ExceptWith(storage.Filled.Except(then).ToList());
        if (isOld && !now.SetEquals(then))
        {
            Wrong("a change was taken back, and volumes and mounts are not as before: "
                + $"{string.Join(", ", then.Except(now))} → {string.Join(", ", now.Except(then))}");
        }
        foreach (var (image, files) in _written)
        {
            if (files > 0 && storage.FilesIn(image) is not { } there || storage.FilesIn(image)?.Count
                < files)
            {
                Wrong($"what was written into {image} is gone");
            }
        }
        foreach (var volume in state.Volumes.Values)
        {
            var spec = Planner.Places(world.Context, state).First(p => p.Name == volume.Name);
            if (volume.Size is null ? storage.Look(spec.Path) is null
                : storage.FilesIn(spec.Mount!.Source) is null
                    || storage.SizeOf(spec.Mount.Source) < volume.Size)
            {
                Wrong($"volume {volume.Name} is declared, and is not there");
            }
            else if (volume.Size is not null && world.Chance.OneIn(2))
            {
                storage.Write(spec.Path, Letter);
                if (!storage.FilesIn(spec.Mount!.Source)!.Contains(Letter))
                {
                    Wrong($"what is written to {spec.Path} goes elsewhere");
                }
            }
        }
        if (state.ManagesMounts)
        {
            foreach (var target in s_mounts.Select(m => m.Target).Distinct())
            {
                var isThere = world.StorageLedger.Mounts.ContainsKey(target)
                    && storage.IsMounted(target);
                if (isThere != state.Mounts.ContainsKey(target))
                {
                    Wrong($"{target} is mounted and should not be, or the other way round");
                }
            }
        }
        foreach (var group in state.Groups.Keys.Where(g => !storage.GroupNames.Contains(g)))
        {
            Wrong($"volume group {group} is declared, and is not there");
        }
        if (!storage.IsMounted(Theirs))
        {
            Wrong("somebody else's stick was unmounted");
        }
    }
}
