using System.Collections.Immutable;
using Loam.Core.Diagnostics;
using Loam.Core.Observing;
using Loam.Core.Planning;
using Loam.Core.Resources;
using Loam.Core.StateFiles;
using static Loam.Tests.Storage.StoragePlanning;

namespace Loam.Tests.Storage;

public sealed class GroupPlanTests
{
    private const string Group = "  groups:\n    - {name: media, devices: [/dev/sdb]}\n";
    private const string Two = "  groups:\n    - {name: media, devices: [/dev/sdb, /dev/sdc]}\n";
    private const string Volume = "  volumes:\n    - {name: films, size: 64Mi, group: media}\n";
    private const long Disk = 200 << 20;

    private static readonly ObservedGroup s_none =
        new("media", false, [new("/dev/sdb", false, Disk, null)]);

    private static readonly ObservedGroup s_there =
        new("media", true, [new("/dev/sdb", true, 0, null)])
        {
            IsKnown = true, Free = 49,
        };

    private static readonly MountSpec s_films = new("/dev/media/films", "ext4", "")
    {
        Disk = new("films", 64 << 20, false) { Group = "media" },
    };

    private static ObservedStorage Seen(ObservedGroup group, bool isAttached = false) =>
        new([], [], 100L << 30)
        {
            Groups = [group],
            Images = isAttached ? [new(s_films.Source, s_films.Disk!, true)] : [],
            Mounts = isAttached
                ? [new("/volumes/films", s_films, "/dev/mapper/media-films", "ext4", true)] : [],
        };

    [Fact]
    public void A_group_is_made_before_the_volumes_in_it()
    {
        var plan = Plan("", Group + Volume, Seen(s_none));
        plan.HasErrors.ShouldBeFalse();
        plan.Steps.Select(s => s.Summary).ShouldBe(
            ["create volume group media", "create volume films"]);
        plan.Steps[0].Notes.ShouldBe(["takes the empty disk /dev/sdb, of 200Mi"]);
        plan.Steps[1].Requires.ShouldBe([0]);
        plan.Steps[1].Notes[0].ShouldBe("64Mi of ext4 in /dev/media/films");
        var make = plan.Steps[0].Actions.ShouldHaveSingleItem();
        make.Group!.ToString().ShouldBe("media >/dev/sdb");
        Inverse.Of(make)!.Group!.After.ShouldBeEmpty();
        plan.Steps[1].Actions[1].Volume!.Mount.ShouldBe(s_films);
    }

    [Fact]
    public void What_is_as_declared_is_left_alone()
    {
        Plan(Group + Volume, Group + Volume, Seen(s_there, true), heal: true).Steps
            .ShouldBeEmpty();
        // As after a start of the machine.
        var attach = Plan(Group + Volume, Group + Volume, Seen(s_there, true) with
        {
            Mounts = [],
        }, heal: true).Steps.ShouldHaveSingleItem();
        attach.Actions.ShouldHaveSingleItem().Kind.ShouldBe(ActionKind.Attach);
    }

    [Fact]
    public void One_that_is_there_is_taken_over_and_gets_the_disks_it_lacks()
    {
        var step = Plan("", Group, Seen(s_there with { IsKnown = false })).Steps
            .ShouldHaveSingleItem();
        step.Summary.ShouldBe("take over volume group media");
        step.Notes.ShouldBe(["is there already: nothing is touched"]);

        var more = s_there with
        {
            Devices = [.. s_there.Devices, new("/dev/sdc", false, Disk, null)],
        };
        step = Plan(Group, Two, Seen(more)).Steps.ShouldHaveSingleItem();
        step.Summary.ShouldBe("extend volume group media");
        step.Actions[0].Group!.After.ShouldBe(["/dev/sdb", "/dev/sdc"]);
    }

