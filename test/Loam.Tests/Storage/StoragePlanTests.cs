using System.Collections.Immutable;
using Loam.Core.Diagnostics;
using Loam.Core.Observing;
using Loam.Core.Planning;
using Loam.Core.Resources;
using Loam.Core.StateFiles;
using static Loam.Tests.Storage.StoragePlanning;

namespace Loam.Tests.Storage;

public sealed class StoragePlanTests
{
    private const string Sized = "  volumes:\n    - {name: data, size: 64Mi}\n";
    private const string Path = "/volumes/data", Image = "/volumes/.images/data.ext4";

    private static readonly MountSpec s_image = new(Image, "ext4", "")
    {
        Disk = new("data", 64 << 20, false),
    };

    private static readonly ObservedStorage s_empty = new([], [], 100L << 30);

    private static ObservedStorage Attached(MountSpec? spec = null) => s_empty with
    {
        Images = [new(Image, (spec ?? s_image).Disk!, true)],
        Mounts = [new(Path, spec ?? s_image, "/dev/loop0", "ext4", true)],
    };

    private static ObservedStorage Mounted(
        string target, MountSpec? owned, string? source, bool isOwn) =>
        s_empty with { Mounts = [new(target, owned, source, "tmpfs", isOwn)] };

    [Fact]
    public void A_sized_volume_is_an_image_that_is_attached()
    {
        var step = Plan("", Sized, s_empty).Steps.ShouldHaveSingleItem();
        step.Actions.Select(a => a.Kind).ShouldBe([ActionKind.MakeImage, ActionKind.Attach]);
        step.Summary.ShouldBe("create volume data");
        step.Notes[0].ShouldBe($"64Mi of ext4 in {Image}; it takes space as it is used");
    }

    [Fact]
    public void What_is_as_declared_is_left_alone()
    {
        Plan(Sized, Sized, Attached(), heal: true).Steps.ShouldBeEmpty();
        // As after a start of the machine.
        Plan(Sized, Sized, Attached() with
        {
            Mounts = [new(Path, s_image, null, null, false)],
        }, heal: true).Steps[0].Actions.ShouldHaveSingleItem().Kind.ShouldBe(ActionKind.Attach);
        // A growth that was not taken back is no drift.
        Plan(Sized, Sized, Attached(s_image with { Disk = new("data", 128 << 20, false) }),
            heal: true).Steps.ShouldBeEmpty();
    }

    [Fact]
    public void It_grows_and_never_shrinks()
    {
        var large = Sized.Replace("64Mi", "128Mi");
        var plan = Plan(Sized, large, Attached());
        plan.Steps[0].Actions.ShouldHaveSingleItem().Kind.ShouldBe(ActionKind.GrowImage);
        plan.Steps[0].Summary.ShouldBe("grow volume data");
        plan.HasErrors.ShouldBeFalse();
        Plan(Sized, large, Attached() with { GrowsOnline = false }).Steps[0].Actions
            .Select(a => a.Kind)
            .ShouldBe([ActionKind.Detach, ActionKind.GrowImage, ActionKind.Attach]);

        var grown = Attached(s_image with { Disk = new("data", 128 << 20, false) });
        Only(Plan(large, Sized, grown)).ShouldSay("cannot shrink to 64Mi", "size: 128Mi");
        var back = Plan(large, Sized, grown, context: Context with { IsRevert = true });
        back.HasErrors.ShouldBeFalse();
        back.Findings.ShouldHaveSingleItem().Remedy.ShouldContain("stays as large");
    }

    [Fact]
    public void One_that_is_declared_no_more_is_kept_and_comes_back()
    {
        var step = Plan(Sized, "  volumes: []\n", Attached()).Steps.ShouldHaveSingleItem();
        step.Actions.ShouldHaveSingleItem().Kind.ShouldBe(ActionKind.Detach);
        string.Join(' ', step.Notes).ShouldContain($"rm {Image}");

        var kept = Attached() with { Mounts = [] };
        var again = Plan("", Sized, kept).Steps.ShouldHaveSingleItem();
        again.Actions.ShouldHaveSingleItem().Kind.ShouldBe(ActionKind.Attach);
        again.Notes[0].ShouldContain("data from before");
        // Somebody deleted it meanwhile.
        Plan("", Sized, kept with { Images = [new(Image, s_image.Disk!, false)] })
            .Steps[0].Actions[0].Kind.ShouldBe(ActionKind.MakeImage);
        Only(Plan(Sized, Sized, kept with { Images = [new(Image, s_image.Disk!, false)] },
            heal: true)).ShouldSay("is gone", "Put that file back");
    }

