using Loam.Core.Observing;
using Loam.Core.Planning;
using Loam.Core.Reconciling;
using Loam.Core.Resources;
using Loam.Drivers.Storage;
using Loam.Simulation.Host;

namespace Loam.Tests.Conformance;

/// <summary>What the storage driver does with any host beneath it, so that what is proved with the
/// simulated one holds for files, loop devices and mounts.</summary>
public abstract class StorageConformance
{
    protected const long Small = 64 << 20, Large = 128 << 20;
    protected const string Marked = "letter";

    private readonly StorageLedger _ledger = new(null);

    /// <summary>A directory that is there and empty.</summary>
    private protected abstract string Root { get; }
    private protected abstract IStorageHost Host { get; }
    private protected abstract IDirectories Directories { get; }

    private protected abstract void Write(string directory, string name);
    private protected abstract IEnumerable<string> Files(string directory);

    /// <summary>Somebody mounts something by hand.</summary>
    private protected abstract void PutMount(string target);

    /// <summary>All that is attached and lies below the root.</summary>
    private protected abstract string Everything();

    protected string Target => $"{Root}/data";

    private protected virtual VolumeSpec Volume(long size = Small) => new("data", Target, 0b111_101_101, null)
    {
        Mount = new($"{Root}/.images/data.ext4", "ext4", "") { Disk = new("data", size, false) },
    };

    protected VolumeSpec Memory(string options) => new(Target, Target, 0b111_101_101, null)
    {
        Mount = new("scratch", "tmpfs", options),
    };

    [NeedingFact]
    public async Task A_volume_is_made_holds_what_is_written_and_is_taken_back_without_a_trace()
    {
        var before = Everything();
        await DoAsync(ActionKind.MakeImage, Volume(), 1);
        await DoAsync(ActionKind.MakeImage, Volume(), 1);
        await DoAsync(ActionKind.Attach, Volume());
        await DoAsync(ActionKind.Attach, Volume());

        Files(Target).ShouldBeEmpty();
        Write(Target, Marked);
        Files(Target).ShouldBe([Marked]);
        var seen = await SeeAsync(Volume());
        seen.Image("data").ShouldBe(new(Volume().Mount!.Source, Volume().Mount!.Disk!, true));
        var mount = seen.At(Target).ShouldNotBeNull();
        mount.IsOwn.ShouldBeTrue();
        mount.Total.ShouldNotBeNull().ShouldBeInRange(Small / 2, Small);
        seen.Lacks.Keys.Except(["luks", "lvm"]).ShouldBeEmpty();
        seen.Free.ShouldBeGreaterThan(Small);

        for (var i = 0; i < 2; i++)
        {
            await DoAsync(ActionKind.Detach, Volume());
            await DoAsync(ActionKind.RemoveImage, Volume(), 1);
            Everything().ShouldBe(before);
        }
        (await SeeAsync(Volume())).Images.ShouldBeEmpty();
    }

    [NeedingFact]
    public async Task An_image_is_never_deleted_by_another_plan_nor_made_over()
    {
        await DoAsync(ActionKind.MakeImage, Volume(), 1);
        await DoAsync(ActionKind.Attach, Volume());
        Write(Target, Marked);

        await DoAsync(ActionKind.RemoveImage, Volume(), 2);
        (await Should.ThrowAsync<HostException>(() => DoAsync(
            ActionKind.MakeImage, Volume(), 2))).Fault.ShouldBe(Fault.Conflict);
        await DoAsync(ActionKind.Detach, Volume());
        (await SeeAsync(Volume())).Image("data")!.IsThere.ShouldBeTrue();

        await DoAsync(ActionKind.Attach, Volume());
        Files(Target).ShouldBe([Marked]);
    }

    [NeedingFact]
    public async Task A_volume_grows_while_it_is_in_use_where_the_kernel_lets_it()
    {
        await DoAsync(ActionKind.MakeImage, Volume(), 1);
        await DoAsync(ActionKind.Attach, Volume());
        Write(Target, Marked);
        var seen = await SeeAsync(Volume());
        var small = seen.At(Target)!.Total;
        if (!seen.GrowsOnline)
        {
            await DoAsync(ActionKind.Detach, Volume());
        }
        await DoAsync(ActionKind.GrowImage, Volume(Large));
        await DoAsync(ActionKind.GrowImage, Volume(Large));
        await DoAsync(ActionKind.GrowImage, Volume());
        await DoAsync(ActionKind.Attach, Volume(Large));

        seen = await SeeAsync(Volume());
        seen.Image("data")!.Disk.Size.ShouldBe(Large);
        seen.At(Target)!.Total.ShouldNotBeNull().ShouldBeGreaterThan(small!.Value * 3 / 2);
        Files(Target).ShouldBe([Marked]);
        await DoAsync(ActionKind.Detach, Volume(Large));
        await DoAsync(ActionKind.Attach, Volume(Large));
        Files(Target).ShouldBe([Marked]);
    }