    [Fact]
    public void Healing_takes_no_disk_that_nobody_approved_now()
    {
        var torn = s_there with
        {
            IsKnown = false, Devices = [.. s_there.Devices, new("/dev/sdc", false, Disk, null)],
        };
        var plan = Plan(Two, Two, Seen(torn), heal: true);
        plan.Steps.ShouldBeEmpty();
        var said = plan.Findings.ShouldHaveSingleItem();
        said.IsError.ShouldBeFalse();
        said.Message.ShouldBe("/dev/sdc is not in the volume group media.");
        Plan(Two, Two + Volume, Seen(torn)).Steps.ShouldHaveSingleItem().Summary
            .ShouldBe("create volume films");
        Alerts(Seen(torn)).ShouldBe([said.Message]);
    }

    [Fact]
    public void Of_two_with_one_name_neither_is_touched()
    {
        var plan = Plan("", Group, Seen(s_there with { Doubles = ["u1", "u2"] }));
        Only(plan).ShouldSay("There are 2 volume groups media: u1 and u2.", "vgrename u2 ");
    }

    [Fact]
    public void What_nobody_can_look_at_stops_only_who_stands_on_it()
    {
        var blind = Seen(s_none with { IsKnown = true }, true) with
        {
            Lacks = ImmutableSortedDictionary<string, HostLack>.Empty
                .Add("lvm", new("No answer.", "Wait.")),
        };
        Alerts(blind).ShouldHaveSingleItem().ShouldContain("No answer.");
        var plan = Plan(Group + Volume, Group + Volume, blind, heal: true);
        plan.Steps.ShouldBeEmpty();
        plan.Findings.ShouldHaveSingleItem().IsError.ShouldBeFalse();
        Only(Plan(Group + Volume, Group + Volume.Replace("64Mi", "128Mi"), blind)).Message
            .ShouldBe("No answer.");
        Plan(Group + Volume, Group + Volume, blind with { Mounts = [] }, heal: true).Findings
            .ShouldContain(f => f.IsError && f.Message == "No answer.");
    }

    private static IEnumerable<string> Alerts(ObservedStorage storage) => StorageChecks.Alerts(
        new() { ObservedAt = DateTimeOffset.UnixEpoch, Storage = storage });

    [Fact]
    public void Only_an_empty_disk_is_taken_and_what_is_on_another_is_told()
    {
        Only(Plan("", Group, Seen(s_none with
        {
            Devices = [new("/dev/sdb", false, Disk, "it holds an ext4 file system")],
        }))).ShouldSay("/dev/sdb cannot be taken", "it holds an ext4 file system", "seek=199");
        Only(Plan("", Group, Seen(s_none with
        {
            Devices = [new("/dev/sdb", false, 0, "it is not there")],
        }))).ShouldSay("it is not there", "lsblk");
        Only(Plan("", Group.Replace("/dev/sdb", ""), Seen(s_none with { Devices = [] })))
            .ShouldSay("has no devices");
        Only(Plan("", Group, Seen(s_none with { IsTaken = true }))).ShouldSay("no volume group");
        Only(Plan("", Group, Seen(s_none with { IsThere = true, Others = ["/dev/sdx"] })))
            .ShouldSay("already, on /dev/sdx", "taken over");
    }

    [Fact]
    public void A_disk_is_not_taken_out_in_place()
    {
        var both = s_there with { Others = ["/dev/sdc"] };
        Only(Plan(Two, Group, Seen(both))).ShouldSay("on /dev/sdc as well", "pvmove");
        Plan(Two, Group, Seen(s_there)).HasErrors.ShouldBeFalse();
        Plan(Two, Group, Seen(both), context: Context with { IsRevert = true }).Findings
            .ShouldHaveSingleItem().IsError.ShouldBeFalse();
    }

    [Fact]
    public void One_that_is_gone_is_not_made_anew()
    {
        var plan = Plan(Group, Group + Volume, Seen(s_none));
        Only(plan).ShouldSay("is gone", "Attach its disks again");
        plan.Steps.SelectMany(s => s.Actions).ShouldNotContain(a => a.Kind == ActionKind.SetGroup);
    }

