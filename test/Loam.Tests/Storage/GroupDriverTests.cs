using Loam.Core.Observing;
using Loam.Core.Planning;
using Loam.Core.Reconciling;
using Loam.Core.Resources;
using Loam.Drivers.Storage;
using Loam.Simulation.Host;

namespace Loam.Tests.Storage;

/// <summary>What the storage driver makes of disks that change their names, and of a look that
/// fails.</summary>
public sealed class GroupDriverTests
{
    private const string A = "/dev/a", B = "/dev/b", Name = "media";
    private const long Plan = 1;

    private readonly SimulatedStorage _host = new();
    private readonly StorageLedger _ledger = new(null);

    public GroupDriverTests()
    {
        _host.PutDisk(A, 200 << 20);
        _host.PutDisk(B, 200 << 20);
    }

    [Fact]
    public async Task Disks_that_change_their_names_are_each_counted_once()
    {
        await SetAsync([], [A]);
        _host.Swap(A, B);
        var seen = (await SeeAsync(A, B)).Groups[0];
        seen.Devices.Select(d => (d.IsMember, d.Holds)).ShouldBe([(false, null), (true, null)]);
        (await SeeAsync(A)).Groups[0].Devices[0].IsMember.ShouldBeTrue();

        await SetAsync([B], [B, A]);
        _host.Swap(A, B);
        seen = (await SeeAsync(A, B)).Groups[0];
        seen.Devices.ShouldAllBe(d => d.IsMember);
        seen.Others.ShouldBeEmpty();
        (await SeeAsync(A)).Groups[0].Others.ShouldHaveSingleItem();
    }

    [Fact]
    public async Task What_is_taken_back_is_never_a_disk_that_was_there_before()
    {
        await SetAsync([], [A]);
        await SetAsync([A], [A, B]);
        var first = _ledger.Groups[Name].Devices[A];
        _host.Swap(A, B);

        await SetAsync([A, B], [A]);
        var there = await _host.GroupsAsync(default);
        there.Group(Name)!.Devices.ShouldHaveSingleItem().Uuid.ShouldBe(first);
        there.Unused.ShouldBeEmpty();
        (await SeeAsync(A)).Groups[0].Devices[0].IsMember.ShouldBeTrue();
    }

    [Fact]
    public async Task A_disk_that_was_prepared_and_is_in_use_is_not_taken()
    {
        await _host.MakeGroupAsync(Name, [A], Plan, default);
        await _host.RemoveGroupAsync(Name, default);
        (await SeeAsync(A)).Groups[0].Devices[0].Holds.ShouldBeNull();
        _host.PutDisk(A, 200 << 20, "it is in use", "u1");
        (await SeeAsync(A)).Groups[0].Devices[0].Holds.ShouldBe("it is in use");
        (await Should.ThrowAsync<HostException>(() => SetAsync([], [A]))).Message
            .ShouldContain("in use");
    }

    [Fact]
    public async Task Where_nobody_can_look_it_is_said_and_what_was_noted_stands()
    {
        DiskImage disk = new("films", 64 << 20, false) { Group = Name };
        _ledger.PutImage("films", new("/dev/media/films", disk, Plan));
        (await SeeAsync(A)).Images.ShouldHaveSingleItem().IsThere.ShouldBeFalse();

        _host.Check = what =>
        {
            if (what == "look at groups")
            {
                throw new HostException(Fault.Timeout, "lvm did not end.", "Try again.");
            }
        };
        var seen = await SeeAsync(A);
        seen.Lacks["lvm"].ShouldBe(new HostLack("lvm did not end.", "Try again."));
        seen.Images.ShouldHaveSingleItem().IsThere.ShouldBeTrue();
    }

    [Fact]
    public async Task In_passing_no_disk_is_woken_until_something_has_changed()
    {
        var looks = 0;
        _host.Check = what => looks += what == "look at groups" ? 1 : 0;
        var driver = Driver();
        async Task LookAsync(bool isPassing, int expected)
        {
            looks = 0;
            var seen = await driver.ObserveAsync(new()
            {
                ObservedAt = default, IsPassing = isPassing,
                Sought = [GroupSteps.Spec(new(Name, [A]))],
            }, default);
            looks.ShouldBe(expected);
            seen.Storage!.Groups.ShouldHaveSingleItem().Name.ShouldBe(Name);
        }
        // Nothing is there yet: somebody may be at it.
        await LookAsync(true, 1);
        await LookAsync(true, 1);
        Task MakeAsync() => driver.ApplyAsync(new(ActionKind.SetGroup, Name)
        {
            Volume = GroupSteps.Spec(new(Name, [A])), Group = new(Name, [], [A]), Token = Plan,
        }, (_, _, _) => { }, default);
        await MakeAsync();
        await LookAsync(true, 1);
        await LookAsync(true, 0);
        await LookAsync(false, 1);
        await LookAsync(true, 0);
        _host.PutDisk("/dev/c", 200 << 20);
        await LookAsync(true, 1);
        await LookAsync(true, 0);
        await MakeAsync();
        await LookAsync(true, 1);
        // Who does not answer is not asked again at once.
        _host.Check = what =>
        {
            if (what == "look at groups")
            {
                looks++;
                throw new HostException(Fault.Timeout, "lvm did not end.", "");
            }
        };
        await LookAsync(false, 1);
        await LookAsync(true, 0);
    }

    /// <summary>Where none is declared or noted.</summary>
    [Fact]
    public async Task Lvm_is_not_asked_for_nothing()
    {
        _host.Check = what => what.ShouldNotBe("look at groups");
        _ledger.PutImage("a", new("/images/a.ext4", new("a", 64 << 20, false), Plan));
        (await Driver().ObserveAsync(new() { ObservedAt = default }, default)).Storage!.Groups
            .ShouldBeEmpty();
    }

    [Fact]
    public async Task Of_two_with_one_name_none_is_touched()
    {
        await SetAsync([], [A]);
        _host.PutDouble(Name, B);
        (await SeeAsync(A)).Groups[0].Doubles.Length.ShouldBe(2);
        (await Should.ThrowAsync<HostException>(() => SetAsync([A], [A]))).Message
            .ShouldBe("There are two volume groups media.");
    }

    private StorageDriver Driver() => new(_host, _host, _ledger, "/");

    private Task SetAsync(string[] before, string[] after) => Driver().ApplyAsync(
        new(ActionKind.SetGroup, Name)
        {
            Volume = GroupSteps.Spec(new(Name, [.. after])),
            Group = new(Name, [.. before], [.. after]), Token = Plan,
        }, (_, _, _) => { }, default);

    private async Task<ObservedStorage> SeeAsync(params string[] devices) =>
        (await Driver().ObserveAsync(new()
        {
            ObservedAt = default, Sought = [GroupSteps.Spec(new(Name, [.. devices]))],
        }, default)).Storage!;
}