    [Fact]
    public void A_directory_with_data_does_not_become_a_file_system_nor_the_other_way_round()
    {
        const string plain = "  volumes:\n    - {name: data}\n";
        ObservedVolume full = new("data", Path, 0b111_101_101, false);
        Only(Plan(plain, Sized, s_empty, full)).ShouldSay("hidden", "Declare a new volume");
        Plan(plain, Sized, s_empty, full with { IsEmpty = true }).HasErrors.ShouldBeFalse();

        Only(Plan(Sized, plain, Attached(), full)).ShouldSay("a file system of its own");
        var empty = Plan(Sized, plain, Attached(), full with { IsEmpty = true });
        empty.HasErrors.ShouldBeFalse();
        empty.Steps[0].Actions.Select(a => a.Kind)
            .ShouldBe([ActionKind.Detach, ActionKind.CreateVolume]);
        Only(Plan("", "  volumes:\n    - {name: data, encrypted: true}\n", s_empty))
            .ShouldSay("cannot be encrypted by itself", "Give it a `size:`");
        Only(Plan(Sized, Sized.Replace("64Mi", "64Mi, encrypted: true"), Attached()))
            .ShouldSay("is not encrypted");
    }

    [Fact]
    public void A_disk_that_is_too_small_is_warned_of_with_figures()
    {
        var found = Plan("", Sized, s_empty with { Free = 3 << 20 }).Findings
            .ShouldHaveSingleItem();
        found.IsError.ShouldBeFalse();
        found.Message.ShouldBe("Volume data may take 64Mi more, and 3Mi are free: before it is "
            + "full, the disk is.");
    }

    [Fact]
    public void What_the_host_lacks_is_told_before_anything_is_touched()
    {
        var lacks = s_empty with
        {
            Lacks = ImmutableSortedDictionary<string, HostLack>.Empty
                .Add("luks", new("No dm-crypt.", "Take another kernel."))
                .Add("mkfs", new("No mkfs.", "Install it.")),
        };
        var found = Plan("", Sized.Replace("64Mi", "64Mi, encrypted: true"), lacks).Findings;
        found.Select(f => f.Message).ShouldBe(["No mkfs.", "No dm-crypt."], ignoreOrder: true);
        found.ShouldAllBe(f => f.IsError && f.Code == Codes.ProgramMissing);
    }

    [Fact]
    public void Permissions_and_owner_are_kept_only_where_they_are_declared()
    {
        const string given = "  volumes:\n    - {name: data, permissions: 0700, owner: www-data}\n";
        ObservedVolume seen = new("data", Path, 0b111_101_101, false)
        {
            Owner = new(0, 0), Wanted = new(33, null),
        };
        var action = Plan(given, given, s_empty, seen, heal: true).Steps.ShouldHaveSingleItem()
            .Actions.ShouldHaveSingleItem();
        action.Access.ShouldBe(new(new(0b111_101_101, "0:0"), new(0b111_000_000, "www-data")));
        Inverse.Of(action)!.Access!.After.ShouldBe(new(0b111_101_101, "0:0"));

        Plan(given, given, s_empty, seen with { Mode = 0b111_000_000, Owner = new(33, 7) },
            heal: true).Steps.ShouldBeEmpty();
        // Its program chose its own, and nobody said otherwise.
        Plan("  volumes:\n    - {name: data}\n", "  volumes:\n    - {name: data}\n", s_empty, seen,
            heal: true).Steps.ShouldBeEmpty();
        Only(Plan("", given.Replace("www-data", "nobody1"), s_empty, seen with { Wanted = null }))
            .ShouldSay("no user or group");
    }

    [Fact]
    public void A_mount_is_made_changed_and_taken_away()
    {
        const string mounts = "  mounts:\n    - {source: scratch, target: /srv/a, type: tmpfs, "
            + "options: [size=4m, noexec]}\n";
        MountSpec spec = new("scratch", "tmpfs", "size=4m,noexec");
        var made = Plan("", mounts, s_empty).Steps.ShouldHaveSingleItem();
        made.Summary.ShouldBe("mount scratch at /srv/a");
        made.Actions.ShouldHaveSingleItem().Volume!.Mount.ShouldBe(spec);

        var there = Mounted("/srv/a", spec, "scratch", isOwn: true);
        Plan(mounts, mounts, there, heal: true).Steps.ShouldBeEmpty();
        Plan(mounts, mounts.Replace("4m", "8m"), there).Steps[0].Actions.Select(a => a.Kind)
            .ShouldBe([ActionKind.Detach, ActionKind.Attach]);
        Plan(mounts, "  mounts: []\n", there).Steps[0].Summary.ShouldBe("unmount /srv/a");
        // Unmanaged: it stays.
        Plan(mounts, "  volumes: []\n", there).Steps.ShouldBeEmpty();
        // As after a start of the machine.
        Plan(mounts, mounts, Mounted("/srv/a", spec, null, isOwn: false), heal: true).Steps[0]
            .Actions[0].Kind.ShouldBe(ActionKind.Attach);
    }

