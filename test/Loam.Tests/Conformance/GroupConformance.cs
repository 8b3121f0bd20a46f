using Loam.Core.Observing;
using Loam.Core.Planning;
using Loam.Core.Reconciling;
using Loam.Core.Resources;
using Loam.Drivers.Secrets;
using Loam.Drivers.Storage;
using Loam.Simulation.Host;

namespace Loam.Tests.Conformance;

/// <summary>What becomes of volume groups, with any host beneath the driver.</summary>
public abstract class GroupConformance
{
    private const long Plan = 638_000_000_000_000_000;

    private readonly StorageLedger _ledger = new(null);

    private protected abstract IStorageHost Host { get; }

    /// <summary>A name that no group of the machine has.</summary>
    private protected abstract string Name { get; }

    /// <summary>Two disks on which nothing is.</summary>
    private protected abstract string First { get; }
    private protected abstract string Second { get; }

    /// <summary>A disk with an ext4 file system.</summary>
    private protected abstract string Full { get; }

    [NeedingFact]
    public async Task One_is_made_of_empty_disks_grows_and_goes_without_a_trace()
    {
        (await SeeAsync(First)).Devices.ShouldHaveSingleItem().Holds.ShouldBeNull();
        GroupChange make = new(Name, [], [First]), more = new(Name, [First], [First, Second]);
        await SetAsync(make);
        await SetAsync(make);
        var seen = await SeeAsync(First, Second);
        (seen.IsThere, seen.IsKnown, seen.Devices[0].IsMember, seen.Devices[1].IsMember)
            .ShouldBe((true, false, true, false));
        seen.Devices[1].Holds.ShouldBeNull();
        var free = seen.Free;
        free.ShouldBeGreaterThan(0);
        await SetAsync(more);
        await SetAsync(more);
        seen = await SeeAsync(First, Second);
        (seen.IsKnown, seen.IsPartial, seen.Devices.All(d => d.IsMember))
            .ShouldBe((true, false, true));
        seen.Free.ShouldBe(2 * free);
        (await SeeAsync(First)).Others.ShouldBe([Second]);

        for (var i = 0; i < 2; i++)
        {
            await SetAsync(new(Name, more.After, more.Before));
            (await SeeAsync(First, Second)).Devices.Select(d => d.IsMember)
                .ShouldBe([true, false]);
        }
        for (var i = 0; i < 2; i++)
        {
            await SetAsync(new(Name, make.After, []));
            (await SeeAsync(First)).IsThere.ShouldBeFalse();
        }
        Host.Content(First).Holds.ShouldBeNull();
        Host.Content(Second).Holds.ShouldBeNull();
        _ledger.Groups.ShouldBeEmpty();
    }

    [NeedingFact]
    public async Task A_disk_that_holds_anything_is_never_taken()
    {
        (await SeeAsync(Full)).Devices.ShouldHaveSingleItem().Holds.ShouldNotBeNull()
            .ShouldContain("ext4");
        (await Should.ThrowAsync<HostException>(() => SetAsync(new(Name, [], [First, Full]))))
            .Message.ShouldContain("ext4");
        // Nor by LVM itself, whatever was looked at before.
        await Should.ThrowAsync<HostException>(
            () => Host.MakeGroupAsync(Name, [Full], Plan, default));
        (await SeeAsync(First)).IsThere.ShouldBeFalse();
        Host.Content(First).Holds.ShouldBeNull();
        Host.Content(Full).Holds.ShouldNotBeNull().ShouldContain("ext4");
        Host.Content("/dev/none").Holds.ShouldBe("it is not there");
    }

    [NeedingFact]
    public async Task One_that_somebody_made_is_taken_over_and_not_taken_away()
    {
        await Host.MakeGroupAsync(Name, [First], 1, default);
        (await SeeAsync(Second)).Others.ShouldBe([First]);
        (await Should.ThrowAsync<HostException>(() => SetAsync(new(Name, [], [Second]))))
            .Fault.ShouldBe(Fault.Conflict);
        var seen = await SeeAsync(First);
        (seen.IsThere, seen.IsKnown, seen.Devices[0].IsMember).ShouldBe((true, false, true));
        await SetAsync(new(Name, [First], [First]));
        (await SeeAsync(First)).IsKnown.ShouldBeTrue();
        await SetAsync(new(Name, [First], []));
        (await SeeAsync(First)).IsThere.ShouldBeTrue();
    }