    [NeedingFact]
    public async Task Permissions_and_owner_are_set_and_go_back_exactly()
    {
        await DoAsync(ActionKind.MakeImage, Volume(), 1);
        await DoAsync(ActionKind.Attach, Volume());
        var before = Directories.Look(Target).ShouldNotBeNull();

        // One that could not be seen before, as after attaching.
        await GiveAsync(new(null, new(0b111_000_000, "33:33")), 7);
        await GiveAsync(new(null, new(0b111_000_000, "33:33")), 7);
        Directories.Look(Target).ShouldBe(before with { Mode = 0b111_000_000, Owner = new(33, 33) });
        await GiveAsync(new(new(0b111_000_000, "33:33"), null), 7);
        Directories.Look(Target).ShouldBe(before);

        // One that was seen.
        await GiveAsync(new(new(null, "0:0"), new(null, "33")), 8);
        Directories.Look(Target).ShouldBe(before with { Owner = new(33, 0) });
        await GiveAsync(new(new(null, "33"), new(null, "0:0")), 8);
        Directories.Look(Target).ShouldBe(before);
        Directories.Resolve("nobody-of-that-name").ShouldBeNull();
    }

    [NeedingFact]
    public async Task What_somebody_else_mounted_is_left_alone()
    {
        PutMount(Target);
        Write(Target, Marked);
        var before = Everything();
        await DoAsync(ActionKind.MakeImage, Volume(), 1);

        (await SeeAsync(Volume())).At(Target).ShouldNotBeNull().IsOwn.ShouldBeFalse();
        (await Should.ThrowAsync<HostException>(() => DoAsync(ActionKind.Attach, Volume())))
            .Fault.ShouldBe(Fault.Conflict);
        await DoAsync(ActionKind.Detach, Volume());
        await DoAsync(ActionKind.RemoveImage, Volume(), 1);

        Everything().ShouldBe(before);
        Files(Target).ShouldBe([Marked]);
    }

    [NeedingFact]
    public async Task A_mount_is_made_seen_and_taken_away_with_the_directory_it_came_with()
    {
        var before = Everything();
        var memory = Memory("size=4m,noexec");
        await DoAsync(ActionKind.Attach, memory);
        await DoAsync(ActionKind.Attach, memory);
        var seen = (await SeeAsync(memory)).At(Target).ShouldNotBeNull();
        seen.IsOwn.ShouldBeTrue();
        seen.Owned.ShouldBe(memory.Mount);
        seen.Type.ShouldBe("tmpfs");

        await DoAsync(ActionKind.Detach, Memory("size=8m"));
        (await SeeAsync(memory)).At(Target)!.IsOwn.ShouldBeTrue();
        await DoAsync(ActionKind.Detach, memory);
        await DoAsync(ActionKind.Detach, memory);
        Everything().ShouldBe(before);
    }

    [NeedingFact]
    public async Task What_is_adopted_is_not_touched_and_what_is_released_neither()
    {
        PutMount(Target);
        Write(Target, Marked);
        var before = Everything();
        var memory = Memory("");

        await DoAsync(ActionKind.AdoptMount, memory);
        (await SeeAsync(memory)).At(Target)!.IsOwn.ShouldBeTrue();
        Everything().ShouldBe(before);
        await DoAsync(ActionKind.ReleaseMount, memory);
        (await SeeAsync(memory)).At(Target)!.IsOwn.ShouldBeFalse();
        Everything().ShouldBe(before);

        await DoAsync(ActionKind.AdoptMount, memory);
        await DoAsync(ActionKind.Detach, memory);
        (await SeeAsync(memory)).At(Target)!.Source.ShouldBeNull();
    }

    private StorageDriver Driver() => new(Host, Directories, _ledger, Root);

    private protected Task DoAsync(ActionKind kind, VolumeSpec spec, long plan = 0) =>
        Driver().ApplyAsync(new(kind, spec.Name) { Volume = spec, Token = plan },
            (_, _, _) => { }, default);

    private Task GiveAsync(AccessChange change, long plan) => Driver().ApplyAsync(
        new(ActionKind.SetAccess, "data") { Volume = Volume(), Access = change, Token = plan },
        (_, _, _) => { }, default);

    private protected async Task<ObservedStorage> SeeAsync(VolumeSpec spec) =>
        (await Driver().ObserveAsync(new() { ObservedAt = default, Sought = [spec] }, default))
            .Storage.ShouldNotBeNull();
}

/// <summary>The storage of the simulation.</summary>
public sealed class SimulatedStorageConformance : StorageConformance
{
    private readonly SimulatedStorage _host = new();

    private protected override string Root => "/srv";
    private protected override IStorageHost Host => _host;
    private protected override IDirectories Directories => _host;

    private protected override void Write(string directory, string name) =>
        _host.Write(directory, name);

    private protected override IEnumerable<string> Files(string directory) =>
        _host.Files(directory);

    private protected override void PutMount(string target) =>
        _host.PutMount(target, "theirs", "tmpfs");

    private protected override string Everything() => _host.Snapshot();
}