    [Fact]
    public void What_somebody_else_mounted_is_taken_over_only_when_asked()
    {
        const string mounts = "  mounts:\n    - {source: theirs, target: /srv/a, type: tmpfs}\n";
        var there = Mounted("/srv/a", null, "theirs", isOwn: false);
        Only(Plan("", mounts, there)).ShouldSay("Loam did not do it", "umount /srv/a");
        var taken = Plan("", mounts, there,
            context: Context with { AdoptedMounts = ["/srv/a"] });
        taken.HasErrors.ShouldBeFalse();
        taken.Steps[0].Actions.ShouldHaveSingleItem().Kind.ShouldBe(ActionKind.AdoptMount);
        Plan("", "  mounts: []\n", there).Steps.ShouldBeEmpty();
        Only(Plan("", "  mounts:\n    - {source: x, target: /volumes, type: tmpfs}\n", s_empty))
            .ShouldSay("Loam's own data");
        // By a link, too.
        Only(Plan("", "  mounts:\n    - {source: x, target: /srv/v, type: tmpfs}\n", s_empty with
        {
            Mounts = [new("/srv/v", null, null, null, false) { Place = "/volumes" }],
        })).ShouldSay("Loam's own data lies in /volumes");
    }

    [Fact]
    public void What_lies_on_another_comes_after_it_and_goes_before_it()
    {
        const string nested = "  mounts:\n    - {source: b, target: /srv/a/b, type: tmpfs}\n"
            + "    - {source: /srv/a/b, target: /mnt/bound, type: bind}\n"
            + "    - {source: a, target: /srv/a, type: tmpfs}\n";
        Plan("", nested, s_empty).Steps.Select(s => s.Id.Name)
            .ShouldBe(["/srv/a", "/srv/a/b", "/mnt/bound"]);
        MountSpec Spec(string source) => new(source, "tmpfs", "");
        var there = s_empty with
        {
            Mounts =
            [
                new("/srv/a", Spec("a"), "a", "tmpfs", true),
                new("/srv/a/b", Spec("b"), "b", "tmpfs", true),
            ],
        };
        Plan("", "  mounts: []\n", there).Steps.Select(s => s.Id.Name)
            .ShouldBe(["/srv/a/b", "/srv/a"]);
    }

    [Theory]
    [InlineData("{name: a, filesystem: ext4}", "has no size")]
    [InlineData("{name: a, size: 1Mi}", "too small")]
    [InlineData("{name: a, size: 32Mi, encrypted: true}", "too small")]
    [InlineData("{name: a, size: 64Mi, path: /etc/a}", "a directory of the system")]
    public void A_volume_that_cannot_be_is_refused_where_it_stands(string volume, string says) =>
        Errors($"  volumes:\n    - {volume}\n").ShouldHaveSingleItem().Message
            .ShouldContain(says);

    [Theory]
    [InlineData("/", "", "a directory of the system")]
    [InlineData("/usr", "", "a directory of the system")]
    [InlineData("/proc/x", "", "a directory of the system")]
    [InlineData("/srv/a", "password=x", "in plain text")]
    [InlineData("/srv/a", "x=${secrets.s}", "only after password=")]
    public void A_mount_that_cannot_be_is_refused_where_it_stands(
        string target, string option, string says) =>
        Errors($"  mounts:\n    - {{source: //nas/x, target: {target}, type: cifs, "
            + $"options: [\"{option}\"]}}\n".Replace("[\"\"]", "[]"))
            .ShouldContain(e => e.Message.Contains(says));

    private static List<Diagnostic> Errors(string spec) =>
        [.. StateReader.Read(FilesOf(spec)).Findings.Where(f => f.IsError)];
}

internal static class Said
{
    public static void ShouldSay(this Diagnostic finding, params string[] texts)
    {
        foreach (var text in texts)
        {
            $"{finding.Message} {finding.Remedy}".ShouldContain(text);
        }
    }
}