    /// <summary>As when the machine died between the two.</summary>
    [NeedingFact]
    public async Task A_disk_that_is_prepared_and_in_no_group_is_taken()
    {
        await Host.MakeGroupAsync(Name, [First], 1, default);
        await Host.RemoveGroupAsync(Name, default);
        Host.Content(First).Holds.ShouldNotBeNull();
        (await SeeAsync(First)).Devices[0].Holds.ShouldBeNull();
        await SetAsync(new(Name, [], [First]));
        (await SeeAsync(First)).Devices[0].IsMember.ShouldBeTrue();
    }

    private StorageDriver Driver() => new(Host, new Directories(), _ledger, "/");

    private Task SetAsync(GroupChange change) => Driver().ApplyAsync(
        new(ActionKind.SetGroup, Name)
        {
            Volume = GroupSteps.Spec(new(Name, change.After)), Group = change, Token = Plan,
        }, (_, _, _) => { }, default);

    private protected async Task<ObservedGroup> SeeAsync(params string[] devices) =>
        (await Driver().ObserveAsync(new()
        {
            ObservedAt = default, Sought = [GroupSteps.Spec(new(Name, [.. devices]))],
        }, default)).Storage!.Groups.ShouldHaveSingleItem();
}

public sealed class SimulatedGroupConformance : GroupConformance
{
    private readonly SimulatedStorage _host = new();

    public SimulatedGroupConformance()
    {
        _host.PutDisk(First, 200 << 20);
        _host.PutDisk(Second, 200 << 20);
        _host.PutDisk(Full, 200 << 20, "it holds an ext4 file system");
    }

    private protected override IStorageHost Host => _host;
    private protected override string Name => "media";
    private protected override string First => "/dev/a";
    private protected override string Second => "/dev/b";
    private protected override string Full => "/dev/c";
}

/// <summary>Files as disks, and LVM itself.</summary>
[NeedsLvm]
public sealed class RealGroupConformance : GroupConformance, IAsyncLifetime
{
    private readonly List<string> _loops = [];
    private TestFolder? _folder;
    private LinuxStorage? _host;

    private protected override IStorageHost Host => _host!;
    private protected override string Name => $"loam-test-{_folder!.Digits}";
    private protected override string First => _loops[0];
    private protected override string Second => _loops[1];
    private protected override string Full => _loops[2];

    public async Task InitializeAsync()
    {
        if (new NeedsLvmAttribute().Missing() is not null)
        {
            return;
        }
        await TestFolder.SweepOnceAsync();
        _folder = TestFolder.Make(TestFolder.Storage);
        var key = SecretKey.LoadOrCreate(Path.Combine(_folder.Path, "age.key"), TimeProvider.System);
        var files = new SecretFiles(Path.Combine(_folder.Path, "secrets"));
        _host = new(new(new(key, files), files), $"loam-test-{_folder.Digits}-", _folder.Path,
            Path.Combine(_folder.Path, "keys"));
        foreach (var name in (string[])["first", "second", "full"])
        {
            var file = Path.Combine(_folder.Path, name);
            await File.WriteAllBytesAsync(file, []);
            await RunAsync("truncate", "-s", "200M", file);
            _loops.Add((await RunAsync("losetup", "-f", "--show", file)).Trim());
        }
        await RunAsync("mkfs.ext4", "-q", "-F", Full);
    }

    public async Task DisposeAsync()
    {
        if (_folder is null)
        {
            return;
        }
        try
        {
            var there = await Host.GroupsAsync(default);
            if (there.Group(Name) is not null)
            {
                await Host.RemoveGroupAsync(Name, default);
            }
        }
        finally
        {
            foreach (var loop in _loops)
            {
                await RunAsync("losetup", "-d", loop);
            }
            await _folder.DisposeAsync();
        }
    }

    private static async Task<string> RunAsync(string program, params string[] arguments)
    {
        var (exit, output) = await Processes.RunAsync(program, arguments);
        exit.ShouldBe(0, output);
        return output;
    }
}

/// <summary>Needs root, loop devices and LVM; not what the kernel has of it.</summary>
public sealed class NeedsLvmAttribute : NeedAttribute
{
    public override string? Missing() => MissingProgram("lvm", "losetup", "mkfs.ext4")
        ?? (File.Exists("/dev/loop-control") ? null : "needs loop devices");
}