    [Fact]
    public void A_volume_that_has_no_room_is_refused_with_figures()
    {
        var large = Volume.Replace("64Mi", "256Mi");
        Only(Plan("", Group + large, Seen(s_none)))
            .ShouldSay("takes 256Mi more of the volume group media, which has 196Mi free");
        Plan(Group + Volume, Group + large, Seen(s_there with { Free = 48 }, true)).HasErrors
            .ShouldBeFalse();
        Only(Plan(Group + Volume, Group + large, Seen(s_there with { Free = 47 }, true)))
            .ShouldSay("takes 192Mi more", "188Mi free");
        // With the disk that comes with it.
        Plan(Group + Volume, Two + large, Seen(s_there with
        {
            Free = 0, Devices = [.. s_there.Devices, new("/dev/sdc", false, Disk, null)],
        }, true)).HasErrors.ShouldBeFalse();
    }

    [Fact]
    public void A_volume_stays_where_it_is_and_nothing_of_others_is_taken()
    {
        const string file = "  volumes:\n    - {name: films, size: 64Mi}\n";
        Only(Plan(Group + Volume, Group + file, Seen(s_there, true)))
            .ShouldSay("its data in /dev/media/films", "lvremove media/films");
        Only(Plan(Group, Group + Volume, Seen(s_there with { Volumes = ["films"] })))
            .ShouldSay("already, and Loam did not make it");
    }

    [Fact]
    public void What_is_declared_no_more_is_kept()
    {
        var steps = Plan(Group + Volume, "  volumes: []\n", Seen(s_there, true)).Steps;
        steps.Select(s => s.Summary).ShouldBe(
            [
                "forget volume group media and leave it as it is",
                "forget volume films and keep its data",
            ], ignoreOrder: true);
        steps.SelectMany(s => s.Actions).ShouldHaveSingleItem().Kind.ShouldBe(ActionKind.Detach);
        string.Join(' ', steps.SelectMany(s => s.Notes)).ShouldContain("vgremove media");
        string.Join(' ', steps.SelectMany(s => s.Notes)).ShouldContain("lvremove media/films");
    }

    [Fact]
    public void What_the_host_lacks_is_told()
    {
        var lacks = Seen(s_none) with
        {
            Lacks = ImmutableSortedDictionary<string, HostLack>.Empty
                .Add("lvm", new("No lvm.", "Install it.")),
        };
        Plan("", Group + Volume, lacks).Findings.Where(f => f.IsError)
            .ShouldAllBe(f => f.Code == Codes.ProgramMissing && f.Message == "No lvm.");

        // Nobody looked at the disk, so nothing is said of it, nor of room on it.
        var blind = Plan("", Group + Volume, lacks with { Groups = [s_none] });
        blind.Findings.Where(f => f.IsError).ShouldAllBe(f => f.Message == "No lvm.");
        var group = blind.Steps.Single(s => s.Id == GroupSteps.Id("media"));
        (group.Actions.IsEmpty, string.Join(' ', group.Notes)).ShouldBe((true, ""));
    }

    [Theory]
    [InlineData(Group + "  volumes:\n    - {name: a, group: media}\n", "has no size")]
    [InlineData(Group + "  volumes:\n    - {name: a, group: medla, size: 1Gi}\n", "not declared")]
    [InlineData(Group + "  volumes:\n    - {name: snapshot, group: media, size: 1Gi}\n", "LVM keeps")]
    [InlineData(Group + "    - {name: b, devices: [/dev/sdb]}\n", "in the volume group media as well")]
    [InlineData(Group + "  mounts:\n    - {source: /dev/sdb, target: /srv/a, type: ext4}\n",
        "mounted at /srv/a as well")]
    [InlineData("  groups:\n    - {name: media, devices: [sdb]}\n", "not a disk")]
    [InlineData("  groups:\n    - {name: -a, devices: [/dev/sdb]}\n", "volume group")]
    public void What_cannot_be_is_refused_where_it_stands(string spec, string says) =>
        StateReader.Read(FilesOf(spec)).Findings.Where(f => f.IsError).ShouldHaveSingleItem()
            .Message.ShouldContain(says);
}
